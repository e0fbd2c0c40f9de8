import { fetchWithin } from "../../../http/attempt.ts";
import { readJson } from "../../../http/read.ts";
import type { Secret } from "../../../secret.ts";
import * as z from "../../../zod.ts";
import { type RunContext, stopIfInterrupted } from "../../context.ts";

/** What the vendor's own list of users shows, after provisioning has begun. */
export type Arrivals =
  | { readonly kind: "arrived"; readonly count: number }
  | { readonly kind: "none" }
  /** It cannot be read, or what it answers is no list. */
  | { readonly kind: "unknown" };

const TRIES = 4;
const INTERVAL_MS = 3000;
const ATTEMPT_MS = 15_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** RFC 7644, 3.4.2; only the number is used. */
const ListResponse = z.looseObject({ totalResults: z.int().check(z.nonnegative()) });

/** Where the vendor lists its users; flags of the tenant URL stay behind it. */
export function usersUrl(tenantUrl: string): URL {
  const url = new URL(tenantUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/Users`;
  return url;
}

/**
 * Reads the vendor's list of users with the secret token until somebody shows, for some seconds. The token goes
 * in a header to that address alone: never into an address, and never along with a redirect.
 */
export async function awaitArrivals(
  context: RunContext,
  { tenantUrl, token }: { readonly tenantUrl: string; readonly token: Secret },
): Promise<Arrivals> {
  const url = usersUrl(tenantUrl);
  for (let attempt = 1; ; attempt += 1) {
    stopIfInterrupted(context.signal);
    const arrivals = await readArrivals(context, url, token).catch((): Arrivals => ({ kind: "unknown" }));
    if (arrivals.kind !== "none" || attempt === TRIES) return arrivals;
    await context.ports.clock.sleep(INTERVAL_MS);
  }
}

async function readArrivals({ ports, signal }: RunContext, url: URL, token: Secret): Promise<Arrivals> {
  const headers = {
    accept: "application/scim+json, application/json",
    authorization: `Bearer ${token.reveal()}`,
  };
  const request = new Request(url, { headers, redirect: "manual", signal });
  const response = await fetchWithin(ports.fetch, request, ATTEMPT_MS);
  if (response.status !== 200) return { kind: "unknown" };
  const list = ListResponse.safeParse(await readJson(response, MAX_ANSWER_BYTES));
  if (!list.success) return { kind: "unknown" };
  const count = list.data.totalResults;
  return count > 0 ? { kind: "arrived", count } : { kind: "none" };
}
