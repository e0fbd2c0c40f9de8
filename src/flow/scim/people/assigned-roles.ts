import { isProvisioned, listAssignments } from "../../../graph/assignments.ts";
import type { GraphContext } from "../../../graph/batch.ts";
import { groupMembers } from "../../../graph/users.ts";

/**
 * The IDs of the app roles that some users are assigned, by the user's ID: an own role before that of a group.
 * Whoever is not assigned, or with "default access" only, is not among them.
 */
export async function assignedRoles(
  graph: GraphContext,
  servicePrincipalId: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Set(userIds);
  const own = new Map<string, string>();
  const groups: { readonly id: string; readonly appRoleId: string }[] = [];
  for await (const assignment of listAssignments(graph, servicePrincipalId)) {
    const { principalType, principalId, appRoleId } = assignment;
    if (!isProvisioned(assignment)) continue;
    if (principalType === "Group") groups.push({ id: principalId, appRoleId });
    else if (wanted.has(principalId)) own.set(principalId, appRoleId);
  }
  const roles = new Map(own);
  for (const { id, appRoleId } of groups) {
    // A large group is read only as long as somebody's role is not known yet.
    if (roles.size === wanted.size) break;
    for await (const member of groupMembers(graph, id)) {
      if (wanted.has(member.id) && !roles.has(member.id)) roles.set(member.id, appRoleId);
      if (roles.size === wanted.size) break;
    }
  }
  return roles;
}
