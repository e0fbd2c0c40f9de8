import { AppError } from "../../errors.ts";
import { provisionOnDemand } from "../../graph/synchronization-on-demand.ts";
import { findUser, groupMembers } from "../../graph/users.ts";
import { rulePlaces } from "../../provisioning/schema-places.ts";
import { type ProvisioningState, stateOf } from "../../provisioning/state.ts";
import type { OnDemandResult, SynchronizationRule } from "../../provisioning/types.ts";
import type { KnownValues } from "../../settings/known-values.ts";
import type { Template } from "../../template/schema.ts";
import { during, journaled, type RunContext } from "../context.ts";
import { type LocatedProvisioning, locateProvisioning, requireJob, SCIM_RUNNING_SCOPES } from "./locate.ts";
import { groupsNamed } from "./people/named-groups.ts";

/** What Graph takes with a group (https://learn.microsoft.com/entra/identity/app-provisioning/provision-on-demand). */
export const MOST_MEMBERS = 5;

export interface ProvisionInput {
  readonly template: Template;
  readonly known: KnownValues;
  /** User principal names or object IDs: the one user, or the members that go with the group. */
  readonly users: readonly string[];
  /** A name or an object ID. */
  readonly group: string | undefined;
}

/** What became of one user or group that was provisioned at once. */
export interface ProvisionResult {
  readonly outcome: "provisioned" | "nothingToDo" | "skipped" | "failed";
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  readonly appId: string;
  readonly objectId: string;
  readonly subject: Subject;
  readonly result: OnDemandResult;
  /** How provisioning stands besides. */
  readonly state: ProvisioningState;
}

export interface Subject {
  readonly kind: "User" | "Group";
  readonly id: string;
  readonly name: string;
  /** Object IDs of those that go with a group. */
  readonly members: readonly string[];
}

/**
 * Has Entra provision one user, or a group with up to five of its members, at once, and tells what it did step
 * by step. It works on a paused job, too. Whom it is about is journaled, what is sent of them is not.
 *
 * @throws AppError PROVISIONING_MISSING, USERS_NOT_FOUND, GROUPS_UNCLEAR, GROUP_TOO_LARGE, NOT_MAPPED, and what
 * `locate` throws.
 */
export async function provision(context: RunContext, input: ProvisionInput): Promise<ProvisionResult> {
  const located = await locateProvisioning(context, input, SCIM_RUNNING_SCOPES);
  const { id: jobId } = requireJob(located);
  const { tenant, graph, servicePrincipalId, provisioning } = located;
  const { displayName, appId, objectId } = located.current.application;
  const state = stateOf(provisioning);
  if (state === "incomplete") {
    throw new AppError("PROVISIONING_MISSING", { displayName, appId, lacks: "credentials" });
  }
  const ruleId = ruleFor(located, input.group === undefined ? "User" : "Group").id;
  const subject = await during(context, "findUsers", () => toSubject(located, input));
  const { kind: objectTypeName, id: principalId, members } = subject;
  const intent = {
    event: "intent",
    step: "provisionOnDemand",
    objectId,
    appId,
    servicePrincipalId,
    jobId,
    principalId,
  } as const;
  const result = await journaled(context, "provisionOnDemand", intent, () =>
    provisionOnDemand(graph, { servicePrincipalId, isNew: false }, jobId, {
      ruleId,
      subject: {
        objectId: principalId,
        objectTypeName,
        ...(objectTypeName === "Group" && { members }),
      },
    }),
  );
  return { outcome: outcomeOf(result), tenant, displayName, appId, objectId, subject, result, state };
}

function outcomeOf({ result, isRedundant }: OnDemandResult): ProvisionResult["outcome"] {
  if (result === "success") return isRedundant ? "nothingToDo" : "provisioned";
  return result === "failure" ? "failed" : "skipped";
}

/** The one rule of the job, where it maps objects of that kind. @throws AppError NOT_MAPPED */
function ruleFor({ provisioning, current }: LocatedProvisioning, kind: Subject["kind"]): SynchronizationRule {
  const places = provisioning.schema && rulePlaces(provisioning.schema);
  const place = kind === "User" ? places?.user : places?.group;
  if (places && place && place.mapping.enabled !== false) return places.rule;
  throw new AppError("NOT_MAPPED", { displayName: current.application.displayName, kind });
}

async function toSubject(located: LocatedProvisioning, { users, group }: ProvisionInput): Promise<Subject> {
  const found = await Promise.all(users.map((wanted) => findUser(located.graph, wanted)));
  const unknown = users.filter((_wanted, index) => found[index] === undefined);
  if (unknown.length > 0) throw new AppError("USERS_NOT_FOUND", { wanted: unknown });
  const known = found.flatMap((user) => user ?? []);
  if (group !== undefined)
    return toGroup(
      located,
      group,
      known.map(({ id }) => id),
    );
  const [user] = known;
  if (!user) throw new TypeError("nobody to provision");
  return { kind: "User", id: user.id, name: user.userPrincipalName, members: [] };
}

/** The group with the members that were named, else with all of them, as long as they are few. */
async function toGroup(
  { graph }: LocatedProvisioning,
  wanted: string,
  named: readonly string[],
): Promise<Subject> {
  const [group] = await groupsNamed(graph, [wanted]);
  if (!group) throw new TypeError("a group that was found and is not there");
  const members = named.length > 0 ? [...named] : [];
  if (named.length === 0) {
    for await (const { id, kind } of groupMembers(graph, group.id)) {
      if (kind === "user") members.push(id);
      if (members.length > MOST_MEMBERS) {
        throw new AppError("GROUP_TOO_LARGE", { displayName: group.displayName, most: MOST_MEMBERS });
      }
    }
  }
  return { kind: "Group", id: group.id, name: group.displayName, members };
}
