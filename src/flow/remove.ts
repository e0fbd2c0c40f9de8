import { AppError } from "../errors.ts";
import { findServicePrincipal, readRegistration } from "../graph/read.ts";
import { deleteApplication, deleteServicePrincipal } from "../graph/remove.ts";
import type { Tenant } from "../graph/tenant.ts";
import { type Removal, restorableUntil, toRemoval } from "../registration/removal.ts";
import type { KnownValues } from "../settings/known-values.ts";
import type { Template } from "../template/schema.ts";
import { during, journaled, type RunContext, stopIfInterrupted } from "./context.ts";
import { type Sought, seek } from "./locate.ts";
import { CHANGING_SCOPES, READING_SCOPES } from "./sign-in.ts";
import { checkUnattended, missingTenant } from "./unattended.ts";

export interface RemoveInput {
  readonly template: Template;
  readonly known: KnownValues;
  readonly yes: boolean;
  readonly dryRun: boolean;
}

export interface RemoveResult {
  readonly outcome: "removed" | "nothingToRemove" | "planned";
  readonly tenant: Tenant;
  readonly displayName: string;
  readonly appId: string | undefined;
  readonly objectId: string | undefined;
  /** What went, or would go. */
  readonly removal: Removal | undefined;
  /** Until when the deleted application can be restored. */
  readonly restorableUntil: Date | undefined;
}

/**
 * Removes what this tool made, after showing it: the application, and with it service principal, consent and
 * client secrets. One that was taken over goes only where a person types its name; one without our mark
 * stays. Where nothing is left to remove, that is said, and is no failure.
 *
 * @throws AppError NOT_OURS, NAME_NOT_TYPED, and what `seek` throws.
 */
export async function remove(context: RunContext, input: RemoveInput): Promise<RemoveResult> {
  checkUnattended(context, missingTenant(input.known), input);
  const wanted = { ...input, deletedSettles: true };
  const sought = await seek(context, wanted, input.dryRun ? READING_SCOPES : CHANGING_SCOPES);
  const { tenant, graph, apis, application } = sought;
  if (!application) return alreadyGone(context, input, sought);
  const current = await during(context, "read", () => readRegistration(graph, application));
  const removal = toRemoval({ ...current, application }, apis);
  const { appId, objectId, displayName } = application;
  if (removal.provenance === "stranger") throw new AppError("NOT_OURS", { displayName, appId });
  const result = { tenant, displayName, appId, objectId, removal };
  context.report({ kind: "removal", removal, tenant });
  if (input.dryRun) return { ...result, outcome: "planned", restorableUntil: undefined };
  await confirm(context, removal, input.yes);
  stopIfInterrupted(context.signal);
  await journaled(
    context,
    "removeApplication",
    { event: "intent", step: "removeApplication", tenantId: tenant.id, objectId, appId },
    () => deleteApplication(graph, objectId),
  );
  await removeServicePrincipal(context, sought, appId);
  return { ...result, outcome: "removed", restorableUntil: restorableUntil(context.ports.clock.now()) };
}

async function confirm({ questions }: RunContext, removal: Removal, yes: boolean): Promise<void> {
  if (removal.provenance === "adopted") {
    const { displayName, appId } = removal.application;
    if (!questions) throw new AppError("NAME_NOT_TYPED", { displayName, appId });
    if (!(await questions.typeName(displayName))) throw new AppError("DECLINED", {});
  } else if (!yes && questions && !(await questions.goAhead())) {
    throw new AppError("DECLINED", {});
  }
}

/** It goes with its application; one that is still there is what an interrupted run, or a delay, left. */
async function removeServicePrincipal(
  context: RunContext,
  { graph, tenant }: Sought,
  appId: string,
): Promise<boolean> {
  const left = await findServicePrincipal(graph, appId);
  if (!left) return false;
  const { id: servicePrincipalId } = left;
  await journaled(
    context,
    "removeServicePrincipal",
    { event: "intent", step: "removeServicePrincipal", tenantId: tenant.id, appId, servicePrincipalId },
    () => deleteServicePrincipal(graph, servicePrincipalId),
  );
  return true;
}

/** Nothing is there; where an earlier removal did not come to its end, it does now. */
async function alreadyGone(context: RunContext, input: RemoveInput, sought: Sought): Promise<RemoveResult> {
  const { tenant, appName, deleted } = sought;
  const finished = deleted && !input.dryRun && (await removeServicePrincipal(context, sought, deleted.appId));
  return {
    outcome: finished ? "removed" : "nothingToRemove",
    tenant,
    displayName: deleted?.displayName ?? appName,
    appId: deleted?.appId,
    objectId: deleted?.objectId,
    removal: undefined,
    restorableUntil: deleted && restorableUntil(deleted.deletedDateTime),
  };
}
