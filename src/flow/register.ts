import { AppError, isAppError } from "../errors.ts";
import type { GraphContext } from "../graph/batch.ts";
import { createGraph } from "../graph/client.ts";
import {
  appNotFound,
  type CandidatesRead,
  readCandidates,
  readRegistration,
  readTenant,
  type TenantRead,
  type Wanted,
} from "../graph/read.ts";
import { toGermanDate } from "../handover/dates.ts";
import { readHandover } from "../handover/file.ts";
import { readSecretEvidence } from "../journal/evidence.ts";
import { toDesired } from "../registration/desired.ts";
import { diff, staleRedirectUris } from "../registration/diff.ts";
import { isMarked, toUniqueName } from "../registration/names.ts";
import type { Plan } from "../registration/plan.ts";
import { lackingRights } from "../registration/rights.ts";
import { type HandoverEvidence, judgeSecrets } from "../registration/secrets.ts";
import type { CurrentRegistration, DesiredRegistration } from "../registration/types.ts";
import { isSettled, type KnownValues, missingInputs } from "../settings/known-values.ts";
import { sha256 } from "../sha256.ts";
import type { TokenSource } from "../signin/token-source.ts";
import { fill } from "../template/placeholders.ts";
import type { AddOn, Template } from "../template/schema.ts";
import { type Applied, applyPlan } from "./apply-plan.ts";
import { during, type RunContext, stopIfInterrupted } from "./context.ts";
import type { Proposal, RegisterResult } from "./events.ts";
import { identify } from "./identify.ts";
import { checkOutputFolder } from "./output-folder.ts";
import { provable } from "./prove.ts";
import { linkLifetime, prepareServices, type Services, tryUntrusted } from "./service.ts";
import { CHANGING_SCOPES, READING_SCOPES, signIn } from "./sign-in.ts";

export interface RegisterInput {
  readonly template: Template;
  /** The template's add-ons. */
  readonly addOns: readonly AddOn[];
  readonly known: KnownValues;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly newSecret: boolean;
  readonly proof: boolean;
  /** Absolute. */
  readonly outputFolder: string;
  /** Where earlier runs left their journals. */
  readonly journalFolder: string;
}

/**
 * Registers the app, or brings its registration in line with the template: settings, sign-in, one read, a
 * plan, the question, the writes, the secret's delivery, the proof.
 *
 * @throws AppError for everything that can be foreseen.
 */
export async function register(context: RunContext, input: RegisterInput): Promise<RegisterResult> {
  if (!context.questions) {
    const missing = missingInputs(input.known);
    if (missing.length > 0) throw new AppError("INPUT_MISSING", { missing });
    if (!input.yes && !input.dryRun) throw new AppError("YES_MISSING", {});
  }
  if (!input.dryRun) await checkOutputFolder(context, input.outputFolder);
  const services = prepareServices(context, input.template, input.known, input);
  const tokens = await signIn(context, input.known, input.dryRun ? READING_SCOPES : CHANGING_SCOPES);
  const run = new RegisterRun(context, input, tokens, services);
  return run.start();
}

/** What was answered, beside what is known from the settings. */
interface Answers {
  readonly appName: string;
  readonly hostname: string;
  readonly addOns: readonly AddOn[];
}

/** One run after sign-in; it holds what every later part needs, and nothing that changes. */
class RegisterRun {
  readonly #context: RunContext;
  readonly #input: RegisterInput;
  readonly #tokens: TokenSource;
  readonly #services: Services;
  readonly #graph: GraphContext;

