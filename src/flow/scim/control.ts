import { AppError } from "../../errors.ts";
import { pauseJob, type RestartCriteria, restartJob, startJob } from "../../graph/synchronization.ts";
import { inStep, isOn, type ProvisioningState, stateOf } from "../../provisioning/state.ts";
import type { Job } from "../../provisioning/types.ts";
import type { KnownValues } from "../../settings/known-values.ts";
import type { Template } from "../../template/schema.ts";
import { confirmPlan } from "../confirm.ts";
import { during, journaled, type RunContext, stopIfInterrupted } from "../context.ts";
import { checkUnattended, missingTenant } from "../unattended.ts";
import {
  type LocatedProvisioning,
  locateProvisioning,
  requireJob,
  SCIM_READING_SCOPES,
  SCIM_RUNNING_SCOPES,
} from "./locate.ts";
import { awaitRestarted, awaitSwitched, type Switched } from "./switched.ts";

export type ControlVerb = "start" | "pause" | "restart";

export interface ControlInput {
  readonly template: Template;
  readonly known: KnownValues;
  readonly verb: ControlVerb;
  /** Of a restart: everybody is looked at again. */
  readonly clearsState: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
}

/** How it ended, with the job as it was read back. */
export interface ControlResult {
  readonly verb: ControlVerb;
  readonly outcome: "changed" | "nothingToDo" | "planned" | "quarantine";
  readonly clearsState: boolean;
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  readonly appId: string;
  readonly objectId: string;
  readonly job: Job;
  readonly state: ProvisioningState;
  /** Whether the tenant shows the change already. */
  readonly isVisible: boolean;
}

/**
 * Starts, pauses or restarts a job, after showing how it stands. Where nothing is to do nothing is done; a job in
 * quarantine is not started, for that does not end the quarantine.
 *
 * @throws AppError PROVISIONING_MISSING, DECLINED, and what `locate` throws.
 */
export async function controlProvisioning(context: RunContext, input: ControlInput): Promise<ControlResult> {
  checkUnattended(context, missingTenant(input.known), input);
  const { verb, clearsState, dryRun } = input;
  const located = await locateProvisioning(
    context,
    input,
    dryRun ? SCIM_READING_SCOPES : SCIM_RUNNING_SCOPES,
  );
  const job = requireJob(located);
  const { tenant, provisioning } = located;
  const { displayName, appId, objectId } = located.current.application;
  const state = stateOf(provisioning);
  const ended = (
    outcome: ControlResult["outcome"],
    after: { readonly job: Job; readonly isVisible: boolean } = { job, isVisible: true },
  ): ControlResult => ({
    verb,
    outcome,
    clearsState,
    tenant,
    displayName,
    appId,
    objectId,
    ...after,
    state: stateOf({ ...provisioning, job: after.job }),
  });
  if (verb !== "pause" && state === "incomplete") {
    throw new AppError("PROVISIONING_MISSING", { displayName, appId, lacks: "credentials" });
  }
  context.report({ kind: "provisioningFound", displayName, state, job });
  if (verb === "restart") context.report({ kind: "restartMeans", clearsState, users: inStep(job, "User") });
  if (verb === "start" && state === "quarantine" && isOn(job)) return ended("quarantine");
  if (verb !== "restart" && isOn(job) === (verb === "start")) return ended("nothingToDo");
  if (dryRun) return ended("planned");
  await confirmPlan(context, input.yes);
  stopIfInterrupted(context.signal);
  await carryOut(context, located, job, input);
  return ended("changed", await readBack(context, located, job, verb));
}

const TASKS = {
  start: "startProvisioning",
  pause: "pauseProvisioning",
  restart: "restartProvisioning",
} as const;

async function carryOut(
  context: RunContext,
  { graph, servicePrincipalId, current: { application } }: LocatedProvisioning,
  { id: jobId }: Job,
  { verb, clearsState }: ControlInput,
): Promise<void> {
  const target = { servicePrincipalId, isNew: false };
  const { objectId, appId } = application;
  const intent = {
    event: "intent",
    step: TASKS[verb],
    objectId,
    appId,
    servicePrincipalId,
    jobId,
  } as const;
  const criteria: RestartCriteria = clearsState ? "asPortal" : "quarantine";
  await journaled(context, TASKS[verb], intent, () => {
    if (verb === "start") return startJob(graph, target, jobId);
    if (verb === "pause") return pauseJob(graph, target, jobId);
    return restartJob(graph, target, jobId, criteria);
  });
}

/** The job afterwards: what was accepted shows a few seconds later. */
async function readBack(
  context: RunContext,
  { graph, servicePrincipalId }: LocatedProvisioning,
  before: Job,
  verb: ControlVerb,
): Promise<Switched> {
  return during(context, "readBack", async () => {
    const target = { servicePrincipalId, isNew: false };
    const { clock } = context.ports;
    if (verb === "restart") return awaitRestarted(graph, clock, target, before);
    return awaitSwitched(graph, clock, target, before, verb === "start" ? "on" : "off");
  });
}
