import type { World } from "../world.ts";
import { isRecord } from "../world.ts";
import type { SavedKeys } from "./state.ts";
import { answerScim, hashOf } from "./target.ts";

/** How long the service waits for an endpoint *(assumed)*. */
const PATIENCE_MS = 100_000;
const STATUS_NAMES: Readonly<Record<number, string>> = {
  200: "OK",
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  429: "TooManyRequests",
  500: "InternalServerError",
  502: "BadGateway",
  503: "ServiceUnavailable",
};
const PRIVATE_HOST =
  /^(localhost|.*\.(local|localhost|internal)|127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|0\.|\[)/i;

/** An endpoint with what opens it: the token, or its hash where only that is left of it. */
export interface Endpoint {
  readonly baseAddress: string;
  readonly token: string | undefined;
  readonly tokenHash: string | undefined;
}

export interface ScimAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
}

/** The service did not get an answer. */
export class Unreachable extends Error {}

/** The endpoint of saved credentials; undefined where something is missing. */
export function savedEndpoint(world: World, servicePrincipalId: string, saved: SavedKeys | undefined) {
  const baseAddress = saved?.values["BaseAddress"];
  if (baseAddress === undefined || baseAddress === "" || saved?.tokenHash === undefined) return undefined;
  return { baseAddress, tokenHash: saved.tokenHash, token: world.scim.tokens.get(servicePrincipalId) };
}

/** Whether the flag for RFC conform requests stands in the address. */
export function isConform({ baseAddress }: Pick<Endpoint, "baseAddress">): boolean {
  return /[?&]aadOptscim062020(?=$|&|=)/i.test(baseAddress);
}

/**
 * Sends one SCIM request as the provisioning service does: from outside the customer's network, by https only.
 *
 * @param path below the tenant URL, with its query.
 * @throws Unreachable
 */
export async function sendScim(
  world: World,
  endpoint: Endpoint,
  method: string,
  path: string,
  body?: unknown,
): Promise<ScimAnswer> {
  const url = scimUrl(endpoint.baseAddress, path);
  const init = {
    method,
    headers: {
      Accept: "application/scim+json",
      ...(endpoint.token === undefined ? {} : { Authorization: `Bearer ${endpoint.token}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/scim+json; charset=utf-8" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  await requirePatience(world, endpoint);
  try {
    // A token that no header can carry ends here as well.
    const request = new Request(url, init);
    const { fetch } = world.scim;
    const response =
      fetch === undefined ? await answerScim(world, request, endpoint.tokenHash) : await fetch(request);
    const text = await response.text();
    return { status: response.status, body: parsed(text), text };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new Unreachable(`Unable to connect to the remote server${code}.`);
  }
}

async function requirePatience({ scim, behaviour, clock }: World, endpoint: Endpoint): Promise<void> {
  if (scim.fetch === undefined && behaviour.scimTarget === "slow") {
    await clock.sleep(PATIENCE_MS);
    throw new Unreachable("The operation has timed out.");
  }
  // A token is in memory only: after a restart an endpoint of others cannot be opened any more.
  if (scim.fetch !== undefined && endpoint.token === undefined) {
    throw new Unreachable("The simulated service has lost the secret token, which it never keeps on disk.");
  }
}

function scimUrl(baseAddress: string, path: string): URL {
  let url: URL;
  try {
    url = new URL(baseAddress);
  } catch {
    throw new Unreachable("Invalid URI: The format of the URI could not be determined.");
  }
  if (url.protocol !== "https:") throw new Unreachable("The address is not one of https.");
  if (PRIVATE_HOST.test(url.hostname)) throw new Unreachable("The remote name could not be resolved.");
  return new URL(`${url.origin}${url.pathname.replace(/\/+$/, "")}${path}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The resources of a list answer; undefined for an answer that is none of SCIM's. */
export function resourcesOf({ status, body }: ScimAnswer): Record<string, unknown>[] | undefined {
  if (status !== 200 || !isRecord(body)) return undefined;
  const { schemas, totalResults, Resources } = body;
  const isList =
    Array.isArray(schemas) && schemas.includes("urn:ietf:params:scim:api:messages:2.0:ListResponse");
  if (!isList || typeof totalResults !== "number") return undefined;
  return Array.isArray(Resources) ? Resources.filter(isRecord) : [];
}

/**
 * Looks for somebody who does not exist, as Entra does to test a connection.
 *
 * @returns what is wrong, in the service's words; undefined where nothing is.
 */
export async function connectionFault(world: World, endpoint: Endpoint): Promise<string | undefined> {
  const path = `/Users?filter=${encodeURIComponent(`userName eq "${world.ids.uuid()}"`)}`;
  const advice =
    "You appear to have entered invalid credentials. Please confirm you are using the correct information for an administrative account.";
  const code = "Error code: SystemForCrossDomainIdentityManagementCredentialValidationUnavailable";
  try {
    const answer = await sendScim(world, endpoint, "GET", path);
    if (resourcesOf(answer) !== undefined) return undefined;
    const said = answer.text.slice(0, 500);
    const kind =
      answer.status === 200
        ? "The response does not conform to the SCIM protocol: a ListResponse was expected. "
        : "";
    return `${advice} ${code} Details: We received this unexpected response from your application: ${kind}Received response from Web resource. Resource: ${scimUrl(endpoint.baseAddress, path).href} Operation: GET Response Status Code: ${statusName(answer.status)} Response Content: ${said}`;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return `${code} Details: An error occurred while sending the request. ${error.message}`;
  }
}

/** A status as .NET names it. */
export function statusName(status: number): string {
  return STATUS_NAMES[status] ?? String(status);
}

/** What opens an endpoint, of credentials as they were sent. */
export function sentEndpoint(values: ReadonlyMap<string, string>): Endpoint | undefined {
  const baseAddress = values.get("BaseAddress") ?? "";
  const token = values.get("SecretToken") ?? "";
  if (baseAddress === "" || token === "") return undefined;
  return { baseAddress, token, tokenHash: hashOf(token) };
}
