import { AppError } from "../../../errors.ts";
import type { GraphContext } from "../../../graph/batch.ts";
import { findGroups } from "../../../graph/groups.ts";
import type { Group } from "../../../registration/groups.ts";

/** The groups of these names or object IDs, in their order. @throws AppError GROUPS_UNCLEAR with all that are not clear */
export async function groupsNamed(graph: GraphContext, names: readonly string[]): Promise<readonly Group[]> {
  if (names.length === 0) return [];
  const found = await findGroups(graph, names);
  const unclear = names
    .map((wanted, index) => ({ wanted, candidates: found[index] ?? [] }))
    .filter(({ candidates }) => candidates.length !== 1);
  if (unclear.length > 0) throw new AppError("GROUPS_UNCLEAR", { unclear });
  return found.flat();
}
