import { isGuid } from "../settings/values.ts";
import * as z from "../zod.ts";
import { expectSuccess, type GraphAnswer, toAppError } from "./answers.ts";
import { type GraphContext, sendBatch } from "./batch.ts";
import { among, MOST_AMONG } from "./odata.ts";
import { optionalText, or, readPage, text } from "./schemas.ts";

/** Somebody, or a group, by a name or an ID. */
export interface NamedPrincipal {
  readonly who: string;
  /** What it is that goes by that; undefined where that has to be found out. */
  readonly as?: "user" | "group" | undefined;
}

export interface FoundPrincipal<Named> {
  readonly named: Named;
  /** The one who is meant; undefined for nobody, and where a name is that of several. */
  readonly found: { readonly id: string; readonly kind: "user" | "group" } | undefined;
  readonly isAmbiguous: boolean;
}

/** By what somebody is looked for. */
type Key = "userPrincipalName" | "mail" | "userId" | "groupId" | "displayName";

const PROPERTIES: Readonly<Record<Key, { readonly of: "users" | "groups"; readonly property: string }>> = {
  userPrincipalName: { of: "users", property: "userPrincipalName" },
  mail: { of: "users", property: "mail" },
  userId: { of: "users", property: "id" },
  groupId: { of: "groups", property: "id" },
  displayName: { of: "groups", property: "displayName" },
};

const KEYS = Object.keys(PROPERTIES) as Key[];

/** Where somebody is looked for who was not found by the first. */
const SECOND: { readonly [One in Key]?: Key } = { userPrincipalName: "mail", userId: "groupId" };

const Shape = z.looseObject({
  id: text,
  userPrincipalName: optionalText,
  mail: optionalText,
  displayName: or(text, ""),
});

/** What `$batch` takes in one call. */
const MOST_REQUESTS = 20;
/** Graph compares no longer texts (https://developer.microsoft.com/graph/known-issues, 13635). */
const LONGEST = 120;

/**
 * Finds users by user principal name, mail address or object ID, and groups by name or object ID: up to 300 in one
 * round trip. Keeps none.
 *
 * @throws AppError GRAPH_FORBIDDEN where the directory may not be read.
 */
export async function* findPrincipals<Named extends NamedPrincipal>(
  context: GraphContext,
  names: AsyncIterable<Named> | Iterable<Named>,
): AsyncGenerator<FoundPrincipal<Named>, void, undefined> {
  let chunk: Named[] = [];
  for await (const named of names) {
    chunk.push(named);
    if (chunk.length < MOST_REQUESTS * (MOST_AMONG - 1)) continue;
    yield* await findAll(context, chunk);
    chunk = [];
  }
  if (chunk.length > 0) yield* await findAll(context, chunk);
}

async function findAll<Named extends NamedPrincipal>(
  context: GraphContext,
  chunk: readonly Named[],
): Promise<readonly FoundPrincipal<Named>[]> {
  const hits = new Map<string, readonly Hit[]>();
  let looking: Looking[] = [...new Map(chunk.map((named) => [keyed(named), named])).entries()].map(
    ([name, named]) => ({ name, who: named.who, as: named.as, key: firstKey(named) }),
  );
  while (looking.length > 0) {
    const found = await look(context, looking);
    for (const { name, who, key } of looking) {
      const mine = found.get(key)?.get(who.toLowerCase());
      if (mine) hits.set(name, mine);
    }
    looking = looking.flatMap((one) => {
      const second = SECOND[one.key];
      const isSettled = hits.has(one.name) || second === undefined;
      return isSettled || (second === "groupId" && one.as === "user") ? [] : [{ ...one, key: second }];
    });
  }
  return chunk.map((named) => {
    const [first, another] = hits.get(keyed(named)) ?? [];
    const isAmbiguous = another !== undefined;
    return { named, found: isAmbiguous ? undefined : first, isAmbiguous };
  });
}

interface Hit {
  readonly id: string;
  readonly kind: "user" | "group";
}

interface Looking {
  readonly name: string;
  /** As it was written. */
  readonly who: string;
  readonly as: NamedPrincipal["as"];
  readonly key: Key;
}

/** A user and a group may be asked for by the same text. */
function keyed({ who, as }: NamedPrincipal): string {
  return `${as ?? ""} ${who.toLowerCase()}`;
}

function firstKey({ who, as }: NamedPrincipal): Key {
  if (isGuid(who.toLowerCase())) return as === "group" ? "groupId" : "userId";
  const isUser = as === undefined ? who.includes("@") : as === "user";
  return isUser ? "userPrincipalName" : "displayName";
}

/** One round trip: as many names in a request as Graph takes, as many requests in a batch. */
async function look(
  context: GraphContext,
  looking: readonly Looking[],
): Promise<ReadonlyMap<Key, ReadonlyMap<string, readonly Hit[]>>> {
  const questions = KEYS.flatMap((key) => {
    const names = looking.flatMap((one) => (one.key === key && one.who.length <= LONGEST ? [one.who] : []));
    return inSlices([...new Set(names)], MOST_AMONG).map((slice) => ({ key, slice }));
  });
  const found = new Map(KEYS.map((key) => [key, new Map<string, Hit[]>()]));
  for (const some of inSlices(questions, MOST_REQUESTS)) {
    const items = some.map(({ key, slice }) => toRequest(key, slice));
    const answers = await sendBatch(context, "readUsers", items);
    for (const [index, { key, slice }] of some.entries()) {
      for (const [who, hit] of await allHits(context, key, slice, answers[index])) {
        const names = found.get(key);
        names?.set(who, [...(names.get(who) ?? []), hit]);
      }
    }
  }
  return found;
}

/** What an answer found; where `in` is not understood, name by name. */
async function allHits(
  context: GraphContext,
  key: Key,
  slice: readonly string[],
  answer: GraphAnswer | undefined,
): Promise<[string, Hit][]> {
  if (answer?.status !== 400 || slice.length === 1) return hitsOf(key, answer);
  const items = slice.map((name) => toRequest(key, [name]));
  return (await sendBatch(context, "readUsers", items)).flatMap((one) => hitsOf(key, one));
}

function hitsOf(key: Key, answer: GraphAnswer | undefined): [string, Hit][] {
  const { of, property } = PROPERTIES[key];
  const action = of === "users" ? "readUsers" : "readGroups";
  if (!answer) return [];
  const page = readPage(Shape, expectSuccess(action, answer).body);
  if (!page) throw toAppError(action, answer);
  const kind = of === "users" ? "user" : "group";
  return page.values.flatMap((one): [string, Hit][] => {
    const who = one[property];
    return typeof who === "string" ? [[who.toLowerCase(), { id: one.id, kind }]] : [];
  });
}

function toRequest(key: Key, names: readonly string[]) {
  const { of, property } = PROPERTIES[key];
  const select = of === "users" ? "id,userPrincipalName,mail" : "id,displayName";
  return { method: "GET" as const, path: `/${of}?${among(property, names)}&$select=${select}&$top=999` };
}

function inSlices<Value>(values: readonly Value[], size: number): Value[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_one, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}
