import { AppError } from "../../../errors.ts";
import type { GraphContext } from "../../../graph/batch.ts";
import type { ProvisioningTarget } from "../../../graph/synchronization.ts";
import { provisionOnDemand } from "../../../graph/synchronization-on-demand.ts";
import type { JournalIds } from "../../../journal/journal.ts";
import type { OnDemandResult } from "../../../provisioning/types.ts";
import { journaled, type RunContext, stopIfInterrupted } from "../../context.ts";
import type { ProofUser } from "../people/assignees.ts";

/** An assignment counts a few minutes after it was made; longer than this nobody waits for a proof. */
const LIMIT_MS = 120_000;
const INTERVAL_MS = 15_000;

export interface ProofInput {
  readonly target: ProvisioningTarget;
  readonly jobId: string;
  readonly ruleId: string;
  readonly user: ProofUser;
  readonly displayName: string;
  /** Of the application, for the journal. */
  readonly ids: JournalIds;
}

/**
 * Provisions one user at once, before the job is started: whatever would fail for everybody fails here first. A
 * user who does not count as assigned yet is tried again for two minutes, and proves nothing then.
 *
 * @returns undefined where it could not be proved.
 * @throws AppError PROVISIONING_FAILED with every step.
 */
export async function proveProvisioning(
  context: RunContext,
  graph: GraphContext,
  { target, jobId, ruleId, user, displayName, ids }: ProofInput,
): Promise<OnDemandResult | undefined> {
  const { clock } = context.ports;
  const start = clock.now().getTime();
  const intent = { event: "intent", step: "provisionOnDemand", ...ids, jobId, principalId: user.id } as const;
  const subject = { objectId: user.id, objectTypeName: "User" as const };
  const result = await journaled(context, "provisionOnDemand", intent, async () => {
    for (let attempt = 1; ; attempt += 1) {
      const tried = await provisionOnDemand(graph, target, jobId, { ruleId, subject });
      const waitedMs = clock.now().getTime() - start;
      if (!isOutOfScope(tried) || waitedMs + INTERVAL_MS > LIMIT_MS) return tried;
      stopIfInterrupted(context.signal);
      context.report({
        kind: "wait",
        wait: { ms: INTERVAL_MS, reason: "assignment", host: "Microsoft Entra", attempt },
      });
      await clock.sleep(INTERVAL_MS);
    }
  });
  if (isOutOfScope(result)) {
    context.report({ kind: "notInScopeYet", user: user.name });
    return undefined;
  }
  if (result.result === "failure") {
    throw new AppError(
      "PROVISIONING_FAILED",
      { displayName, user: user.name, result },
      result.requestId === undefined ? {} : { requestId: result.requestId },
    );
  }
  return result;
}

/** Skipped because the user is not assigned, or not yet as far as the service knows; not for anything else. */
function isOutOfScope({ result, error, steps }: OnDemandResult): boolean {
  if (result !== "skipped") return false;
  const code = error?.code ?? "";
  if (/NotEffectivelyEntitled|NotInScope|NotAssigned|OutOfScope/i.test(code)) return true;
  return steps.some(({ type, status }) => type === "scoping" && !/success/i.test(status));
}
