import { MOST_ENTRIES, type ScimLogs } from "../../../flow/scim/logs.ts";
import type { LogEntry } from "../../../provisioning/types.ts";
import { say } from "../clean.ts";
import { listed } from "./scim-control.ts";
import { skipReason } from "./scim-on-demand.ts";
import { momentText } from "./scim-time.ts";

/** What was done, and what was not. */
const ACTIONS: Readonly<Record<string, readonly [done: string, notDone: string]>> = {
  create: ["created", "not created"],
  update: ["updated", "not updated"],
  delete: ["deleted", "not deleted"],
  disable: ["disabled", "not disabled"],
  stagedDelete: ["marked for deletion", "not marked for deletion"],
};
const OTHER = ["done", "not done"] as const;

/** What happened, to whom. */
export function entryText(entry: LogEntry): string {
  const { action, status } = entry;
  const [done, notDone] = ACTIONS[action] ?? OTHER;
  if (status === "skipped") {
    return say`${who(entry)} skipped: ${skipReason(entry, entry.source?.type ?? "").reason}`;
  }
  return say`${who(entry)} ${status === "failure" ? notDone : done}`;
}

/** Why it failed and what Microsoft recommends, each on a line of its own. */
export function entryDetails({ status, error }: LogEntry): string[] {
  if (status === "success" || status === "skipped" || !error) return [];
  const reason = error.reason.trim() || error.code;
  const advice = error.recommendedAction?.trim();
  return [...(reason === "" ? [] : [say`Why: ${reason}`]), ...(advice ? [say`What to do: ${advice}`] : [])];
}

function who({ source, target }: LogEntry): string {
  const identity = source ?? target;
  const name = identity?.displayName || identity?.id || "(unknown)";
  return identity?.type.toLowerCase() === "group" ? say`group ${name}` : say`${name}`;
}

/** The moment of an entry, in UTC, to the second. */
export function entryTime({ at }: LogEntry): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "?" : date.toISOString().slice(0, 19).replace("T", " ");
}

/** What stands above the entries. */
export function logsTitle({ applications, since, now }: ScimLogs): string {
  const names = applications.map(({ displayName }) => displayName);
  return say`Provisioning logs of ${listed(names)} since ${momentText(since.toISOString(), now)}; times in UTC.`;
}

/** What stands below them. */
export function logsEnd({ entries, hasMore }: ScimLogs, follows: boolean): string[] {
  if (entries.length === 0) return follows ? ["Nothing yet."] : [NOTHING];
  if (!hasMore) return [];
  const more = Math.min(entries.length * 4, MOST_ENTRIES);
  return more > entries.length
    ? [say`There are older ones; --limit ${more} shows more of them.`]
    : [TOO_MANY];
}

const NOTHING =
  "Nothing there. Entries arrive some minutes after they happened: look again later, wait for them with --follow, or look further back with --since 7d.";

const TOO_MANY =
  "There are older ones, and more are not shown at once: leave some out with --user, --status or --action.";
