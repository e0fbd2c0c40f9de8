import { join } from "node:path";
import { AppError } from "../../errors.ts";
import { pickUserRole } from "../../graph/assignments.ts";
import { nextCycle } from "../../provisioning/cycles.ts";
import {
  isTokenNeeded,
  type PlanInput,
  type ProvisioningPlan,
  planProvisioning,
} from "../../provisioning/plan-provisioning.ts";
import { stateOf } from "../../provisioning/state.ts";
import { isSameTenantUrl } from "../../provisioning/tenant-url.ts";
import type { CurrentProvisioning, DesiredProvisioning } from "../../provisioning/types.ts";
import { toValues } from "../../registration/desired.ts";
import type { AppRole } from "../../registration/types.ts";
import type { Secret } from "../../secret.ts";
import { fill } from "../../template/placeholders.ts";
import type { Answers } from "../answers.ts";
import { during, type RunContext } from "../context.ts";
import type { NewGroups } from "../new-groups.ts";
import type { Prepared } from "../prepare.ts";
import type { Principal, Provisioning, ProvisioningResult } from "../provisioner.ts";
import type { Run } from "../register.ts";
import { together } from "../together.ts";
import { applyProvisioning } from "./apply.ts";
import {
  type Assignees,
  chooseProofUser,
  findAssignees,
  type NamedAssignees,
  type ProofUser,
} from "./assignees.ts";
import { trySaved } from "./connection.ts";
import { keyOf, valuesFor } from "./keyed.ts";
import { type Mappings, parseAll, planMappings } from "./mappings.ts";
import { selectionsOf, tellPeople } from "./people.ts";
import { type ProvisioningNow, readNow } from "./read-now.ts";
import type { SecretTokens } from "./secret-tokens.ts";
import type { SetupInput } from "./setup.ts";
import { tableName } from "./user-list.ts";
import type { ProvisioningWork } from "./work.ts";

export interface PrepareOptions extends SetupInput {
  readonly tokens: SecretTokens;
  /** What was asked and answered already, by application: a run that plans again does not ask again. */
  readonly asked: Map<string, { token?: Secret | undefined; assignees?: Assignees }>;
  /** Those of all the product's applications. */
  readonly groupsToMake: NewGroups;
}

const NOTHING_YET: CurrentProvisioning = {
  job: undefined,
  schema: undefined,
  credentials: {
    tenantUrl: undefined,
    hasToken: false,
    scope: undefined,
    notification: undefined,
    deleteThreshold: undefined,
    kept: [],
    others: [],
  },
};

/**
 * Reads the provisioning of one application, asks for what is missing, and plans. Changes nothing.
 *
 * @throws AppError USERS_NOT_FOUND, GROUPS_UNCLEAR, MAPPINGS_UNUSABLE
 */
