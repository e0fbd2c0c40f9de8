import { join } from "node:path";
import type { ServiceProfile } from "../delivery/service.ts";
import { AppError, isAppError } from "../errors.ts";
import type { GraphContext } from "../graph/batch.ts";
import {
  appNotFound,
  type CandidatesRead,
  findDeletedHolder,
  readCandidates,
  readRegistration,
  readTenant,
  type TenantRead,
} from "../graph/read.ts";
import { toUniqueName } from "../registration/names.ts";
import type { Plan } from "../registration/plan.ts";
import { obstacles, type Policies } from "../registration/rights.ts";
import type {
  CurrentRegistration,
  DesiredRegistration,
  PasswordCredential,
  ResolvedPermission,
} from "../registration/types.ts";
import { isSettled, type KnownValues, missingInputs } from "../settings/known-values.ts";
import { isGuid } from "../settings/values.ts";
import { sha256 } from "../sha256.ts";
import type { TokenSource } from "../signin/token-source.ts";
import type { AddOn, Template } from "../template/schema.ts";
import { deletedError, findAbsent } from "./absent.ts";
import { type Answers, askForAnswers } from "./answers.ts";
import { type Applied, applyPlan } from "./apply-plan.ts";
import { confirmDelivery } from "./confirm.ts";
import { during, openGraph, type RunContext, stopIfInterrupted } from "./context.ts";
import { desiredRegistration } from "./desired-registration.ts";
import type { Proposal, RegisterResult } from "./events.ts";
import { identify } from "./identify.ts";
import { checkOutputFolder } from "./output-folder.ts";
import { planRegistration } from "./plan-registration.ts";
import { provable } from "./prove.ts";
import { checkReminder, writeReminder } from "./reminder.ts";
import { toResult } from "./result.ts";
import {
  noLongerThan,
  otherServices,
  prepareServices,
  readyService,
  type Services,
  toDelivery,
} from "./service.ts";
import { CHANGING_SCOPES, permittedClient, READING_SCOPES, signIn } from "./sign-in.ts";
import { awaitConsent, leftPermissions, type Means, rightsOf, stepUp, withoutLeft } from "./step-up.ts";
import { checkUnattended } from "./unattended.ts";
import { apisOf, toWanted } from "./wanted.ts";

export interface RegisterInput {
  readonly template: Template;
  /** The template's add-ons. */
  readonly addOns: readonly AddOn[];
  readonly known: KnownValues;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly newSecret: boolean;
  /** What becomes of a deleted registration of that name; undefined: it is asked. */
  readonly deleted: "restore" | "purge" | undefined;
  readonly proof: boolean;
  /** The calendar file that reminds before the secret ends, absolute; undefined for none. */
  readonly calendar: string | undefined;
  /** Absolute. */
  readonly outputFolder: string;
  /** Where earlier runs left their journals. */
  readonly journalFolder: string;
}

/** What the parts of a run share once somebody is signed in. */
interface Run {
  readonly context: RunContext;
  readonly input: RegisterInput;
  readonly tokens: TokenSource;
  readonly services: Services;
  readonly graph: GraphContext;
}

/**
 * Registers the app, or brings its registration in line with the template: settings, sign-in, one read, a
 * plan, the question, the writes, the secret's delivery, the proof.
 *
 * @throws AppError for everything that can be foreseen.
 */
export async function register(context: RunContext, input: RegisterInput): Promise<RegisterResult> {
  checkUnattended(context, missingInputs(input.known), input);
  if (input.calendar !== undefined) await checkReminder(context, input.calendar, input);
  const { fileName } = input.template.handover;
  const tidy = input.dryRun ? undefined : await checkOutputFolder(context, input.outputFolder, fileName);
  const services = prepareServices(context, input.template, input.known, input);
  const tokens = await signIn(context, input.known, input.dryRun ? READING_SCOPES : CHANGING_SCOPES);
  const result = await readAndAsk({ context, input, tokens, services, graph: openGraph(context, tokens) });
  await tidy?.();
  return result;
}

