import type { OnDemandResult } from "../provisioning/types.ts";
import { expectSuccess, toAppError } from "./answers.ts";
import type { GraphContext } from "./batch.ts";
import { readOnDemand } from "./synchronization-events.ts";
import { jobPath, type ProvisioningTarget, sendToJob } from "./synchronization-send.ts";
import { turns } from "./turns.ts";

/** Entra talks to the vendor meanwhile; half a minute is usual. */
const TIMEOUT_MS = 120_000;

export interface OnDemandSubject {
  readonly objectId: string;
  /** In this spelling. */
  readonly objectTypeName: "User" | "Group";
  /** Of a group: up to five members, who go with it. */
  readonly members?: readonly string[] | undefined;
}

/** https://learn.microsoft.com/entra/identity/app-provisioning/provision-on-demand */
const takeTurn = turns();

/**
 * Provisions one user or group now, outside of the cycles, whether the job runs or not. Once more does no harm.
 *
 * @param ruleId of the schema's one editable rule.
 */
export async function provisionOnDemand(
  context: GraphContext,
  target: ProvisioningTarget,
  jobId: string,
  { ruleId, subject }: { readonly ruleId: string; readonly subject: OnDemandSubject },
): Promise<OnDemandResult> {
  await takeTurn(context);
  const { objectId, objectTypeName, members } = subject;
  const links = members && {
    members: members.map((id) => ({ objectId: id, objectTypeName: "User" })),
  };
  const answer = await sendToJob(
    context,
    "provisionOnDemand",
    {
      method: "POST",
      path: `${jobPath(target.servicePrincipalId, jobId)}/provisionOnDemand`,
      body: { parameters: [{ ruleId, subjects: [{ objectId, objectTypeName, ...(links && { links }) }] }] },
      timeoutMs: TIMEOUT_MS,
    },
    target,
    // Each of them may take two minutes.
    { repeats: 1 },
  );
  const result = readOnDemand(expectSuccess("provisionOnDemand", answer).body);
  if (!result) throw toAppError("provisionOnDemand", answer);
  return { ...result, requestId: answer.requestId };
}
