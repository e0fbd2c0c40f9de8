import type { UserCheck, UserFinding } from "../../../flow/scim/check-users.ts";
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
    ...(file === undefined ? [] : [say`All of them are in ${file}`]),
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
    return "There is nobody to look at: no user is named, and no named group has a user in it.";
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
