import { AppError, type GraphAction, isAppError } from "../errors.ts";
import { MAX_REPEATS, retryDelayMs } from "../http/retry.ts";
import {
  type GraphAnswer,
  isAmbiguous,
  isConcurrencyViolation,
  isReplicationLag,
  toAppError,
} from "./answers.ts";
import type { GraphContext } from "./batch.ts";
import type { GraphRequest } from "./client.ts";

/** How long a new object may take to be known everywhere; Entra names two minutes as unusual. */
const REPLICATION_LIMIT_MS = 120_000;
/** Reads in a row that must agree: one replica that knows the object proves nothing about the next. */
const AGREEING_READS = 2;

export interface WriteOptions<Found> {
  /** What the write should have made, if it is there; asked before an unanswered write is sent again. */
  readonly look?: () => Promise<Found | undefined>;
  /**
   * Whether an object of this run that the write needs can be read. Given only where this run made one:
   * for anything older a 404 is an answer, not a delay.
   */
  readonly isVisible?: () => Promise<boolean>;
  /** How often an unclear write is sent again at most; as often as any request unless given. */
  readonly repeats?: number;
}

export type Written<Found> =
  | { readonly kind: "answered"; readonly answer: GraphAnswer; readonly repeated: boolean }
  | { readonly kind: "found"; readonly found: Found };

/**
 * Sends one write so that it takes effect once: where the answer is lost or says nothing of use, it looks
 * before it sends again; where a new object is not known yet, it waits for reads that agree.
 */
export async function write<Found = never>(
  context: GraphContext,
  action: GraphAction,
  request: GraphRequest,
  { look, isVisible, repeats = MAX_REPEATS }: WriteOptions<Found> = {},
): Promise<Written<Found>> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await sendReplicated(context, action, request, isVisible);
    const unclear = outcome instanceof AppError || isAmbiguous(outcome) || isConcurrencyViolation(outcome);
    if (!unclear) return { kind: "answered", answer: outcome, repeated: attempt > 1 };
    const failure = outcome instanceof AppError ? outcome : toAppError(action, outcome);
    if (attempt > repeats) throw failure;
    const retryAfter = outcome instanceof AppError ? null : (outcome.retryAfter ?? null);
    const ms = retryDelayMs(attempt, retryAfter, context.clock.now(), Math.random());
    if (ms === undefined) throw failure;
    context.onWait?.({ ms, reason: "unavailable", host: "Microsoft Graph", attempt });
    await context.clock.sleep(ms);
    const found = await look?.();
    if (found !== undefined) return { kind: "found", found };
  }
}

/** Sends a write, waiting as long as a new object it needs is not known yet; a lost answer is given as its error. */
export async function sendReplicated(
  context: GraphContext,
  action: GraphAction,
  request: GraphRequest,
  isVisible: (() => Promise<boolean>) | undefined,
): Promise<GraphAnswer | AppError> {
  const start = context.clock.now().getTime();
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await context.graph.send(request).catch((error: unknown) => {
      if (isAppError(error, "NETWORK")) return error;
      throw error;
    });
    if (!isVisible || outcome instanceof AppError || !isReplicationLag(outcome)) return outcome;
    await waitUntilVisible(context, action, isVisible, attempt, start);
  }
}

/** @throws AppError NOT_REPLICATED after two minutes in all. */
async function waitUntilVisible(
  { clock, onWait }: GraphContext,
  action: GraphAction,
  isVisible: () => Promise<boolean>,
  attempt: number,
  start: number,
): Promise<void> {
  let agreeing = 0;
  for (let read = attempt; agreeing < AGREEING_READS; read += 1) {
    const waitedMs = clock.now().getTime() - start;
    if (waitedMs > REPLICATION_LIMIT_MS) {
      throw new AppError("NOT_REPLICATED", { action, waitedSeconds: Math.round(waitedMs / 1000) });
    }
    const ms = Math.min(500 * 2 ** (read - 1), 8000);
    onWait?.({ ms, reason: "replication", host: "Microsoft Graph", attempt: read });
    await clock.sleep(ms);
    agreeing = (await isVisible()) ? agreeing + 1 : 0;
  }
}
