import { toCsv } from "../../../handover/csv.ts";
import type { Template } from "../../../template/schema.ts";
import type { FlowPorts } from "../../context.ts";
import type { UserCheck, UserFinding } from "./check-users.ts";

/** A table of people of one application, by what is said of them: each product's has a name of its own. */
export function tableName(about: string, { name, application }: Template): string {
  return `${[about, name, application.key ?? ""].filter((part) => part !== "").join("-")}.csv`;
}

/** Findings in words: the rows of a table, its columns named in the first. */
export type UserTable = (findings: readonly UserFinding[]) => readonly (readonly string[])[];

/**
 * Writes everybody of whom something has to be said to a table.
 *
 * @param file absolute; a table of an earlier run is replaced.
 * @returns the file; undefined where there is nothing to say.
 */
export async function writeUserList(
  { files }: Pick<FlowPorts, "files">,
  file: string,
  { findings }: UserCheck,
  table: UserTable,
): Promise<string | undefined> {
  if (findings.length === 0) return undefined;
  await files.writeAtomic(file, toCsv(table(findings)));
  return file;
}
