import { MICROSOFT_GRAPH } from "../template/privileges.ts";
import { isGroupStep, type Plan, type Step } from "./plan.ts";

/** What every change of provisioning takes (https://learn.microsoft.com/graph/api/synchronization-synchronizationjob-start). */
export const PROVISIONING_SCOPE = "Synchronization.ReadWrite.All";

/** Built-in roles by template id (https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference). */
export const ROLES = {
  "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
  "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
  "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
  "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
  "cf1c38e5-3621-4004-a7cb-879624dced7c": "Application Developer",
} as const;

export type RoleName = (typeof ROLES)[keyof typeof ROLES];

/** What the tenant's policies say, as far as they can be read. */
export interface Policies {
  /** Whether people without a role may register applications. */
  readonly membersMayRegister: boolean | undefined;
  /** The rule for client secrets of new applications; undefined for none, or none that is known. */
  readonly clientSecrets: "blocked" | { readonly maxDays: number } | undefined;
}

/** Who is about to carry a plan out, as far as that can be seen; undefined is unknown. */
export interface Rights {
  /** Template ids of the active directory roles. */
  readonly roles: readonly string[] | undefined;
  /** Graph permissions that the sign-in gave. */
  readonly scopes: readonly string[] | undefined;
  readonly policies: Policies | undefined;
}

/** Something that will probably keep a step from being done. */
export type Obstacle =
  /** None of the roles that are enough; the least powerful first. */
  | { readonly kind: "role"; readonly step: Step; readonly roles: readonly RoleName[] }
  /** The sign-in did not give the permission that the step needs. */
  | { readonly kind: "scope"; readonly step: Step; readonly scope: string }
  /** The same for provisioning, which is no step of the registration. */
  | { readonly kind: "provisioningScope"; readonly scope: string }
  | { readonly kind: "clientSecretsBlocked"; readonly step: Step };

/**
 * What stands in the way of a plan. Roles that need activation, custom roles and roles over a part of the
 * tenant are not visible, so this is a warning and never a gate; what is unknown is no obstacle.
 *
 * @param provisions whether the run changes provisioning as well.
 */
export function obstacles(plan: Plan, { roles, scopes, policies }: Rights, provisions = false): Obstacle[] {
  const held = roles?.map((id) => ROLES[id as keyof typeof ROLES]);
  const own: Obstacle[] =
    provisions && scopes && !scopes.includes(PROVISIONING_SCOPE)
      ? [{ kind: "provisioningScope", scope: PROVISIONING_SCOPE }]
      : [];
  const ofSteps = plan.steps.flatMap((step): Obstacle[] => {
    const needed = rolesFor(step, policies);
    // What a group takes is seen to as it is chosen, by a sign-in of its own where that is needed.
    const missing = scopes && !isGroupStep(step) && !scopesFor(step).some((scope) => scopes.includes(scope));
    return [
      ...(held && needed.length > 0 && !needed.some((role) => held.includes(role))
        ? [{ kind: "role", step, roles: needed } as const]
        : []),
      ...(missing ? [{ kind: "scope", step, scope: scopesFor(step)[0] ?? "" } as const] : []),
      ...(step.kind === "issueSecret" && policies?.clientSecrets === "blocked"
        ? [{ kind: "clientSecretsBlocked", step } as const]
        : []),
    ];
  });
  return [...ofSteps, ...own];
}

/** Who may do a step; empty where the tenant's own settings decide and are not known. */
function rolesFor(step: Step, policies: Policies | undefined): readonly RoleName[] {
  switch (step.kind) {
    case "createApplication":
      return policies?.membersMayRegister === false
        ? [
            "Application Developer",
            "Cloud Application Administrator",
            "Application Administrator",
            "Global Administrator",
          ]
        : [];
    case "instantiateApplication":
      return ["Cloud Application Administrator", "Application Administrator", "Global Administrator"];
    case "grantAppRole":
      return step.permission.resource.appId === MICROSOFT_GRAPH
        ? ["Privileged Role Administrator", "Global Administrator"]
        : ["Cloud Application Administrator", "Application Administrator", "Global Administrator"];
    case "grantDelegatedScopes":
      return [
        "Cloud Application Administrator",
        "Application Administrator",
        "Privileged Role Administrator",
        "Global Administrator",
      ];
    default:
      return [];
  }
}

/** The permissions of which one is enough, the least powerful first (each method's page of the Graph reference). */
function scopesFor({ kind }: Step): readonly string[] {
  switch (kind) {
    case "grantAppRole":
      return ["AppRoleAssignment.ReadWrite.All"];
    case "grantDelegatedScopes":
      return [
        "DelegatedPermissionGrant.ReadWrite.All",
        "Directory.ReadWrite.All",
        "Directory.AccessAsUser.All",
      ];
    default:
      return [
        "Application.ReadWrite.All",
        "Application.ReadWrite.OwnedBy",
        "Directory.ReadWrite.All",
        "Directory.AccessAsUser.All",
      ];
  }
}
