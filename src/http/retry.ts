import type { Clock, Fetch } from "../ports/index.ts";
import { fetchWithin } from "./attempt.ts";
import { isNeverSent, isPassingFailure, networkFailure } from "./errors.ts";
import { MAX_REPEATS, retryDelayMs } from "./retry-delay.ts";

export { MAX_REPEATS, retryDelayMs } from "./retry-delay.ts";

/**
 * When a request may be sent again without looking first.
 *
 * - `always`: it does the same however often it is sent (reads, and writes that are idempotent by nature).
 * - `ifRefused`: only where the server certainly did not act on it: it said so (429), or was never reached.
 *   Everything ambiguous is handed back to the caller, who looks before repeating.
 */
export type RepeatPolicy = "always" | "ifRefused";

/** One wait before a repeat, for the screen. */
export interface Wait {
  readonly ms: number;
  readonly reason: "throttled" | "unavailable" | "unreachable";
  readonly host: string;
  /** The proxy on the way, where the host was not reached. */
  readonly proxy?: string;
  /** The repeat that follows, from 1. */
  readonly attempt: number;
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly onWait?: ((wait: Wait) => void) | undefined;
  /** From 0 to 1; `Math.random` unless a test wants to know. */
  readonly random?: (() => number) | undefined;
  /** Repeats of one request; `MAX_REPEATS` unless given. */
  readonly repeats?: number | undefined;
  /** Time limit of a single attempt, answer included; 60 s unless given. */
  readonly attemptMs?: number | undefined;
}

/** `attemptMs` overrides the time limit for this one request. */
export type RetryingFetch = (request: Request, policy: RepeatPolicy, attemptMs?: number) => Promise<Response>;

const ATTEMPT_MS = 60_000;

/**
 * The one place where a request is repeated. Resolves with the first answer that is final, and after the
 * last repeat (or when the server asks for more than a minute) with whatever answer came; rejects with the
 * transport's last error, or with the reason of `request.signal` as soon as that is aborted.
 */
export function retrying(fetch: Fetch, options: RetryOptions): RetryingFetch {
  const { repeats = MAX_REPEATS, attemptMs: usualMs = ATTEMPT_MS } = options;
  return async (request, policy, attemptMs = usualMs) => {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await attemptOnce(fetch, request, attemptMs);
      const delay = attempt > repeats ? undefined : delayBefore(attempt, outcome, policy, options);
      if (delay === undefined) return settled(outcome);
      discard(outcome.response);
      const { host } = new URL(request.url);
      const proxy = outcome.response ? undefined : networkFailure(host, outcome.error).proxy;
      options.onWait?.({ ...delay, host, ...(proxy !== undefined && { proxy }), attempt });
      await options.clock.sleep(delay.ms, request.signal);
    }
  };
}

type Outcome = { readonly response: Response } | { readonly response?: undefined; readonly error: unknown };

async function attemptOnce(fetch: Fetch, request: Request, ms: number): Promise<Outcome> {
  request.signal.throwIfAborted();
  try {
    return { response: await fetchWithin(fetch, request, ms) };
  } catch (error) {
    // What was given up from outside is not tried again, whatever the transport makes of it.
    request.signal.throwIfAborted();
    return { error };
  }
}

function delayBefore(
  attempt: number,
  outcome: Outcome,
  policy: RepeatPolicy,
  { clock, random = Math.random }: RetryOptions,
): Pick<Wait, "ms" | "reason"> | undefined {
  const reason = outcome.response
    ? answerReason(outcome.response.status, policy)
    : failureReason(outcome.error, policy);
  if (reason === undefined) return undefined;
  const headers = outcome.response?.headers;
  const now = serverTime(headers) ?? clock.now();
  const ms = retryDelayMs(attempt, headers?.get("retry-after"), now, random());
  return ms === undefined ? undefined : { ms, reason };
}

function answerReason(status: number, policy: RepeatPolicy): Wait["reason"] | undefined {
  if (status === 429) return "throttled";
  if (policy === "always" && (status === 502 || status === 503 || status === 504)) return "unavailable";
  return undefined;
}

function failureReason(error: unknown, policy: RepeatPolicy): Wait["reason"] | undefined {
  const repeatable = policy === "always" ? isPassingFailure(error) : isNeverSent(error);
  return repeatable ? "unreachable" : undefined;
}

function serverTime(headers: Headers | undefined): Date | undefined {
  const date = new Date(headers?.get("date") ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function settled(outcome: Outcome): Response {
  if (outcome.response) return outcome.response;
  throw outcome.error;
}

/**
 * An answer nobody reads would keep its connection. Not waited for: half of a cloned body is only gone when
 * the other half is.
 */
function discard(response: Response | undefined): void {
  response?.body?.cancel().catch(() => undefined);
}
