import type { Application, ResolvedPermission, ResourceApi } from "./types.ts";

/** A permission that an application asks for, as its registration names it. */
export interface AskedPermission {
  readonly resourceAppId: string;
  readonly id: string;
  readonly type: string;
}

/** What an application asks for beside the permissions of its template. */
export function extraPermissions(
  application: Pick<Application, "requiredResourceAccess">,
  permissions: readonly ResolvedPermission[],
): AskedPermission[] {
  return asked(application).filter((one) => !permissions.some((permission) => isSame(one, permission)));
}

/** The permissions of the template that the application asks for: an optional one may be left out. */
export function askedPermissions(
  application: Pick<Application, "requiredResourceAccess">,
  permissions: readonly ResolvedPermission[],
): ResolvedPermission[] {
  const all = asked(application);
  return permissions.filter((permission) => all.some((one) => isSame(one, permission)));
}

/** A permission by its name where its API is known, else by the ids that the registration has. */
export function nameOf({ resourceAppId, id, type }: AskedPermission, apis: readonly ResourceApi[]): string {
  const api = apis.find(({ appId }) => isSameId(appId, resourceAppId));
  const offered = type === "Role" ? api?.appRoles : api?.oauth2PermissionScopes;
  const value = offered?.find((permission) => isSameId(permission.id, id))?.value ?? id;
  return `${value} (${api?.displayName ?? resourceAppId}, ${type === "Role" ? "application" : "delegated"})`;
}

function asked({ requiredResourceAccess }: Pick<Application, "requiredResourceAccess">): AskedPermission[] {
  return requiredResourceAccess.flatMap(({ resourceAppId, resourceAccess }) =>
    resourceAccess.map(({ id, type }) => ({ resourceAppId, id, type })),
  );
}

function isSame(one: AskedPermission, { resource, id, type }: ResolvedPermission): boolean {
  return isSameId(one.resourceAppId, resource.appId) && isSameId(one.id, id) && one.type === type;
}

/** GUIDs are the same in either letter case, and people write both into manifests. */
function isSameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
