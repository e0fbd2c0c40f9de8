import { createHash } from "node:crypto";
import type { World } from "../world.ts";
import { isRecord } from "../world.ts";
import { changed, PatchRefused } from "./patch.ts";
import { readPath } from "./scim-path.ts";
import type { ScimResource, ScimTargetState } from "./state.ts";

const SCIM_PATH = /^(.+)\/(Users|Groups|ServiceProviderConfig|ResourceTypes|Schemas)(?:\/([^/]+))?$/;
const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";
const LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const FILTER = /^([^"]*?(?:\[[^\]]*\][^"]*?)?) eq "((?:[^"\\]|\\.)*)"$/i;
const MOST = 100;

/** sha256 of a token, which is all that is kept of one. */
export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Whether an address is one of a SCIM endpoint's. */
export function isScimUrl(url: URL): boolean {
  return url.protocol === "https:" && SCIM_PATH.test(url.pathname);
}

/** What a request to a built-in endpoint shows as its token, hashed; undefined where it shows none. */
export function shownHash(world: World, request: Request): string | undefined {
  const token = /^Bearer (.+)$/i.exec(request.headers.get("Authorization") ?? "")?.[1];
  if (token === undefined) return undefined;
  // A wrong one for those who want to see a refusal.
  const isWrong = token.startsWith("wrong") && world.behaviour.scimTarget !== "acceptsAnyToken";
  return isWrong ? undefined : hashOf(token);
}

/**
 * A small SCIM 2.0 endpoint for every tenant URL, which believes the first token it is shown.
 *
 * @param tokenHash of what was shown; the simulated service may have nothing else left of a token.
 */
export async function answerScim(
  world: World,
  request: Request,
  tokenHash: string | undefined,
): Promise<Response> {
  const mode = world.behaviour.scimTarget;
  const url = new URL(request.url);
  if (mode === "down")
    throw Object.assign(new Error(`The connection to ${url.host} failed.`), { code: "ECONNREFUSED" });
  if (mode === "notScim") {
    return new Response("<!doctype html><title>Welcome</title>", {
      headers: { "Content-Type": "text/html" },
    });
  }
  const [, base = "", kind = "", id] = SCIM_PATH.exec(url.pathname) ?? [];
  const presented = request.headers.has("Authorization") ? shownHash(world, request) : tokenHash;
  const target = targetAt(world, `${url.origin}${base}`);
  if (!isAdmitted(world, target, presented)) return refusal(401, "Authorization failure.");
  if (kind !== "Users" && kind !== "Groups") return json(200, capabilities());
  if (mode === "failsUsers" && kind === "Users" && request.method !== "GET") {
    return refusal(500, "The service failed to store the user.");
  }
  return await answerResource(world, request, { target, kind, base: `${url.origin}${base}`, id });
}

function targetAt({ state }: World, base: string): ScimTargetState {
  state.scimTargets ??= {};
  return (state.scimTargets[base] ??= { tokenHash: undefined, users: [], groups: [] });
}

function isAdmitted(world: World, target: ScimTargetState, hash: string | undefined): boolean {
  const mode = world.behaviour.scimTarget;
  if (mode === "acceptsAnyToken") return true;
  if (mode === "refusesToken" || hash === undefined) return false;
  if (target.tokenHash === undefined) {
    target.tokenHash = hash;
    world.changed = true;
  }
  return target.tokenHash === hash;
}

interface Place {
  readonly target: ScimTargetState;
  readonly kind: "Users" | "Groups";
  readonly base: string;
  readonly id: string | undefined;
}

async function answerResource(world: World, request: Request, place: Place): Promise<Response> {
  const list = place.kind === "Users" ? place.target.users : place.target.groups;
  const found = list.find(({ id }) => id === place.id);
  if (place.id === undefined) {
    if (request.method === "GET") return listed(new URL(request.url), list);
    return request.method === "POST" ? create(world, place, list, await body(request)) : refusal(405, "No.");
  }
  if (found === undefined) return refusal(404, `Resource ${place.id} not found.`);
  switch (request.method) {
    case "GET":
      return json(200, found);
    case "DELETE":
      list.splice(list.indexOf(found), 1);
      world.changed = true;
      return new Response(null, { status: 204 });
    case "PUT":
      return replace(world, list, found, await body(request));
    case "PATCH":
      return patch(world, list, found, await body(request));
    default:
      return refusal(405, "No.");
  }
}

