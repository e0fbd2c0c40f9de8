import { join } from "node:path";
import { AppError } from "../../../errors.ts";
import { pickUserRole } from "../../../graph/assignments.ts";
import type { SourceUser } from "../../../graph/users.ts";
import {
  type PlanInput,
  type ProvisioningPlan,
  planProvisioning,
  unseenSettings,
} from "../../../provisioning/plan-provisioning.ts";
import { NOT_SET_UP } from "../../../provisioning/state.ts";
import type { DesiredProvisioning } from "../../../provisioning/types.ts";
import type { AppRole } from "../../../registration/types.ts";
import type { Answers } from "../../answers.ts";
import type { RunContext } from "../../context.ts";
import type { Prepared } from "../../prepare.ts";
import type { Principal, Provisioning } from "../../provisioner.ts";
import type { Run } from "../../run.ts";
import { type Assignees, chooseProofUser, mayBeIn, nameOf, type ProofUser } from "../people/assignees.ts";
import { joiningOf, selectionsOf } from "../people/selections.ts";
import { type TellOptions, tellRefused, tellUsers } from "../people/tell-users.ts";
import { tableName } from "../people/user-list.ts";
import { applyProvisioning } from "./apply.ts";
import { assigneesFor, tokenFor } from "./ask.ts";
import type { PrepareOptions } from "./options.ts";
import { type Existing, readExisting } from "./read-existing.ts";
import type { ProvisioningNow } from "./read-now.ts";
import { toUnchanged } from "./result.ts";
import type { ProvisioningWork } from "./work.ts";

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
  const { context } = run;
  const { template, desired: registration, current: registered } = application;
  const { displayName } = registration;
  const role = roleOf(desired.appRole, [
    ...(registered.application?.appRoles ?? []),
    ...registration.appRoles,
  ]);
  const servicePrincipalId = registered.servicePrincipal?.id;
  const { now, savedWorks, mappings } =
    servicePrincipalId === undefined
      ? NOTHING
      : await readExisting(run, servicePrincipalId, desired, options);
  const current = now?.current;
  const token = await tokenFor(context, options, { template, displayName, desired, current, savedWorks });
  const assignees = await assigneesFor(run, options, application, { answers, now });
  const { users, principals, isNobody } = toPrincipals(assignees, now);
  const planInput = {
    desired,
    current: current ?? NOT_SET_UP,
    hasToken: token !== undefined,
    savedWorks,
    mappingsChange: mappings ? mappings.changes.length > 0 : true,
    assigns: principals.length > 0,
  };
  const { plan, proofUser, unproved } = await planWithProof(run, options, planInput, { assignees, now });
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
  const people = await tellPeople(run, work, {
    assignees,
    now,
    file: join(application.outputFolder, tableName("users-to-check", template)),
    table: options.userTable,
  });
  tellUnseen(context, work);
  if (desired.scope === "assigned" && isNobody) {
    context.report({ kind: "nobodyAssigned", displayName, application: template.application.key });
  }
  return {
    proposal: {
      desired,
      current,
      steps: plan.steps,
      changes: mappings?.changes,
      principals,
      members:
        assignees.groups.toMake.length > 0 ? assignees.members.map(({ displayName: name }) => name) : [],
      role: desired.appRole,
      people,
      proofUser: proofUser?.name,
      unproved,
      waitsForToken: plan.waitsForToken,
    },
    isChanging: plan.steps.length > 0,
    groups: assignees.groups,
    apply: (means, made, groups) => applyProvisioning(context, means.graph, work, made, groups),
    unchanged: toUnchanged(work, servicePrincipalId, plan.steps.length > 0),
  };
}

/**
 * Whom of those who are provisioned the vendor would refuse.
 *
 * @returns how many the first cycle goes through; undefined where none is ahead, or nobody counted.
 */