export async function prepareProvisioning(
  run: Run,
  options: PrepareOptions,
  application: Prepared,
  answers: Answers,
  desired: DesiredProvisioning,
): Promise<Provisioning> {
  const { context, graph } = run;
  const { template, desired: registration, current: registered } = application;
  const { displayName } = registration;
  const role = roleOf(desired.appRole, [
    ...(registered.application?.appRoles ?? []),
    ...registration.appRoles,
  ]);
  const servicePrincipalId = registered.servicePrincipal?.id;
  const now =
    servicePrincipalId === undefined
      ? undefined
      : await during(context, "read", () => readNow(graph, servicePrincipalId));
  const known = servicePrincipalId === undefined || !now ? undefined : { servicePrincipalId, now };
  const [savedWorks, mappings] = await together(
    known && testSaved(run, options, known, desired),
    known && readMappings(run, known, desired),
  );
  const current = now?.current;
  const token = await tokenFor(context, options, { template, displayName, desired, current, savedWorks });
  const assignees = await assigneesFor(run, options, application, { answers, now });
  const users = assignees.users.map(toPrincipal);
  const chosen = [...users, ...assignees.groups.found.map(({ id, displayName: name }) => toGroup(id, name))];
  const principals = chosen.filter(({ id }) => now?.assigned.get(id)?.isProvisioned !== true);
  const planInput = {
    desired,
    current: current ?? NOTHING_YET,
    hasToken: token !== undefined,
    savedWorks,
    mappingsChange: mappings ? mappings.changes.length > 0 : true,
    assigns: principals.length > 0 || assignees.groups.toMake.length > 0,
  };
  const { plan, proofUser } = await planWithProof(run, options, planInput, { assignees, now });
  const work: ProvisioningWork = {
    displayName,
    desired,
    current,
    steps: plan.steps,
    token,
    waitsForToken: plan.waitsForToken,
    mappings,
    users,
    assigned: now?.assigned ?? new Map(),
    role,
    proofUser,
    readsUsers: template.application.scim?.readsUsers ?? false,
    afterFirstUsers: template.application.scim?.afterFirstUsers,
    contact: template.application.scim?.contact,
    answers: { ...answers, hostname: options.known.needsHostname ? answers.hostname : "" },
  };
  const begins = plan.steps.includes("start") || plan.steps.includes("restart");
  const people =
    begins || plan.waitsForToken
      ? await tellPeople(run, desired, selectionsOf(desired, assignees, now), {
          file: join(application.outputFolder, tableName("users-to-check", template)),
          role: desired.appRole,
        })
      : undefined;
  const isNobody = chosen.length + assignees.groups.toMake.length + (now?.assigned.size ?? 0) === 0;
  if (desired.scope === "assigned" && isNobody) context.report({ kind: "nobodyAssigned", displayName });
  return {
    proposal: {
      desired,
      current,
      steps: plan.steps,
      changes: mappings?.changes,
      principals: [...principals, ...assignees.groups.toMake.map((group) => toGroup("", group.displayName))],
      members:
        assignees.groups.toMake.length > 0 ? assignees.members.map(({ displayName: name }) => name) : [],
      role: desired.appRole,
      people,
      proofUser: proofUser?.name,
      waitsForToken: plan.waitsForToken,
    },
    isChanging: plan.steps.length > 0,
    groups: assignees.groups,
    apply: (means, made, groups) => applyProvisioning(context, means.graph, work, made, groups),
    unchanged: toUnchanged(work, servicePrincipalId, plan.steps.length > 0),
  };
}

/**
 * The app role of that name; one that nobody can be assigned would only show once everything else is there.
 *
 * @throws AppError VALUES_INVALID
 */
function roleOf(wanted: string | undefined, roles: readonly AppRole[]): AppRole | undefined {
  const role = wanted === undefined ? undefined : pickUserRole(roles, wanted);
  if (wanted === undefined || role) return role;
  const oneOf = [...new Set(roles.flatMap(({ value }) => value ?? []))];
  const expected = oneOf.length > 0 ? { oneOf } : "noRole";
  throw new AppError("VALUES_INVALID", { faults: [{ path: "--role", found: wanted, expected }] });
}

/** The plan, and whom it tries first; nobody is looked for where nothing is to be tried. */
async function planWithProof(
  run: Run,
  { proof, proofUser: named }: PrepareOptions,
  input: Omit<PlanInput, "canProve">,
  { assignees, now }: { readonly assignees: Assignees; readonly now: ProvisioningNow | undefined },
): Promise<{ readonly plan: ProvisioningPlan; readonly proofUser: ProofUser | undefined }> {
  const plan = planProvisioning({ ...input, canProve: proof });
  if (!plan.steps.includes("provisionOnDemand")) return { plan, proofUser: undefined };
  const proofUser = await chooseProofUser(run, named, assignees, now?.some ?? []);
  return { plan: proofUser ? plan : planProvisioning({ ...input, canProve: false }), proofUser };
}

interface Known {
  readonly servicePrincipalId: string;
  readonly now: ProvisioningNow;
}

/** Whether the saved credentials still work; undefined where there are none for this address, or nobody may ask. */
async function testSaved(
  { context, graph }: Run,
  { dryRun }: PrepareOptions,
  { servicePrincipalId, now: { current } }: Known,
  { tenantUrl }: DesiredProvisioning,
): Promise<boolean | undefined> {
  const { job, credentials } = current;
  const saved = credentials.tenantUrl;
  if (!job || !credentials.hasToken || saved === undefined) return false;
  if (!isSameTenantUrl(saved, tenantUrl)) return false;
  if (dryRun) return undefined;
  const target = { servicePrincipalId, isNew: false };
  return during(context, "read", async () => {
    const tested = await trySaved(graph, target, job);
    return tested.ok;
  });
}

