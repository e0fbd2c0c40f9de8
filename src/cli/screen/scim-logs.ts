import { stripVTControlCharacters } from "node:util";
import { Chalk, type ChalkInstance } from "chalk";
import { wrapAnsi } from "fast-wrap-ansi";
import type { LoggedApplication, LogLine, ScimLogs } from "../../flow/scim/logs.ts";
import type { Terminal } from "../../ports/index.ts";
import type { LogEntry } from "../../provisioning/types.ts";
import { clean, say } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import { entryDetails, entryText, entryTime, logsEnd, logsTitle } from "./words/scim-logs.ts";

type View = Pick<Terminal, "resultColour" | "resultColumns">;

/** The entries with what stands above and below them. */
export function renderLogs(logs: ScimLogs, terminal: View): string {
  const entries = logs.entries.map((entry) => renderEntry(entry, terminal));
  return [logsHead(logs, terminal), ...entries, logsTail(logs, false, terminal)].filter(Boolean).join("\n");
}

/** What stands above the entries. */
export function logsHead(logs: ScimLogs, terminal: View): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  return fit(style.bold(logsTitle(logs)), terminal.resultColumns);
}

/** What stands below them. */
export function logsTail(logs: ScimLogs, follows: boolean, terminal: View): string {
  return fit(logsEnd(logs, follows).join("\n"), terminal.resultColumns);
}

/** One entry: a line, and below it why it failed and what to do. */
export function renderEntry(entry: LogLine, terminal: View): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const details = entryDetails(entry).map((detail) => `${BELOW}${detail}`);
  const first = hanging(`${style.dim(entryTime(entry))} ${marked(entry, style)}`, terminal.resultColumns);
  return [first, fit(details.join("\n"), terminal.resultColumns)].filter(Boolean).join("\n");
}

/** What belongs to an entry stands below it, a little to the right. */
const BELOW = "    ";

/** A line that is too long goes on below itself. */
function hanging(line: string, columns: number | undefined): string {
  if (columns === undefined || stripVTControlCharacters(line).length <= columns) return line;
  const room = Math.max(columns - BELOW.length, 1);
  return wrapAnsi(line, room, { hard: false, trim: true }).replaceAll("\n", `\n${BELOW}`);
}

function marked(entry: LogLine, { green, red, yellow, dim }: ChalkInstance): string {
  const { application } = entry;
  const text = application === undefined ? entryText(entry) : say`${application}: ${entryText(entry)}`;
  switch (entry.status) {
    case "success":
      return `${green("✔")} ${text}`;
    case "failure":
      return `${red("✖")} ${text}`;
    case "skipped":
      return dim(`- ${text}`);
    default:
      return `${yellow("!")} ${text}`;
  }
}

/** The same for standard output with `--json`. */
export function toJsonLogs({ tenant, applications, entries, hasMore }: ScimLogs): ResultDocument {
  const [first] = applications;
  if (!first) throw new TypeError("the logs of nothing");
  return {
    schemaVersion: 1,
    command: "scim logs",
    changed: false,
    tenantId: clean(tenant.id),
    ...toJsonLogged(first),
    hasMore,
    entries: entries.map(toJsonEntry),
    ...(applications.length > 1 && { applications: applications.map(toJsonLogged) }),
  };
}

function toJsonLogged({ displayName, appId, objectId }: LoggedApplication): LoggedApplication {
  return { displayName: clean(displayName), appId: clean(appId), objectId: clean(objectId) };
}

/** One entry as a document of its own: a line of `--follow --json`. */
export function toJsonLogLine(entry: LogLine): ResultDocument {
  return { schemaVersion: 1, command: "scim logs", entry: toJsonEntry(entry) };
}

type JsonEntry = Extract<ResultDocument, { entry: unknown }>["entry"];

function toJsonEntry(entry: LogLine): JsonEntry {
  const { id, at, action, status, error, source, target, changes, cycleId, durationMs, application } = entry;
  const identity = (one: LogEntry["source"]) =>
    one ? { id: clean(one.id), displayName: clean(one.displayName), type: clean(one.type) } : null;
  return {
    id: clean(id),
    at: clean(at),
    action: clean(action),
    status: clean(status),
    text: entryText(entry),
    errorCode: cleanOrNull(error?.code),
    reason: cleanOrNull(error?.reason),
    recommendedAction: cleanOrNull(error?.recommendedAction),
    source: identity(source),
    target: identity(target),
    attributes: changes.map(({ name }) => clean(name)),
    cycleId: cleanOrNull(cycleId),
    durationMs: durationMs ?? null,
    ...(application !== undefined && { application: clean(application) }),
  };
}

function cleanOrNull(text: string | undefined): string | null {
  return text === undefined ? null : clean(text);
}
