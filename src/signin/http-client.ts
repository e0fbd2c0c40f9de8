import { createHttpHeaders, type HttpClient, type PipelineRequest } from "@azure/core-rest-pipeline";
import { networkError } from "../http/errors.ts";
import { readText } from "../http/read.ts";
import type { RetryingFetch } from "../http/retry.ts";

/** An answer of the sign-in service as the library takes it. */
export interface TextAnswer {
  readonly status: number;
  readonly text: string;
}

const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * An HTTP client for the sign-in library that leaves through our one network port.
 *
 * @param observe sees every answer before the library does, and may put another in its place.
 */
export function toHttpClient(
  fetch: RetryingFetch,
  observe: (url: URL, answer: TextAnswer) => Promise<TextAnswer> | TextAnswer = (_url, answer) => answer,
): HttpClient {
  return {
    async sendRequest(request) {
      const url = new URL(request.url);
      const response = await fetch(toRequest(request), "always").catch((error: unknown) => {
        throw networkError(url.host, error);
      });
      const received = { status: response.status, text: await readText(response, MAX_ANSWER_BYTES) };
      const { status, text } = await observe(url, received);
      const headers = createHttpHeaders(Object.fromEntries(response.headers));
      return { request, status, headers, bodyAsText: text };
    },
  };
}

function toRequest(request: PipelineRequest): Request {
  return new Request(request.url, {
    method: request.method,
    headers: request.headers.toJSON(),
    ...(typeof request.body === "string" && { body: request.body }),
  });
}
