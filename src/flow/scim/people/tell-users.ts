import { groupMembers, type UserSelection } from "../../../graph/users.ts";
import type { DesiredProvisioning } from "../../../provisioning/types.ts";
import { during } from "../../context.ts";
import { errnoOf } from "../../errno.ts";
import type { Run } from "../../run.ts";
import { checkUsers, type UserCheck } from "./check-users.ts";
import { type UserTable, writeUserList } from "./user-list.ts";

/** More than this need no exact number: the first cycle takes long. */
const MOST_COUNTED = 100_000;

export interface TellOptions {
  readonly desired: DesiredProvisioning;
  readonly selections: readonly UserSelection[];
  /** Absolute; where the table of findings goes. */
  readonly file: string;
  readonly table: UserTable;
}

/**
 * How many people that are, and whom of them the vendor would refuse: told at once, with a table of all.
 *
 * @returns undefined where the number is that of the whole tenant, which nobody counts for this.
 */
export async function tellUsers(run: Run, options: TellOptions): Promise<number | undefined> {
  const told = await tellRefused(run, options);
  return told?.checked ?? countPeople(run, options.selections);
}

/**
 * Looks at everybody who is to be provisioned, writes a table of those whom the vendor would refuse, and says so on
 * the screen. Costs nothing where the template requires nothing of users.
 *
 * @returns undefined where there was nothing to check.
 */
export async function tellRefused(
  { context, graph }: Run,
  { desired, selections, file, table }: TellOptions,
): Promise<UserCheck | undefined> {
  if (desired.requirements.length === 0 || selections.length === 0) return undefined;
  const given = desired.appRole === undefined ? {} : { appRoleAssignments: [desired.appRole] };
  const check = await during(context, "checkUsers", () => checkUsers(graph, { desired, selections, given }));
  // A table that cannot be written ends nothing: the first of them stand on the screen.
  const written = await writeUserList(context.ports, file, check, table).catch((error: unknown) => {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  });
  const hasGroups = selections.some(({ kind }) => kind === "members");
  context.report({ kind: "usersChecked", check, file: written, hasGroups });
  return check;
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
