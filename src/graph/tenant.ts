import type { Policies } from "../registration/rights.ts";
import type { ResourceApi } from "../registration/types.ts";
import { type GraphAnswer, toAppError } from "./answers.ts";
import { type BatchItem, type GraphContext, sendBatch } from "./batch.ts";
import { literal } from "./odata.ts";
import { type CandidatesRead, candidateItems, toCandidates, type Wanted } from "./read.ts";
import { readObject, shapes } from "./schemas.ts";
import { get, list, NO_ANSWER, one } from "./shaped.ts";

export interface Tenant {
  readonly id: string;
  readonly displayName: string;
}

export interface TenantRead {
  readonly tenant: Tenant;
  readonly apis: readonly ResourceApi[];
  /** Undefined where they were not asked for. */
  readonly policies: Policies | undefined;
}

/**
 * Everything about the tenant that a plan needs, in one round trip whose cost does not depend on the
 * tenant's size: nothing is listed, everything is asked for by key or name.
 *
 * @param scopes what the sign-in gave: policies are read only where it is known that they may be.
 */
export async function readTenant(
  context: GraphContext,
  apiAppIds: readonly string[],
  wanted: Wanted,
  scopes: readonly string[] | undefined,
): Promise<TenantRead & CandidatesRead> {
  const [tenant, candidates] = [tenantItems(apiAppIds), candidateItems(wanted)];
  const policies = scopes?.includes("Policy.Read.All") ? POLICY_ITEMS : [];
  const answers = await sendBatch(context, "readTenant", [...tenant, ...candidates, ...policies]);
  const known = tenant.length + candidates.length;
  return {
    ...toTenant(answers.slice(0, tenant.length)),
    ...toCandidates(wanted, answers.slice(tenant.length, known)),
    policies: policies.length > 0 ? toPolicies(answers.slice(known), context.clock.now()) : undefined,
  };
}

function tenantItems(apiAppIds: readonly string[]): BatchItem[] {
  return [get("/organization?$select=id,displayName,verifiedDomains"), ...apiAppIds.map(apiItem)];
}

function apiItem(appId: string): BatchItem {
  return get(
    `/servicePrincipals(appId=${literal(appId)})?$select=id,appId,displayName,appRoles,oauth2PermissionScopes`,
  );
}

/** What APIs of the tenant offer, to name their permissions; one that is not there or not readable is left out. */
export async function readApis(context: GraphContext, appIds: readonly string[]): Promise<ResourceApi[]> {
  if (appIds.length === 0) return [];
  const answers = await sendBatch(context, "readTenant", appIds.map(apiItem));
  return answers.flatMap(({ body }) => readObject(shapes.resourceApi, body) ?? []);
}

const POLICY_ITEMS: readonly BatchItem[] = [
  get("/policies/authorizationPolicy?$select=defaultUserRolePermissions"),
  get("/policies/defaultAppManagementPolicy"),
];

/** What the policies say of a new application; one that cannot be read after all is unknown. */
function toPolicies([authorization, appManagement]: readonly GraphAnswer[], now: Date): Policies {
  const members = readObject(shapes.authorizationPolicy, authorization?.body);
  const rules = readObject(shapes.appManagementPolicy, appManagement?.body);
  const active = (rules?.isEnabled ? rules.applicationRestrictions.passwordCredentials : []).filter(
    ({ state, restrictForAppsCreatedAfterDateTime: after }) =>
      state !== "disabled" && (after === undefined || Date.parse(after) <= now.getTime()),
  );
  const lifetime = active.find(({ restrictionType }) => restrictionType === "passwordLifetime")?.maxLifetime;
  const maxDays = Number(/^P(\d+)D/.exec(lifetime ?? "")?.[1] ?? Number.NaN);
  return {
    membersMayRegister: members?.defaultUserRolePermissions.allowedToCreateApps,
    clientSecrets: active.some(({ restrictionType }) => restrictionType === "passwordAddition")
      ? "blocked"
      : maxDays > 0
        ? { maxDays }
        : undefined,
  };
}

function toTenant([organization, ...apis]: readonly GraphAnswer[]): Pick<TenantRead, "tenant" | "apis"> {
  const tenant = list(organization, shapes.organization)[0];
  if (!tenant) throw toAppError("readTenant", organization ?? NO_ANSWER);
  return {
    tenant: { id: tenant.id.toLowerCase(), displayName: tenant.displayName ?? "" },
    // An API that is not in the tenant is no failure here: the plan names the permissions it lacks.
    apis: apis.flatMap((answer) => (answer.status === 404 ? [] : [one(answer, shapes.resourceApi)])),
  };
}
