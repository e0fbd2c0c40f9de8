import { AppError, isAppError } from "../../../errors.ts";
import { findUser, groupMembers, type SourceUser } from "../../../graph/users.ts";
import type { Assignment } from "../../../provisioning/types.ts";
import { detectCloudShell } from "../../../signin/detect-cloud-shell.ts";
import { during } from "../../context.ts";
import { type ChosenGroups, chooseGroups } from "../../groups.ts";
import type { NewGroups } from "../../new-groups.ts";
import type { Run } from "../../run.ts";

/** Who is to be provisioned, as it was named for one application. */
export interface NamedAssignees {
  /** By user principal name or object ID. */
  readonly users: readonly string[];
  /** By name or object ID; undefined where nothing was said about groups, empty where there are to be none. */
  readonly groups: readonly string[] | undefined;
  /** Names of groups that are made where there is none. */
  readonly newGroups: readonly string[];
  /** Who becomes a member of those, or of the one in `groups`; else of the group that the template proposes. */
  readonly members: readonly string[];
}

/** Users and groups of the tenant that are to be assigned. */
export interface Assignees {
  readonly users: readonly SourceUser[];
  readonly groups: ChosenGroups;
  /** Who belongs to the groups that are made or filled. */
  readonly members: readonly SourceUser[];
}

export interface AssigneeOptions {
  readonly named: NamedAssignees;
  /** What a person is asked where nobody is named or assigned; undefined for no question. */
  readonly question: string | undefined;
  /** The name of a group that the template proposes to make. */
  readonly proposed: string | undefined;
  readonly tenantId: string;
  /** Those of the whole run. */
  readonly newGroups: NewGroups;
}

/**
 * Looks up who was named, and asks where nobody was.
 *
 * @throws AppError USERS_NOT_FOUND, GROUPS_UNCLEAR, MEMBERS_FIXED
 */
export async function findAssignees(run: Run, options: AssigneeOptions): Promise<Assignees> {
  const { context, input, graph, tokens } = run;
  const { named, question, tenantId, proposed, newGroups } = options;
  const [users, members] = await findAll(run, [named.users, named.members]);
  const choosing = {
    known: {
      ...input.known,
      // What is provisioned by groups has nothing to do with the groups an app may read.
      groupSync: true,
      groups: named.groups && ({ value: named.groups, source: "flag" } as const),
    },
    question,
    tokens,
    graph,
    tenantId,
    dryRun: input.dryRun,
    make: groupsToMake(named, proposed),
    members: members?.map(({ id, displayName }) => ({ id, displayName })),
    proposed,
    newGroups,
  };
  const groups = await chooseGroups(context, choosing);
  const [made] = groups.toMake;
  if (!made || named.members.length > 0) return { users: users ?? [], groups, members: members ?? [] };
  // As for groups: in Cloud Shell only what the run cannot do without is asked.
  const isAsked = context.questions !== undefined && !detectCloudShell(context.ports.system.environment);
  const more = isAsked ? await askForMembers(run, made.displayName) : [];
  const ids = more.map(({ id }) => id);
  groups.toMake = groups.toMake.map(({ displayName }) =>
    groups.newGroups.plan(displayName, context.runId, ids),
  );
  return { users: users ?? [], groups, members: more };
}

/** Whoever names members and no group means the one that the template proposes, made by an earlier run or by this. */
function groupsToMake(
  { newGroups, groups, members }: NamedAssignees,
  proposed: string | undefined,
): readonly string[] {
  const isNamed = newGroups.length > 0 || groups !== undefined;
  return isNamed || members.length === 0 || proposed === undefined ? newGroups : [proposed];
}

/** Who belongs to a group that is made; a name that nobody has is asked for again. */
async function askForMembers(run: Run, displayName: string): Promise<readonly SourceUser[]> {
  const { questions } = run.context;
  for (let missing: readonly string[] = []; ; ) {
    const wanted = (await questions?.members(displayName, missing)) ?? [];
    try {
      return (await findAll(run, [wanted]))[0] ?? [];
    } catch (error) {
      if (!isAppError(error, "USERS_NOT_FOUND")) throw error;
      missing = error.facts.wanted;
    }
  }
}