/** Reads for the proposed name at once: who takes it with Enter has cost no second round trip. */
async function readAndAsk(run: Run): Promise<RegisterResult> {
  const { context, input, tokens, graph } = run;
  const { known, template } = input;
  const proposed = known.appName?.value ?? template.name;
  const wanted = toWanted(template, known, proposed);
  const read = await during(context, "read", () =>
    readTenant(graph, apisOf(template), wanted, tokens.account.scopes),
  );
  const { tenantId, clientId, way } = tokens.account;
  if (isGuid(tenantId) && tenantId !== read.tenant.id) {
    const asked = { way, tenant: tenantId, clientId, cloud: context.cloud.name, scopes: [] };
    throw new AppError("SIGN_IN_FAILED", { problem: "wrongTenant", ...asked, answeredBy: read.tenant.id });
  }
  context.report({ kind: "signedIn", username: tokens.account.username, tenant: read.tenant });

  const existing = read.candidates.byUniqueName;
  if ("appId" in wanted && !existing) {
    const deleted = await findAbsent(graph, wanted.appId, read.tenant.id);
    throw deleted ? deletedError(template, deleted) : appNotFound(wanted.appId, read.tenant.id);
  }
  const current = "appId" in wanted && !isSettled(known.appName) ? existing?.displayName : undefined;
  const answers = await askForAnswers(context, known, input.addOns, current ?? proposed);
  const isSame = "appId" in wanted || answers.appName === proposed;
  const candidates = isSame ? read : await readAgain(run, answers.appName);
  return untilUnchanged(run, read, candidates, answers);
}

async function readAgain({ context, input, graph }: Run, appName: string): Promise<CandidatesRead> {
  return during(context, "read", () => readCandidates(graph, toWanted(input.template, input.known, appName)));
}

/** Somebody else may create the same registration between reading and writing: then read and plan again. */
async function untilUnchanged(
  run: Run,
  tenant: TenantRead,
  candidates: CandidatesRead,
  answers: Answers,
): Promise<RegisterResult> {
  try {
    return await planAndApply(run, tenant, candidates, answers);
  } catch (error) {
    const changed = await whatChanged(run, error, candidates, answers.appName);
    if (!changed) throw error;
    return planAndApply(run, tenant, changed, answers);
  }
}

/** What to plan with instead; undefined where the failure has nothing to do with what was read. */
async function whatChanged(
  run: Run,
  error: unknown,
  candidates: CandidatesRead,
  appName: string,
): Promise<CandidatesRead | undefined> {
  if (isAppError(error, "CHANGED_MEANWHILE")) return readAgain(run, appName);
  if (!isAppError(error, "SOFT_DELETED")) return undefined;
  // Deleted ones are read by their display name; this one had another in the end.
  if (candidates.deleted.some(({ objectId }) => objectId === error.facts.objectId)) return undefined;
  const holder = await findDeletedHolder(run.graph, toUniqueName(run.input.template.name, appName, sha256));
  return holder && { ...candidates, deleted: [holder] };
}

async function planAndApply(
  run: Run,
  read: TenantRead,
  candidates: CandidatesRead,
  answers: Answers,
): Promise<RegisterResult> {
  const { context, input, graph, services } = run;
  const { template, outputFolder } = input;
  const wanted = toWanted(template, input.known, answers.appName);
  const uniqueName = toUniqueName(template.name, answers.appName, sha256);
  const { deleted, dryRun } = input;
  const identified = await identify(context, graph, {
    ...candidates,
    wanted,
    uniqueName,
    choice: deleted,
    dryRun,
  });
  if (identified.kind === "rename") {
    const appName = (await context.questions?.appName(undefined)) ?? answers.appName;
    return untilUnchanged(run, read, await readAgain(run, appName), { ...answers, appName });
  }
  const { application, adopt } = identified;
  const current: CurrentRegistration = application
    ? await during(context, "read", () => readRegistration(graph, application))
    : { delegatedGrants: [], appRoleAssignments: [] };
  const desired = shortened(desiredRegistration(context, input, read.apis, answers), read.policies, context);
  const { plan, secrets } = await planRegistration(context, {
    ...input,
    desired,
    current,
    adopt,
    tenantId: read.tenant.id,
  });
  const delivered = secrets.find(({ state }) => state === "delivered")?.credential;
  const facts = {
    ...input,
    tenant: read.tenant,
    appName: answers.appName,
    hostname: answers.hostname,
    current,
    plan,
    secretEnd: delivered?.endDateTime,
    signInClientId: permittedClient(run.tokens),
  };
  if (plan.steps.length === 0) {
    const result = toResult(context, facts, "nothingToDo");
    if (delivered) await remind(run, result, delivered);
    return result;
  }

  const issues = plan.steps.some(({ kind }) => kind === "issueSecret");
  const profile = issues ? await readyService(context, services) : undefined;
  const proposal = propose(run, read, desired, current, plan, profile);
  context.report({ kind: "plan", proposal });
  if (input.dryRun) return toResult(context, facts, "planned");
  const signed = { known: input.known, tokens: run.tokens, graph };
  const means = await stepUp(context, signed, read.tenant.id, proposal.obstacles);
  const confirmed = await confirmDelivery(context, input.yes, services, profile);
  stopIfInterrupted(context.signal);
  const applied = await applyPlan(context, {
    graph: means.graph,
    plan: withoutLeft(plan, means.left),
    desired: withoutPermissions(desired, leftPermissions(plan, means.left)),
    current,
    template,
    tenantId: read.tenant.id,
    hostname: answers.hostname,
    profile: confirmed,
    otherServices: otherServices(template, profile),
    linkLifetimeSeconds: input.known.linkLifetimeSeconds,
    outputFolder,
    proof: input.proof,
  });
  const waiting = await consentLeft(run, means, plan, { ...applied, tenantId: read.tenant.id });
  const signInClientId = means.permittedClient ?? facts.signInClientId;
  const result = toResult(context, { ...facts, signInClientId }, "registered", { ...applied, waiting });
  const made = applied.handover && { keyId: applied.handover.keyId, endDateTime: applied.handover.secretEnd };
  const live = made ?? delivered;
  if (live) await remind(run, result, live);
  return result;
}

