import type { Fault } from "../../errors.ts";
import type { ConfigQuestions } from "../../flow/init-config.ts";
import type { Prompter } from "../../ports/index.ts";
import { resolveNotifications } from "../../settings/notifications.ts";
import {
  type Parsed,
  parseAppName,
  parseGroup,
  parseHostname,
  parseInput,
  parseServiceUri,
  parseTenant,
  parseYesOrNo,
} from "../../settings/values.ts";
import { clean } from "../screen/clean.ts";
import { CONFIG_QUESTIONS } from "../screen/words/config.ts";
import { refusal } from "../screen/words/faults.ts";

/** The questions of `config init`. An empty answer leaves the value to the customer. */
export function askForConfig(prompter: Prompter): ConfigQuestions {
  const ask = async <Value>(
    message: string,
    parse: (text: string) => Parsed<Value>,
  ): Promise<Value | undefined> => {
    const isEmpty = (text: string) => ["", "https://"].includes(text.trim());
    const answer = await prompter.input({
      message,
      check: (text) => {
        const parsed = isEmpty(text) ? undefined : parse(text);
        return parsed === undefined || parsed.ok ? undefined : refusal(parsed.expected);
      },
    });
    const parsed = isEmpty(answer) ? undefined : parse(answer);
    return parsed?.ok ? parsed.value : undefined;
  };
  const askYesOrNo = async (question: string): Promise<boolean> => {
    const answer = parseYesOrNo(
      await prompter.input({
        message: `${clean(question)} ${CONFIG_QUESTIONS.yesOrNo}`,
        default: "no",
        check: (text) => {
          const parsed = parseYesOrNo(text);
          return parsed.ok ? undefined : refusal(parsed.expected);
        },
      }),
    );
    return answer.ok && answer.value;
  };
  return {
    replace: (file) => prompter.confirm({ message: CONFIG_QUESTIONS.replace(file), default: false }),
    template: (products) =>
      prompter.select({
        message: CONFIG_QUESTIONS.template,
        choices: products.map(({ name, title }) => ({ value: name, name: clean(title) })),
      }),
    tenant: () => ask(CONFIG_QUESTIONS.tenant, parseTenant),
    appName: (proposed) => ask(CONFIG_QUESTIONS.appName(proposed), parseAppName),
    hostname: () => ask(CONFIG_QUESTIONS.hostname, parseHostname),
    addOn: (question) => askYesOrNo(question),
    provisioning: () => askYesOrNo(CONFIG_QUESTIONS.provisioning),
    notification: (keys) =>
      ask(CONFIG_QUESTIONS.notification(keys.flatMap((key) => key ?? [])), notificationOf(keys)),
    groups: () => ask(CONFIG_QUESTIONS.groups, parseGroups),
    input: (input) => ask(CONFIG_QUESTIONS.input(input), parseInput(input)),
    service: (services) =>
      ask(CONFIG_QUESTIONS.service(services.map((service) => new URL(service).host)), parseServiceUri),
  };
}

/** Who is told of failures, as it is typed; for no other applications than those of the product. */
function notificationOf(keys: readonly (string | undefined)[]): (text: string) => Parsed<string> {
  return (text) => {
    const faults: Fault[] = [];
    resolveNotifications(undefined, text, keys, faults);
    const [fault] = faults;
    return fault ? { ok: false, expected: fault.expected } : { ok: true, value: text.trim() };
  };
}

/** Groups as they are typed on one line. */
function parseGroups(text: string): Parsed<readonly string[]> {
  const groups = text.split(",").filter((part) => part.trim() !== "");
  const known: string[] = [];
  for (const group of groups) {
    const parsed = parseGroup(group);
    if (!parsed.ok) return parsed;
    known.push(parsed.value);
  }
  return { ok: true, value: known };
}
