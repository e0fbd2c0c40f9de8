import type { Application, AppRole, PermissionScope } from "../state.ts";
import { badRequest, GraphError, invalidValue } from "./errors.ts";
import { requireUnique } from "./unique.ts";

const SCOPE_VALUE = /^[!#$%&'()*+,\-/:;=?@[\]^_{}~0-9A-Za-z][!#$%&'()*+,\-./:;=?@[\]^_{}~0-9A-Za-z]*$/;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The rules for scopes, app roles and the clients that need no consent. */
export function checkExposedApi(before: Application | undefined, next: Application): void {
  const scopes = next.api.oauth2PermissionScopes;
  for (const scope of scopes) checkScope(scope);
  for (const role of next.appRoles) checkAppRole(role);
  requireUnique([...scopes, ...next.appRoles].map(({ id }) => id.toLowerCase()));
  requireUnique([...scopes, ...next.appRoles].flatMap(({ value }) => value ?? []));
  checkRemovals(before?.api.oauth2PermissionScopes ?? [], scopes);
  checkRemovals(before?.appRoles ?? [], next.appRoles);
  checkPreAuthorized(before, next);
}

function checkScope(scope: PermissionScope): void {
  requireNoOrigin(scope);
  const { id, value, type, isEnabled } = scope;
  if (!GUID.test(id) || typeof isEnabled !== "boolean")
    throw invalidValue("oauth2PermissionScopes", "Application");
  if (typeof value !== "string" || value.length > 120 || !SCOPE_VALUE.test(value)) {
    throw invalidValue(
      "oauth2PermissionScopes",
      "Application",
      "The value of a scope is missing or not allowed.",
    );
  }
  if (type !== "User" && type !== "Admin") throw invalidValue("oauth2PermissionScopes", "Application");
  for (const name of ["adminConsentDisplayName", "adminConsentDescription"]) {
    if (typeof scope[name] !== "string" || scope[name] === "") {
      throw badRequest(`A value is required for property '${name}' of resource 'PermissionScope'.`);
    }
  }
}

function checkAppRole(role: AppRole): void {
  requireNoOrigin(role);
  if (!GUID.test(role.id) || typeof role.isEnabled !== "boolean")
    throw invalidValue("appRoles", "Application");
  for (const name of ["displayName", "description"]) {
    if (typeof role[name] !== "string" || role[name] === "") {
      throw badRequest(`A value is required for property '${name}' of resource 'AppRole'.`);
    }
  }
  const members = role.allowedMemberTypes ?? [];
  if (members.length === 0 || members.some((member) => member !== "User" && member !== "Application")) {
    throw invalidValue("allowedMemberTypes", "Application");
  }
  if (typeof role.value === "string" && (role.value.length > 120 || !SCOPE_VALUE.test(role.value))) {
    throw invalidValue("appRoles", "Application");
  }
}

function requireNoOrigin(item: Readonly<Record<string, unknown>>): void {
  if (item["origin"] !== undefined && item["origin"] !== null)
    throw badRequest("Property 'origin' is read-only and cannot be set.");
}

// An enabled scope or role can be disabled, and nothing else: TF applicationDisableOauth2PermissionScopes and
// Graph's own description of oauth2PermissionScopes.
function checkRemovals(
  before: readonly (PermissionScope | AppRole)[],
  next: readonly (PermissionScope | AppRole)[],
): void {
  for (const old of before) {
    if (!old.isEnabled) continue;
    const kept = next.find(({ id }) => id === old.id);
    if (kept === undefined || !sameBut(old, kept)) {
      throw new GraphError(
        400,
        "CannotDeleteOrUpdateEnabledEntitlement",
        "Permission (scope or role) cannot be deleted or updated unless disabled first.",
      );
    }
  }
}

function sameBut(old: Readonly<Record<string, unknown>>, kept: Readonly<Record<string, unknown>>): boolean {
  const names = new Set([...Object.keys(old), ...Object.keys(kept)]);
  names.delete("isEnabled");
  return [...names].every((name) => JSON.stringify(old[name] ?? null) === JSON.stringify(kept[name] ?? null));
}

// The ids must be in the directory before this request: scopes and the clients allowed to use them take
// two PATCH requests. A scope that is named here can be disabled, but not removed.
function checkPreAuthorized(before: Application | undefined, next: Application): void {
  const clients = next.api.preAuthorizedApplications ?? [];
  requireUnique(clients.map(({ appId }) => appId));
  const stored = before?.api.oauth2PermissionScopes.filter(({ isEnabled }) => isEnabled) ?? [];
  for (const { appId, delegatedPermissionIds } of clients) {
    if (!GUID.test(appId)) throw invalidValue("preAuthorizedApplications", "Application");
    const known = before?.api.preAuthorizedApplications.find((client) => client.appId === appId);
    for (const id of delegatedPermissionIds ?? []) {
      const kept = next.api.oauth2PermissionScopes.some((scope) => scope.id === id);
      const named = known?.delegatedPermissionIds.includes(id) === true;
      if (kept && (named || stored.some((scope) => scope.id === id))) continue;
      throw new GraphError(
        400,
        "InvalidValue",
        `Property api.preAuthorizedApplications is invalid. Permission Id ${id} cannot be found in the AppPermissions sets.`,
      );
    }
  }
}
