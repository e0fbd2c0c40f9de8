import { type NamedPermission, nameOf } from "./findings.ts";
import { isOurSecretName, type Provenance, provenanceOf } from "./names.ts";
import type { Application, CurrentRegistration, PasswordCredential, ResourceApi } from "./types.ts";

/** Everything that goes when a registration is removed. */
export interface Removal {
  readonly application: Application;
  readonly provenance: Provenance;
  readonly servicePrincipalId: string | undefined;
  /** The consent goes with the service principal, the template's and any other. */
  readonly consent: readonly NamedPermission[];
  /** The client secrets die with the application, whoever made them. */
  readonly ourSecrets: readonly PasswordCredential[];
  readonly otherSecrets: readonly PasswordCredential[];
}

/** How long Entra keeps a deleted application (https://learn.microsoft.com/graph/api/resources/directory). */
const KEPT_MS = 30 * 86_400_000;

/** Until when an application can be restored; an invalid date where it is not known when it was deleted. */
export function restorableUntil(deletedDateTime: Date | string): Date {
  return new Date(new Date(deletedDateTime).getTime() + KEPT_MS);
}

/** What goes with an application; `apis` gives permissions their names. */
export function toRemoval(
  current: CurrentRegistration & { readonly application: Application },
  apis: readonly ResourceApi[],
): Removal {
  const { application, servicePrincipal, delegatedGrants, appRoleAssignments } = current;
  const apiOf = (resourceId: string) => apis.find(({ id }) => id === resourceId);
  const delegated = delegatedGrants.flatMap(({ resourceId, scopes }) =>
    scopes.map((value): NamedPermission => {
      return { api: apiOf(resourceId)?.displayName ?? resourceId, value, type: "Scope" };
    }),
  );
  const roles = appRoleAssignments.map(({ resourceId, appRoleId }) =>
    nameOf(apiOf(resourceId), resourceId, appRoleId, "Role"),
  );
  const isOurs = ({ displayName }: PasswordCredential) => isOurSecretName(displayName);
  return {
    application,
    provenance: provenanceOf(application),
    servicePrincipalId: servicePrincipal?.id,
    consent: [...delegated, ...roles],
    ourSecrets: application.passwordCredentials.filter(isOurs),
    otherSecrets: application.passwordCredentials.filter((credential) => !isOurs(credential)),
  };
}
