import { networkError } from "../http/errors.ts";
import { readText } from "../http/read.ts";
import type { RetryingFetch } from "../http/retry.ts";

/** An answer of the sign-in service as the library takes it. */
export interface TextAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sees every answer before the library does, and may put another in its place. */
export type Observe = (url: URL, answer: TextAnswer) => Promise<TextAnswer> | TextAnswer;

const MAX_ANSWER_BYTES = 1024 * 1024;

/** Sends what the library asks for through our network port, and shows the answer to `observe` first. */
export async function exchange(
  fetch: RetryingFetch,
  request: Request,
  observe: Observe,
): Promise<TextAnswer & Pick<Response, "headers">> {
  const url = new URL(request.url);
  const response = await fetch(request, "always").catch((error: unknown) => {
    throw networkError(url.host, error);
  });
  const received = { status: response.status, text: await readText(response, MAX_ANSWER_BYTES) };
  return { ...(await observe(url, received)), headers: response.headers };
}
