import { createHttpHeaders, type HttpClient, type PipelineRequest } from "@azure/core-rest-pipeline";
import type { RetryingFetch } from "../http/retry.ts";
import { exchange, type Observe } from "./exchange.ts";

/**
 * For the library's own proxy, which no request reaches behind `toHttpClient`. Left to itself it would read
 * the environment, and write the proxy's address to its debug log, password included.
 */
export const UNUSED_PROXY = { host: "http://localhost", port: 9 };

/** An HTTP client for the sign-in library that leaves through our one network port. */
export function toHttpClient(fetch: RetryingFetch, observe: Observe = (_url, answer) => answer): HttpClient {
  return {
    async sendRequest(request) {
      const { status, text, headers } = await exchange(fetch, toRequest(request), observe);
      return { request, status, headers: createHttpHeaders(Object.fromEntries(headers)), bodyAsText: text };
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
