import { describe, expect, test } from "vitest";
import type { Persona } from "../../../src/sandbox/index.ts";
import { claimsOf, errorOf, valueOf, type World, world } from "./helpers.ts";

const EVENTUAL = { ConsistencyLevel: "eventual" };
const BODY = { displayName: "Sales", mailEnabled: false, mailNickname: "sales", securityEnabled: true };

async function signedIn(persona: Persona = "globalAdministrator"): Promise<World & { me: string }> {
  const tenant = world({ persona });
  const token = await tenant.signIn("User.Read Group.ReadWrite.All");
  return { ...tenant, me: String(claimsOf(token)["oid"]) };
}

const owner = (id: string, host = "graph.microsoft.com") => ({
  "owners@odata.bind": [`https://${host}/v1.0/users/${id}`],
});

async function search(tenant: World, text: string, headers: Record<string, string> = EVENTUAL) {
  const path = `/groups?$search=${encodeURIComponent(text)}&$count=true&$select=displayName`;
  return tenant.graph("GET", path, undefined, headers);
}

describe("searching", () => {
  async function found(tenant: World, words: string) {
    const quoted = words.replaceAll(/["\\]/g, (sign) => `\\${sign}`);
    const headers = { ...EVENTUAL, Prefer: "legacySearch=false" };
    return valueOf(await search(tenant, `"displayName:${quoted}"`, headers)).map((one) => one["displayName"]);
  }

  test.each([
    ["all", ["All Employees"]],
    ["EMPL", ["All Employees"]],
    ["emp al", ["All Employees"]],
    ["ployees", []],
    ["r", ['R&D "Berlin" \\ O\'Brien', "HelloWorld9 Right"]],
    ['r&d "ber', ['R&D "Berlin" \\ O\'Brien']],
    ["o'brien", ['R&D "Berlin" \\ O\'Brien']],
    ["world", ["HelloWorld9 Right"]],
    ["hello 9", ["HelloWorld9 Right"]],
  ])("%s finds %j", async (words, names) => {
    const tenant = await signedIn();
    for (const [index, displayName] of ['R&D "Berlin" \\ O\'Brien', "HelloWorld9 Right"].entries()) {
      const made = await tenant.graph("POST", "/groups", { ...BODY, displayName, mailNickname: `g${index}` });
      expect(made.status).toBe(201);
    }
    expect(await found(tenant, words)).toEqual(names);
  });

  test("is refused without its header, its quotes, a known property, or with a bare ampersand", async () => {
    const tenant = await signedIn();
    const refusals = [
      await search(tenant, '"displayName:all"', {}),
      await search(tenant, "displayName:all"),
      await search(tenant, '"displayName:a"b"'),
      await search(tenant, '"mail:a"'),
      await search(tenant, '"displayName:--"'),
      await search(tenant, '"displayName:R&D"'),
    ];
    expect(refusals.map(({ status }) => status)).toEqual(refusals.map(() => 400));
  });
});

describe("creating", () => {
  test("the name may be there twice, the mail nickname may not", async () => {
    const tenant = await signedIn();
    const first = await tenant.graph("POST", "/groups", { ...BODY, ...owner(tenant.me) });
    expect([first.status, first.body["displayName"], first.body["owners"]]).toEqual([
      201,
      "Sales",
      undefined,
    ]);
    expect(errorOf(await tenant.graph("POST", "/groups", BODY)).message).toContain("mailNickname");
    const second = await tenant.graph("POST", "/groups", { ...BODY, mailNickname: "sales2" });
    expect(second.status).toBe(201);
    const both = await tenant.graph("GET", "/groups?$filter=displayName eq 'SALES'&$select=id");
    expect(valueOf(both).map(({ id }) => id)).toEqual([first.body["id"], second.body["id"]]);
    expect(tenant.sandbox.state.groups.find(({ id }) => id === first.body["id"])?.owners).toEqual([
      tenant.me,
    ]);
  });

  test.each([
    ["no nickname", { mailNickname: undefined }],
    ["an empty name", { displayName: "" }],
    ["257 characters", { displayName: "x".repeat(257) }],
    ["a long nickname", { mailNickname: "x".repeat(65) }],
    ["a space in the nickname", { mailNickname: "a b" }],
    ["letters beyond ASCII in the nickname", { mailNickname: "vertrieb-köln" }],
    ["mail", { mailEnabled: true }],
    ["no security", { securityEnabled: false }],
    ["an unknown property", { colour: "red" }],
    ["another cloud's owner", owner("00000000-0000-4000-8000-000000000001", "graph.microsoft.us")],
  ])("%s is refused", async (_what, change) => {
    const tenant = await signedIn();
    const answer = await tenant.graph("POST", "/groups", { ...BODY, ...change });
    expect(answer.status).toBe(400);
    expect(tenant.sandbox.state.groups).toHaveLength(2);
  });

  test("who may: members unless the tenant keeps it to the roles; they own it without being named", async () => {
    for (const persona of ["user", "applicationAdministrator"] as const) {
      const member = await signedIn(persona);
      const named = await member.graph("POST", "/groups", { ...BODY, ...owner(member.me) });
      expect([named.status, errorOf(named).message]).toEqual([
        400,
        "Request contains a property with duplicate values.",
      ]);
      expect((await member.graph("POST", "/groups", BODY)).status).toBe(201);
      expect(member.sandbox.state.groups.at(-1)?.owners).toEqual([member.me]);
    }
    for (const persona of ["userWithoutAppRegistration", "guest"] as const) {
      const other = await signedIn(persona);
      expect((await other.graph("POST", "/groups", BODY)).status).toBe(403);
    }
  });

  test("the permission to read is not enough, and none is not enough to read", async () => {
    const tenant = world();
    await tenant.signIn("User.Read Group.Read.All");
    expect((await tenant.graph("POST", "/groups", BODY)).status).toBe(403);
    expect((await tenant.graph("GET", "/groups")).status).toBe(200);
    await tenant.signIn("User.Read");
    expect((await tenant.graph("GET", "/groups")).status).toBe(403);
  });

  test("a new group is unknown for a while", async () => {
    const tenant = await signedIn();
    tenant.sandbox.behaviour.visibilityDelayMs = 3000;
    const { body } = await tenant.graph("POST", "/groups", BODY);
    const path = `/groups/${String(body["id"])}`;
    expect((await tenant.graph("GET", path)).status).toBe(404);
    tenant.clock.move(3000);
    expect((await tenant.graph("GET", path)).status).toBe(200);
  });
});
