import type { NotAssigned } from "../../../flow/scim/assign.ts";
import type { UserFinding } from "../../../flow/scim/people/check-users.ts";
import type { Shortcoming } from "../../../provisioning/shortcomings.ts";

/** A table of those of whom something has to be said, one row for each thing; its columns are named first. */
export function usersToCheck(findings: readonly UserFinding[]): string[][] {
  return [
    [
      "userPrincipalName",
      "objectId",
      "displayName",
      "problem",
      "fails",
      "attribute",
      "sentAs",
      "value",
      "expected",
    ],
    ...findings.flatMap(({ userPrincipalName, id, displayName, shortcomings }) =>
      shortcomings.map((one) => [userPrincipalName, id, displayName, ...shortcomingCells(one)]),
    ),
  ];
}

function shortcomingCells(shortcoming: Shortcoming): string[] {
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

/** A table of everybody who is not assigned; its first column is what the next run reads. */
export function notAssigned({ missing, refused }: NotAssigned): string[][] {
  return [
    ["user", "problem", "microsoftSays"],
    ...missing.map(({ who, problem }) => [
      who,
      problem === "unknown" ? "not found" : "several go by that name",
      "",
    ]),
    ...refused.map(({ principalId, detail }) => [principalId, "refused", detail]),
  ];
}
