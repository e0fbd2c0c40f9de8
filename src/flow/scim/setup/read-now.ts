import { isProvisioned, listAssignments } from "../../../graph/assignments.ts";
import type { GraphContext } from "../../../graph/batch.ts";
import { readProvisioning } from "../../../graph/synchronization.ts";
import type { Assignment, CurrentProvisioning } from "../../../provisioning/types.ts";
import { together } from "../../together.ts";
import type { AssignedNow } from "./work.ts";

/** Provisioning as the tenant has it, and who is assigned. */
export interface ProvisioningNow {
  readonly current: CurrentProvisioning;
  /** By the object ID of the user or group. */
  readonly assigned: ReadonlyMap<string, AssignedNow>;
  /** The first of those whose assignment counts: enough to find somebody for a proof. */
  readonly some: readonly Assignment[];
}

const SOME = 20;

/** Reads what an enterprise application has. Of who is assigned only what a plan takes is kept. */
export async function readNow(graph: GraphContext, servicePrincipalId: string): Promise<ProvisioningNow> {
  const [current, assignments] = await together(
    readProvisioning(graph, servicePrincipalId),
    readAssigned(graph, servicePrincipalId),
  );
  return { current, ...assignments };
}

async function readAssigned(
  graph: GraphContext,
  servicePrincipalId: string,
): Promise<Pick<ProvisioningNow, "assigned" | "some">> {
  const assigned = new Map<string, AssignedNow>();
  const some: Assignment[] = [];
  for await (const assignment of listAssignments(graph, servicePrincipalId)) {
    const { id, principalId, principalType } = assignment;
    if (principalType === "ServicePrincipal") continue;
    const counts = isProvisioned(assignment);
    if (counts && some.length < SOME) some.push(assignment);
    const before = assigned.get(principalId) ?? { isProvisioned: false, replaced: [] };
    assigned.set(principalId, {
      kind: principalType === "Group" ? "Group" : "User",
      isProvisioned: before.isProvisioned || counts,
      replaced: counts ? before.replaced : [...before.replaced, id],
    });
  }
  return { assigned, some };
}
