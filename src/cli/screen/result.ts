import { Chalk, type ChalkInstance } from "chalk";
import type { AppError } from "../../errors.ts";
import type { ConsentResult, Ended, Handover, RegisterResult, RetireResult } from "../../flow/events.ts";
import { toScreenDate, toScreenTime } from "../../handover/dates.ts";
import type { Terminal } from "../../ports/index.ts";
import { clean, say } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ApplicationDocument, EndedDocument, ResultDocument } from "./result-document.ts";
import { consentCommand, forwardConsent, type PackedProgram } from "./words/consent.ts";
import { describeError } from "./words/errors.ts";
import { GROUPS_TO_TELL } from "./words/groups.ts";
import { DOWNLOAD, downloadCommand, PASS_ON, ROTATED } from "./words/secrets.ts";

/** How a run ends that has changed nothing. */
const UNCHANGED: readonly string[] = ["planned", "nothingToDo", "refused"] satisfies readonly (
  | RegisterResult
  | ConsentResult
  | RetireResult
)["outcome"][];

/** A run that ended well, for standard output with `--json`. */
export function toJsonResult(command: string, result: Ended, packed: PackedProgram): EndedDocument {
  const app = { tenantId: result.tenant.id, appId: result.appId ?? "" };
  return {
    schemaVersion: 1,
    command,
    changed: !UNCHANGED.includes(result.outcome),
    tenantId: clean(result.tenant.id),
    appId: cleanOrNull(result.appId),
    objectId: cleanOrNull(result.objectId),
    // The file and the link stay as they are: a program opens them, and the link was checked.
    handoverFile: result.handover?.file ?? null,
    clientSecret: result.handover?.link?.url.reveal() ?? null,
    groups: (result.groups ?? []).map(({ id, displayName }) => ({
      id: clean(id),
      displayName: clean(displayName),
    })),
    steps: result.plan.steps.map((step) => ({ kind: step.kind })),
    waiting: result.waiting.map(({ value, type }) => ({
      permission: clean(value),
      type: type === "Role" ? "application" : "delegated",
      consentPage: cleanOrNull(result.consentPage),
      command: consentCommand(app, packed),
    })),
  };
}

/** The same of several applications: the first at the top, all of them in a list. */
export function toJsonResults(
  command: string,
  results: readonly Ended[],
  packed: PackedProgram,
): ResultDocument {
  const [first] = results;
  if (!first) throw new TypeError("a result of nothing");
  const document = toJsonResult(command, first, packed);
  if (results.length === 1) return document;
  const applications = results.map((result) => toJsonApplication(result, packed));
  return { ...document, changed: applications.some(({ changed }) => changed), applications };
}

/** One of several applications. */
export function toJsonApplication(result: Ended, packed: PackedProgram): ApplicationDocument {
  const {
    schemaVersion: _version,
    command: _command,
    groups: _groups,
    ...own
  } = toJsonResult("", result, packed);
  return { ...own, displayName: clean(result.displayName) };
}

/** JSON escapes ESC, but neither its one-byte forms (C1) nor the marks that turn text round. */
function cleanOrNull(text: string | undefined): string | null {
  return text === undefined ? null : clean(text);
}

/**
 * A run that failed, for standard output with `--json`; undefined stands for a bug.
 *
 * @param applications of several those that were complete before.
 */
export function toJsonError(
  error: AppError | undefined,
  applications: readonly ApplicationDocument[] = [],
): ResultDocument {
  const words = error && describeError(error);
  return {
    schemaVersion: 1,
    error: {
      code: error?.code ?? "INTERNAL",
      message: [
        words?.message ?? "Something unexpected went wrong.",
        words?.details?.join("; ") ?? "",
        words?.said ?? "",
      ]
        .filter((text) => text !== "")
        .join(" "),
      hint: words?.hint ?? "Please report this with the journal.",
      requestId: cleanOrNull(error?.requestId),
    },
    ...(applications.length > 0 && { applications: [...applications] }),
  };
}

/** The end of a run on the screen: what exists, where it is, what to do next. */
export function renderResult(result: RegisterResult, terminal: Terminal, packed: PackedProgram): string {
  return renderResults([result], terminal, packed);
}

/** The same of several applications; what is to be done next is said once for all of them. */
export function renderResults(
  results: readonly RegisterResult[],
  terminal: Terminal,
  packed: PackedProgram,
): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const texts = results.map((result) => resultText(result, style, packed));
  const made = results.filter(({ outcome }) => outcome === "registered" || outcome === "rotated");
  const lines = [...new Set(texts), ...nextSteps(made, style), ...signInClient(made, style)];
  return fit(lines.join("\n"), terminal.resultColumns);
}

