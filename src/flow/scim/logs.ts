import { isAppError } from "../../errors.ts";
import { readLogs } from "../../graph/synchronization-logs.ts";
import { findUser } from "../../graph/users.ts";
import { untilAborted } from "../../http/until-aborted.ts";
import type { LogEntry } from "../../provisioning/types.ts";
import type { KnownValues } from "../../settings/known-values.ts";
import { isGuid } from "../../settings/values.ts";
import type { Template } from "../../template/schema.ts";
import { during, type RunContext } from "../context.ts";
import { together } from "../together.ts";
import { SCIM_LOG_SCOPES } from "./locate.ts";
import { type Ready, readStandings } from "./standing.ts";

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
  /** One for each application that is meant; never empty. */
  readonly templates: readonly Template[];
  readonly known: KnownValues;
}

/** An application whose logs they are. */
export interface LoggedApplication {
  readonly displayName: string;
  readonly appId: string;
  readonly objectId: string;
}

/** An entry, and of which of several applications. */
export interface LogLine extends LogEntry {
  readonly application?: string | undefined;
}

/** Entries of the provisioning logs, the oldest first. */
export interface ScimLogs {
  readonly tenant: { readonly id: string; readonly displayName: string };
  /** Never empty. */
  readonly applications: readonly LoggedApplication[];
  readonly entries: readonly LogLine[];
  /** Whether there are older ones than these. */
  readonly hasMore: boolean;
  readonly since: Date;
  readonly now: Date;
}

/**
 * The newest entries of the provisioning logs that were asked for, of all applications that are meant. Reads only.
 *
 * @throws AppError PROVISIONING_MISSING, LICENCE_MISSING, and what `locate` throws.
 */
export async function scimLogs(context: RunContext, input: ScimLogsInput): Promise<ScimLogs> {
  const jobs = await findJobs(context, input);
  return newestEntries(context, jobs, input, await matcherFor(context, jobs[0], input.user));
}

/** The jobs whose logs are read; those of several that have none are said. */
async function findJobs(context: RunContext, input: ScimLogsInput): Promise<readonly [Ready, ...Ready[]]> {
  const standings = await readStandings(context, input, "job", SCIM_LOG_SCOPES);
  for (const standing of standings) {
    if ("result" in standing) context.report({ kind: "leftOut", result: standing.result });
  }
  const [first, ...others] = standings.filter((standing) => "located" in standing);
  if (!first) throw new TypeError("the logs of nothing");
  return [first, ...others];
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
    readonly more: (entries: readonly LogLine[]) => void;
    /** False once nobody reads it any more. */
    readonly isRead: () => boolean;
  },
): Promise<void> {
  const jobs = await findJobs(context, input);
  const matches = await matcherFor(context, jobs[0], input.user);
  const logs = await newestEntries(context, jobs, input, matches);
  show.begin(logs);
  context.report({ kind: "following" });
  const seen = new Map(logs.entries.map(({ id, at }) => [id, at]));
  // What is older than the beginning was left out on purpose.
  const beginning = logs.entries[0]?.at ?? input.since.toISOString();
  try {
    while (show.isRead()) {
      await context.rest(POLL_MS);
      const after = new Date(Math.max(Date.parse(beginning) - 1, newest(seen, input.since) - OVERLAP_MS));
      const read = readArrivals(jobs, { ...input, since: after }, matches, seen);
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
  jobs: readonly Ready[],
  { since, status, action }: LogFilters,
  matches: Matches,
  seen: ReadonlyMap<string, string>,
): Promise<LogLine[]> {
  const filter = { after: since, status, action, order: "asc" } as const;
  const arrived = await together(
    ...jobs.map(async ({ located, job }) => {
      const own: LogEntry[] = [];
      for await (const entry of readLogs(located.graph, job.id, filter)) {
        if (!seen.has(entry.id) && matches(entry)) own.push(entry);
      }
      return own;
    }),
  );
  return merged(jobs, arrived);
}

async function newestEntries(
  context: RunContext,
  jobs: readonly [Ready, ...Ready[]],
  filters: LogFilters,
  matches: Matches,
): Promise<ScimLogs> {
  const { since, limit } = filters;
  const read = await during(context, "readLogs", () =>
    together(...jobs.map(async (job) => newestOf(job, filters, matches))),
  );
  const all = merged(
    jobs,
    read.map(({ entries }) => entries),
  );
  return {
    tenant: jobs[0].located.tenant,
    applications: jobs.map(({ located }) => located.current.application),
    entries: all.slice(-limit),
    hasMore: all.length > limit || read.some(({ hasMore }) => hasMore),
    since,
    now: context.ports.clock.now(),
  };
}

/** Those of one job, the oldest first. */
async function newestOf(
  { located, job }: Ready,
  { since, status, action, limit }: LogFilters,
  matches: Matches,
): Promise<{ readonly entries: readonly LogEntry[]; readonly hasMore: boolean }> {
  const entries: LogEntry[] = [];
  const filter = { after: since, status, action, order: "desc" } as const;
  for await (const entry of readLogs(located.graph, job.id, filter)) {
    if (!matches(entry)) continue;
    if (entries.length === limit) return { entries: entries.toReversed(), hasMore: true };
    entries.push(entry);
  }
  return { entries: entries.toReversed(), hasMore: false };
}

/** The entries of several jobs in the order of time, each with whose it is; those of one alone as they are. */
function merged(jobs: readonly Ready[], entries: readonly (readonly LogEntry[])[]): LogLine[] {
  if (jobs.length === 1) return entries.flat();
  const lines = jobs.flatMap(({ located }, index) => {
    const application = located.current.application.displayName;
    return (entries[index] ?? []).map((entry) => ({ ...entry, application }));
  });
  return lines.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** Whom an entry has to be about. An entry knows people by object ID and display name, not by user principal name. */
async function matcherFor(
  context: RunContext,
  { located: { graph } }: Ready,
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
