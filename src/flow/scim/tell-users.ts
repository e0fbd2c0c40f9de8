import type { GraphContext } from "../../graph/batch.ts";
import { during, type RunContext } from "../context.ts";
import { type CheckUsersOptions, checkUsers, type UserCheck } from "./check-users.ts";
import { writeUserList } from "./user-list.ts";

export interface TellUsersOptions extends CheckUsersOptions {
  /** Absolute; where the table of findings goes. */
  readonly file: string;
}

/**
 * Looks at everybody who is to be provisioned, writes a table of those who would fail, and says so on the
 * screen. Costs nothing where the template requires nothing of users.
 *
 * @returns undefined where there was nothing to check.
 */
export async function tellUsers(
  context: RunContext,
  graph: GraphContext,
  { file, ...options }: TellUsersOptions,
): Promise<UserCheck | undefined> {
  const { desired, selections } = options;
  if (desired.requirements.length === 0 || selections.length === 0) return undefined;
  const check = await during(context, "checkUsers", () => checkUsers(graph, options));
  // A table that cannot be written ends nothing: the first of them stand on the screen.
  const written = await writeUserList(context.ports, file, check).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === undefined) throw error;
    return undefined;
  });
  const hasGroups = selections.some(({ kind }) => kind === "members");
  context.report({ kind: "usersChecked", check, file: written, hasGroups });
  return check;
}
