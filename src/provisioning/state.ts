import type { CurrentProvisioning, Job, SavedCredentials } from "./types.ts";

/** Nothing is saved of a connection. */
export const NO_CREDENTIALS: SavedCredentials = {
  tenantUrl: undefined,
  hasToken: false,
  scope: undefined,
  notification: undefined,
  deleteThreshold: undefined,
  kept: [],
  others: [],
  hidden: [],
};

/** An application that nobody has begun to provision. */
export const NOT_SET_UP: CurrentProvisioning = {
  job: undefined,
  schema: undefined,
  credentials: NO_CREDENTIALS,
};

/** How far provisioning is, in one word; `cli/screen/words/scim-state.ts` has the sentence for each. */
export type ProvisioningState =
  /** There is no job. */
  | "notSetUp"
  /** There is a job, but tenant URL or token are missing. */
  | "incomplete"
  /** Everything is there, and nobody has started it. */
  | "ready"
  /** Started; not everybody was looked at yet. */
  | "firstCycle"
  | "running"
  | "paused"
  /** Entra runs it once a day at most, and gives it up after four weeks. */
  | "quarantine";

/**
 * The state of a job, from its two words for it: `status.code` says how it fares, `schedule.state` whether it is
 * switched on. A job that was never started has the code `Paused` and the schedule `Disabled`
 * (https://learn.microsoft.com/graph/api/resources/synchronization-synchronizationjob).
 */
export function stateOf({ job, credentials }: CurrentProvisioning): ProvisioningState {
  if (!job) return "notSetUp";
  if (job.code === "Quarantine" || job.quarantine) return "quarantine";
  const isComplete = credentials.tenantUrl !== undefined && credentials.hasToken;
  if (isOn(job)) return job.steadySince === undefined ? "firstCycle" : "running";
  if (!isComplete) return "incomplete";
  return job.lastCycle === undefined ? "ready" : "paused";
}

/** Whether a job is switched on, by both of its words; one in quarantine is, too. */
export function isOn({ schedule, code }: Job): boolean {
  return schedule === "Active" && code !== "Paused";
}

/** How many users or groups are in step; undefined before anybody was counted. */
export function inStep({ entries }: Job, kind: "User" | "Group"): number | undefined {
  return entries.find((entry) => entry.kind.toLowerCase().startsWith(kind.toLowerCase()))?.count;
}
