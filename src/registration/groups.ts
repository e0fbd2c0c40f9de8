/** A group of the tenant whose users the vendor synchronises. */
export interface Group {
  readonly id: string;
  readonly displayName: string;
}

/**
 * So many people a new group may begin with: Graph takes twenty references with it, and one is its owner
 * (https://learn.microsoft.com/graph/api/group-post-groups).
 */
export const MOST_MEMBERS = 19;

/** A security group with assigned members, as a run makes it. */
export interface NewGroup {
  readonly displayName: string;
  /** Unique in the tenant, and no other run makes the same: by it a lost answer's group is found again. */
  readonly mailNickname: string;
  readonly description: string;
  /** The object IDs of users who are its members from the beginning. */
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