async function tellPeople(
  run: Run,
  { desired, steps, waitsForToken }: ProvisioningWork,
  { assignees, now, ...telling }: PeopleToTell,
): Promise<number | undefined> {
  if (waitsForToken || steps.includes("start") || steps.includes("restart")) {
    return tellUsers(run, { ...telling, desired, selections: selectionsOf(desired, assignees, now) });
  }
  // Of whom a job provisions that runs, its logs tell; of those who join them, nothing does yet.
  await tellRefused(run, { ...telling, desired, selections: joiningOf(desired, assignees, now) });
  return undefined;
}

interface PeopleToTell extends Pick<TellOptions, "file" | "table"> {
  readonly assignees: Assignees;
  readonly now: ProvisioningNow | undefined;
}

/** What the tenant does not show, and what it is known to drop. */
function tellUnseen({ report }: RunContext, work: ProvisioningWork): void {
  const { displayName, desired, current, token, waitsForToken, mappings } = work;
  const settings = current && !token && !waitsForToken ? unseenSettings(desired, current) : [];
  if (settings.length > 0) report({ kind: "settingsUnseen", displayName, settings });
  const names = mappings?.notKept ?? [];
  if (names.length > 0) report({ kind: "attributesLeftOut", names });
}

const NOTHING: Existing = { now: undefined, savedWorks: undefined, mappings: undefined };

/** Those who were chosen: the users, all who are not assigned yet, and whether there will be anybody at all. */
function toPrincipals({ users, groups }: Assignees, now: ProvisioningNow | undefined) {
  const people = users.map(toPrincipal);
  const chosen = [...people, ...groups.found.map(({ id, displayName }) => toGroup(id, displayName))];
  const missing = chosen.filter(({ id }) => now?.assigned.get(id)?.isProvisioned !== true);
  const principals = [...missing, ...groups.toMake.map(({ displayName }) => toGroup("", displayName))];
  const isNobody = chosen.length + groups.toMake.length + (now?.assigned.size ?? 0) === 0;
  return { users: people, principals, isNobody };
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
): Promise<{
  readonly plan: ProvisioningPlan;
  readonly proofUser: ProofUser | undefined;
  readonly unproved: "disabled" | "nobody" | undefined;
}> {
  const plan = planProvisioning({ ...input, canProve: proof });
  if (!plan.steps.includes("provisionOnDemand")) return { plan, proofUser: undefined, unproved: undefined };
  const proofUser = await chooseProofUser(run, named, assignees, now?.some ?? []);
  if (named !== undefined && input.desired.scope === "assigned") {
    await checkProofUser(run, { named, user: proofUser, assignees, now });
  }
  if (proofUser) return { plan, proofUser, unproved: undefined };
  const unproved = assignees.users.length + assignees.members.length > 0 ? "disabled" : "nobody";
  return { plan: planProvisioning({ ...input, canProve: false }), proofUser, unproved };
}

/**
 * A test with somebody who is not assigned is skipped after minutes of trying.
 *
 * @throws AppError VALUES_INVALID
 */
async function checkProofUser(
  run: Run,
  facts: {
    readonly named: string;
    readonly user: ProofUser | undefined;
    readonly assignees: Assignees;
    readonly now: ProvisioningNow | undefined;
  },
): Promise<void> {
  const { named: found, user, assignees, now } = facts;
  const { users, members, groups } = assignees;
  const assigned = [...(now?.assigned ?? [])].filter(([, { isProvisioned }]) => isProvisioned);
  const ids = [...users, ...members].map(({ id }) => id).concat(assigned.map(([id]) => id));
  if (user && ids.includes(user.id)) return;
  const earlier = assigned.flatMap(([id, { kind }]) => (kind === "Group" ? id : []));
  const groupIds = [...new Set([...groups.found.map(({ id }) => id), ...earlier])];
  if (user && (await mayBeIn(run, groupIds, user.id))) return;
  const fault = { path: "--proof-user", found, expected: "assignedUser" } as const;
  throw new AppError("VALUES_INVALID", { faults: [fault] });
}

function toPrincipal(user: SourceUser): Principal {
  return { id: user.id, displayName: nameOf(user), kind: "User" };
}

function toGroup(id: string, displayName: string): Principal {
  return { id, displayName, kind: "Group" };
}
