import { isAppError } from "../errors.ts";
import type { SourceObject } from "../provisioning/types.ts";
import * as z from "../zod.ts";
import { expectSuccess, type GraphAnswer, toAppError } from "./answers.ts";
import { type GraphContext, sendBatch } from "./batch.ts";
import { equals, literal } from "./odata.ts";
import { pages } from "./pages.ts";
import { optionalText, or, readObject, readPage, text } from "./schemas.ts";

/** A user with what the attribute mappings read. */
export interface SourceUser {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly accountEnabled: boolean;
  /** By the names that synchronization has for them; those that were asked for and can be read. */
  readonly attributes: SourceObject;
}

/** Whose attributes are read. */
export type UserSelection =
  | { readonly kind: "all" }
  /** The direct members that are users: provisioning does not look into groups in groups. */
  | { readonly kind: "members"; readonly groupId: string }
  | { readonly kind: "users"; readonly ids: Iterable<string> | AsyncIterable<string> };

type GraphUser = Readonly<Record<string, unknown>>;

interface SourceAttribute {
  /** Of Graph's user. */
  readonly property: string;
  readonly read: (user: GraphUser) => SourceObject[string];
}

const same = (property: string): SourceAttribute => ({ property, read: (user) => plain(user[property]) });

/** Those that have the same name in Graph. */
const SAME = [
  "accountEnabled",
  "city",
  "companyName",
  "country",
  "createdDateTime",
  "department",
  "displayName",
  "employeeHireDate",
  "employeeId",
  "employeeLeaveDateTime",
  "employeeType",
  "givenName",
  "jobTitle",
  "mail",
  "mailNickname",
  "otherMails",
  "onPremisesDistinguishedName",
  "onPremisesSamAccountName",
  "onPremisesSecurityIdentifier",
  "onPremisesUserPrincipalName",
  "passwordPolicies",
  "postalCode",
  "preferredLanguage",
  "proxyAddresses",
  "state",
  "streetAddress",
  "surname",
  "usageLocation",
  "userPrincipalName",
  "userType",
] as const;

/**
 * What Entra's synchronization calls the attributes of a user, and where Graph has them
 * (https://learn.microsoft.com/entra/identity/app-provisioning/customize-application-attributes).
 */
export const SOURCE_ATTRIBUTES: Readonly<Record<string, SourceAttribute>> = {
  ...Object.fromEntries(SAME.map((property) => [property, same(property)])),
  objectId: same("id"),
  IsSoftDeleted: { property: "accountEnabled", read: ({ accountEnabled }) => accountEnabled === false },
  alias: same("mailNickname"),
  mobile: same("mobilePhone"),
  telephoneNumber: {
    property: "businessPhones",
    read: ({ businessPhones }) => plain(Array.isArray(businessPhones) ? businessPhones[0] : undefined),
  },
  facsimileTelephoneNumber: same("faxNumber"),
  physicalDeliveryOfficeName: same("officeLocation"),
  employeeOrgDataDivision: organization("division"),
  employeeOrgDataCostCenter: organization("costCenter"),
  ...Object.fromEntries(
    Array.from({ length: 15 }, (_one, index) => {
      const name = `extensionAttribute${index + 1}`;
      return [name, within("onPremisesExtensionAttributes", name)];
    }),
  ),
};

function organization(name: string): SourceAttribute {
  return within("employeeOrgData", name);
}

function within(property: string, name: string): SourceAttribute {
  return { property, read: (user) => plain((user[property] as GraphUser | null | undefined)?.[name]) };
}

/** How an attribute is read; undefined where Graph does not give it with the user (a manager, say). */
export function sourceAttribute(name: string): SourceAttribute | undefined {
  if (Object.hasOwn(SOURCE_ATTRIBUTES, name)) return SOURCE_ATTRIBUTES[name];
  // Directory extensions have one name everywhere.
  return /^extension_[0-9a-f]{32}_\w+$/i.test(name) ? same(name) : undefined;
}

const UserShape = z.looseObject({
  id: text,
  userPrincipalName: or(text, ""),
  displayName: or(text, ""),
  accountEnabled: z.nullish(z.boolean()),
});

const USUAL = ["id", "userPrincipalName", "displayName", "accountEnabled"];
/** What `$batch` takes in one call. */
const MOST_AT_ONCE = 20;

/**
 * Users with the attributes that mappings read, as they come: of a large tenant there may be very many.
 * Attributes that Graph does not give with a user are left out; users who are gone are, too.
 */
