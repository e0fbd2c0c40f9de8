import type { Fetch } from "../ports/index.ts";

/**
 * Sends a copy of `request` and gives up after `ms` milliseconds, with a `TimeoutError`. The request
 * itself stays unused, so that it can be sent again.
 *
 * The limit ends with the exchange that `fetch` makes of it. A timer of our own, and a race with it, rather
 * than `AbortSignal.timeout`: Node 20 keeps neither that nor the controller inside a `Request` alive for
 * the sake of a signal that follows them, so a limit could be collected before it strikes.
 */
export async function fetchWithin(fetch: Fetch, request: Request, ms: number): Promise<Response> {
  const limit = new AbortController();
  const signal = AbortSignal.any([request.signal, limit.signal]);
  const stopped = rejectedBy(signal);
  const timer = setTimeout(
    () => limit.abort(new DOMException(`no answer within ${ms} ms`, "TimeoutError")),
    ms,
  );
  try {
    return await Promise.race([fetch(new Request(request.clone(), { signal })), stopped]);
  } finally {
    clearTimeout(timer);
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  const stopped = new Promise<never>((_, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  // Where the race is won by the answer, nobody listens to this any more.
  stopped.catch(() => undefined);
  return stopped;
}
