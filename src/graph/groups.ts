import type { Group as GroupBody } from "@microsoft/microsoft-graph-types";
import { type Group, MOST_MEMBERS_AT_ONCE, type NewGroup } from "../registration/groups.ts";
import { isGuid } from "../settings/values.ts";
import { errorOf, expectSuccess, type GraphAnswer, isSuccess, toAppError } from "./answers.ts";
import { type GraphContext, sendBatch } from "./batch.ts";
import type { GraphRequest } from "./client.ts";
import { equals, quoted } from "./odata.ts";
import { readObject, readPage, shapes } from "./schemas.ts";
import { write } from "./write.ts";

const SELECT = "$select=id,displayName";
/** What one `$batch` takes. */
const MOST_AT_ONCE = 20;
/** What is shown of a search: who sees more than this types on. */
const MOST_FOUND = 10;

/**
 * The groups that go by each of these names or object IDs, in one round trip for up to twenty. Display names
 * are not unique, so that there may be several; none is an answer, too.
 */
export async function findGroups(
  context: GraphContext,
  wanted: readonly string[],
): Promise<readonly (readonly Group[])[]> {
  const found: (readonly Group[])[] = [];
  for (let start = 0; start < wanted.length; start += MOST_AT_ONCE) {
    const items = wanted.slice(start, start + MOST_AT_ONCE).map((one) => ({
      method: "GET" as const,
      path: isGuid(one.toLowerCase()) ? byId(one) : `/groups?${equals("displayName", one)}&${SELECT}`,
    }));
    found.push(...(await sendBatch(context, "readGroups", items)).map(toGroups));
  }
  return found;
}

export interface FoundGroups {
  readonly groups: readonly Group[];
  /** Whether there are more than these. */
  readonly more: boolean;
}

/**
 * Groups with a word in their name that begins like each word typed, or the one of the object ID at the end
 * of what was typed. What has no letter or digit in it finds nothing, and Graph is not asked.
 */
export async function searchGroups(
  { graph }: GraphContext,
  typed: string,
  signal: AbortSignal,
): Promise<FoundGroups> {
  const id = /(?<![0-9a-f-])[0-9a-f-]{36}$/i.exec(typed.trim())?.[0] ?? "";
  if (isGuid(id.toLowerCase())) {
    return { groups: toGroups(await graph.send({ method: "GET", path: byId(id), signal })), more: false };
  }
  if (!/[\p{L}\p{N}]/u.test(typed)) return { groups: [], more: false };
  const answer = await graph.send({
    method: "GET",
    path: `/groups?$search=${quoted(`displayName:${typed}`)}&$count=true&${SELECT}&$top=${MOST_FOUND}`,
    // Without the second, v1.0 refuses an ampersand (https://developer.microsoft.com/graph/known-issues, 18185).
    headers: { ConsistencyLevel: "eventual", Prefer: "legacySearch=false" },
    signal,
  });
  const page = readPage(shapes.group, expectSuccess("readGroups", answer).body);
  if (!page) throw toAppError("readGroups", answer);
  return { groups: page.values, more: page.nextLink !== undefined };
}

/** A new group's owner counts with them. */
const MOST_FIRST_MEMBERS = MOST_MEMBERS_AT_ONCE - 1;

/** Those members of a new group that `createGroup` has no room for. */
export function laterMembers({ members = [] }: NewGroup): readonly string[] {
  return members.slice(MOST_FIRST_MEMBERS);
}

/**
 * Makes a security group that the signed-in person owns, or finds the one an unanswered attempt made. Of its
 * members it begins with the first; see `laterMembers`.
 *
 * @param origin of this cloud's Graph: an owner and members are named by addresses of it.
 */
export async function createGroup(
  context: GraphContext,
  { displayName, mailNickname, description, members = [] }: NewGroup,
  origin: string,
): Promise<Group> {
  const look = async () => (await findByNickname(context, mailNickname))[0];
  const me = await whoAmI(context);
  const owner = me !== undefined && { "owners@odata.bind": [`${origin}/v1.0/directoryObjects/${me}`] };
  const body = {
    displayName,
    description,
    mailEnabled: false,
    mailNickname,
    securityEnabled: true,
    ...(members.length > 0 && {
      "members@odata.bind": members
        .slice(0, MOST_FIRST_MEMBERS)
        .map((id) => `${origin}/v1.0/directoryObjects/${id}`),
    }),
  } satisfies GroupBody & { "members@odata.bind"?: readonly string[] };
  const request: GraphRequest = { method: "POST", path: "/groups", body: { ...body, ...owner } };
  const written = await write(context, "createGroup", request, { look });
  if (written.kind === "found") return written.found;
  if (isSuccess(written.answer)) return created(written.answer, look);
  if (!isTaken(written.answer)) throw toAppError("createGroup", written.answer);
  // Our own first attempt, or an owner who owns what they make by themselves and may not be named again.
  const earlier = await look();
  if (earlier) return earlier;
  const unnamed = await write(context, "createGroup", { ...request, body }, { look });
  return unnamed.kind === "found" ? unnamed.found : created(unnamed.answer, look);
}

/** The signed-in person; undefined for an application, which Graph answers so. */
async function whoAmI({ graph }: GraphContext): Promise<string | undefined> {
  const answer = await graph.send({ method: "GET", path: "/me?$select=id" });
  if (answer.status === 400 || answer.status === 404) return undefined;
  const me = readObject(shapes.self, expectSuccess("createGroup", answer).body);
  if (!me) throw toAppError("createGroup", answer);
  return me.id;
}

function isTaken(answer: GraphAnswer): boolean {
  return answer.status === 400 && /duplicate values|already exist/i.test(errorOf(answer).message);
}

async function created(answer: GraphAnswer, look: () => Promise<Group | undefined>): Promise<Group> {
  const group = readObject(shapes.group, expectSuccess("createGroup", answer).body) ?? (await look());
  if (!group) throw toAppError("createGroup", answer);
  return group;
}

async function findByNickname({ graph }: GraphContext, mailNickname: string): Promise<readonly Group[]> {
  return toGroups(
    await graph.send({ method: "GET", path: `/groups?${equals("mailNickname", mailNickname)}&${SELECT}` }),
  );
}

function byId(id: string): string {
  return `/groups/${id.toLowerCase()}?${SELECT}`;
}

/** The groups of an answer to a list or to one object ID; nothing there is none. */
function toGroups(answer: GraphAnswer): readonly Group[] {
  if (answer.status === 404) return [];
  const { body } = expectSuccess("readGroups", answer);
  const group = readObject(shapes.group, body);
  const groups = group ? [group] : readPage(shapes.group, body)?.values;
  if (!groups) throw toAppError("readGroups", answer);
  return groups;
}