export async function* readUsers(
  context: GraphContext,
  selection: UserSelection,
  attributes: readonly string[],
): AsyncGenerator<SourceUser, void, undefined> {
  const select = selectOf(attributes);
  if (selection.kind === "users") {
    for await (const ids of inChunks(selection.ids, MOST_AT_ONCE)) {
      for (const user of await readByIds(context, ids, select)) yield toUser(user, attributes);
    }
    return;
  }
  const path =
    selection.kind === "all"
      ? `/users?${select}&$top=999`
      : `/groups/${selection.groupId}/members/microsoft.graph.user?${select}&$top=999`;
  try {
    for await (const user of pages(context, "readUsers", path, UserShape)) yield toUser(user, attributes);
  } catch (error) {
    if (selection.kind === "all" || !isAppError(error, "GRAPH_REFUSED")) throw error;
    // Not everywhere can members be asked for by what they are.
    yield* readUsers(context, { kind: "users", ids: userIds(context, selection.groupId) }, attributes);
  }
}

async function* userIds(context: GraphContext, groupId: string): AsyncGenerator<string, void, undefined> {
  for await (const { id, kind } of groupMembers(context, groupId)) if (kind === "user") yield id;
}

/**
 * One user, by user principal name, object id or mail address.
 *
 * @returns undefined where nobody goes by that, or several do by that mail address.
 */
export async function findUser(
  { graph }: GraphContext,
  upnOrId: string,
  attributes: readonly string[] = [],
): Promise<SourceUser | undefined> {
  // These would lead to another address: nobody goes by them.
  if (/^\s*\.{0,2}\s*$/.test(upnOrId)) return undefined;
  const select = selectOf(attributes);
  const answer = await graph.send({ method: "GET", path: `/users${keyOf(upnOrId)}?${select}` });
  if (answer.status !== 404) return toUser(one(answer), attributes);
  const byMail = await graph.send({ method: "GET", path: `/users?${equals("mail", upnOrId)}&${select}` });
  const page = readPage(UserShape, expectSuccess("readUsers", byMail).body);
  if (!page) throw toAppError("readUsers", byMail);
  const [found, another] = page.values;
  return found && !another ? toUser(found, attributes) : undefined;
}

/** A name that begins with a dollar sign, or has a quote in it, is taken in brackets alone. */
function keyOf(upnOrId: string): string {
  return /^\$|'/.test(upnOrId) ? `(${literal(upnOrId)})` : `/${encodeURIComponent(upnOrId)}`;
}

export interface GroupMember {
  readonly id: string;
  readonly kind: "user" | "group" | "other";
  readonly displayName: string;
}

/** Graph says what a member is unless it need not; then it is what members mostly are. */
const KINDS: Readonly<Record<string, GroupMember["kind"]>> = {
  "#microsoft.graph.user": "user",
  "#microsoft.graph.group": "group",
};

const MemberShape = z.pipe(
  z.looseObject({ id: text, displayName: or(text, ""), "@odata.type": optionalText }),
  z.transform(
    ({ id, displayName, "@odata.type": type }): GroupMember => ({
      id,
      displayName,
      kind: KINDS[type ?? "#microsoft.graph.user"] ?? "other",
    }),
  ),
);

/** The direct members of a group, as they are read. */
export function groupMembers(
  context: GraphContext,
  groupId: string,
): AsyncGenerator<GroupMember, void, undefined> {
  const path = `/groups/${groupId}/members?$select=id,displayName&$top=999`;
  return pages(context, "readGroups", path, MemberShape);
}

function selectOf(attributes: readonly string[]): string {
  const properties = attributes.flatMap((name) => sourceAttribute(name)?.property ?? []);
  return `$select=${[...new Set([...USUAL, ...properties])].join(",")}`;
}

async function readByIds(
  context: GraphContext,
  ids: readonly string[],
  select: string,
): Promise<readonly GraphUser[]> {
  const items = ids.map((id) => ({
    method: "GET" as const,
    path: `/users/${encodeURIComponent(id)}?${select}`,
  }));
  const answers = await sendBatch(context, "readUsers", items);
  return answers.flatMap((answer) => (answer.status === 404 ? [] : [one(answer)]));
}

function one(answer: GraphAnswer): z.output<typeof UserShape> {
  const user = readObject(UserShape, expectSuccess("readUsers", answer).body);
  if (!user) throw toAppError("readUsers", answer);
  return user;
}

function toUser(user: GraphUser, attributes: readonly string[]): SourceUser {
  const { id, userPrincipalName, displayName, accountEnabled } = user;
  return {
    id: String(id),
    userPrincipalName: String(userPrincipalName),
    displayName: String(displayName),
    accountEnabled: accountEnabled !== false,
    attributes: Object.fromEntries(
      attributes.flatMap((name) => {
        const attribute = sourceAttribute(name);
        return attribute ? [[name, attribute.read(user)]] : [];
      }),
    ),
  };
}

function plain(value: unknown): SourceObject[string] {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.filter((item): item is string => typeof item === "string");
  return undefined;
}

async function* inChunks<Value>(
  values: Iterable<Value> | AsyncIterable<Value>,
  size: number,
): AsyncGenerator<Value[], void, undefined> {
  let chunk: Value[] = [];
  for await (const value of values) {
    chunk.push(value);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
