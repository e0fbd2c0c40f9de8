import { expect, test } from "vitest";
import { type Exchange, tracing } from "../../../src/http/trace.ts";

const ID = "7c1d2f4e-5b0a-4c8e-9f63-2d8a41b7e905";

async function pathOf(path: string): Promise<string | undefined> {
  const seen: Exchange[] = [];
  const clock = { now: () => new Date(0), sleep: () => Promise.resolve() };
  const traced = tracing(
    () => Promise.resolve(new Response()),
    clock,
    ["graph.example"],
    (exchange) => seen.push(exchange),
  );
  await traced(new Request(`https://graph.example${path}`));
  return seen[0]?.path;
}

test.each([
  ["/v1.0/users/anna%40contoso.com?$select=id", "/v1.0/users/…?$select=id"],
  ["/v1.0/users/anna@contoso.com/memberOf", "/v1.0/users/…/memberOf"],
  ["/v1.0/users('o''neil@contoso.com')?$select=id", "/v1.0/users('…')?$select=id"],
  ["/v1.0/users(%27%24anna%27)", "/v1.0/users('…')"],
  [
    "/v1.0/users?$filter=mail%20eq%20'o%27%27neil%40contoso.com'&$top=2",
    "/v1.0/users?$filter=mail%20eq%20'…'&$top=2",
  ],
  [
    "/beta/users?$filter=userPrincipalName%20in%20('a%40b.c','d%40b.c')",
    "/beta/users?$filter=userPrincipalName%20in%20('…','…')",
  ],
  ["/v1.0/groups?$filter=displayName%20eq%20'Anna%20Berg'", "/v1.0/groups?$filter=displayName%20eq%20'…'"],
  ["/v1.0/groups?$search=%22displayName:anna%22&$top=9", "/v1.0/groups?$search=…&$top=9"],
  ["/v1.0/users?$top=999&$skiptoken=QW5uYQ", "/v1.0/users?$top=999&$skiptoken=…"],
])("of %s no person's name is told", async (path, told) => {
  expect(await pathOf(path)).toBe(told);
});

test.each([
  `/v1.0/users/${ID}?$select=id`,
  `/v1.0/groups/${ID}/members/$ref`,
  "/v1.0/users?$select=id&$top=1",
  "/v1.0/usersettings/anna",
])("%s is told as it is", async (path) => {
  expect(await pathOf(path)).toBe(path);
});

test("an app is told by its name and IDs", async () => {
  expect(await pathOf(`/v1.0/applications?$filter=displayName%20eq%20'empower'`)).toContain("empower");
  expect(await pathOf(`/v1.0/servicePrincipals(appId='${ID}')`)).toContain(ID);
});
