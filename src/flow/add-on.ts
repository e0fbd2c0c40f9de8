import { diff } from "../registration/diff.ts";
import type { Plan, Step } from "../registration/plan.ts";
import type { KnownValues } from "../settings/known-values.ts";
import type { AddOn, Template } from "../template/schema.ts";
import { applyStep, type Progress } from "./apply-step.ts";
import { confirmPlan } from "./confirm.ts";
import { type RunContext, stopIfInterrupted } from "./context.ts";
import { desiredRegistration } from "./desired-registration.ts";
import type { AddOnResult } from "./events.ts";
import { hostnameOf } from "./hostname.ts";
import { locate } from "./locate.ts";
import { CHANGING_SCOPES, READING_SCOPES } from "./sign-in.ts";
import { checkUnattended, missingTenant } from "./unattended.ts";

export interface AddOnInput {
  readonly template: Template;
  /** The part of the product that is added. */
  readonly addOn: AddOn;
  readonly known: KnownValues;
  readonly yes: boolean;
  readonly dryRun: boolean;
}

/**
 * Adds an optional part of the product to a registration that is there, and touches nothing else of it.
 *
 * @throws AppError IDENTIFIER_URI_REFUSED where the tenant does not take its address, and what `locate` throws.
 */
export async function addOnTo(context: RunContext, input: AddOnInput): Promise<AddOnResult> {
  const { template, addOn, known, yes, dryRun } = input;
  checkUnattended(context, missingTenant(known), input);
  const located = await locate(context, input, dryRun ? READING_SCOPES : CHANGING_SCOPES);
  const { graph, tenant, apis, appName, current } = located;
  const { application } = current;
  const hostname = await hostnameOf(context, template, known, application);
  const answers = { appName, hostname, addOns: [addOn], inputs: {} };
  const desired = desiredRegistration(context, input, apis, answers);
  const options = { adopt: false, removeRedirectUris: [], newSecret: false, keepDoubtful: true };
  const plan: Plan = { steps: diff(desired, current, [], options).steps.flatMap(exposing) };
  const { displayName, appId, objectId } = application;
  const ended = (outcome: AddOnResult["outcome"]): AddOnResult => ({
    outcome,
    title: addOn.title,
    tenant,
    displayName,
    appId,
    objectId,
    plan,
    handover: undefined,
    waiting: [],
    consentPage: undefined,
  });
  if (plan.steps.length === 0) return ended("nothingToDo");
  context.report({
    kind: "plan",
    proposal: {
      plan,
      tenant,
      displayName,
      current: application,
      clients: addOn.exposedApi.preAuthorizedApplications,
      delivery: undefined,
      handoverFile: undefined,
      proofs: [],
      obstacles: [],
      now: context.ports.clock.now(),
    },
  });
  if (dryRun) return ended("planned");
  await confirmPlan(context, yes);
  const target = { ...application, isNew: false };
  const progress: Progress = { target, servicePrincipalId: undefined, tags: application.tags };
  for (const step of plan.steps) {
    stopIfInterrupted(context.signal);
    if (step.kind === "updateApplication" || step.kind === "exposeApi") {
      await applyStep(context, { graph }, progress, step);
    }
  }
  return ended("added");
}

/** What of a plan belongs to the exposed API. */
function exposing(step: Step): Step[] {
  if (step.kind === "exposeApi") return [step];
  if (step.kind !== "updateApplication") return [];
  const changes = step.changes.filter(({ property }) => property.startsWith("api."));
  return changes.length > 0 ? [{ ...step, changes }] : [];
}