function listed(url: URL, list: readonly ScimResource[]): Response {
  const filter = url.searchParams.get("filter");
  const matches = filter === null ? () => true : parseFilter(filter);
  if (matches === undefined) return refusal(400, "The filter is not supported.", "invalidFilter");
  const found = list.filter(matches);
  const start = Math.max(1, Number(url.searchParams.get("startIndex") ?? 1) || 1);
  const count = Math.min(MOST, Math.max(0, Number(url.searchParams.get("count") ?? MOST) || 0));
  const Resources = found.slice(start - 1, start - 1 + count);
  return json(200, {
    schemas: [LIST],
    totalResults: found.length,
    startIndex: start,
    itemsPerPage: Resources.length,
    Resources,
  });
}

function parseFilter(text: string): ((resource: ScimResource) => boolean) | undefined {
  const match = FILTER.exec(text.trim());
  if (match === null) return undefined;
  const [, path = "", literal = ""] = match;
  const wanted = literal.replaceAll(/\\(.)/g, "$1").toLowerCase();
  return (resource) => {
    const value = readPath(resource, path);
    const values = Array.isArray(value) ? value : [value];
    return values.some((one) => one !== undefined && String(one).toLowerCase() === wanted);
  };
}

function create(
  world: World,
  { kind, base }: Place,
  list: ScimResource[],
  sent: Record<string, unknown> | undefined,
): Response {
  const key = kind === "Users" ? "userName" : "displayName";
  if (sent === undefined || !Array.isArray(sent["schemas"]) || !isFilled(sent[key])) {
    return refusal(400, `Attribute '${key}' is required.`, "invalidValue");
  }
  if (isTaken(list, key, sent[key])) return refusal(409, `${key} is taken.`, "uniqueness");
  const id = world.ids.uuid();
  const now = world.clock.now().toISOString();
  const meta = {
    resourceType: kind.slice(0, -1),
    created: now,
    lastModified: now,
    location: `${base}/${kind}/${id}`,
  };
  const made: ScimResource = { ...sent, schemas: sent["schemas"].map(String), id, meta };
  list.push(made);
  world.changed = true;
  return json(201, made);
}

function replace(
  world: World,
  list: ScimResource[],
  found: ScimResource,
  sent: Record<string, unknown> | undefined,
): Response {
  if (sent === undefined || !Array.isArray(sent["schemas"])) return refusal(400, "No resource was sent.");
  const next = { ...sent, schemas: sent["schemas"].map(String), id: found.id, meta: found["meta"] };
  list.splice(list.indexOf(found), 1, next);
  world.changed = true;
  return json(200, next);
}

function patch(
  world: World,
  list: ScimResource[],
  found: ScimResource,
  sent: Record<string, unknown> | undefined,
): Response {
  try {
    const next = changed(found, sent);
    list.splice(list.indexOf(found), 1, next);
    world.changed = true;
    return json(200, next);
  } catch (error) {
    if (error instanceof PatchRefused) return refusal(400, error.message, "invalidSyntax");
    throw error;
  }
}

function isTaken(list: readonly ScimResource[], key: string, value: unknown): boolean {
  return list.some((one) => String(one[key]).toLowerCase() === String(value).toLowerCase());
}

function isFilled(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function capabilities(): Record<string, unknown> {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: MOST },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: false },
    authenticationSchemes: [
      { type: "oauthbearertoken", name: "Bearer token", description: "A secret token" },
    ],
  };
}

async function body(request: Request): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = await request.json();
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function refusal(status: number, detail: string, scimType?: string): Response {
  return json(status, {
    schemas: [ERROR],
    status: String(status),
    detail,
    ...(scimType === undefined ? {} : { scimType }),
  });
}

function json(status: number, value: unknown): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { "Content-Type": "application/scim+json" },
  });
}
