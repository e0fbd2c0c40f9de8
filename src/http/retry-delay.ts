/** How often a request is repeated at most. */
export const MAX_REPEATS = 5;

/** The longest single wait. A server that asks for more is answered by giving up. */
const LONGEST_WAIT_MS = 60_000;

/**
 * How long to wait before the `attempt`-th repeat (from 1), in milliseconds; undefined where the server
 * asks for more than a minute.
 *
 * `retryAfter` is the header's value, in seconds or as a date. Without it, or where it is unreadable or
 * names no time to come, the wait doubles from one second; `random` (from 0 to 1) takes up to half of it
 * off, so that clients thrown out together do not come back together. `now` is best the `Date` of the same
 * answer: a machine's clock may be hours off.
 */
export function retryDelayMs(
  attempt: number,
  retryAfter: string | null | undefined,
  now: Date,
  random: number,
): number | undefined {
  const asked = retryAfterMs(retryAfter, now);
  if (asked === undefined) return Math.min(backOffMs(attempt, random), LONGEST_WAIT_MS);
  return asked > LONGEST_WAIT_MS ? undefined : asked;
}

function backOffMs(attempt: number, random: number): number {
  const full = 1000 * 2 ** (attempt - 1);
  return Math.round(full - (full / 2) * random);
}

function retryAfterMs(value: string | null | undefined, now: Date): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return positive(Number(text) * 1000);
  // `Date.parse` takes nearly anything: a bare "-5" is a year to it. HTTP's dates end in GMT.
  if (/^[A-Za-z]{3,9},? .*\bGMT$/.test(text)) return positive(Date.parse(text) - now.getTime());
  return undefined;
}

function positive(ms: number): number | undefined {
  return ms > 0 ? Math.ceil(ms) : undefined;
}
