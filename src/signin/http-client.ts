import { createHttpHeaders, type HttpClient, type PipelineRequest } from "@azure/core-rest-pipeline";
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
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

/** The same for the part of the library that knows nothing of pipelines. */
export function toNetworkModule(fetch: RetryingFetch, observe: Observe): INetworkModule {
  const send = async <Body>(request: Request): Promise<NetworkResponse<Body>> => {
    const { status, text, headers } = await exchange(fetch, request, observe);
    return { status, headers: Object.fromEntries(headers), body: JSON.parse(text) as Body };
  };
  const options = ({ headers = {}, body }: NetworkRequestOptions = {}) => ({ headers, body: body ?? null });
  return {
    sendGetRequestAsync: (url, given) => send(new Request(url, { headers: given?.headers ?? {} })),
    sendPostRequestAsync: (url, given) => send(new Request(url, { method: "POST", ...options(given) })),
  };
}

async function exchange(fetch: RetryingFetch, request: Request, observe: Observe) {
  const url = new URL(request.url);
  const response = await fetch(request, "always").catch((error: unknown) => {
    throw networkError(url.host, error);
  });
  const received = { status: response.status, text: await readText(response, MAX_ANSWER_BYTES) };
  return { ...(await observe(url, received)), headers: response.headers };
}

function toRequest(request: PipelineRequest): Request {
  return new Request(request.url, {
    method: request.method,
    headers: request.headers.toJSON(),
    ...(typeof request.body === "string" && { body: request.body }),
  });
}
