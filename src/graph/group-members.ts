import type { FixedMembership } from "../errors.ts";
import { MOST_MEMBERS_AT_ONCE } from "../registration/groups.ts";
import * as z from "../zod.ts";
import { expectSuccess, type GraphAnswer, isDuplicate, toAppError } from "./answers.ts";
import type { GraphContext } from "./batch.ts";
import type { GraphRequest } from "./client.ts";
import { readObject, text } from "./schemas.ts";
import { groupMembers } from "./users.ts";
import { write } from "./write.ts";

const MembershipShape = z.looseObject({
  id: text,
  onPremisesSyncEnabled: z.nullish(z.boolean()),
  groupTypes: z.nullish(z.array(text)),
  mailEnabled: z.nullish(z.boolean()),
  isAssignableToRole: z.nullish(z.boolean()),
});

/**
 * Why nobody can be put into a group; undefined where that can be done
 * (https://learn.microsoft.com/graph/api/resources/groups-overview, https://learn.microsoft.com/graph/api/group-post-members).
 */
export async function fixedMembership(
  { graph }: GraphContext,
  groupId: string,
): Promise<FixedMembership | undefined> {
  const select = "$select=id,onPremisesSyncEnabled,groupTypes,mailEnabled,isAssignableToRole";
  const answer = await graph.send({ method: "GET", path: `/groups/${groupId}?${select}` });
  const group = readObject(MembershipShape, expectSuccess("readGroups", answer).body);
  if (!group) throw toAppError("readGroups", answer);
  const types = group.groupTypes ?? [];
  if (group.onPremisesSyncEnabled === true) return "onPremises";
  if (types.includes("DynamicMembership")) return "dynamic";
  if (group.mailEnabled === true && !types.includes("Unified")) return "mailEnabled";
  return group.isAssignableToRole === true ? "roleAssignable" : undefined;
}

/** Those of some users, by object ID, who are no direct members of a group; of a large one no more is read than that takes. */
export async function missingFrom(
  context: GraphContext,
  groupId: string,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const missing = new Set(userIds);
  if (missing.size === 0) return missing;
  for await (const { id } of groupMembers(context, groupId)) {
    missing.delete(id);
    if (missing.size === 0) break;
  }
  return missing;
}

export interface NewMembers {
  readonly groupId: string;
  /** Object IDs of users, any number of them. */
  readonly userIds: readonly string[];
  /** Whether the group was made a moment ago and may not be known everywhere yet. */
  readonly isNew?: boolean;
  /** Of this cloud's Graph: members are named by addresses of it. */
  readonly origin: string;
}

/** Puts users into a group. Who is in it already is as good as put there. */
export async function addMembers(context: GraphContext, members: NewMembers): Promise<void> {
  const { groupId, userIds, origin } = members;
  const address = (id: string): string => `${origin}/v1.0/directoryObjects/${id}`;
  for (let start = 0; start < userIds.length; start += MOST_MEMBERS_AT_ONCE) {
    const some = userIds.slice(start, start + MOST_MEMBERS_AT_ONCE).map(address);
    const body = { "members@odata.bind": some };
    const answer = await send(context, members, { method: "PATCH", path: `/groups/${groupId}`, body });
    if (!isDuplicate(answer)) expectSuccess("addMembers", answer);
    // All of them or none: who is there by now, maybe by a lost answer, stands in the way of the others.
    else for (const one of some) await addOne(context, members, one);
  }
}

async function addOne(context: GraphContext, members: NewMembers, address: string): Promise<void> {
  const path = `/groups/${members.groupId}/members/$ref`;
  const answer = await send(context, members, { method: "POST", path, body: { "@odata.id": address } });
  if (!isDuplicate(answer)) expectSuccess("addMembers", answer);
}

async function send(
  context: GraphContext,
  { groupId, isNew = false }: NewMembers,
  request: GraphRequest,
): Promise<GraphAnswer> {
  const isVisible = async (): Promise<boolean> =>
    (await context.graph.send({ method: "GET", path: `/groups/${groupId}?$select=id` })).status === 200;
  const written = await write(context, "addMembers", request, isNew ? { isVisible } : {});
  return written.kind === "found" ? written.found : written.answer;
}
