import type { ServiceProfile } from "../delivery/service.ts";
import type { ApplicationTarget } from "../graph/apply.ts";
import type { GraphContext } from "../graph/batch.ts";
import { applyGrants } from "../graph/grants.ts";
import type { MadePair } from "../graph/instantiate.ts";
import { readBack } from "../graph/read.ts";
import { type IssuedSecret, removeByName } from "../graph/secrets.ts";
import { diff } from "../registration/diff.ts";
import { isGrant, isGroupStep, type Plan, type StepOf } from "../registration/plan.ts";
import type { CurrentRegistration, DesiredRegistration, ResolvedPermission } from "../registration/types.ts";
import type { Template } from "../template/schema.ts";
import { applyStep, type Progress } from "./apply-step.ts";
import { Beside, type MadeApplication } from "./beside.ts";
import { during, journaled, type RunContext, stopIfInterrupted } from "./context.ts";
import type { Handover } from "./events.ts";
import { type HandOverInput, handOver } from "./hand-over.ts";
import { completeInstantiated, instantiate } from "./instantiate.ts";
import { provable, prove } from "./prove.ts";

export interface ApplyInput {
  readonly graph: GraphContext;
  readonly plan: Plan;
  readonly desired: DesiredRegistration;
  readonly current: CurrentRegistration;
  readonly template: Template;
  readonly tenantId: string;
  readonly hostname: string;
  /** The template's own inputs, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The tried service; there whenever the plan issues a secret. */
  readonly profile: ServiceProfile | undefined;
  readonly otherServices: readonly string[];
  readonly linkLifetimeSeconds: number;
  readonly outputFolder: string;
  readonly proof: boolean;
  /** What else is done with the application, beside everything here; begun as soon as both its halves exist. */
  readonly beside?: ((made: MadeApplication) => Promise<void>) | undefined;
}

export interface Applied {
  readonly target: ApplicationTarget;
  readonly servicePrincipalId: string;
  readonly handover: Handover | undefined;
  readonly waiting: readonly ResolvedPermission[];
}

/**
 * Carries a plan out: the application first, one write after another, then its service principal, then the
 * consent beside the secret. Reading back and the proof run beside the delivery.
 */
export async function applyPlan(context: RunContext, input: ApplyInput): Promise<Applied> {
  const { current } = input;
  const progress: Progress = {
    target: current.application && { ...current.application, isNew: false },
    servicePrincipalId: current.servicePrincipal?.id,
    tags: current.application?.tags ?? [],
  };
  const beside = new Beside(input.beside);
  const settled = settle(context, input, progress, beside);
  const [outcome, others] = await Promise.allSettled([
    settled.then((made) => consentAndHandOver(context, input, made)),
    beside.ended(settled),
  ]);
  if (outcome.status === "rejected") throw outcome.reason;
  if (others.status === "rejected") throw others.reason;
  return outcome.value;
}

/** Makes or changes the application and its service principal. */
async function settle(
  context: RunContext,
  input: ApplyInput,
  progress: Progress,
  beside: Beside,
): Promise<{ target: ApplicationTarget; servicePrincipalId: string; tags: readonly string[] }> {
  const { plan } = input;
  beside.begin(progress);
  const isNewInstance = plan.steps.some(({ kind }) => kind === "instantiateApplication");
  for (const step of plan.steps) {
    if (isGrant(step) || step.kind === "issueSecret" || isGroupStep(step)) continue;
    // What the plan says of a new one is only what is wanted; what is to be done shows when it is there.
    if (isNewInstance && (step.kind === "updateApplication" || step.kind === "exposeApi")) continue;
    stopIfInterrupted(context.signal);
    if (step.kind === "instantiateApplication") {
      const onMade = ({ servicePrincipalId, ...ids }: MadePair) =>
        beside.begin({ target: { ...ids, isNew: true }, servicePrincipalId });
      const made = await instantiate(context, { ...input, onMade }, progress, step);
      await completeInstantiated(context, input, progress, made);
    } else {
      await applyStep(context, input, progress, step);
    }
    beside.begin(progress);
  }
  stopIfInterrupted(context.signal);
  const { target, servicePrincipalId, tags } = progress;
  if (!target || servicePrincipalId === undefined) throw new TypeError("a plan without an application");
  return { target, servicePrincipalId, tags };
}

/**
 * The last group: consent, secret, delivery, read-back and proof, each as soon as what it needs is there.
 * A secret in flight is always seen through, whatever becomes of the rest.
 */
