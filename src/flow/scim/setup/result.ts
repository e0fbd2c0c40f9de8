import type { ProvisioningTarget } from "../../../graph/synchronization.ts";
import { nextCycle } from "../../../provisioning/cycles.ts";
import { NO_CREDENTIALS, stateOf } from "../../../provisioning/state.ts";
import type { Job } from "../../../provisioning/types.ts";
import type { ProvisioningResult } from "../../provisioner.ts";
import type { ProvisioningWork } from "./work.ts";

/** The result of a run that leaves the provisioning of an application as it is. */
export function toUnchanged(
  work: ProvisioningWork,
  servicePrincipalId: string | undefined,
  isChanging: boolean,
): ProvisioningResult {
  const { desired, current, steps, waitsForToken, afterFirstUsers, contact, answers } = work;
  return {
    outcome: isChanging ? "planned" : waitsForToken ? "waiting" : "nothingToDo",
    tenantUrl: desired.tenantUrl,
    servicePrincipalId,
    job: current?.job,
    state: current && stateOf(current),
    steps,
    assigned: [],
    proof: undefined,
    nextCycle: current?.job && nextCycle(current.job),
    mappingsFile: undefined,
    arrivals: undefined,
    afterFirstUsers,
    contact,
    answers,
  };
}

/** The result of a run that carried the plan out. */
export function toApplied(
  work: ProvisioningWork,
  { servicePrincipalId }: ProvisioningTarget,
  job: Job,
  made: Pick<ProvisioningResult, "assigned" | "mappingsFile" | "proof" | "arrivals">,
): ProvisioningResult {
  const { desired, current, token, waitsForToken, steps, afterFirstUsers, contact, answers } = work;
  const before = current?.credentials ?? NO_CREDENTIALS;
  const { tenantUrl, scope } = desired;
  const credentials = token ? { ...before, tenantUrl, scope, hasToken: true } : before;
  return {
    outcome: waitsForToken ? "waiting" : "running",
    tenantUrl,
    servicePrincipalId,
    job,
    state: stateOf({ job, credentials, schema: undefined }),
    steps,
    ...made,
    nextCycle: waitsForToken ? undefined : nextCycle(job),
    afterFirstUsers,
    contact,
    answers,
  };
}
