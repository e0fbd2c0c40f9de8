import { isAppError } from "../../errors.ts";
import { readLogs } from "../../graph/synchronization-logs.ts";
import { findUser } from "../../graph/users.ts";
import type { LogEntry } from "../../provisioning/types.ts";
import type { KnownValues } from "../../settings/known-values.ts";
import { isGuid } from "../../settings/values.ts";
import { untilAborted } from "../../signin/observed.ts";
import type { Template } from "../../template/schema.ts";
import { during, type RunContext } from "../context.ts";
import { type LocatedProvisioning, locateProvisioning, requireJob, SCIM_LOG_SCOPES } from "./locate.ts";

/** More entries than this are not shown at once. */
export const MOST_ENTRIES = 10_000;

export interface LogFilters {
  readonly since: Date;
  readonly status: string | undefined;
  readonly action: string | undefined;
  /** A user principal name, an object ID, or a part of a name. */
  readonly user: string | undefined;
  /** How many entries at most, the newest. */
  readonly limit: number;
}

export interface ScimLogsInput extends LogFilters {
  readonly template: Template;
  readonly known: KnownValues;
}

/** Entries of the provisioning logs, the oldest first. */
export interface ScimLogs {
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  readonly appId: string;
  readonly objectId: string;
  readonly entries: readonly LogEntry[];
  /** Whether there are older ones than these. */
  readonly hasMore: boolean;
  readonly since: Date;
  readonly now: Date;
}

/**
 * The newest entries of the provisioning logs that were asked for. Reads only.
 *
 * @throws AppError PROVISIONING_MISSING, LICENCE_MISSING, and what `locate` throws.
 */
export async function scimLogs(context: RunContext, input: ScimLogsInput): Promise<ScimLogs> {
  const located = await locateProvisioning(context, input, SCIM_LOG_SCOPES);
  return newestEntries(context, located, input, await matcherFor(context, located, input.user));
}

/** How often the logs are asked for more. They lag by minutes, and take five requests in ten seconds. */
const POLL_MS = 5000;
/** An entry may arrive this long after newer ones. */
const OVERLAP_MS = 15 * 60_000;

/**
 * The same, and from then on every entry that arrives, once, until the run is interrupted or nobody reads it any
 * more: that is its end, and no failure.
 *
 * @param show what there is at the beginning, then what arrives, the oldest first.
 */
export async function followLogs(
  context: RunContext,
  input: ScimLogsInput,
  show: {
    readonly begin: (logs: ScimLogs) => void;
    readonly more: (entries: readonly LogEntry[]) => void;
    /** False once nobody reads it any more. */
    readonly isRead: () => boolean;
  },
): Promise<void> {
  const located = await locateProvisioning(context, input, SCIM_LOG_SCOPES);
  const matches = await matcherFor(context, located, input.user);
  const logs = await newestEntries(context, located, input, matches);
  show.begin(logs);
  context.report({ kind: "following" });
  const seen = new Map(logs.entries.map(({ id, at }) => [id, at]));
  // What is older than the beginning was left out on purpose.
  const beginning = logs.entries[0]?.at ?? input.since.toISOString();
  try {
    while (show.isRead()) {
      await context.rest(POLL_MS);
      const after = new Date(Math.max(Date.parse(beginning) - 1, newest(seen, input.since) - OVERLAP_MS));
      const read = readArrivals(located, { ...input, since: after }, matches, seen);
      const arrived = await untilAborted(context.signal, read);
      for (const { id, at } of arrived) seen.set(id, at);
      forget(seen, newest(seen, input.since) - 2 * OVERLAP_MS);
      if (arrived.length > 0) show.more(arrived);
    }
  } catch (error) {
    if (!isAppError(error, "INTERRUPTED")) throw error;
  }
}

function newest(seen: ReadonlyMap<string, string>, since: Date): number {
  let latest = since.getTime();
  for (const at of seen.values()) latest = Math.max(latest, Date.parse(at) || 0);
  return latest;
}

function forget(seen: Map<string, string>, before: number): void {
  for (const [id, at] of seen) if (Date.parse(at) < before) seen.delete(id);
}

type Matches = (entry: LogEntry) => boolean;

async function readArrivals(
  located: LocatedProvisioning,
  { since, status, action }: LogFilters,
  matches: Matches,
  seen: ReadonlyMap<string, string>,
): Promise<LogEntry[]> {
  const arrived: LogEntry[] = [];
  const filter = { after: since, status, action, order: "asc" } as const;
  for await (const entry of readLogs(located.graph, requireJob(located).id, filter)) {
    if (!seen.has(entry.id) && matches(entry)) arrived.push(entry);
  }
  return arrived;
}

async function newestEntries(
  context: RunContext,
  located: LocatedProvisioning,
  { since, status, action, limit }: LogFilters,
  matches: Matches,
): Promise<ScimLogs> {
  const job = requireJob(located);
  const { displayName, appId, objectId } = located.current.application;
  const entries: LogEntry[] = [];
  let hasMore = false;
  await during(context, "readLogs", async () => {
    const filter = { after: since, status, action, order: "desc" } as const;
    for await (const entry of readLogs(located.graph, job.id, filter)) {
      if (!matches(entry)) continue;
      hasMore = entries.length === limit;
      if (hasMore) return;
      entries.push(entry);
    }
  });
  return {
    tenant: located.tenant,
    displayName,
    appId,
    objectId,
    entries: entries.toReversed(),
    hasMore,
    since,
    now: context.ports.clock.now(),
  };
}

/** Whom an entry has to be about. An entry knows people by object ID and display name, not by user principal name. */
async function matcherFor(
  context: RunContext,
  { graph }: LocatedProvisioning,
  wanted: string | undefined,
): Promise<Matches> {
  if (wanted === undefined) return () => true;
  const isNamed = wanted.includes("@") || isGuid(wanted.toLowerCase());
  const user = isNamed ? await during(context, "findUsers", () => findUser(graph, wanted)) : undefined;
  const texts = [wanted, ...(user ? [user.id] : [])].map((text) => text.toLowerCase());
  return ({ source, target }) =>
    [source, target].some((identity) => {
      const known = `${identity?.id ?? ""}\n${identity?.displayName ?? ""}`.toLowerCase();
      return texts.some((text) => known.includes(text));
    });
}
