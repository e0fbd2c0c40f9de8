import type { UserSelection } from "../../../graph/users.ts";
import type { DesiredProvisioning } from "../../../provisioning/types.ts";
import type { ProvisioningNow } from "../setup/read-now.ts";
import type { Assignees } from "./assignees.ts";

/** Users one by one, and the members of groups; both by object ID. */
export function toSelections(users: readonly string[], groups: readonly string[]): readonly UserSelection[] {
  return [
    ...(users.length > 0 ? [{ kind: "users", ids: users } as const] : []),
    ...groups.map((groupId) => ({ kind: "members", groupId }) as const),
  ];
}

/** Those who are provisioned once the plan is carried out; those who become members of groups, too. */
export function selectionsOf(
  { scope }: DesiredProvisioning,
  { users, groups, members }: Assignees,
  now: ProvisioningNow | undefined,
): readonly UserSelection[] {
  if (scope === "all") return [{ kind: "all" }];
  const earlier = [...(now?.assigned ?? [])].filter(([, { isProvisioned }]) => isProvisioned);
  const idsOf = (kind: "User" | "Group") => earlier.filter(([, one]) => one.kind === kind).map(([id]) => id);
  const made = groups.toMake.length + groups.toFill.length > 0 ? members.map(toId) : [];
  return toSelections(
    [...new Set([...users.map(toId), ...made, ...idsOf("User")])],
    [...new Set([...groups.found.map(toId), ...idsOf("Group")])],
  );
}

/** Those of them who come in addition to whom a job provisions that runs already. */
export function joiningOf(
  { scope }: DesiredProvisioning,
  { users, groups }: Assignees,
  now: ProvisioningNow | undefined,
): readonly UserSelection[] {
  if (scope === "all") return [];
  const isNew = (id: string) => now?.assigned.get(id)?.isProvisioned !== true;
  const members = groups.toFill.flatMap((filling) => filling.members.map(toId));
  const made = groups.toMake.flatMap((group) => group.members ?? []);
  return toSelections(
    [...new Set([...users.map(toId).filter(isNew), ...members, ...made])],
    groups.found.map(toId).filter(isNew),
  );
}

function toId({ id }: { readonly id: string }): string {
  return id;
}
