import type { FindingState } from "../registration/findings.ts";
import { changeSchema, unparsed } from "./change-schema.ts";
import type { SchemaChange, SchemaProblem } from "./schema-changes.ts";
import { type ProvisioningState, stateOf } from "./state.ts";
import { isSameTenantUrl } from "./tenant-url.ts";
import type {
  AttributeShape,
  CurrentProvisioning,
  DesiredProvisioning,
  Job,
  SavedCredentials,
} from "./types.ts";

/** What a finding about provisioning is about, with the values that a sentence on it needs. */
export type ProvisioningSubject =
  | { readonly about: "provisioning"; readonly is: ProvisioningState; readonly job: Job | undefined }
  | { readonly about: "tenantUrl"; readonly wanted: string; readonly found: string | undefined }
  | { readonly about: "secretToken" }
  | {
      readonly about: "provisioningScope";
      readonly wanted: SavedCredentials["scope"];
      readonly found: SavedCredentials["scope"];
    }
  | {
      readonly about: "notification";
      readonly wanted: string | undefined;
      readonly found: string | undefined;
    }
  /** All of them, where none differs. */
  | { readonly about: "mappings" }
  | { readonly about: "mapping"; readonly change: SchemaChange }
  | { readonly about: "mappingProblem"; readonly problem: SchemaProblem }
  /** An attribute for several values that the tenant keeps for one alone. */
  | { readonly about: "singleValued"; readonly name: string }
  /** An attribute that an earlier run wrote and that the tenant did not keep. */
  | { readonly about: "notKept"; readonly name: string }
  /** How many are assigned so that they count for provisioning. */
  | { readonly about: "assignments"; readonly count: number }
  /** A group that should be assigned. */
  | { readonly about: "groupAssignment"; readonly displayName: string }
  /** Assigned with "default access", which provisioning skips. */
  | { readonly about: "defaultAccess"; readonly count: number; readonly names: readonly string[] }
  /** Whoever signed in may not look at it. */
  | { readonly about: "provisioningUnread" };

export type ProvisioningFinding = ProvisioningSubject & { readonly state: FindingState };

/** Who is assigned, as far as that says something. */
export interface AssignmentFacts {
  /** Those that count for provisioning. */
  readonly count: number;
  /** Those with "default access"; of many, the names of the first few. */
  readonly defaultAccess: { readonly count: number; readonly names: readonly string[] };
  /** The names of groups that should be assigned and are not at all. */
  readonly missing: readonly string[];
}

/**
 * Everything that is wanted of provisioning, each with how the tenant has it. Where there is no job nobody has
 * asked for provisioning yet, and a job that never had credentials waits for the vendor: both are worth a word,
 * and no difference. Whatever else lacks is one.
 *
 * @param lost attributes that the tenant is known to drop.
 */
export function provisioningFindings(
  desired: DesiredProvisioning,
  current: CurrentProvisioning,
  assignments: AssignmentFacts,
  lost: readonly AttributeShape[] = [],
): ProvisioningFinding[] {
  const is = stateOf(current);
  const { job } = current;
  if (!job) return [{ about: "provisioning", is, job, state: "warning" }];
  const waits = is === "incomplete" && job.lastCycle === undefined;
  return [
    { about: "provisioning", is, job, state: waits ? "warning" : STATES[is] },
    ...(waits ? [] : credentialFindings(desired, current.credentials)),
    ...mappingFindings(desired, current, lost),
    ...assignmentFindings(desired, assignments),
  ];
}

const STATES: Readonly<Record<ProvisioningState, FindingState>> = {
  notSetUp: "warning",
  incomplete: "missing",
  ready: "missing",
  firstCycle: "ok",
  running: "ok",
  paused: "differs",
  quarantine: "differs",
};

function credentialFindings(
  desired: DesiredProvisioning,
  { tenantUrl, hasToken, scope, notification, hidden }: SavedCredentials,
): ProvisioningFinding[] {
  const compared = (wanted: string | undefined, found: string | undefined) =>
    found === undefined ? "missing" : wanted === found ? "ok" : "differs";
  const isSame = tenantUrl !== undefined && isSameTenantUrl(tenantUrl, desired.tenantUrl);
  const wantsNotification = desired.notification !== undefined;
  const isHidden = hidden.includes("notification");
  const notified: ProvisioningFinding = {
    about: "notification",
    wanted: desired.notification,
    found: notification,
    state: !wantsNotification ? "extra" : isHidden ? "warning" : compared(desired.notification, notification),
  };
  return [
    {
      about: "tenantUrl",
      wanted: desired.tenantUrl,
      found: tenantUrl,
      state: isSame ? "ok" : compared(desired.tenantUrl, tenantUrl),
    },
    { about: "secretToken", state: hasToken ? "ok" : "missing" },
    {
      about: "provisioningScope",
      wanted: desired.scope,
      found: scope,
      state: hidden.includes("scope") ? "warning" : compared(desired.scope, scope),
    },
    ...(isHidden && !wantsNotification ? [] : [notified]),
  ];
}

function mappingFindings(
  desired: DesiredProvisioning,
  { schema }: CurrentProvisioning,
  lost: readonly AttributeShape[],
): ProvisioningFinding[] {
  if (!schema) return [];
  const changed = changeSchema(schema, desired, unparsed(desired), lost);
  if ("problems" in changed) {
    return changed.problems.map((problem) => ({ about: "mappingProblem", problem, state: "differs" }));
  }
  const { changes, singleValued, notKept } = changed;
  return [
    ...(changes.length === 0 ? [{ about: "mappings", state: "ok" } as const] : []),
    ...changes.map(
      (change): ProvisioningFinding => ({
        about: "mapping",
        change,
        state: change.kind.startsWith("add") ? "missing" : "differs",
      }),
    ),
    ...singleValued.map((name) => ({ about: "singleValued", name, state: "warning" }) as const),
    ...notKept.map((name) => ({ about: "notKept", name, state: "warning" }) as const),
  ];
}

function assignmentFindings(
  { scope }: DesiredProvisioning,
  { count, defaultAccess, missing }: AssignmentFacts,
): ProvisioningFinding[] {
  // Where everybody is provisioned nobody has to be assigned.
  if (scope === "all") return [];
  return [
    { about: "assignments", count, state: count > 0 ? "ok" : "warning" },
    ...missing.map((displayName) => ({ about: "groupAssignment", displayName, state: "missing" }) as const),
    ...(defaultAccess.count > 0
      ? [{ about: "defaultAccess", ...defaultAccess, state: "differs" } as const]
      : []),
  ];
}
