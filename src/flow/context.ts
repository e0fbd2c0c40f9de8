import { AppError, isAppError } from "../errors.ts";
import type { GraphContext } from "../graph/batch.ts";
import { lateGraph } from "../graph/late-client.ts";
import { type RetryingFetch, retrying } from "../http/retry.ts";
import { tracing, withoutPeople } from "../http/trace.ts";
import type { Journal, JournalEntry } from "../journal/journal.ts";
import type { Clock, Ports } from "../ports/index.ts";
import type { Cloud } from "../signin/cloud.ts";
import type { TokenSource } from "../signin/token-source.ts";
import type { RunEvent, Task } from "./events.ts";
import type { Questions } from "./questions.ts";

export type FlowPorts = Pick<
  Ports,
  "fetch" | "clock" | "files" | "ids" | "processes" | "programs" | "system"
>;

/** What every part of a run shares. */
export interface RunContext {
  /** The outside world; every exchange through it is traced. */
  readonly ports: FlowPorts;
  /** The same network with waits and repeats. */
  readonly fetch: RetryingFetch;
  readonly cloud: Cloud;
  readonly journal: Journal;
  /** Where the journals of earlier runs are. */
  readonly journalFolder: string;
  readonly report: (event: RunEvent) => void;
  /** Undefined where nobody can be asked. */
  readonly questions: Questions | undefined;
  /** What the browser shows when a sign-in there has ended, as HTML. */
  readonly signInPages: { readonly done: string; readonly failed: string };
  /** What was piped into the program. */
  readonly readInput: () => Promise<string>;
  readonly signal: AbortSignal;
  /** A wait that the person chose: it counts towards no limit, and neither do those before it any more. */
  readonly rest: (ms: number) => Promise<void>;
  /** Eight hexadecimal digits that name this run. */
  readonly runId: string;
}

/** A run before its network is wired. */
export type ContextOptions = Omit<RunContext, "fetch" | "rest">;

/** All waits of one run together; whoever keeps us waiting longer will not answer in the next minute either. */
const MOST_WAITING_MS = 10 * 60_000;

/** Wires tracing, retry, Ctrl-C and the limit of all waits round the ports, once for all that a run does. */
export function createContext(options: ContextOptions): RunContext {
  const { cloud, journal, report } = options;
  const { clock, rest } = limited(options.ports.clock, options.signal);
  const ports = { ...options.ports, clock };
  const namedHosts = [new URL(cloud.graph).host, new URL(cloud.login).host];
  const traced = tracing(ports.fetch, ports.clock, namedHosts, (exchange) => {
    report({ kind: "exchange", exchange });
    void journal.record({ event: "request", ...exchange });
  });
  return {
    ...options,
    rest,
    ports: { ...ports, fetch: traced },
    fetch: retrying(traced, { clock: ports.clock, onWait: (wait) => report({ kind: "wait", wait }) }),
  };
}

/** A clock whose waits end with Ctrl-C, and with an error once they add up to too much. */
function limited(clock: Clock, interrupted: AbortSignal): { clock: Clock } & Pick<RunContext, "rest"> {
  let waitedMs = 0;
  return {
    clock: {
      now: () => clock.now(),
      sleep: async (ms, signal) => {
        waitedMs += ms;
        if (waitedMs > MOST_WAITING_MS) {
          throw new AppError("WAITED_TOO_LONG", { minutes: Math.round(MOST_WAITING_MS / 60_000) });
        }
        await clock.sleep(ms, signal ? AbortSignal.any([signal, interrupted]) : interrupted);
      },
    },
    rest: async (ms) => {
      waitedMs = 0;
      await clock.sleep(ms, interrupted);
    },
  };
}

/** Microsoft Graph as the signed-in person, with every call, batched or not, in the journal. */
export function openGraph(
  { fetch, ports, cloud, report, journal }: RunContext,
  tokens: TokenSource,
): GraphContext {
  return {
    graph: lateGraph({ fetch, tokens, ids: ports.ids, origin: cloud.graph }),
    clock: ports.clock,
    onWait: (wait) => report({ kind: "wait", wait }),
    onItem: ({ method, path }, { status, requestId }, durationMs) => {
      const { host } = new URL(cloud.graph);
      const exchange = { method, host, path: withoutPeople(`/v1.0${path}`), status, durationMs, requestId };
      report({ kind: "exchange", exchange });
      void journal.record({ event: "request", ...exchange });
    },
  };
}

/** Runs one piece of work under its name on the screen. */
export async function during<Value>(
  { report }: Pick<RunContext, "report">,
  task: Task,
  work: () => Promise<Value>,
): Promise<Value> {
  report({ kind: "task", task, state: "started" });
  try {
    const value = await work();
    report({ kind: "task", task, state: "done" });
    return value;
  } catch (error) {
    report({ kind: "task", task, state: "failed" });
    throw error;
  }
}

/** Work that changes something: its intent is in the journal before it, its outcome after it. */
export async function journaled<Value>(
  context: Pick<RunContext, "report" | "journal">,
  task: Task,
  intent: Extract<JournalEntry, { event: "intent" }>,
  work: () => Promise<Value>,
  ids: (value: Value) => Partial<Extract<JournalEntry, { event: "outcome" }>> = () => ({}),
): Promise<Value> {
  await context.journal.record(intent);
  const { event: _event, ...known } = intent;
  try {
    const value = await during(context, task, work);
    await context.journal.record({ ...known, event: "outcome", ok: true, ...ids(value) });
    return value;
  } catch (error) {
    const requestId = error instanceof AppError ? error.requestId : undefined;
    const refused =
      isAppError(error, "GRAPH_FORBIDDEN") && error.facts.action === intent.step ? true : undefined;
    await context.journal.record({ ...known, event: "outcome", ok: false, refused, requestId });
    throw error;
  }
}

/** Stops between two steps once the person pressed Ctrl-C. */
export function stopIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError("INTERRUPTED", {});
}
