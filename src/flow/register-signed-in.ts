import { AppError } from "../errors.ts";
import { appNotFound, type CandidatesRead } from "../graph/read.ts";
import { readTenant, type TenantRead } from "../graph/tenant.ts";
import type { Obstacle } from "../registration/rights.ts";
import { isSettled } from "../settings/known-values.ts";
import { isGuid } from "../settings/values.ts";
import { deletedError, findAbsent } from "./absent.ts";
import { type Answers, askForAnswers } from "./answers.ts";
import { confirmDelivery } from "./confirm.ts";
import { during, stopIfInterrupted } from "./context.ts";
import type { RegisterResult } from "./events.ts";
import { type ChosenGroups, chooseGroups } from "./groups.ts";
import { withPage } from "./handover-page.ts";
import { makeGroups, withGroups } from "./make-groups.ts";
import { NewGroups } from "./new-groups.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { propose } from "./propose.ts";
import type { ProvisioningRun } from "./provisioner.ts";
import {
  applyOne,
  isChanging,
  type Planned,
  readAgain,
  unchanged,
  withProvisioning,
} from "./register-one.ts";
import { writeReminder } from "./reminder.ts";
import { readyService } from "./service.ts";
import { stepUp } from "./step-up.ts";
import { together } from "./together.ts";
import { apisOf, toWanted } from "./wanted.ts";

/** What is known once the groups are chosen, too. */
type AllAnswers = Answers & { readonly groups: ChosenGroups };

/**
 * What follows the sign-in of `register`: one read, one plan, one question, then each application. Loaded then only:
 * nobody waits for it before there is a code to type in.
 *
 * @throws AppError for everything that can be foreseen.
 */
export async function registerSignedIn(
  run: ProvisioningRun,
  tidies: readonly (() => Promise<void>)[],
): Promise<RegisterResult[]> {
  const results = await readAskAndRemind(run);
  for (const tidy of tidies) await tidy();
  return withPage(run.context, run.input, results);
}

/** What needs somebody signed in, and the calendar: for the applications before one that fails, too. */
async function readAskAndRemind(run: ProvisioningRun): Promise<RegisterResult[]> {
  const { calendar, dryRun } = run.input;
  try {
    return await readAndAsk(run);
  } finally {
    await writeReminder(run.context, dryRun ? undefined : calendar, run.secretEnds);
  }
}

/** Reads for the proposed name at once: who takes it with Enter has cost no second round trip. */
async function readAndAsk(run: ProvisioningRun): Promise<RegisterResult[]> {
  const { context, input, tokens, graph } = run;
  const { known, templates } = input;
  const [template] = templates;
  if (!template) throw new TypeError("a product without an application");
  const proposed = known.appName?.value ?? template.name;
  const wanted = toWanted(template, known, proposed);
  const read = await during(context, "read", () =>
    readTenant(graph, apisOf(...templates), wanted, tokens.account.scopes),
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
  // Whoever says yes beforehand has said all.
  const question = input.yes ? undefined : template.groups?.question;
  const choosing = { known, question, tokens, graph, tenantId: read.tenant.id, dryRun: input.dryRun };
  const none = { found: [], toMake: [], toFill: [], newGroups: new NewGroups(), graph };
  const groups = run.provisioner ? none : await chooseGroups(context, choosing);
  const isSame = "appId" in wanted || answers.appName === proposed;
  const results = await registerAll(run, read, { ...answers, groups }, isSame ? read : undefined);
  if (run.provisioner) return results;
  return results.map((result, index) => (index === 0 ? { ...result, groups: groups.found } : result));
}

/** @param first what was read for the first application already. */
async function registerAll(
  run: ProvisioningRun,
  read: TenantRead,
  answers: AllAnswers,
  first: CandidatesRead | undefined,
): Promise<RegisterResult[]> {
  const { context, input, services } = run;
  const all = await Promise.all(
    input.templates.map(async (template, index) =>
      index === 0 && first ? first : readAgain(run, template, answers.appName),
    ),
  );
  const found: Prepared[] = [];
  for (const [index, template] of input.templates.entries()) {
    const candidates = all[index];
    if (!candidates) throw new TypeError("an application that nobody looked for");
    const one = await prepare(run, { read, candidates, answers, template });
    if (one === "rename") {
      const appName = (await context.questions?.appName(undefined)) ?? answers.appName;
      return registerAll(run, read, { ...answers, appName }, undefined);
    }
    // The groups are the product's, and stand in the plan once.
    found.push(index === 0 ? { ...one, plan: withGroups(one.plan, answers.groups) } : one);
  }
  const prepared: Planned[] = [];
  for (const one of found) prepared.push(await withProvisioning(run, one, answers, prepared));
  const changing = prepared.filter(isChanging);
  const issues = changing.some(({ plan }) => plan.steps.some(({ kind }) => kind === "issueSecret"));
  const profile = issues && services ? await readyService(context, services) : undefined;
  const inTheWay: Obstacle[] = [];
  for (const one of changing) {
    const proposal = propose(run, read, one, profile);
    inTheWay.push(...proposal.obstacles);
    context.report({ kind: "plan", proposal });
  }
  if (changing.length === 0 || input.dryRun) {
    return Promise.all(prepared.map((one) => unchanged(run, one)));
  }
  const more = run.provisioner?.scopes ?? [];
  const signed = { known: input.known, tokens: run.tokens, graph: run.graph, scopes: more };
  const means = await stepUp(context, signed, read.tenant.id, inTheWay);
  const confirmed = await confirmDelivery(context, input.yes, services, profile);
  stopIfInterrupted(context.signal);
  await makeGroups(context, answers.groups);
  const complete = async (one: Planned): Promise<RegisterResult> => {
    stopIfInterrupted(context.signal);
    const isUnchanged = !isChanging(one);
    const agreed = { read, answers, means, profile: confirmed };
    const result = await (isUnchanged ? unchanged(run, one) : applyOne(run, agreed, one));
    if (prepared.length > 1) context.report({ kind: "applicationDone", result });
    return result;
  };
  return issues ? oneByOne(prepared, complete) : together(...prepared.map(complete));
}

/** Hand-over files may be shared, and what happens to a secret may have to be asked. */
async function oneByOne<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
