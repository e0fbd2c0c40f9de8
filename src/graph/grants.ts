import { AppError, isAppError } from "../errors.ts";
import { grants } from "../registration/diff.ts";
import type { GrantStep } from "../registration/plan.ts";
import type { CurrentRegistration, ResolvedPermission } from "../registration/types.ts";
import {
  type GraphAnswer,
  isAmbiguous,
  isDuplicate,
  isReplicationLag,
  isSuccess,
  toAppError,
} from "./answers.ts";
import { toGrantRequest } from "./apply.ts";
import { type GraphContext, sendBatch } from "./batch.ts";
import { readGranted } from "./read.ts";

export interface GrantOutcome {
  readonly granted: readonly ResolvedPermission[];
  /** What this person may not grant, with Graph's own refusal. */
  readonly refused: readonly { readonly permission: ResolvedPermission; readonly error: AppError }[];
}

/** A new service principal and a new app role take up to two minutes to be known everywhere. */
const LIMIT_MS = 120_000;

/**
 * Gives the admin consent of the steps, all in one batch. What comes back unclear, as a duplicate or as not
 * known yet is looked up, and only what is still missing is sent again.
 *
 * @throws AppError for anything but success and "you may not".
 */
export async function applyGrants(
  context: GraphContext,
  steps: readonly GrantStep[],
  servicePrincipalId: string,
): Promise<GrantOutcome> {
  const start = context.clock.now().getTime();
  const granted: ResolvedPermission[] = [];
  const refused: { permission: ResolvedPermission; error: AppError }[] = [];
  let pending = steps;
  for (let attempt = 1; ; attempt += 1) {
    const unsettled: { step: GrantStep; answer: GraphAnswer | undefined }[] = [];
    for (const [step, answer] of await send(context, pending, servicePrincipalId)) {
      if (answer && isSettled(step, answer)) granted.push(...permissionsOf(step));
      else if (answer?.status === 403 && !isReplicationLag(answer)) {
        const error = toAppError(step.kind, answer);
        refused.push(...permissionsOf(step).map((permission) => ({ permission, error })));
      } else if (!answer || isAmbiguous(answer) || isDuplicate(answer) || isReplicationLag(answer)) {
        unsettled.push({ step, answer });
      } else throw toAppError(step.kind, answer);
    }
    if (unsettled.length === 0) return { granted, refused };
    await waitOrGiveUp(context, unsettled, attempt, start);
    const wanted = unsettled.flatMap(({ step }) => permissionsOf(step));
    pending = grants(wanted, await look(context, servicePrincipalId));
    const missing = pending.flatMap(permissionsOf);
    granted.push(...wanted.filter((permission) => !missing.includes(permission)));
    if (pending.length === 0) return { granted, refused };
  }
}

/** The permissions a step grants. */
export function permissionsOf(step: GrantStep): readonly ResolvedPermission[] {
  return step.kind === "grantAppRole" ? [step.permission] : step.added;
}

/** An app role that is assigned already is what was wanted; a delegated grant may have other scopes. */
function isSettled(step: GrantStep, answer: GraphAnswer): boolean {
  return isSuccess(answer) || (step.kind === "grantAppRole" && isDuplicate(answer));
}

async function send(
  context: GraphContext,
  steps: readonly GrantStep[],
  servicePrincipalId: string,
): Promise<[GrantStep, GraphAnswer | undefined][]> {
  const items = steps.map((step) => toGrantRequest(step, servicePrincipalId));
  const answers = await sendBatch(context, "grantAppRole", items).catch((error: unknown) => {
    // The batch as a whole got no answer of use: look which of its items took effect.
    if (isAppError(error, "NETWORK") || isAppError(error, "GRAPH_UNAVAILABLE")) return [];
    throw error;
  });
  return steps.map((step, index) => [step, answers[index]]);
}

async function waitOrGiveUp(
  { clock, onWait }: GraphContext,
  unsettled: readonly { step: GrantStep; answer: GraphAnswer | undefined }[],
  attempt: number,
  start: number,
): Promise<void> {
  const waitedMs = clock.now().getTime() - start;
  if (waitedMs > LIMIT_MS) {
    const failed = unsettled.find(({ answer }) => answer && isAmbiguous(answer));
    if (failed?.answer) throw toAppError(failed.step.kind, failed.answer);
    const facts = { action: "grantAppRole", waitedSeconds: Math.round(waitedMs / 1000) } as const;
    throw new AppError("NOT_REPLICATED", facts);
  }
  const replication = unsettled.some(({ answer }) => answer && isReplicationLag(answer));
  const ms = Math.min(500 * 2 ** (attempt - 1), 8000);
  const reason = replication ? "replication" : "unavailable";
  onWait?.({ ms, reason, host: "Microsoft Graph", attempt });
  await clock.sleep(ms);
}

/** Nothing can be granted yet to a service principal that is not visible yet. */
async function look(
  context: GraphContext,
  servicePrincipalId: string,
): Promise<Pick<CurrentRegistration, "delegatedGrants" | "appRoleAssignments">> {
  return readGranted(context, servicePrincipalId).catch((error: unknown) => {
    if (isAppError(error, "GRAPH_REFUSED") && error.facts.status === 404) {
      return { delegatedGrants: [], appRoleAssignments: [] };
    }
    throw error;
  });
}
