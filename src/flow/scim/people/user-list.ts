import { toCsv } from "../../../handover/csv.ts";
import type { Shortcoming } from "../../../provisioning/shortcomings.ts";
import type { Template } from "../../../template/schema.ts";
import type { FlowPorts } from "../../context.ts";
import type { UserCheck, UserFinding } from "./check-users.ts";

/** A table of people of one application, by what is said of them: each product's has a name of its own. */
export function tableName(about: string, { name, application }: Template): string {
  return `${[about, name, application.key ?? ""].filter((part) => part !== "").join("-")}.csv`;
}

const HEADER = [
  "userPrincipalName",
  "objectId",
  "displayName",
  "problem",
  "fails",
  "attribute",
  "sentAs",
  "value",
  "expected",
];

/**
 * Writes everybody of whom something has to be said to a table, one row for each thing.
 *
 * @param file absolute; a table of an earlier run is replaced.
 * @returns the file; undefined where there is nothing to say.
 */
export async function writeUserList(
  { files }: Pick<FlowPorts, "files">,
  file: string,
  { findings }: UserCheck,
): Promise<string | undefined> {
  if (findings.length === 0) return undefined;
  await files.writeAtomic(file, toCsv([HEADER, ...findings.flatMap(rowsOf)]));
  return file;
}

function rowsOf({ userPrincipalName, id, displayName, shortcomings }: UserFinding): string[][] {
  return shortcomings.map((one) => [userPrincipalName, id, displayName, ...cells(one)]);
}

function cells(shortcoming: Shortcoming): string[] {
  if (shortcoming.kind === "disabled")
    return ["account disabled", "no", "accountEnabled", "", "false", "true"];
  const { attributes, target } = shortcoming;
  const facts = [attributes.join(" "), target];
  switch (shortcoming.kind) {
    case "lacks":
      return ["missing", "yes", ...facts, "", "any value"];
    case "notOneOf":
      return ["value not allowed", "yes", ...facts, shortcoming.value, shortcoming.oneOf.join(" | ")];
    case "notUnique":
      return [
        "value not unique",
        "yes",
        ...facts,
        shortcoming.value,
        `not that of ${shortcoming.sharedWith}`,
      ];
  }
}
