import { AppError } from "../../errors.ts";
import { readProvisioning } from "../../graph/synchronization.ts";
import type { CurrentProvisioning, Job } from "../../provisioning/types.ts";
import { during, type RunContext } from "../context.ts";
import { type Located, type LocateInput, locate } from "../locate.ts";
import { READING_SCOPES } from "../sign-in.ts";

/** The scopes of looking at provisioning, and of its logs. */
export const SCIM_READING_SCOPES = [...READING_SCOPES, "Synchronization.Read.All"];
export const SCIM_LOG_SCOPES = [...SCIM_READING_SCOPES, "AuditLog.Read.All"];
/** The scopes of running it: nothing but the job is changed. */
export const SCIM_RUNNING_SCOPES = [...READING_SCOPES, "Synchronization.ReadWrite.All"];

/** An application with its provisioning as the tenant has it. */
export interface LocatedProvisioning extends Located {
  readonly servicePrincipalId: string;
  readonly provisioning: CurrentProvisioning;
}

/**
 * Signs in, finds the application as `locate` does, and reads its provisioning.
 *
 * @throws AppError REGISTRATION_INCOMPLETE where it has no enterprise application, and what `locate` throws.
 */
export async function locateProvisioning(
  context: RunContext,
  input: LocateInput,
  scopes: readonly string[],
): Promise<LocatedProvisioning> {
  return withProvisioning(context, await locate(context, input, scopes));
}

/** The same for an application that was found. @throws AppError REGISTRATION_INCOMPLETE */
export async function withProvisioning(context: RunContext, located: Located): Promise<LocatedProvisioning> {
  const { application, servicePrincipal } = located.current;
  if (!servicePrincipal) {
    const { displayName, appId } = application;
    throw new AppError("REGISTRATION_INCOMPLETE", { displayName, appId });
  }
  const { id } = servicePrincipal;
  const provisioning = await during(context, "read", () => readProvisioning(located.graph, id));
  return { ...located, servicePrincipalId: id, provisioning };
}

/** The job of an application that is set up. @throws AppError PROVISIONING_MISSING */
export function requireJob({ current, provisioning }: LocatedProvisioning): Job {
  const { job } = provisioning;
  if (job) return job;
  const { displayName, appId } = current.application;
  throw new AppError("PROVISIONING_MISSING", { displayName, appId, lacks: "job" });
}
