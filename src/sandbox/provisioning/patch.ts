import { isRecord } from "../world.ts";
import { parsePath, type ScimPath, writePath } from "./scim-path.ts";
import type { ScimResource } from "./state.ts";

/** A PATCH that the built-in endpoint does not take. */
export class PatchRefused extends Error {}

const SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** The resource after a PATCH, which it comes through whole or not at all: RFC 7644, 3.5.2. */
export function changed(resource: ScimResource, sent: Record<string, unknown> | undefined): ScimResource {
  const { schemas, Operations: operations } = sent ?? {};
  if (!Array.isArray(schemas) || !schemas.includes(SCHEMA) || !Array.isArray(operations)) {
    throw new PatchRefused("This is no PatchOp.");
  }
  const next = structuredClone(resource);
  for (const operation of operations) apply(next, operation);
  return next;
}

function apply(resource: ScimResource, operation: unknown): void {
  if (!isRecord(operation)) throw new PatchRefused("An operation is no object.");
  const { op, path, value } = operation;
  const kind = String(op).toLowerCase();
  if (!["add", "replace", "remove"].includes(kind))
    throw new PatchRefused(`Unknown operation ${String(op)}.`);
  if (path === undefined) {
    if (kind === "remove" || !isRecord(value)) throw new PatchRefused("A path is needed.");
    for (const [name, item] of Object.entries(value)) applyTo(resource, kind, name, item);
  } else if (typeof path === "string") applyTo(resource, kind, path, value);
  else throw new PatchRefused("A path must be a text.");
}

function applyTo(resource: ScimResource, kind: string, text: string, value: unknown): void {
  if (isExtension(text) && isRecord(value)) {
    for (const [name, item] of Object.entries(value)) applyTo(resource, kind, `${text}:${name}`, item);
    return;
  }
  const path = parsePath(text);
  if (path === undefined) throw new PatchRefused(`The path ${text} is not supported.`);
  const isList = path.extension === undefined && path.filter === undefined && path.part === undefined;
  if (isList && path.attribute === "members") changeMembers(resource, kind, value);
  else writePath(resource, path, kind === "remove" ? undefined : typed(path, value));
}

function changeMembers(resource: ScimResource, kind: string, value: unknown): void {
  const sent = (Array.isArray(value) ? value : [value]).filter(isRecord);
  const ids = new Set(sent.map((item) => String(item["value"])));
  const members = Array.isArray(resource["members"]) ? resource["members"].filter(isRecord) : [];
  const others = members.filter((item) => !ids.has(String(item["value"])));
  if (kind === "remove") resource["members"] = value === undefined ? [] : others;
  else resource["members"] = kind === "replace" ? sent : [...others, ...sent];
}

function isExtension(text: string): boolean {
  return /^urn:[^[]*:\d+(\.\d+)*:\w+$/.test(text);
}

/** Entra's older way of writing sends booleans as texts. */
function typed({ attribute, part }: ScimPath, value: unknown): unknown {
  const isBoolean = attribute === "active" || part === "primary";
  return isBoolean && typeof value === "string" ? value.toLowerCase() === "true" : value;
}
