import type { GraphContext } from "../graph/batch.ts";
import { createGroup, laterMembers } from "../graph/groups.ts";
import type { Group, NewGroup } from "../registration/groups.ts";
import type { Plan } from "../registration/plan.ts";
import { journaled, type RunContext, stopIfInterrupted } from "./context.ts";
import { putMembers } from "./group-members.ts";
import type { ChosenGroups } from "./groups.ts";

/** A plan that makes and fills these groups as well, but for those that another plan of the run makes. */
export function withGroups(plan: Plan, { toMake, toFill }: ChosenGroups, others: readonly Plan[] = []): Plan {
  const planned = others.flatMap(({ steps }) => steps.filter((step) => step.kind === "createGroup"));
  const names = new Set(planned.map(({ group }) => group.displayName));
  const own = toMake.filter(({ displayName }) => !names.has(displayName));
  return {
    steps: [
      ...plan.steps,
      ...own.map((group) => ({ kind: "createGroup", group }) as const),
      ...toFill.map((filling) => ({ kind: "addMembers", ...filling }) as const),
    ],
  };
}

/**
 * Makes the groups that are not there yet and fills the others, one after the other. Each counts as found from then
 * on, so that a run that has to plan again does not make it twice.
 */
export async function makeGroups(context: RunContext, chosen: ChosenGroups): Promise<void> {
  for (const group of chosen.toMake) {
    stopIfInterrupted(context.signal);
    const made = await chosen.newGroups.make(group, (planned) => makeGroup(context, chosen.graph, planned));
    if (!chosen.found.some(({ id }) => id === made.id)) chosen.found = [...chosen.found, made];
    chosen.toMake = chosen.toMake.filter((one) => one !== group);
  }
  for (const filling of chosen.toFill) {
    stopIfInterrupted(context.signal);
    const userIds = filling.members.map(({ id }) => id);
    await putMembers(context, chosen.graph, { groupId: filling.group.id, userIds, isNew: false });
    chosen.toFill = chosen.toFill.filter((one) => one !== filling);
  }
}

async function makeGroup(context: RunContext, graph: GraphContext, group: NewGroup): Promise<Group> {
  const intent = { event: "intent", step: "createGroup" } as const;
  const make = () => createGroup(graph, group, context.cloud.graph);
  const made = await journaled(context, "createGroup", intent, make, ({ id }) => ({ objectId: id }));
  await putMembers(context, graph, { groupId: made.id, userIds: laterMembers(group), isNew: true });
  return made;
}
