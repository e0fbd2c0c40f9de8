import type { Clock, Fetch } from "../ports/index.ts";
import { transportCode } from "./errors.ts";

/** One exchange as journal and `--verbose` name it: no body, no header but the request id. */
export interface Exchange {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** The HTTP status, or the transport's error code where no answer came. */
  readonly status: number | string;
  readonly durationMs: number;
  readonly requestId: string | undefined;
}

/**
 * Reports every exchange that leaves through `fetch`, repeats included. Paths are named only for the given
 * hosts: elsewhere a path can be the secret itself, as a one-time link's is.
 */
export function tracing(
  fetch: Fetch,
  clock: Clock,
  namedHosts: readonly string[],
  onExchange: (exchange: Exchange) => void,
): Fetch {
  return async (request) => {
    const url = new URL(request.url);
    const start = clock.now().getTime();
    const report = (status: number | string, requestId: string | null | undefined) => {
      onExchange({
        method: request.method,
        host: url.host,
        path: namedHosts.includes(url.host) ? withoutPeople(url.pathname + url.search) : "/…",
        status,
        durationMs: clock.now().getTime() - start,
        requestId: requestId ?? undefined,
      });
    };
    try {
      const response = await fetch(request);
      const { headers } = response;
      report(response.status, headers.get("request-id") ?? headers.get("x-ms-request-id"));
      return response;
    } catch (error) {
      report(transportCode(error), undefined);
      throw error;
    }
  };
}

/**
 * The address without what says who somebody is: whoever helps needs the step and the object ID, no name. What is
 * typed to find a group may be a person's name, and the token of a next page holds the last name of this one.
 */
export function withoutPeople(address: string): string {
  const told = address.replaceAll(/(?<=[?&](?:\$|%24)(?:search|skiptoken)=)[^&]*/gi, "…");
  const [, before, rest] = /^(\/[^/]+\/(?:users|groups)(?=[/(?]|$))(.*)$/.exec(told) ?? [];
  if (before === undefined || rest === undefined) return told;
  const unkeyed = rest.replace(/^\/(?!(?:[\da-f]{8}-[\da-f-]{27})(?:[/?]|$))[^/?]+/i, "/…");
  return before + unkeyed.replaceAll(LITERAL, "'…'");
}

/** A text of OData: a quote within it is doubled, and an address may have it as its number. */
const LITERAL = /(?:'|%27)(?:''|(?:%27){2}|(?!'|%27).)*(?:'|%27)/g;
