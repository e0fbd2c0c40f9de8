import type { UserCheck, UserFinding } from "../../../flow/scim/people/check-users.ts";
import type { SentAttribute, SentUser } from "../../../flow/scim/people/sent.ts";
import type { PreviewResult } from "../../../flow/scim/preview.ts";
import type { Shortcoming } from "../../../provisioning/shortcomings.ts";
import { say } from "../clean.ts";

/** So many users are shown; the file has all. */
const MOST_SHOWN = 20;
/** Whoever looks at a value wants to recognise it, not read all of it. */
const LONGEST_VALUE = 60;

export interface CheckedUsers {
  readonly check: UserCheck;
  /** Where all findings are; undefined where there are none or no file was wanted. */
  readonly file: string | undefined;
  /** Whether groups were among whom it was asked about. */
  readonly hasGroups: boolean;
}

/** Whom the vendor would refuse, and why; first line first. */
export function checkedUsersLines({ check, file, hasGroups }: CheckedUsers): readonly string[] {
  const { findings } = check;
  return [
    checkedUsersTitle(check),
    ...findings.slice(0, MOST_SHOWN).map(findingLine),
    ...(findings.length > MOST_SHOWN ? [`  … and ${count(findings.length - MOST_SHOWN)} more`] : []),
    ...(file === undefined ? [] : [say`As a table, for a spreadsheet: ${file}`]),
    ...(check.unforeseeable.length > 0
      ? [
          say`Not checked, for only Microsoft Entra works these values out: ${check.unforeseeable.join(", ")}.`,
        ]
      : []),
    ...(hasGroups
      ? [
          "Of a group its direct members count: Microsoft Entra does not provision members of groups inside it.",
        ]
      : []),
  ];
}

/** What came of the check in one sentence. */
export function checkedUsersTitle({ checked, failing, disabled }: UserCheck): string {
  if (checked === 0)
    return "There is nobody to look at: no user is assigned or named, and no such group has a user in it.";
  const off = disabled > 0 ? ` ${disabledAccounts(disabled)}` : "";
  if (failing === 0) return `${all(checked)} what the vendor requires.${off}`;
  return `${count(failing)} of ${users(checked)} would fail to be provisioned.${off}`;
}

function all(checked: number): string {
  return checked === 1 ? "The user has" : `All ${users(checked)} have`;
}

function disabledAccounts(disabled: number): string {
  return disabled === 1
    ? "1 account is disabled and arrives as one that is not active, if at all."
    : `${count(disabled)} accounts are disabled and arrive as ones that are not active, if at all.`;
}

function findingLine({ userPrincipalName, displayName, id, shortcomings }: UserFinding): string {
  const name = userPrincipalName || displayName || id;
  return say`  ${name}: ${shortcomings.map(shortcomingText).join("; ")}`;
}

/** What is wrong with one value, as somebody reads it who can put it right in the directory. */
export function shortcomingText(shortcoming: Shortcoming): string {
  if (shortcoming.kind === "disabled") return "the account is disabled";
  const { target } = shortcoming;
  const named = shortcoming.attributes.length > 0 ? shortcoming.attributes.join(", ") : target;
  switch (shortcoming.kind) {
    case "lacks":
      return named === target ? `no value for ${target}` : `no ${named} (goes to ${target})`;
    case "notOneOf":
      return `${named} is "${shortened(shortcoming.value)}"; the vendor takes ${shortcoming.oneOf.join(", ")}`;
    case "notUnique":
      return `${named} "${shortened(shortcoming.value)}" is also that of user ${shortcoming.sharedWith}`;
  }
}

function shortened(value: string): string {
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}

function users(number: number): string {
  return number === 1 ? "1 user" : `${count(number)} users`;
}

/** `12,345`. */
export function count(number: number): string {
  return number.toLocaleString("en-US");
}

/** What came of a preview, first line first. */
export function previewLines(result: PreviewResult): readonly string[] {
  if (!result.hasRequirements && result.check.checked > 0) {
    const { checked, disabled } = result.check;
    return [
      `${users(checked)} would be provisioned. What the vendor requires of users is not known, so nothing was checked.`,
      ...(disabled > 0 ? [disabledAccounts(disabled)] : []),
      ...(result.file === undefined ? [] : [say`They are in ${result.file}`]),
    ];
  }
  return checkedUsersLines(result);
}

/** What stands above the attributes of one user. */
export function sentTitle({ userPrincipalName, id }: SentUser, mappings: PreviewResult["mappings"]): string {
  const by =
    mappings === "job"
      ? "by the mappings in Microsoft Entra"
      : "by the vendor's template, besides what Microsoft Entra maps by itself";
  return say`Of ${userPrincipalName || id} this is sent, ${by}:`;
}

/** Instead of values, where the template leaves all of them to Entra and there is no job to ask. */
export const NO_MAPPINGS =
  "  The vendor's template leaves the mappings to Microsoft Entra; they show here once scim setup has made them.";

/** One value as it is sent. */
export function sentValue({ value, isForeseeable }: SentAttribute): string {
  if (!isForeseeable) return "(only Microsoft Entra works it out)";
  if (value === undefined || (typeof value === "object" && value.length === 0)) return "(nothing)";
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" ? say`${value}` : value.map((one) => say`${one}`).join(" | ");
}
