import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import type { RetryingFetch } from "../http/retry.ts";
import { exchange, type Observe } from "./exchange.ts";

/** A network for the part of the sign-in library that knows nothing of pipelines: our one network port. */
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
