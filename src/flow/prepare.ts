import { AppError } from "../errors.ts";
import { type CandidatesRead, readRegistration } from "../graph/read.ts";
import type { TenantRead } from "../graph/tenant.ts";
import { openInstantiation } from "../journal/instantiations.ts";
import { uniqueNameOf } from "../registration/desired.ts";
import { provenanceOf } from "../registration/names.ts";
import { isMadeSince } from "../registration/origin.ts";
import type { Plan } from "../registration/plan.ts";
import type { Policies } from "../registration/rights.ts";
import type {
  Application,
  CurrentRegistration,
  DesiredRegistration,
  PasswordCredential,
} from "../registration/types.ts";
import { sha256 } from "../sha256.ts";
import type { Template } from "../template/schema.ts";
import type { Answers } from "./answers.ts";
import { during, type RunContext } from "./context.ts";
import { desiredRegistration } from "./desired-registration.ts";
import { identify } from "./identify.ts";
import { planRegistration } from "./plan-registration.ts";
import type { ResultFacts } from "./result.ts";
import type { Run } from "./run.ts";
import { permittedClient } from "./sign-in.ts";
import { toWanted } from "./wanted.ts";

/** One application of a run with everything that is known of it before anything is changed. */
export interface Prepared extends ResultFacts {
  readonly template: Template;
  readonly candidates: CandidatesRead;
  readonly current: CurrentRegistration;
  readonly plan: Plan;
  /** The client secret that the vendor has. */
  readonly delivered: PasswordCredential | undefined;
}

/**
 * Finds out which application is meant, reads it, and plans.
 *
 * @returns `rename` where the person wants another name instead.
 */
export async function prepare(
  { context, input, graph, tokens }: Run,
  facts: {
    readonly read: TenantRead;
    readonly candidates: CandidatesRead;
    readonly answers: Answers;
    readonly template: Template;
  },
): Promise<Prepared | "rename"> {
  const { read, candidates, answers, template } = facts;
  const uniqueName = uniqueNameOf(template, answers.appName, sha256);
  const tenantId = read.tenant.id;
  const unfinished = await unfinishedSince(context, template, { tenantId, uniqueName });
  const identified = await identify(context, graph, {
    ...(unfinished ? withoutUnfinished(candidates, unfinished) : candidates),
    wanted: toWanted(template, input.known, answers.appName),
    uniqueName,
    choice: input.deleted,
    dryRun: input.dryRun,
  });
  if (identified.kind === "rename") return "rename";
  const { application, adopt } = identified;
  if (application) requireOrigin(context, template, application);
  if (application && unfinished) {
    // It was marked before the run was killed: whatever has that name one day is not what that run made.
    const { objectId, appId } = application;
    const step = "instantiateApplication";
    await context.journal.record({ event: "outcome", step, ok: true, tenantId, uniqueName, objectId, appId });
  }
  const current: CurrentRegistration = application
    ? await during(context, "read", () => readRegistration(graph, application))
    : { delegatedGrants: [], appRoleAssignments: [] };
  const { known, outputFolder } = input;
  const wanted = desiredRegistration(context, { template, known }, read.apis, answers);
  const desired = shortened(wanted, read.policies, context);
  const planned = { ...input, template, desired, current, adopt, tenantId };
  const { plan, secrets } = await planRegistration(context, planned);
  const delivered = secrets.find(({ state }) => state === "delivered")?.credential;
  return {
    template,
    candidates,
    outputFolder,
    tenant: read.tenant,
    appName: answers.appName,
    hostname: answers.hostname,
    inputs: answers.inputs,
    current,
    desired,
    plan,
    delivered,
    secretEnd: delivered?.endDateTime,
    signInClientId: permittedClient(tokens),
  };
}

/** Since when a killed run may have instantiated what is looked for; see `openInstantiation`. */
async function unfinishedSince(
  { ports, journalFolder }: RunContext,
  { application: { origin } }: Template,
  wanted: { readonly tenantId: string; readonly uniqueName: string },
): Promise<Date | undefined> {
  return origin === "nonGallery" ? openInstantiation(ports, journalFolder, wanted) : undefined;
}

/**
 * Without the application that a killed run instantiated and could not mark any more: by its name alone it
 * would be taken for a stranger's, and making it again takes it up.
 */
function withoutUnfinished(read: CandidatesRead, intendedAt: Date): CandidatesRead {
  const byName = read.candidates.byName.filter(
    (application) =>
      provenanceOf(application) !== "stranger" ||
      application.applicationTemplateId === undefined ||
      !isMadeSince(application, intendedAt),
  );
  return { ...read, candidates: { ...read.candidates, byName } };
}

/** What was registered plainly cannot be provisioned, and cannot be turned into what can. */
function requireOrigin(
  { cloud }: RunContext,
  { application: { origin } }: Template,
  { displayName, appId, applicationTemplateId }: Application,
): void {
  if (origin !== "nonGallery" || applicationTemplateId === cloud.nonGalleryTemplateId) return;
  throw new AppError("NOT_PROVISIONABLE", { displayName, appId });
}

const DAY_MS = 86_400_000;

/** A secret's end that the tenant's policy allows, where that can be read beforehand. */
function shortened(
  desired: DesiredRegistration,
  policies: Policies | undefined,
  { ports, report }: RunContext,
): DesiredRegistration {
  const rule = policies?.clientSecrets;
  if (!desired.secret || rule === undefined || rule === "blocked") return desired;
  const most = new Date(ports.clock.now().getTime() + rule.maxDays * DAY_MS);
  if (desired.secret.end <= most) return desired;
  report({ kind: "lifetimeShortened", endDateTime: most.toISOString() });
  return { ...desired, secret: { ...desired.secret, end: most } };
}