/** What has to change in the mappings that are there; undefined where there is no job yet. */
async function readMappings(
  { context, graph }: Run,
  { servicePrincipalId, now: { current } }: Known,
  desired: DesiredProvisioning,
): Promise<Mappings | undefined> {
  const { job, schema } = current;
  if (!job || !schema) return undefined;
  const target = { servicePrincipalId, isNew: false };
  const parsed = await during(context, "read", () => parseAll(graph, target, job.id, desired));
  return planMappings(schema, desired, parsed);
}

/** The token to save: one that was given, else one that is asked for; none where the saved one is good. */
async function tokenFor(
  { questions, report }: Pick<RunContext, "questions" | "report">,
  { tokens, newSecretToken, asked, dryRun }: PrepareOptions,
  facts: {
    readonly template: Prepared["template"];
    readonly displayName: string;
    readonly desired: DesiredProvisioning;
    readonly current: CurrentProvisioning | undefined;
    readonly savedWorks: boolean | undefined;
  },
): Promise<Secret | undefined> {
  const { template, displayName, desired, current, savedWorks } = facts;
  const key = keyOf(template);
  const given = tokens.get(key);
  const isGood = !newSecretToken && current && !isTokenNeeded({ desired, current, savedWorks });
  if (isGood) {
    if (given) report({ kind: "secretTokenKept", displayName });
    return undefined;
  }
  if (given || dryRun) return given;
  const before = asked.get(key);
  if (before && "token" in before) return before.token;
  const typed = await questions?.secretToken(displayName);
  const removed = typed?.removed.filter((part) => part !== "whiteSpace") ?? [];
  if (removed.length > 0) report({ kind: "secretTokenCleaned", source: "", removed });
  asked.set(key, { ...before, token: typed?.token });
  return typed?.token;
}

async function assigneesFor(
  run: Run,
  options: PrepareOptions,
  { template, tenant, desired: { displayName } }: Prepared,
  { answers, now }: { readonly answers: Answers; readonly now: ProvisioningNow | undefined },
): Promise<Assignees> {
  const { templates, yes, asked, groupQuestion } = options;
  const key = keyOf(template);
  const before = asked.get(key);
  if (before?.assignees) return before.assignees;
  const named = namedFor(options, templates.map(keyOf), key);
  const { scim } = template.application;
  const isNamed = named.users.length + (named.groups?.length ?? 0) + named.newGroups.length > 0;
  const isAssigned = [...(now?.assigned.values() ?? [])].some(({ isProvisioned }) => isProvisioned);
  const asks = scim?.scope === "assigned" && !yes && !isNamed && !isAssigned;
  const proposed = scim?.newGroup && fill(scim.newGroup.displayName, toValues(answers));
  const assignees = await findAssignees(run, {
    named,
    question: asks ? groupQuestion(displayName) : undefined,
    proposed,
    tenantId: tenant.id,
    newGroups: options.groupsToMake,
  });
  asked.set(key, { ...before, assignees });
  return assignees;
}

/** What flags and config say of one application of the product. */
function namedFor(
  { users, newGroups, members, known }: PrepareOptions,
  keys: readonly string[],
  key: string,
): NamedAssignees {
  const own = (texts: readonly string[]) => valuesFor(texts, keys, key);
  return {
    users: own(users),
    groups: known.groups && own(known.groups.value),
    newGroups: own(newGroups),
    members: own(members),
  };
}

function toPrincipal({ id, displayName, userPrincipalName }: Assignees["users"][number]): Principal {
  return { id, displayName: userPrincipalName === "" ? displayName : userPrincipalName, kind: "User" };
}

function toGroup(id: string, displayName: string): Principal {
  return { id, displayName, kind: "Group" };
}

/** The result of a run that leaves the provisioning of an application as it is. */
function toUnchanged(
  work: ProvisioningWork,
  servicePrincipalId: string | undefined,
  isChanging: boolean,
): ProvisioningResult {
  const { desired, current, steps, waitsForToken, afterFirstUsers, contact, answers } = work;
  return {
    outcome: isChanging ? "planned" : waitsForToken ? "waiting" : "nothingToDo",
    tenantUrl: desired.tenantUrl,
    servicePrincipalId,
    job: current?.job,
    state: current && stateOf(current),
    steps,
    assigned: [],
    proof: undefined,
    nextCycle: current?.job && nextCycle(current.job),
    mappingsFile: undefined,
    arrivals: undefined,
    afterFirstUsers,
    contact,
    answers,
  };
}