async function consentAndHandOver(
  context: RunContext,
  input: ApplyInput,
  made: { target: ApplicationTarget; servicePrincipalId: string; tags: readonly string[] },
): Promise<Applied> {
  const { plan, graph } = input;
  const { target } = made;
  const step = plan.steps.find((candidate) => candidate.kind === "issueSecret");
  let announce: (issued: IssuedSecret | undefined) => void = () => undefined;
  const issued = new Promise<IssuedSecret | undefined>((resolve) => {
    announce = resolve;
  });
  if (!step) announce(undefined);
  const lost = new AbortController();
  const handedOver =
    step &&
    handOver(context, toHandOverInput(input, made, step), announce)
      .catch((error: unknown) => {
        lost.abort(error);
        throw error;
      })
      .finally(() => announce(undefined));
  const consented = giveConsent(context, input, made);
  const checked = check(context, input, made, { consented, issued, lost: lost.signal });
  const [handover, grants, checks] = await Promise.allSettled([handedOver, consented, checked]);
  for (const outcome of [handover, grants, checks]) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
  if (handover.status !== "fulfilled" || grants.status !== "fulfilled") throw new TypeError("unsettled");
  for (const name of handover.value?.issued.abandoned ?? []) {
    // A secret whose answer was lost may have become visible by now; if not, a later run finds it.
    await removeByName(graph, target, name).catch(() => undefined);
  }
  const { servicePrincipalId } = made;
  return { target, servicePrincipalId, handover: handover.value?.handover, waiting: grants.value.refused };
}

/** Reads back as soon as the consent is given, and proves as soon as there is a secret to prove with. */
async function check(
  context: RunContext,
  input: ApplyInput,
  made: { target: ApplicationTarget; servicePrincipalId: string },
  after: { consented: Promise<Consented>; issued: Promise<IssuedSecret | undefined>; lost: AbortSignal },
): Promise<void> {
  const [{ refused }, secret] = await Promise.all([after.consented, after.issued]);
  await checkBack(context, input, made, refused, secret?.keyId);
  // A new secret is proved with what was granted before, too: that is what the plan announced.
  const proofs = provable(input.desired.permissions.filter((permission) => !refused.includes(permission)));
  if (secret && input.proof && proofs.length > 0 && !after.lost.aborted) {
    const app = { tenantId: input.tenantId, appId: made.target.appId };
    await prove(context, app, secret, proofs, after.lost);
  }
}

function toHandOverInput(
  input: ApplyInput,
  { target, tags }: { target: ApplicationTarget; tags: readonly string[] },
  step: StepOf<"issueSecret">,
): HandOverInput {
  if (!input.profile) throw new TypeError("a secret without a one-time-password service");
  const { graph, template, tenantId, hostname, inputs, otherServices, linkLifetimeSeconds, outputFolder } =
    input;
  return {
    graph,
    target,
    step,
    template,
    tenantId,
    appName: input.desired.displayName,
    hostname,
    inputs,
    profile: input.profile,
    otherServices,
    linkLifetimeSeconds,
    outputFolder,
    tags,
  };
}

interface Consented {
  readonly granted: readonly ResolvedPermission[];
  readonly refused: readonly ResolvedPermission[];
}

/** Gives the admin consent of a plan; what this person may not give is said and left for somebody else. */
export async function giveConsent(
  context: RunContext,
  { graph, plan }: Pick<ApplyInput, "graph" | "plan">,
  {
    target: { objectId, appId },
    servicePrincipalId,
  }: { target: Pick<ApplicationTarget, "objectId" | "appId">; servicePrincipalId: string },
): Promise<Consented> {
  const steps = plan.steps.filter(isGrant);
  if (steps.length === 0) return { granted: [], refused: [] };
  const { granted, refused } = await journaled(
    context,
    "grant",
    { event: "intent", step: "grant", objectId, appId },
    () => applyGrants(graph, steps, servicePrincipalId),
  );
  const permissions = refused.map(({ permission }) => permission);
  if (permissions.length > 0) context.report({ kind: "grantRefused", permissions });
  return { granted, refused: permissions };
}

/** Reads everything once more. What cannot be seen yet was accepted all the same and is said, not repaired. */
async function checkBack(
  context: RunContext,
  { graph, desired, plan, beside }: ApplyInput,
  { target, servicePrincipalId }: { target: ApplicationTarget; servicePrincipalId: string },
  refused: readonly ResolvedPermission[],
  keyId: string | undefined,
): Promise<void> {
  const { objectId } = target;
  // Where other work goes on beside this, its own end is the one to tell of.
  const seen = await during(context, beside ? "read" : "readBack", () =>
    readBack(graph, { objectId, servicePrincipalId }),
  ).catch(() => undefined);
  if (!seen) {
    // Every write was answered with success; not seeing them again is no reason to call the run failed.
    context.report({ kind: "readBackFailed" });
    return;
  }
  const { application, servicePrincipal, ...granted } = seen;
  if (keyId !== undefined && application?.passwordCredentials.some((listed) => listed.keyId === keyId)) {
    // From now on, a list without it means that somebody deleted it.
    await context.journal.record({ event: "listed", objectId, keyId });
  }
  const options = { adopt: false, removeRedirectUris: [], newSecret: false, keepDoubtful: true };
  const permissions = desired.permissions.filter((permission) => !refused.includes(permission));
  const left = diff(
    { ...desired, permissions },
    {
      ...granted,
      ...(application && { application }),
      ...(servicePrincipal && { servicePrincipal }),
    },
    [],
    options,
  ).steps.filter(({ kind }) => kind !== "issueSecret" && plan.steps.some((step) => step.kind === kind));
  if (left.length > 0) context.report({ kind: "notVisibleYet", plan: { steps: left } });
}