/** All of several lists of people at once, so that everybody who is not there is named in one failure. */
async function findAll(
  { context, graph }: Run,
  lists: readonly (readonly string[])[],
): Promise<readonly SourceUser[][]> {
  const wanted = [...new Set(lists.flat())];
  if (wanted.length === 0) return lists.map(() => []);
  const found = await during(context, "findUsers", () =>
    Promise.all(wanted.map(async (one) => [one, await findUser(graph, one)] as const)),
  );
  const missing = found.filter(([, user]) => !user).map(([one]) => one);
  if (missing.length > 0) throw new AppError("USERS_NOT_FOUND", { wanted: missing });
  const users = new Map(found);
  return lists.map((list) => eachOnce(list.flatMap((one) => users.get(one) ?? [])));
}

/** Somebody may have been named twice: in other letters, or by name and by ID. */
function eachOnce(users: readonly SourceUser[]): SourceUser[] {
  return [...new Map(users.map((user) => [user.id, user])).values()];
}

/** One user by name or ID. @throws AppError USERS_NOT_FOUND */
export async function findOne(run: Run, upnOrId: string): Promise<SourceUser> {
  const [[user] = []] = await findAll(run, [[upnOrId]]);
  if (!user) throw new TypeError("a user who was found and is not there");
  return user;
}

/** Somebody to try provisioning with: by name where there is one, else anybody. */
export interface ProofUser {
  readonly id: string;
  readonly name: string;
}

/**
 * Whom the run provisions on demand as the proof: the one who was named, else the first who is assigned, else
 * the first member of an assigned group; undefined where there is nobody. Entra skips whose account is disabled,
 * which proves nothing: nobody of whom that is known is chosen unasked.
 */
export async function chooseProofUser(
  run: Run,
  named: string | undefined,
  { users, groups, members }: Assignees,
  assigned: readonly Assignment[],
): Promise<ProofUser | undefined> {
  if (named !== undefined) return toProofUser(await findOne(run, named));
  const user = users.find(({ accountEnabled }) => accountEnabled);
  if (user) return toProofUser(user);
  const member = members.find(({ accountEnabled }) => accountEnabled);
  if (member && groups.toMake.length + groups.toFill.length > 0) return toProofUser(member);
  const groupIds = groups.found.map(({ id }) => id);
  const earlier = assigned.find(({ principalType }) => principalType === "User");
  if (groupIds.length === 0 && earlier) {
    return { id: earlier.principalId, name: earlier.principalDisplayName };
  }
  const others = assigned.filter(({ principalType }) => principalType === "Group");
  for (const groupId of [...groupIds, ...others.map(({ principalId }) => principalId)].slice(
    0,
    MOST_GROUPS,
  )) {
    const first = await firstMember(run, groupId);
    if (first) return first;
  }
  return undefined;
}

/** In this many groups it is looked for somebody. */
const MOST_GROUPS = 5;

/** Among more members than this nobody is looked for. */
const MOST_MEMBERS = 5000;

/**
 * Whether somebody is a direct member of one of these groups, as far as it shows: members may be hidden, or very many.
 */
export async function mayBeIn(
  { context, graph }: Run,
  groupIds: readonly string[],
  userId: string,
): Promise<boolean> {
  if (groupIds.length > MOST_GROUPS) return true;
  return during(context, "findUsers", async () => {
    for (const groupId of groupIds) {
      let seen = 0;
      for await (const { id } of groupMembers(graph, groupId)) {
        seen += 1;
        if (id === userId || seen === MOST_MEMBERS) return true;
      }
      if (seen === 0) return true;
    }
    return false;
  });
}

async function firstMember({ graph }: Run, groupId: string): Promise<ProofUser | undefined> {
  for await (const { id, kind, displayName } of groupMembers(graph, groupId)) {
    if (kind === "user") return { id, name: displayName };
  }
  return undefined;
}

function toProofUser(user: SourceUser): ProofUser {
  return { id: user.id, name: nameOf(user) };
}

/** What a user is called where people read it; not everybody has a user principal name. */
export function nameOf({ userPrincipalName, displayName }: SourceUser): string {
  return userPrincipalName === "" ? displayName : userPrincipalName;
}
