import type { GraphContext } from "../../../graph/batch.ts";
import { groupMembers, type UserSelection } from "../../../graph/users.ts";
import type { DesiredProvisioning } from "../../../provisioning/types.ts";
import { during, type RunContext } from "../../context.ts";
import { errnoOf } from "../../errno.ts";
import type { Run } from "../../run.ts";
import type { ProvisioningNow } from "../setup/read-now.ts";
import type { Assignees } from "./assignees.ts";
import { type CheckUsersOptions, checkUsers, type UserCheck } from "./check-users.ts";
import { type UserTable, writeUserList } from "./user-list.ts";

/** More than this need no exact number: the first cycle takes long. */
const MOST_COUNTED = 100_000;

/** Those who are provisioned once the plan is carried out; those who become members of groups, too. */
export function selectionsOf(
  { scope }: DesiredProvisioning,
  { users, groups, members }: Assignees,
  now: ProvisioningNow | undefined,
): readonly UserSelection[] {
  if (scope === "all") return [{ kind: "all" }];
  const earlier = [...(now?.assigned ?? [])].filter(([, { isProvisioned }]) => isProvisioned);
  const idsOf = (kind: "User" | "Group") => earlier.filter(([, one]) => one.kind === kind).map(([id]) => id);
  const groupIds = new Set([...groups.found.map(({ id }) => id), ...idsOf("Group")]);
  const made = groups.toMake.length + groups.toFill.length > 0 ? members.map(({ id }) => id) : [];
  const ids = [...new Set([...users.map(({ id }) => id), ...made, ...idsOf("User")])];
  return [
    ...(ids.length > 0 ? [{ kind: "users", ids } as const] : []),
    ...[...groupIds].map((groupId) => ({ kind: "members", groupId }) as const),
  ];
}

/** Those of them who come in addition to whom a job provisions that runs already. */
export function joiningOf(
  { scope }: DesiredProvisioning,
  { users, groups }: Assignees,
  now: ProvisioningNow | undefined,
): readonly UserSelection[] {
  if (scope === "all") return [];
  const isNew = ({ id }: { readonly id: string }) => now?.assigned.get(id)?.isProvisioned !== true;
  const members = groups.toFill.flatMap((filling) => filling.members.map(({ id }) => id));
  const made = groups.toMake.flatMap((group) => group.members ?? []);
  const ids = [...new Set([...users.filter(isNew).map(({ id }) => id), ...members, ...made])];
  return [
    ...(ids.length > 0 ? [{ kind: "users", ids } as const] : []),
    ...groups.found.filter(isNew).map(({ id }) => ({ kind: "members", groupId: id }) as const),
  ];
}

interface UsersOptions {
  /** Absolute; where the table of findings goes. */
  readonly file: string;
  readonly table: UserTable;
  /** The app role they will have. */
  readonly role: string | undefined;
}

/**
 * How many people that are, and whom of them the vendor would refuse: told at once, with a table of all.
 *
 * @returns undefined where the number is that of the whole tenant, which nobody counts for this.
 */
export async function tellUsers(
  run: Run,
  desired: DesiredProvisioning,
  selections: readonly UserSelection[],
  options: UsersOptions,
): Promise<number | undefined> {
  const told = await tellRefusedOf(run, desired, selections, options);
  return told?.checked ?? countPeople(run, selections);
}

/** Whom of them the vendor would refuse, as `tellUsers` tells it. */
export async function tellRefusedOf(
  { context, graph }: Run,
  desired: DesiredProvisioning,
  selections: readonly UserSelection[],
  { role, ...options }: UsersOptions,
): Promise<UserCheck | undefined> {
  const given = role === undefined ? {} : { given: { appRoleAssignments: [role] } };
  return tellRefused(context, graph, { desired, selections, ...options, ...given });
}

async function countPeople({ context, graph }: Run, selections: readonly UserSelection[]) {
  if (selections.some(({ kind }) => kind === "all")) return undefined;
  if (selections.length === 0) return 0;
  return during(context, "findUsers", async () => {
    const ids = new Set<string>();
    for (const selection of selections) {
      if (selection.kind === "users") for await (const id of selection.ids) ids.add(id);
      if (selection.kind !== "members") continue;
      for await (const { id, kind } of groupMembers(graph, selection.groupId)) {
        if (kind === "user") ids.add(id);
        if (ids.size >= MOST_COUNTED) return ids.size;
      }
    }
    return ids.size;
  });
}

interface TellOptions extends CheckUsersOptions {
  /** Absolute; where the table of findings goes. */
  readonly file: string;
  readonly table: UserTable;
}

/**
 * Looks at everybody who is to be provisioned, writes a table of those who would fail, and says so on the
 * screen. Costs nothing where the template requires nothing of users.
 *
 * @returns undefined where there was nothing to check.
 */
async function tellRefused(
  context: RunContext,
  graph: GraphContext,
  { file, table, ...options }: TellOptions,
): Promise<UserCheck | undefined> {
  const { desired, selections } = options;
  if (desired.requirements.length === 0 || selections.length === 0) return undefined;
  const check = await during(context, "checkUsers", () => checkUsers(graph, options));
  // A table that cannot be written ends nothing: the first of them stand on the screen.
  const written = await writeUserList(context.ports, file, check, table).catch((error: unknown) => {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  });
  const hasGroups = selections.some(({ kind }) => kind === "members");
  context.report({ kind: "usersChecked", check, file: written, hasGroups });
  return check;
}
