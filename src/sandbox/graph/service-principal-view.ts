import { cloudOf } from "../clouds.ts";
import type { ServicePrincipal } from "../state.ts";
import type { World } from "../world.ts";
import { GRAPH_APP_ID, graphPermissions } from "./permissions.ts";
import type { Rows } from "./query.ts";

const MICROSOFT_SERVICES_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
const OTHER_ID = /^00000000-5a9d-4000-8000-([0-9a-f]{12})$/;

/** A service principal as Graph shows it: much of it is its application's, tags are the union of both. */
export function servicePrincipalView(world: World, principal: ServicePrincipal): Record<string, unknown> {
  const application = world.state.applications.find(({ appId }) => appId === principal.appId);
  const { owners: _, ...own } = principal;
  if (application === undefined) return own;
  return {
    ...own,
    displayName: application.displayName,
    appDisplayName: application.displayName,
    appOwnerOrganizationId: world.state.tenantId,
    appRoles: application.appRoles.map((role) => ({ ...role, origin: "Application" })),
    oauth2PermissionScopes: application.api.oauth2PermissionScopes,
    replyUrls: [
      ...application.web.redirectUris,
      ...application.spa.redirectUris,
      ...application.publicClient.redirectUris,
    ],
    servicePrincipalNames: [...application.identifierUris, application.appId],
    signInAudience: application.signInAudience,
    tags: [...new Set([...principal.tags, ...application.tags])],
  };
}

/** Microsoft Graph's own service principal. */
export function graphServicePrincipalView(world: World): Record<string, unknown> {
  return {
    id: world.state.graphServicePrincipalId,
    accountEnabled: true,
    appDisplayName: "Microsoft Graph",
    appId: GRAPH_APP_ID,
    appOwnerOrganizationId: MICROSOFT_SERVICES_TENANT,
    appRoleAssignmentRequired: false,
    appRoles: graphPermissions("Role").map(({ id, value, displayName, description }) => ({
      allowedMemberTypes: ["Application"],
      description,
      displayName,
      id,
      isEnabled: true,
      origin: "Application",
      value,
    })),
    deletedDateTime: null,
    displayName: "Microsoft Graph",
    oauth2PermissionScopes: graphPermissions("Scope").map(
      ({ id, value, displayName, description, userConsent }) => ({
        adminConsentDescription: description,
        adminConsentDisplayName: displayName,
        id,
        isEnabled: true,
        type: userConsent ? "User" : "Admin",
        userConsentDescription: description,
        userConsentDisplayName: displayName,
        value,
      }),
    ),
    servicePrincipalNames: [GRAPH_APP_ID, `https://${cloudOf(world).graphHost}`],
    servicePrincipalType: "Application",
    signInAudience: "AzureADMultipleOrgs",
    tags: [],
  };
}

/** One of the many others of a big tenant, by number; undefined past their end. */
function otherServicePrincipal(world: World, index: number): Record<string, unknown> | undefined {
  if (index < 0 || index >= world.behaviour.servicePrincipals) return undefined;
  const digits = index.toString(16).padStart(12, "0");
  const displayName = `Service ${index + 1}`;
  return {
    id: `00000000-5a9d-4000-8000-${digits}`,
    accountEnabled: true,
    appDisplayName: displayName,
    appId: `00000000-5a9d-4000-9000-${digits}`,
    appOwnerOrganizationId: MICROSOFT_SERVICES_TENANT,
    appRoleAssignmentRequired: false,
    displayName,
    servicePrincipalType: "Application",
  };
}

/** One of the many others by object id. */
export function otherServicePrincipalById(world: World, id: string): Record<string, unknown> | undefined {
  const digits = OTHER_ID.exec(id)?.[1];
  return digits === undefined ? undefined : otherServicePrincipal(world, Number.parseInt(digits, 16));
}

/** The named ones followed by the many others, which are made only when a page shows them. */
export function withOthers(world: World, named: readonly Record<string, unknown>[]): Rows {
  return {
    length: named.length + world.behaviour.servicePrincipals,
    at: (index) => (index < named.length ? named[index] : otherServicePrincipal(world, index - named.length)),
  };
}
