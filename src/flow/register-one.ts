import type { ServiceProfile } from "../delivery/service.ts";
import { isAppError } from "../errors.ts";
import { type CandidatesRead, findDeletedHolder, readCandidates } from "../graph/read.ts";
import type { TenantRead } from "../graph/tenant.ts";
import { uniqueNameOf } from "../registration/desired.ts";
import type { Group } from "../registration/groups.ts";
import type { DesiredRegistration, PasswordCredential, ResolvedPermission } from "../registration/types.ts";
import { sha256 } from "../sha256.ts";
import type { Template } from "../template/schema.ts";
import type { Answers } from "./answers.ts";
import { type Applied, applyPlan } from "./apply-plan.ts";
import { confirmDelivery } from "./confirm.ts";
import { during, type RunContext, stopIfInterrupted } from "./context.ts";
import type { RegisterResult } from "./events.ts";
import { makeGroups, withGroups } from "./make-groups.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { propose } from "./propose.ts";
import type { Provisioning, ProvisioningResult, ProvisioningRun } from "./provisioner.ts";
import { toResult } from "./result.ts";
import type { Run } from "./run.ts";
import { otherServices } from "./service.ts";
import { awaitConsent, leftPermissions, type Means, withoutLeft } from "./step-up.ts";
import { together } from "./together.ts";
import { toWanted } from "./wanted.ts";

/** One application with everything that is to be done about it. */
export type Planned = Prepared & { readonly provisioning: Provisioning | undefined };

/**
 * Reads and plans the provisioning as well, where this run sets it up.
 *
 * @param others those of the run that are planned already: a group for several stands in the first plan alone.
 */
export async function withProvisioning(
  run: ProvisioningRun,
  one: Prepared,
  answers: Answers,
  others: readonly Planned[] = [],
): Promise<Planned> {
  const provisioning = await run.provisioner?.prepare(run, one, answers);
  const plans = others.map(({ plan }) => plan);
  const plan = provisioning ? withGroups(one.plan, provisioning.groups, plans) : one.plan;
  return { ...one, plan, provisioning };
}

/** Whether anything is to be done about an application. */
export function isChanging({ plan, provisioning }: Planned): boolean {
  return plan.steps.length > 0 || provisioning?.isChanging === true;
}

/** Looks for the applications of a name once more. */
export async function readAgain(
  { context, input, graph }: Run,
  template: Template,
  appName: string,
): Promise<CandidatesRead> {
  return during(context, "read", () => readCandidates(graph, toWanted(template, input.known, appName)));
}

/** The result of an application that this run leaves as it is. */
export async function unchanged(run: Run, one: Planned): Promise<RegisterResult> {
  const outcome = isChanging(one) ? "planned" : "nothingToDo";
  const result = withOutcome(toResult(run.context, one, outcome), one, one.provisioning?.unchanged);
  if (outcome === "nothingToDo" && one.delivered) remember(run, result, one.delivered);
  return result;
}

function withOutcome(
  result: RegisterResult,
  { provisioning }: Planned,
  outcome: ProvisioningResult | undefined,
): RegisterResult {
  if (!provisioning || !outcome) return result;
  return { ...result, groups: provisioning.groups.found, provisioning: outcome };
}

/** What holds for all applications of a run once the person has said yes. */
export interface Agreed {
  readonly read: TenantRead;
  readonly answers: Answers;
  readonly means: Means;
  readonly profile: ServiceProfile | undefined;
}

/** Somebody else may create the same registration between reading and writing: then read and plan again. */
export async function applyOne(run: ProvisioningRun, agreed: Agreed, one: Planned): Promise<RegisterResult> {
  try {
    return await apply(run, agreed, one);
  } catch (error) {
    const candidates = await whatChanged(run, error, one, agreed.answers.appName);
    if (!candidates) throw error;
    const { read, answers } = agreed;
    const preparedAgain = await prepare(run, { read, candidates, answers, template: one.template });
    if (preparedAgain === "rename") throw error;
    const again = await withProvisioning(run, preparedAgain, answers);
    if (!isChanging(again)) return unchanged(run, again);
    run.context.report({ kind: "plan", proposal: propose(run, read, again, agreed.profile) });
    const profile = await confirmDelivery(run.context, run.input.yes, run.services, agreed.profile);
    return apply(run, { ...agreed, profile }, again);
  }
}

