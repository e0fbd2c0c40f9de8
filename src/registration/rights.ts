import type { Plan, Step } from "./plan.ts";

/** Microsoft Graph itself; its application permissions are guarded more closely than any other API's. */
const MICROSOFT_GRAPH = "00000003-0000-0000-c000-000000000000";

/** Built-in roles by template id (https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference). */
export const ROLES = {
  "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
  "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
  "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
  "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
  "cf1c38e5-3621-4004-a7cb-879624dced7c": "Application Developer",
} as const;

export type RoleName = (typeof ROLES)[keyof typeof ROLES];

export interface LackingRight {
  readonly step: Step;
  /** The least powerful role first; any one of them is enough. */
  readonly roles: readonly RoleName[];
}

/**
 * The steps of a plan that none of a person's visible roles allows. Roles that need activation, custom roles
 * and roles over a part of the tenant are not visible, so this is a warning and never a gate.
 *
 * @param roleIds template ids of the active roles, or undefined where they cannot be read.
 */
export function lackingRights(plan: Plan, roleIds: readonly string[] | undefined): LackingRight[] {
  if (roleIds === undefined) return [];
  const held = roleIds.map((id) => ROLES[id as keyof typeof ROLES]);
  return plan.steps
    .map((step) => ({ step, roles: rolesFor(step) }))
    .filter(({ roles }) => roles.length > 0 && !roles.some((role) => held.includes(role)));
}

/** Who may do a step; empty where the tenant's own settings decide. */
export function rolesFor(step: Step): readonly RoleName[] {
  switch (step.kind) {
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
