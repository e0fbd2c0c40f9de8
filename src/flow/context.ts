import { AppError } from "../errors.ts";
import { type RetryingFetch, retrying } from "../http/retry.ts";
import { tracing } from "../http/trace.ts";
import type { Journal, JournalEntry } from "../journal/journal.ts";
import type { Ports } from "../ports/index.ts";
import type { Cloud } from "../signin/cloud.ts";
import type { Questions, RunEvent, Task } from "./events.ts";

export type FlowPorts = Pick<Ports, "fetch" | "clock" | "files" | "ids">;

/** What every part of a run shares. */
export interface RunContext {
  /** The outside world; every exchange through it is traced. */
  readonly ports: FlowPorts;
  /** The same network with waits and repeats. */
  readonly fetch: RetryingFetch;
  readonly cloud: Cloud;
  readonly journal: Journal;
  readonly report: (event: RunEvent) => void;
  /** Undefined where nobody can be asked. */
  readonly questions: Questions | undefined;
  readonly signal: AbortSignal;
  /** Eight hexadecimal digits that name this run. */
  readonly runId: string;
}

export interface ContextOptions {
  readonly ports: FlowPorts;
  readonly cloud: Cloud;
  readonly journal: Journal;
  readonly report: (event: RunEvent) => void;
  readonly questions: Questions | undefined;
  readonly signal: AbortSignal;
  readonly runId: string;
}

/** Wires tracing and retry round the ports, once for all that a run does. */
export function createContext(options: ContextOptions): RunContext {
  const { ports, cloud, journal, report } = options;
  const namedHosts = [new URL(cloud.graph).host, new URL(cloud.login).host];
  const traced = tracing(ports.fetch, ports.clock, namedHosts, (exchange) => {
    report({ kind: "exchange", exchange });
    void journal.record({ event: "request", ...exchange });
  });
  return {
    ...options,
    ports: { ...ports, fetch: traced },
    fetch: retrying(traced, { clock: ports.clock, onWait: (wait) => report({ kind: "wait", wait }) }),
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
    await context.journal.record({ ...known, event: "outcome", ok: false, requestId });
    throw error;
  }
}

/** Stops between two steps once the person pressed Ctrl-C. */
export function stopIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError("INTERRUPTED", {});
}
