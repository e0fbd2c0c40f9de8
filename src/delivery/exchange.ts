import { AppError } from "../errors.ts";
import { networkFailure } from "../http/errors.ts";
import { readText } from "../http/read.ts";
import { retrying } from "../http/retry.ts";
import { type DeliveryOptions, type DeliveryPorts, unusable } from "./profile.ts";

/** SnapPass's pages are a few KB; what is larger is something else. */
const LARGEST_ANSWER_BYTES = 64 * 1024;
const ATTEMPT_MS = 30_000;
/** One who waits in front of a question should not wait for five. */
const REPEATS = 2;

export interface Answer {
  readonly status: number;
  readonly isJson: boolean;
  readonly text: string;
}

/**
 * One request to the service, and its answer. Repeated on a failed connection and on 429, 502, 503 and 504:
 * a value that was stored and whose link was lost on the way is harmless, for the key to it was in that
 * answer alone. Throws AppError `ONE_TIME_PASSWORD_UNUSABLE`: `unreachable`, `redirects` for any 3xx (a
 * client that followed it would send the secret to somebody else, or in the clear), or `unknownService`
 * where the answer is too large to be one of SnapPass's.
 */
export async function exchange(
  ports: DeliveryPorts,
  service: URL,
  request: { url: URL; method: "GET" | "HEAD" | "POST"; accept: string; form?: Record<string, string> },
  { signal, onWait }: DeliveryOptions,
): Promise<Answer> {
  const send = retrying(ports.fetch, { clock: ports.clock, onWait, repeats: REPEATS, attemptMs: ATTEMPT_MS });
  const { url, method, accept, form } = request;
  const message = new Request(url, {
    method,
    headers: { accept },
    redirect: "manual",
    ...(form ? { body: new URLSearchParams(form) } : {}),
    ...(signal ? { signal } : {}),
  });
  try {
    const response = await send(message, "always");
    if (response.status >= 300 && response.status < 400) {
      throw unusable(service, "redirects", String(response.status));
    }
    const text = await readText(response, LARGEST_ANSWER_BYTES);
    return { status: response.status, isJson: isJson(response.headers), text };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof AppError) throw error;
    const network = networkFailure(service.host, error);
    if (network.cause === "ERR_BODY_TOO_LARGE") throw unusable(service, "unknownService", network.cause);
    throw unusable(service, "unreachable", network.cause, network);
  }
}

function isJson(headers: Headers): boolean {
  return /^application\/json\b/i.test(headers.get("content-type") ?? "");
}