  constructor(context: RunContext, input: RegisterInput, tokens: TokenSource, services: Services) {
    const { fetch, ports, cloud, report } = context;
    this.#context = context;
    this.#input = input;
    this.#tokens = tokens;
    this.#services = services;
    this.#graph = {
      graph: createGraph({ fetch, tokens, ids: ports.ids, origin: cloud.graph }),
      clock: ports.clock,
      onWait: (wait) => report({ kind: "wait", wait }),
    };
  }

  async start(): Promise<RegisterResult> {
    const { report } = this.#context;
    const { known, template } = this.#input;
    // Read for the proposed name at once: who takes it with Enter has cost no second round trip.
    const proposed = known.appName?.value ?? template.name;
    const wanted = this.#wanted(proposed);
    const apis = [...new Set(template.application.permissions.map(({ api }) => api))];
    const read = await during(this.#context, "read", () => readTenant(this.#graph, apis, wanted));
    report({ kind: "signedIn", username: this.#tokens.account.username, tenant: read.tenant });

    const existing = read.candidates.byUniqueName;
    if ("appId" in wanted && !existing) throw appNotFound(wanted.appId, read.tenant.id);
    const named = "appId" in wanted && !isSettled(known.appName) ? existing?.displayName : undefined;
    const answers = await this.#ask(named ?? proposed);
    const candidates =
      answers.appName === proposed || "appId" in wanted ? read : await this.#readAgain(answers.appName);
    return this.#untilUnchanged(read, candidates, answers);
  }

  #wanted(appName: string): Wanted {
    const { appId } = this.#input.known;
    if (appId !== undefined) return { appId };
    return {
      uniqueName: toUniqueName(this.#input.template.name, appName, sha256),
      displayName: fill(this.#input.template.application.displayName, { appName }),
    };
  }

  async #ask(proposedName: string): Promise<Answers> {
    const { questions, report } = this.#context;
    const { known, addOns } = this.#input;
    const appName =
      questions && !isSettled(known.appName) ? await questions.appName(proposedName) : proposedName;
    let hostname = known.hostname?.value ?? "";
    if (questions && !isSettled(known.hostname)) {
      const answer = await questions.hostname(known.hostname?.value);
      hostname = answer.origin;
      if (answer.reduced) report({ kind: "hostnameReduced", origin: hostname });
    }
    const chosen: AddOn[] = [];
    for (const addOn of addOns) {
      const proposed = known.addOns[addOn.name];
      const on =
        questions && !isSettled(proposed)
          ? await questions.addOn(addOn.question, proposed?.value ?? false)
          : (proposed?.value ?? false);
      if (on) chosen.push(addOn);
    }
    return { appName, hostname, addOns: chosen };
  }

  async #readAgain(appName: string): Promise<CandidatesRead> {
    return during(this.#context, "read", () => readCandidates(this.#graph, this.#wanted(appName)));
  }

  /** Somebody else may create the same registration between reading and writing: then read and plan again. */
  async #untilUnchanged(
    tenant: TenantRead,
    candidates: CandidatesRead,
    answers: Answers,
  ): Promise<RegisterResult> {
    try {
      return await this.#planAndApply(tenant, candidates, answers);
    } catch (error) {
      if (!isAppError(error, "CHANGED_MEANWHILE")) throw error;
      return this.#planAndApply(tenant, await this.#readAgain(answers.appName), answers);
    }
  }

  async #planAndApply(
    read: TenantRead,
    candidates: CandidatesRead,
    answers: Answers,
  ): Promise<RegisterResult> {
    const context = this.#context;
    const { template } = this.#input;
    const wanted = this.#wanted(answers.appName);
    const identified = await this.#identify(wanted, candidates, answers.appName);
    if (identified.kind === "rename") {
      const appName = (await context.questions?.appName(undefined)) ?? answers.appName;
      return this.#untilUnchanged(read, await this.#readAgain(appName), { ...answers, appName });
    }
    const { application, adopt } = identified;
    const current: CurrentRegistration = application
      ? await during(context, "read", () => readRegistration(this.#graph, application))
      : { delegatedGrants: [], appRoleAssignments: [] };
    const { groupSync, implicitFlow, secretLifetime } = this.#input.known;
    const resolved = toDesired({
      template,
      ...answers,
      groupSync,
      implicitFlow,
      secretLifetime,
      runId: context.runId,
      now: context.ports.clock.now(),
      apis: read.apis,
      sha256,
    });
    if (!resolved.ok) {
      throw new AppError("PERMISSION_UNKNOWN", { api: resolved.api, permissions: resolved.unknown });
    }
    const plan = await this.#plan(resolved.desired, current, adopt, read.tenant.id);
    const result = this.#result(read, answers, current, plan);
    if (plan.steps.length === 0) return result("nothingToDo", undefined);

    const proposal = await this.#propose(read, resolved.desired, current, plan);
    context.report({ kind: "plan", proposal });
    if (this.#input.dryRun) return result("planned", undefined);
    await this.#confirm(proposal);
    stopIfInterrupted(context.signal);
    const applied = await applyPlan(context, {
      graph: this.#graph,
      plan,
      desired: resolved.desired,
      current,
      template,
      tenantId: read.tenant.id,
      hostname: answers.hostname,
      profile: proposal.delivery && (await this.#service()),
      otherServices: template.oneTimePassword.services.filter(
        (service) => new URL(service).origin !== proposal.delivery?.service,
      ),
      linkLifetimeSeconds: this.#input.known.linkLifetimeSeconds,
      outputFolder: this.#input.outputFolder,
      proof: this.#input.proof,
    });
    return result("registered", applied);
  }

  async #identify(wanted: Wanted, read: CandidatesRead, appName: string) {
    if (!("appId" in wanted)) return identify(this.#context, this.#graph, wanted, read);
    const application = read.candidates.byUniqueName;
    const uniqueName = toUniqueName(this.#input.template.name, appName, sha256);
    // Naming an application by its id is the choice to adopt it.
    const adopt = application !== undefined && !isMarked(application, uniqueName);
    return { kind: "identified" as const, application, adopt };
  }

  async #plan(
    desired: DesiredRegistration,
    current: CurrentRegistration,
    adopt: boolean,
    tenantId: string,
  ): Promise<Plan> {
    const { questions, ports } = this.#context;
    const { application } = current;
    const removeRedirectUris: string[] = [];
    for (const uri of staleRedirectUris(desired, application)) {
      if (await questions?.removeRedirectUri(uri)) removeRedirectUris.push(uri);
    }
    const judged = application
      ? judgeSecrets(application, {
          journal: await readSecretEvidence(ports.files, this.#input.journalFolder, application.objectId),
          handover: await this.#handoverEvidence(tenantId, application.appId),
          toDate: (iso) => toGermanDate(new Date(iso)),
          now: ports.clock.now(),
        })
      : [];
    const { newSecret } = this.#input;
    const doubtful = judged.filter(({ state }) => state === "doubtful");
    const delivered = judged.some(({ state }) => state === "delivered");
    const keepDoubtful =
      doubtful.length > 0 && !delivered && questions && !newSecret
        ? await questions.keepDoubtfulSecret(doubtful.map(({ credential }) => credential.displayName ?? ""))
        : false;
    return diff(desired, current, judged, { adopt, removeRedirectUris, newSecret, keepDoubtful });
  }

  /** What an earlier hand-over file says of this application: the dates that its template writes. */
  async #handoverEvidence(tenantId: string, appId: string): Promise<HandoverEvidence | undefined> {
    const { entries, fileName } = this.#input.template.handover;
    const keyOf = (text: string) => Object.keys(entries).find((key) => entries[key] === text) ?? "";
    const file = await readHandover(this.#context.ports.files, `${this.#input.outputFolder}/${fileName}`);
    if (file?.[keyOf("{tenantId}")] !== tenantId || file[keyOf("{appId}")] !== appId) return undefined;
    const start = file[keyOf("{clientSecretStart}")];
    const end = file[keyOf("{clientSecretEnd}")];
    return typeof start === "string" && typeof end === "string" ? { start, end } : undefined;
  }

  async #service() {
    return during(this.#context, "oneTimePasswordService", () => this.#services.ready);
  }

  async #propose(
    read: TenantRead,
    desired: DesiredRegistration,
    current: CurrentRegistration,
    plan: Plan,
  ): Promise<Proposal> {
    const { template, known, outputFolder } = this.#input;
    const issuing = plan.steps.some(({ kind }) => kind === "issueSecret");
    const profile = issuing ? await this.#service() : undefined;
    return {
      plan,
      tenant: read.tenant,
      displayName: desired.displayName,
      current: current.application,
      delivery: profile && {
        service: profile.service.origin,
        lifetimeSeconds: linkLifetime(profile, known.linkLifetimeSeconds),
      },
      handoverFile: `${outputFolder}/${template.handover.fileName}`,
      proof: issuing && this.#input.proof && provable(desired.permissions).length > 0,
      lackingRights: lackingRights(plan, this.#tokens.account.roles),
    };
  }

  async #confirm({ delivery }: Proposal): Promise<void> {
    const { questions } = this.#context;
    if (questions && !this.#input.yes && !(await questions.goAhead())) throw new AppError("DECLINED", {});
    if (!delivery || this.#services.trusted) return;
    // The secret leaves for a host that the vendor does not name: that is a question of its own.
    if (questions && !this.#input.yes && !(await questions.trustService(new URL(delivery.service).host))) {
      throw new AppError("DECLINED", {});
    }
    await tryUntrusted(this.#context, await this.#services.ready);
  }

  #result(read: TenantRead, answers: Answers, current: CurrentRegistration, plan: Plan) {
    const { template, outputFolder } = this.#input;
    const { cloud } = this.#context;
    return (outcome: RegisterResult["outcome"], applied: Applied | undefined): RegisterResult => {
      const appId = applied?.target.appId ?? current.application?.appId;
      const waiting = applied?.waiting ?? [];
      const handover = applied?.handover;
      const values = {
        appName: answers.appName,
        hostname: answers.hostname,
        appId: appId ?? "",
        tenantId: read.tenant.id,
        handoverFile: handover?.file ?? `${outputFolder}/${template.handover.fileName}`,
        linkEnd: handover ? toGermanDate(handover.linkEnd) : "",
        clientSecretEnd: handover?.secretEnd ?? "",
      };
      return {
        outcome,
        tenant: read.tenant,
        displayName: fill(template.application.displayName, values),
        appId,
        objectId: applied?.target.objectId ?? current.application?.objectId,
        plan,
        handover,
        waiting,
        consentPage:
          waiting.length > 0 && appId !== undefined
            ? `${cloud.adminCenter}/${read.tenant.id}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/CallAnAPI/appId/${appId}`
            : undefined,
        signInClientId: this.#tokens.account.clientId,
        nextSteps: handover ? template.handover.nextSteps.map((text) => fill(text, values)) : [],
      };
    };
  }
}
