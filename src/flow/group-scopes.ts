import type { KnownValues } from "../settings/known-values.ts";

/** A permission for groups, with those that are as good. */
export interface Need {
  readonly scope: string;
  readonly enough: readonly string[];
}

const ALL_OF_IT = ["Group.ReadWrite.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"];
/** Searching groups, and reading the one that was chosen. */
export const CHOOSING: Need = {
  scope: "Group.Read.All",
  enough: [
    "Group.Read.All",
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Directory.Read.All",
    ...ALL_OF_IT,
  ],
};
/** Creating one. */
export const MAKING: Need = { scope: "Group.ReadWrite.All", enough: ALL_OF_IT };
/** Putting members into one that is there. */
export const FILLING: Need = {
  scope: "GroupMember.ReadWrite.All",
  enough: ["GroupMember.ReadWrite.All", ...ALL_OF_IT],
};

/** The permissions that a first sign-in asks for besides, where groups are named beforehand. */
export function groupScopes({ groups }: Pick<KnownValues, "groups">): readonly string[] {
  return groups && groups.value.length > 0 ? [CHOOSING.scope] : [];
}