const HANDED_OVER =
  "The client secret was handed over by an earlier run. If its link is lost or has ended, issue a new one with: secret rotate";

function resultText(result: RegisterResult, style: ChalkInstance, packed: PackedProgram): string {
  switch (result.outcome) {
    case "planned":
      return say`Dry run: nothing was changed.`;
    case "nothingToDo":
      return [
        style.green(say`Nothing to do: "${result.displayName}" is registered as it should be.`),
        ...facts(result, style),
        ...groupLines(result, style),
        ...(result.secretEnd === undefined ? [] : [HANDED_OVER]),
      ].join("\n");
    case "registered":
    case "rotated":
      return [
        "",
        style.bold.green(
          result.waiting.length > 0
            ? say`"${result.displayName}" is registered; the consent waits for somebody else.`
            : doneText(result),
        ),
        ...(result.outcome === "rotated" ? [ROTATED] : []),
        "",
        ...facts(result, style),
        ...groupLines(result, style),
        ...waitingText(result, style, packed),
      ].join("\n");
  }
}

function signInClient(results: readonly RegisterResult[], style: ChalkInstance): string[] {
  const client = results.find(({ signInClientId }) => signInClientId !== undefined)?.signInClientId;
  if (client === undefined) return [];
  const text = say`You signed in through the client ${client}; the permissions you gave it stay in this tenant. To withdraw them: Entra admin center, Enterprise applications, that client, Permissions.`;
  return ["", style.dim(text)];
}

function doneText({ outcome, displayName, plan }: RegisterResult): string {
  if (outcome === "rotated") return say`Done: "${displayName}" has a new client secret.`;
  const isNew = plan.steps.some(
    ({ kind }) => kind === "createApplication" || kind === "instantiateApplication",
  );
  return isNew
    ? say`Done: "${displayName}" is registered.`
    : say`Done: the registration of "${displayName}" is as it should be now.`;
}

function facts({ tenant, appId, handover, secretEnd }: RegisterResult, style: ChalkInstance): string[] {
  const rows: [string, string][] = [
    ["Tenant ID", tenant.id],
    ["Application (client) ID", appId ?? ""],
  ];
  if (handover) {
    rows.push(
      ...linkRows(handover),
      ["The secret works until", toScreenDate(new Date(handover.secretEnd))],
      ["Written to", handover.file],
    );
  }
  if (!handover && secretEnd !== undefined) {
    rows.push(["The secret works until", toScreenDate(new Date(secretEnd))]);
  }
  return rows.map(([label, value]) => `  ${style.dim(label.padEnd(26))}${clean(value)}`);
}

function groupLines({ groups }: RegisterResult, style: ChalkInstance): string[] {
  if (groups.length === 0) return [];
  const rows = groups.map(
    ({ displayName, id }) => `  ${style.dim(clean(displayName).padEnd(26))}${clean(id)}`,
  );
  return ["", style.bold(GROUPS_TO_TELL), ...rows];
}

function linkRows({ link, secretStart }: Handover): [string, string][] {
  if (!link) return [["Client secret", "shown once on your screen, not behind a link"]];
  return [
    ["Link to the client secret", link.url.reveal()],
    ["The link works until", toScreenTime(link.end, new Date(secretStart))],
  ];
}

function waitingText(result: RegisterResult, style: ChalkInstance, packed: PackedProgram): string[] {
  const { waiting, consentPage, tenant, appId = "", displayName } = result;
  if (waiting.length === 0) return [];
  const app = { displayName, appId, tenantId: tenant.id };
  const { missing, lines } = forwardConsent(app, waiting, consentPage ?? "", packed);
  return ["", style.yellow(missing), ...lines];
}

function nextSteps(results: readonly RegisterResult[], style: ChalkInstance): string[] {
  const handovers = results.flatMap(({ handover }) => handover ?? []);
  const downloads = handovers.filter(({ toDownload }) => toDownload);
  const texts = [
    ...(downloads.length > 0 ? [DOWNLOAD] : []),
    ...new Set(results.flatMap((result) => result.nextSteps)),
    ...(handovers.some(({ link }) => !link) ? [PASS_ON] : []),
  ];
  if (texts.length === 0) return [];
  const lines = texts.map((text, index) => `  ${index + 1}. ${clean(text)}`);
  // Lines of their own, to be copied as they stand.
  const commands = downloads.map(({ file }) => `  ${downloadCommand(file)}`);
  if (commands.length > 0) lines.splice(1, 0, "", ...commands, "");
  return ["", style.bold("Next:"), ...lines];
}
