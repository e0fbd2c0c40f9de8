import { AppError, isAppError, type SignInAttempt } from "../errors.ts";
import { isPassingFailure, networkError } from "../http/errors.ts";
import type { RetryingFetch } from "../http/retry.ts";
import type { Clock } from "../ports/index.ts";
import type { TextAnswer } from "./exchange.ts";
import { type OAuthError, signInFailure, toOAuthError } from "./failures.ts";

/** RFC 8628 section 3.5: on `slow_down` the interval grows by five seconds. */
const SLOW_DOWN_MS = 5000;

/** What the service answered and the library drops: see `docs/adr/0004-sign-in-library.md`. */
export interface Seen {
  oauth?: OAuthError | undefined;
  transport?: AppError | undefined;
  scopes?: readonly string[];
  expiresInMs?: number;
  /** While a device code is out: how many polls in a row got an answer of 5xx. */
  failedPolls?: number | undefined;
}

/** What the library takes for "ask again after the interval". */
const PENDING: TextAnswer = { status: 400, text: JSON.stringify({ error: "authorization_pending" }) };

/** A service that fails so often in a row does not get better while the code lasts. */
const MOST_FAILED_POLLS = 5;

/** Sees every answer of the sign-in service before the library does, and keeps what it says. */
export function observe({ clock, signal }: { clock: Clock; signal: AbortSignal }, seen: Seen) {
  return async (url: URL, answer: TextAnswer): Promise<TextAnswer> => {
    if (!/\/oauth2\/v2\.0\/(devicecode|token)$/.test(url.pathname)) return answer;
    const body = tryJson(answer.text);
    const error = toOAuthError(body);
    if (error?.error === "slow_down") {
      // The library takes it for a refusal; RFC 8628 wants the client to go on, more slowly.
      await clock.sleep(SLOW_DOWN_MS, signal);
      return PENDING;
    }
    if (answer.status >= 500 && canPollOn(seen)) {
      seen.transport = new AppError("NETWORK", { host: url.host, cause: `HTTP_${answer.status}` });
      return PENDING;
    }
    if (seen.failedPolls !== undefined) seen.failedPolls = 0;
    if (error && error.error !== "authorization_pending") seen.oauth = error;
    else if (!error) remember(seen, url.host, answer.status, body);
    return answer;
  };
}

/**
 * Keeps why nobody answered: the library calls every such failure a "network_error". While a code is out, a
 * network that is gone for a while (another one is joined, a laptop slept) does not end the sign-in: it
 * goes on until the code ends, as RFC 8628 section 3.5 has it.
 */
export function keepTransport(fetch: RetryingFetch, seen: Seen): RetryingFetch {
  return async (request, policy) => {
    try {
      const answer = await fetch(request, policy);
      seen.transport = undefined;
      return answer;
    } catch (error) {
      // Why it waited says more than that it waited for too long.
      if (!isAppError(error, "WAITED_TOO_LONG") || !seen.transport) {
        seen.transport = networkError(new URL(request.url).host, error);
      }
      if (seen.failedPolls === undefined || !isPassingFailure(error)) throw error;
      return new Response(PENDING.text, { status: PENDING.status });
    }
  };
}

function canPollOn(seen: Seen): boolean {
  if (seen.failedPolls === undefined || seen.failedPolls >= MOST_FAILED_POLLS) return false;
  seen.failedPolls += 1;
  return true;
}

/** The failure that people are told, by what was seen on the wire rather than by what the library says of it. */
export function toFailure(error: unknown, seen: Seen, asked: SignInAttempt, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof AppError) return error;
  if (seen.oauth) return signInFailure(seen.oauth, asked);
  if (seen.transport) return seen.transport;
  const { errorCode, errorMessage } = error as { errorCode?: unknown; errorMessage?: unknown };
  if (typeof errorCode === "string" && typeof errorMessage === "string" && /AADSTS/.test(errorMessage)) {
    return signInFailure({ error: errorCode, error_description: errorMessage }, asked);
  }
  const text = error instanceof Error ? error.message : String(error);
  const problem = /expired/i.test(text) ? "expired" : /access_denied/.test(text) ? "declined" : "unknown";
  return new AppError("SIGN_IN_FAILED", { problem, ...asked }, { cause: error });
}

/** The library hands out its cached token unless claims are given; a time makes it ask for a new one. */
export function freshTokenClaims(now: Date): string {
  const value = String(Math.floor(now.getTime() / 1000));
  return JSON.stringify({ access_token: { nbf: { essential: true, value } } });
}

function remember(seen: Seen, host: string, status: number, body: unknown): void {
  if (status >= 400 || typeof body !== "object" || body === null) {
    // A proxy's log-in page, a gateway's error page: nothing of the sign-in service.
    seen.transport = new AppError("NETWORK", { host, cause: `HTTP_${status}` });
    return;
  }
  const { scope, expires_in: expiresIn } = body as Record<string, unknown>;
  if (typeof scope === "string") {
    seen.scopes = scope.split(" ").map((name) => name.slice(name.lastIndexOf("/") + 1));
  }
  if (Number.isFinite(Number(expiresIn))) seen.expiresInMs = Number(expiresIn) * 1000;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
