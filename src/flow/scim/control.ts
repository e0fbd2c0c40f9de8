import { pauseJob, type RestartCriteria, restartJob, startJob } from "../../graph/synchronization.ts";
import { inStep, isOn, type ProvisioningState, stateOf } from "../../provisioning/state.ts";
import type { Job } from "../../provisioning/types.ts";
import { confirmPlan } from "../confirm.ts";
import { during, journaled, type RunContext, stopIfInterrupted } from "../context.ts";
import { together } from "../together.ts";
import { checkUnattended, missingTenant } from "../unattended.ts";
import { type LocatedProvisioning, SCIM_READING_SCOPES, SCIM_RUNNING_SCOPES } from "./locate.ts";
import { type LeftOut, type Ready, readStandings, type Standing, type StandingsInput } from "./standing.ts";
import { awaitRestarted, awaitSwitched, type Switched } from "./switched.ts";

export type ControlVerb = "start" | "pause" | "restart";

export interface ControlInput extends StandingsInput {
  readonly verb: ControlVerb;
  /** Of a restart: everybody is looked at again. */
  readonly clearsState: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
}

/** How it ended for one application. */
export type ControlResult = Controlled | (LeftOut & { readonly verb: ControlVerb });

/** With the job as it was read back. */
export interface Controlled {
  readonly verb: ControlVerb;
  readonly outcome: "changed" | "nothingToDo" | "planned" | "quarantine";
  readonly clearsState: boolean;
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  /** Which of the product's several it is. */
  readonly key: string | undefined;
  readonly appId: string;
  readonly objectId: string;
  readonly job: Job;
  readonly state: ProvisioningState;
  /** Whether the tenant shows the change already. */
  readonly isVisible: boolean;
}

/**
 * Starts, pauses or restarts the jobs of a product, after showing how they stand: one question, then side by side.
 * Where nothing is to do nothing is done; a job in quarantine is not started, for that does not end the quarantine.
 * What fails in one does not stop another.
 *
 * @throws AppError PROVISIONING_MISSING where none of them is set up, DECLINED, and what `locate` throws.
 */
export async function controlProvisioning(
  context: RunContext,
  input: ControlInput,
): Promise<ControlResult[]> {
  checkUnattended(context, missingTenant(input.known), input);
  const { dryRun, verb } = input;
  const standings = await readStandings(
    context,
    input,
    verb === "pause" ? "job" : "credentials",
    dryRun ? SCIM_READING_SCOPES : SCIM_RUNNING_SCOPES,
  );
  const ready = standings.filter((standing) => "located" in standing);
  showStandings(context, input, standings, ready);
  const toDo = ready.filter((standing) => withoutDoing(verb, standing) === undefined);
  if (toDo.length > 0 && !dryRun) {
    const displayNames = toDo.map(({ located }) => located.current.application.displayName);
    await confirmPlan(context, input.yes, standings.length > 1 ? { verb, displayNames } : undefined);
  }
  return all(context, standings, async (standing) => {
    if (!("located" in standing)) return { ...standing.result, verb };
    const { located, job } = standing;
    const outcome = withoutDoing(verb, standing);
    if (outcome ?? dryRun) return ended(standing, input, outcome ?? "planned");
    stopIfInterrupted(context.signal);
    await carryOut(context, located, job, input);
    return ended(standing, input, "changed", await readBack(context, located, job, verb));
  });
}

/** How it ends where nothing is to be done. */
function withoutDoing(verb: ControlVerb, { job, state }: Ready): "nothingToDo" | "quarantine" | undefined {
  if (verb === "start" && state === "quarantine" && isOn(job)) return "quarantine";
  return verb !== "restart" && isOn(job) === (verb === "start") ? "nothingToDo" : undefined;
}

function showStandings(
  { report }: RunContext,
  { verb, clearsState }: ControlInput,
  standings: readonly Standing[],
  ready: readonly Ready[],
): void {
  for (const standing of standings) {
    if ("result" in standing) report({ kind: "leftOut", result: standing.result });
    else {
      const { located, state, job } = standing;
      const { displayName } = located.current.application;
      report({ kind: "provisioningFound", displayName, state, job });
    }
  }
  if (verb !== "restart") return;
  const counts = ready.map(({ job }) => inStep(job, "User"));
  const isKnown = counts.every((count) => count !== undefined);
  const users = isKnown ? Math.max(...counts) : undefined;
  report({ kind: "restartMeans", clearsState, users, jobs: ready.length });
}

function ended(
  { located, key, job, state }: Ready,
  { verb, clearsState }: ControlInput,
  outcome: Controlled["outcome"],
  after?: Switched,
): Controlled {
  const { tenant, provisioning } = located;
  const { displayName, appId, objectId } = located.current.application;
  return {
    verb,
    outcome,
    clearsState,
    tenant,
    displayName,
    key,
    appId,
    objectId,
    job: after?.job ?? job,
    isVisible: after?.isVisible ?? true,
    state: after ? stateOf({ ...provisioning, job: after.job }) : state,
  };
}

/** Waits for the end of all; where one fails, it is said what became of each before the first failure is told. */
async function all(
  { report }: RunContext,
  standings: readonly Standing[],
  work: (standing: Standing) => Promise<ControlResult>,
): Promise<ControlResult[]> {
  const working = standings.map(work);
  const outcomes = await Promise.allSettled(working);
  if (outcomes.length > 1 && outcomes.some(({ status }) => status === "rejected")) {
    for (const [index, outcome] of outcomes.entries()) {
      const standing = standings[index];
      if (outcome.status === "fulfilled") report({ kind: "controlDone", result: outcome.value });
      else if (standing && "located" in standing) {
        report({ kind: "controlFailed", displayName: standing.located.current.application.displayName });
      }
    }
  }
  return together(...working);
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
