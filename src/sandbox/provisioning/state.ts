import type { SynchronizationSchema } from "../../provisioning/types.ts";
import type { World } from "../world.ts";

/** The provisioning of one service principal: plain JSON, with nothing secret in it. */
export interface ProvisioningState {
  credentials: SavedKeys | undefined;
  job: JobState | undefined;
}

/** The keys of `synchronization/secrets`. Of the token there is a hash only; the token itself is in memory. */
export interface SavedKeys {
  /** Every key but the secret ones, as they were written. */
  values: Record<string, string>;
  /** The names of the secret keys that have a value. */
  secretKeys: string[];
  /** sha256 of `SecretToken`. */
  tokenHash: string | undefined;
}

export interface JobState {
  id: string;
  templateId: string;
  /** Graph: `schedule.state`. */
  schedule: "Active" | "Disabled" | "Paused";
  /** As it was written last; undefined is the template's own. */
  schema: SynchronizationSchema | undefined;
  /** ISO 8601; undefined while the job does not run. */
  nextCycle: string | undefined;
  /** Whether the next cycle looks at everybody. */
  initial: boolean;
  /** `SyncAll` as the running cycles know it: a change to assigned only counts from a restart on. */
  syncsAll: boolean | undefined;
  failures: number;
  lastExecution: Execution | undefined;
  lastSuccessfulExecution: Execution | undefined;
  lastSuccessfulExecutionWithExports: Execution | undefined;
  steadySince: string | undefined;
  steadyLast: string | undefined;
  quarantine: Quarantine | undefined;
  /** What the service remembers of everybody it has handled, by object id. */
  entries: Record<string, Entry>;
  /** The newest last. */
  logs: LogItem[];
}

export interface Execution {
  activityIdentifier: string;
  state: "Succeeded" | "Failed" | "EntryLevelErrors";
  timeBegan: string;
  timeEnded: string;
  countEntitled: number;
  countExported: number;
  countImported: number;
  countEscrowed: number;
  error: { code: string; message: string; tenantActionable: boolean } | null;
}

export interface Quarantine {
  reason: string;
  seriesBegan: string;
  currentBegan: string;
  nextAttempt: string;
  seriesCount: number;
  error: { code: string; message: string; tenantActionable: boolean } | null;
}

/** What one user or group is at the endpoint, as far as the service knows. */
export interface Entry {
  kind: "User" | "Group";
  /** Undefined while it could not be created. */
  targetId: string | undefined;
  /** What was exported last, by target attribute. */
  values: Record<string, TargetValue>;
  /** Whether the endpoint has it switched off because it went out of scope. */
  disabled: boolean;
  /** Why it could not be exported; it is tried again with every cycle. */
  escrow: string | undefined;
}

export type TargetValue = string | boolean | string[];

/** Graph: `provisioningObjectSummary`. */
export interface LogItem {
  id: string;
  activityDateTime: string;
  provisioningAction: string;
  [property: string]: unknown;
}

/** What a built-in SCIM endpoint holds. */
export interface ScimTargetState {
  /** sha256 of the token it was shown first, which it believes from then on. */
  tokenHash: string | undefined;
  users: ScimResource[];
  groups: ScimResource[];
}

export interface ScimResource {
  id: string;
  schemas: string[];
  [property: string]: unknown;
}

/** The provisioning of a service principal; made empty where there was none. */
export function provisioningOf({ state }: World, servicePrincipalId: string): ProvisioningState {
  state.provisioning ??= {};
  return (state.provisioning[servicePrincipalId] ??= { credentials: undefined, job: undefined });
}
