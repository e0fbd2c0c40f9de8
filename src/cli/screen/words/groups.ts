import type { Group } from "../../../registration/groups.ts";
import { say } from "../clean.ts";

export const GROUP_QUESTIONS = {
  first: (question: string, isOffered: boolean) =>
    isOffered ? say`${question} (type a name, or choose)` : say`${question} (type a name; Enter for none)`,
  provisioned: (displayName: string) => say`Which group's members shall be provisioned to "${displayName}"?`,
  members: (displayName: string) =>
    say`Who belongs to "${displayName}"? User principal names, with commas between (Enter: nobody yet)`,
  membersAgain: (missing: readonly string[]) =>
    say`This tenant has no user ${missing.join(", ")}. All members once more (Enter: nobody yet)`,
  another: (chosen: readonly string[]) =>
    chosen.length === 0
      ? "Type a group's name (Enter for none)"
      : say`Another group besides ${chosen.join(", ")} (Enter for no more)`,
  none: "No group",
  noMore: "No more groups",
  group: ({ displayName, id }: Group) => say`${displayName}  ${id}`,
  more: "… and more: type on",
  nothing: "No group has that name.",
  create: (displayName: string) => say`Create the security group "${displayName}"`,
  confirmCreate: (displayName: string) =>
    say`Create the security group "${displayName}" in this tenant, once you have said yes to the plan?`,
  failed: (message: string) => `The search failed: ${message}`,
  signIn: "Sign in once more with a code, to be allowed to search",
  notFound: (wanted: string) => say`There is no group "${wanted}". What now?`,
  which: (wanted: string) => say`Which group named "${wanted}" is meant?`,
  search: "Search for another",
  without: "Go on without it",
} as const;

/** The head over the groups in a result. */
export const GROUPS_TO_TELL = "Groups to tell the vendor:";
