import type { NamesProblem, PeopleListProblem } from "../../../errors.ts";
import { say } from "../clean.ts";
import type { Wording } from "./errors.ts";

const PROBLEMS: Readonly<Record<Exclude<PeopleListProblem["kind"], "columns">, readonly [string, string]>> = {
  missing: ["is not there", "Give the path of a list: one user or group a line, or a CSV file."],
  directory: ["is a folder", "Give the path of a list: one user or group a line, or a CSV file."],
  forbidden: ["may not be read by you", "Copy it to a place where you may read it."],
  failed: ["could not be read", "Copy it to this machine and try again."],
  tooLarge: ["is longer than 64 MB", "Give it as a file, with --file and its path."],
  empty: ["names nobody", "Write one user principal name, object ID or group name into each line."],
  notUtf8: [
    "is a text in another encoding than UTF-8",
    'Save it as "CSV UTF-8" in Excel, or with encoding UTF-8 in an editor.',
  ],
  binary: ["is no text", 'Save the list as "CSV UTF-8" or as plain text.'],
  workbook: ["is an Excel workbook", 'Save it as "CSV UTF-8" in Excel: File, Save as.'],
};

/** Why a list of people cannot be used; `what` begins the sentence. */
export function peopleList(what: string, problem: PeopleListProblem): Wording {
  if (problem.kind !== "columns") {
    const [text, hint] = PROBLEMS[problem.kind];
    return { message: `${what} ${text}.`, hint };
  }
  return {
    message: `${what} has several columns, and its first line does not say which is which:`,
    details: problem.found.map((name) => say`${name}`),
    hint: "Write one user or group a line; or begin with a line of column names: user (or userPrincipalName, objectId, group), and role where there is one.",
  };
}

/** What is wrong with the names that flags give, and what to do. */
export function namesUnusable(problem: NamesProblem): Wording {
  switch (problem.kind) {
    case "empty":
      return {
        message: say`${problem.flag ?? "One of the names"} is empty.`,
        hint: "Leave that flag out, or say who is meant.",
      };
    case "noGroup":
      return {
        message: "--member says who belongs to a group, and no group is named.",
        hint: "Name the group with --new-group, which makes it where there is none, or with --group.",
      };
    case "severalGroups":
      return {
        message: "Several groups are named, and --member does not say which of them it is for.",
        hint: "Name the one that is meant with --new-group: one that is there is used.",
      };
  }
}