/** What to plan with instead; undefined where the failure has nothing to do with what was read. */
async function whatChanged(
  run: ProvisioningRun,
  error: unknown,
  { template, candidates }: Prepared,
  appName: string,
): Promise<CandidatesRead | undefined> {
  if (isAppError(error, "CHANGED_MEANWHILE")) return readAgain(run, template, appName);
  if (!isAppError(error, "SOFT_DELETED")) return undefined;
  // Deleted ones are read by their display name; this one had another in the end.
  if (candidates.deleted.some(({ objectId }) => objectId === error.facts.objectId)) return undefined;
  const holder = await findDeletedHolder(run.graph, uniqueNameOf(template, appName, sha256));
  return holder && { ...candidates, deleted: [holder] };
}

async function apply(run: Run, { read, means, profile }: Agreed, one: Planned): Promise<RegisterResult> {
  const { context, input } = run;
  const { plan, desired, current, template, hostname, inputs, delivered, provisioning } = one;
  stopIfInterrupted(context.signal);
  const groups = provisioning && groupsOf(context, provisioning);
  let outcome: ProvisioningResult | undefined;
  const applying = applyPlan(context, {
    graph: means.graph,
    plan: withoutLeft(plan, means.left),
    desired: withoutPermissions(desired, leftPermissions(plan, means.left)),
    current,
    template,
    tenantId: read.tenant.id,
    hostname,
    inputs,
    profile,
    otherServices: otherServices(template, profile),
    linkLifetimeSeconds: input.known.linkLifetimeSeconds,
    outputFolder: input.outputFolder,
    proof: input.proof,
    beside:
      provisioning &&
      groups &&
      (async (made) => {
        outcome = await provisioning.apply(means, made, groups);
      }),
  });
  // Where the application fails, nobody else waits for its groups.
  const [applied] = await together(applying, groups);
  const waiting = await consentLeft(run, means, one, { ...applied, tenantId: read.tenant.id });
  const signInClientId = means.permittedClient ?? one.signInClientId;
  const registered = toResult(context, { ...one, signInClientId }, "registered", { ...applied, waiting });
  const result = withOutcome(registered, one, outcome);
  const made = applied.handover && { keyId: applied.handover.keyId, endDateTime: applied.handover.secretEnd };
  const live = made ?? delivered;
  if (live) remember(run, result, live);
  return result;
}

/** The groups of an application once all of them exist; they are made beside the application. */
function groupsOf(context: RunContext, { groups }: Provisioning): Promise<readonly Group[]> {
  const made = makeGroups(context, groups).then(() => groups.found);
  // Whoever waits for them hears of a failure, which may come before anybody does.
  made.catch(() => undefined);
  return made;
}

/** What is still without consent in the end, once what was left to Microsoft's page has been waited for. */
async function consentLeft(
  { context }: Run,
  { graph, left, waits }: Means,
  { plan }: Prepared,
  { waiting, target: { appId }, servicePrincipalId, tenantId }: Applied & { readonly tenantId: string },
): Promise<readonly ResolvedPermission[]> {
  const permissions = leftPermissions(plan, left);
  if (permissions.length === 0 || !waits) return [...waiting, ...permissions];
  const app = { tenantId, appId, servicePrincipalId };
  return [...waiting, ...(await awaitConsent(context, graph, app, permissions))];
}

/** Notes a secret that the vendor has, for the calendar. */
function remember(
  { secretEnds }: Run,
  { displayName, appId = "", tenant }: RegisterResult,
  { keyId, endDateTime }: Pick<PasswordCredential, "keyId" | "endDateTime">,
): void {
  const secretEnd = new Date(endDateTime);
  secretEnds.push({ keyId, appName: displayName, appId, tenantName: tenant.displayName, secretEnd });
}

function withoutPermissions(
  desired: DesiredRegistration,
  left: readonly ResolvedPermission[],
): DesiredRegistration {
  return { ...desired, permissions: desired.permissions.filter((permission) => !left.includes(permission)) };
}
