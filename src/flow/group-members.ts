import { AppError } from "../errors.ts";
import type { GraphContext } from "../graph/batch.ts";
import { addMembers, fixedMembership, missingFrom } from "../graph/group-members.ts";
import type { Group, Member } from "../registration/groups.ts";
import { during, journaled, type RunContext } from "./context.ts";

/**
 * Those who shall belong to a group and do not yet.
 *
 * @throws AppError MEMBERS_FIXED where somebody is missing and nobody can be put into it.
 */
export async function missingMembers(
  context: RunContext,
  graph: GraphContext,
  { id, displayName }: Group,
  wanted: readonly Member[],
): Promise<readonly Member[]> {
  return during(context, "readMembers", async () => {
    const ids = await missingFrom(
      graph,
      id,
      wanted.map((member) => member.id),
    );
    if (ids.size === 0) return [];
    const reason = await fixedMembership(graph, id);
    const missing = wanted.filter((member) => ids.has(member.id));
    if (reason === undefined) return missing;
    const members = missing.map((member) => member.displayName);
    throw new AppError("MEMBERS_FIXED", { group: { id, displayName }, reason, members });
  });
}

/** Puts users into a group, with intent and outcome in the journal. */
export async function putMembers(
  context: RunContext,
  graph: GraphContext,
  facts: { readonly groupId: string; readonly userIds: readonly string[]; readonly isNew: boolean },
): Promise<void> {
  if (facts.userIds.length === 0) return;
  const intent = { event: "intent", step: "addMembers", objectId: facts.groupId } as const;
  await journaled(
    context,
    "addMembers",
    intent,
    () => addMembers(graph, { ...facts, origin: context.cloud.graph }),
    () => ({ counts: { members: facts.userIds.length } }),
  );
}
