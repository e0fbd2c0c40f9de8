import type { OnDemandResult } from "../provisioning/types.ts";
import { expectSuccess, toAppError } from "./answers.ts";
import type { GraphContext } from "./batch.ts";
import type { Graph } from "./client.ts";
import { readOnDemand } from "./synchronization-events.ts";
import { jobPath, type ProvisioningTarget, sendToJob } from "./synchronization-send.ts";

/** Graph takes five in ten seconds. */
const MOST_AT_ONCE = 5;
const WINDOW_MS = 10_000;
/** Entra talks to the vendor meanwhile; half a minute is usual. */
const TIMEOUT_MS = 120_000;

export interface OnDemandSubject {
  readonly objectId: string;
  /** In this spelling. */
  readonly objectTypeName: "User" | "Group";
  /** Of a group: up to five members, who go with it. */
  readonly members?: readonly string[] | undefined;
}

/** When the last calls of a signed-in caller went out, or will. */
const calls = new WeakMap<Graph, number[]>();

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
  );
  const result = readOnDemand(expectSuccess("provisionOnDemand", answer).body);
  if (!result) throw toAppError("provisionOnDemand", answer);
  return { ...result, requestId: answer.requestId };
}

/** Waits until another call is within the limit; those side by side queue up. */
async function takeTurn({ graph, clock, onWait }: GraphContext): Promise<void> {
  const now = clock.now().getTime();
  const times = calls.get(graph) ?? [];
  const fifth = times.at(-MOST_AT_ONCE);
  const turn = fifth === undefined ? now : Math.max(now, fifth + WINDOW_MS);
  calls.set(graph, [...times, turn].slice(-MOST_AT_ONCE));
  if (turn === now) return;
  const ms = turn - now;
  onWait?.({ ms, reason: "throttled", host: "Microsoft Graph", attempt: 1 });
  await clock.sleep(ms);
}