/** What is still without consent in the end, once what was left to Microsoft's page has been waited for. */
async function consentLeft(
  { context }: Run,
  { graph, left, waits }: Means,
  plan: Plan,
  { waiting, target: { appId }, servicePrincipalId, tenantId }: Applied & { readonly tenantId: string },
): Promise<readonly ResolvedPermission[]> {
  const permissions = leftPermissions(plan, left);
  if (permissions.length === 0 || !waits) return [...waiting, ...permissions];
  const app = { tenantId, appId, servicePrincipalId };
  return [...waiting, ...(await awaitConsent(context, graph, app, permissions))];
}

/** The calendar entry for the secret that the vendor has, where one is wanted. */
async function remind(
  { context, input }: Run,
  { displayName, appId = "", tenant }: RegisterResult,
  { keyId, endDateTime }: Pick<PasswordCredential, "keyId" | "endDateTime">,
): Promise<void> {
  if (input.calendar === undefined) return;
  const secretEnd = new Date(endDateTime);
  const facts = { keyId, appName: displayName, appId, tenantName: tenant.displayName, secretEnd };
  await writeReminder(context, input.calendar, facts);
}

function withoutPermissions(
  desired: DesiredRegistration,
  left: readonly ResolvedPermission[],
): DesiredRegistration {
  return { ...desired, permissions: desired.permissions.filter((permission) => !left.includes(permission)) };
}

/** A secret's end that the tenant's policy allows, where that can be read beforehand. */
function shortened(
  desired: DesiredRegistration,
  policies: Policies | undefined,
  { ports, report }: RunContext,
): DesiredRegistration {
  const rule = policies?.clientSecrets;
  if (rule === undefined || rule === "blocked") return desired;
  const most = new Date(ports.clock.now().getTime() + rule.maxDays * DAY_MS);
  if (desired.secretEnd <= most) return desired;
  report({ kind: "lifetimeShortened", endDateTime: most.toISOString() });
  return { ...desired, secretEnd: most };
}

const DAY_MS = 86_400_000;

function propose(
  { context, input, tokens, services }: Run,
  read: TenantRead,
  desired: DesiredRegistration,
  current: CurrentRegistration,
  plan: Plan,
  profile: ServiceProfile | undefined,
): Proposal {
  const { template, known, outputFolder, proof } = input;
  const now = context.ports.clock.now();
  return {
    plan,
    tenant: read.tenant,
    displayName: desired.displayName,
    current: current.application,
    clients: desired.exposedApi?.preAuthorizedApplications ?? [],
    delivery:
      profile &&
      toDelivery(profile, services, noLongerThan(desired.secretEnd, known.linkLifetimeSeconds, now)),
    handoverFile: join(outputFolder, template.handover.fileName),
    proofs: profile && proof ? provable(desired.permissions) : [],
    obstacles: obstacles(plan, rightsOf(tokens, read.policies, input.dryRun)),
    now,
  };
}
