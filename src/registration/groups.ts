/** A group of the tenant whose users the vendor synchronises. */
export interface Group {
  readonly id: string;
  readonly displayName: string;
}

/** Somebody who belongs to a group, or shall. */
export interface Member {
  readonly id: string;
  readonly displayName: string;
}

/** Users who are put into a group that is there. */
export interface GroupFilling {
  readonly group: Group;
  readonly members: readonly Member[];
}

/**
 * So many people Graph puts into a group with one call
 * (https://learn.microsoft.com/graph/api/group-post-members); with a new one its owner is among the twenty.
 */
export const MOST_MEMBERS_AT_ONCE = 20;

/** A security group with assigned members, as a run makes it. */
export interface NewGroup {
  readonly displayName: string;
  /** Unique in the tenant, and no other run makes the same: by it a lost answer's group is found again. */
  readonly mailNickname: string;
  readonly description: string;
  /** The object IDs of users who are its members from the beginning, any number of them. */
  readonly members?: readonly string[];
}

/**
 * A group to make. Entra takes ASCII alone in a mail nickname, 64 characters at most, and none that mail
 * addresses know.
 *
 * @param number tells the groups of one run apart.
 */
export function toNewGroup(displayName: string, runId: string, number: number): NewGroup {
  const slug = displayName
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  const mailNickname = [slug === "" ? "group" : slug, runId, number].join("-");
  return { displayName, mailNickname, description: `Made with entra-app-registration (run ${runId})` };
}
