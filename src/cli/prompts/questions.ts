import type { NamesakeChoice, Questions, StepUpChoice } from "../../flow/questions.ts";
import type { Prompter, Terminal } from "../../ports/index.ts";
import { cleanSecretToken } from "../../provisioning/secret-token.ts";
import { Secret } from "../../secret.ts";
import {
  labelled,
  type Parsed,
  parseAppName,
  parseHostname,
  parseInput,
  parseTenant,
  parseYesOrNo,
} from "../../settings/values.ts";
import { clean } from "../screen/clean.ts";
import { fit } from "../screen/fit.ts";
import { choiceText } from "../screen/words/choice.ts";
import { refusal } from "../screen/words/faults.ts";
import { QUESTIONS } from "../screen/words/run.ts";
import { goAheadWith } from "../screen/words/scim-control.ts";
import { SIGN_IN_WAYS } from "../screen/words/sign-in.ts";
import { groupQuestions } from "./group-questions.ts";

/** The questions of a run, asked one by one; a bad answer is asked again with the reason. */
export function askWith(
  prompter: Prompter,
  terminal: Pick<Terminal, "note" | "reveal" | "columns">,
): Questions {
  const ask = async <Value>(
    message: string,
    proposed: string | undefined,
    parse: (text: string) => Parsed<Value>,
  ): Promise<Value> => {
    const answer = parse(
      await prompter.input({
        message,
        ...(proposed !== undefined && { default: clean(proposed) }),
        check: (text) => {
          const parsed = parse(text);
          return parsed.ok ? undefined : refusal(parsed.expected);
        },
      }),
    );
    if (!answer.ok) throw new TypeError("the prompt let a bad answer through");
    return answer.value;
  };

  return {
    tenant: (proposed) => ask(QUESTIONS.tenant, proposed, parseTenant),
    signInWay: (ways) =>
      prompter.select({
        message: QUESTIONS.signInWay,
        choices: [
          ...ways.map((way) => ({ value: way, name: SIGN_IN_WAYS[way] })),
          { value: "stop" as const, name: QUESTIONS.stop },
        ],
      }),
    stepUp: (permissions) =>
      prompter.select<StepUpChoice>({
        message: permissions
          ? QUESTIONS.stepUpConsent(permissions.map(({ value }) => value).join(" and "))
          : QUESTIONS.stepUp,
        choices: [
          { value: "signIn", name: QUESTIONS.signInAgain },
          ...(permissions
            ? [
                { value: "page" as const, name: QUESTIONS.consentPage },
                { value: "later" as const, name: QUESTIONS.consentLater },
              ]
            : []),
          { value: "stop", name: QUESTIONS.stop },
        ],
      }),
    accessToken: () =>
      prompter.secret({
        message: QUESTIONS.accessToken,
        check: (text) => (text.trim() === "" ? QUESTIONS.noAccessToken : undefined),
      }),
    secretToken: async (displayName) => {
      const typed = await prompter.secret({
        message: QUESTIONS.secretToken(displayName),
        check: (text) => {
          const cleaned = text.trim() === "" ? undefined : cleanSecretToken(text);
          return cleaned?.ok === false ? refusal({ secretToken: cleaned.problem }) : undefined;
        },
      });
      const cleaned = cleanSecretToken(typed.reveal());
      return cleaned.ok ? { token: new Secret(cleaned.token), removed: cleaned.removed } : undefined;
    },
    ...groupQuestions(prompter),
    key: (keys, signal) => prompter.key(keys, signal),
    appName: (proposed) => ask(QUESTIONS.appName, proposed, parseAppName),
    hostname: (proposed) => ask(QUESTIONS.hostname, proposed, parseHostname),
    addOn: (question, proposed) =>
      ask(`${clean(question)} ${QUESTIONS.yesOrNo}`, proposed ? "yes" : "no", parseYesOrNo),
    input: async (input, proposed) => {
      const { question, format, choices = [], optional } = input;
      if (format !== "choice") {
        const hint = proposed ? QUESTIONS.noneForNone : QUESTIONS.enterForNone;
        const asked = optional ? `${clean(question)} ${hint}` : clean(question);
        return ask(asked, proposed || undefined, parseInput(input));
      }
      // What Enter takes stands first.
      const isFirst = ({ label, value }: ReturnType<typeof labelled>) =>
        proposed === value || proposed === label;
      const ordered = choices
        .map(labelled)
        .toSorted((one, other) => Number(isFirst(other)) - Number(isFirst(one)));
      return prompter.select({
        message: clean(question),
        choices: ordered.map((choice) => ({ value: choice.value, name: choiceText(choice) })),
      });
    },
    goAhead: (about) =>
      prompter.confirm({ message: about ? goAheadWith(about) : QUESTIONS.goAhead, default: false }),
    trustService: (host) => prompter.confirm({ message: QUESTIONS.trustService(host), default: false }),
    removeRedirectUri: (uri) =>
      prompter.confirm({ message: QUESTIONS.removeRedirectUri(uri), default: false }),
    removeRestoredSecret: (name, endDateTime) =>
      prompter.confirm({
        message: QUESTIONS.removeRestoredSecret(name, endDateTime.slice(0, 10)),
        default: false,
      }),
    typeName: async (displayName) => {
      // As it is shown: what cannot be shown cannot be typed.
      const name = clean(displayName).trim();
      const typed = await prompter.input({
        message: QUESTIONS.typeName(name),
        check: (text) => (["", name].includes(text.trim()) ? undefined : QUESTIONS.nameDiffers),
      });
      return name !== "" && typed.trim() === name;
    },
    keepDoubtfulSecret: (names) =>
      prompter.confirm({ message: QUESTIONS.keepDoubtful(names.join(", ")), default: false }),
    namesake: (displayName, candidates) =>
      prompter.select<NamesakeChoice>({
        message: QUESTIONS.namesake(displayName, candidates),
        choices: [
          ...candidates
            .filter(({ template }) => template === undefined)
            .map((one) => ({
              value: { kind: "adopt", appId: one.appId } as const,
              name: QUESTIONS.adopt(one),
            })),
          { value: { kind: "rename" }, name: QUESTIONS.rename },
          { value: { kind: "stop" }, name: QUESTIONS.stop },
        ],
      }),
    whichApplication: (displayName, candidates) =>
      prompter.select({
        message: QUESTIONS.whichApplication(displayName),
        choices: candidates.map((one) => ({ value: one.appId, name: QUESTIONS.application(one) })),
      }),
    softDeleted: (displayName, deletedDateTime) =>
      prompter.select({
        message: QUESTIONS.softDeleted(displayName, deletedDateTime.slice(0, 10)),
        choices: [
          { value: "restore", name: QUESTIONS.restore },
          { value: "purge", name: QUESTIONS.purge },
          { value: "stop", name: QUESTIONS.stop },
        ],
      }),
    undelivered: (_reason, other) =>
      prompter.select({
        message: QUESTIONS.undelivered,
        choices: [
          { value: "retry", name: QUESTIONS.retry },
          ...(other === undefined
            ? []
            : [{ value: "otherService" as const, name: QUESTIONS.otherService(new URL(other).host) }]),
          { value: "showOnce", name: QUESTIONS.showOnce },
          { value: "remove", name: QUESTIONS.remove },
        ],
      }),
    showSecret: async (secret) => {
      terminal.note(fit(QUESTIONS.showing, terminal.columns));
      terminal.reveal(secret);
      return prompter.confirm({ message: QUESTIONS.secretNoted, default: false });
    },
    retireLast: (name) => prompter.confirm({ message: QUESTIONS.retireLast(name), default: false }),
  };
}
