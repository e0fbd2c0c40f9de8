import { expect, test } from "vitest";
import { EXAMPLE, type Persona } from "../../../src/sandbox/index.ts";
import { COMMAND_LINE_TOOLS, claimsOf, form, type World, world } from "./helpers.ts";

const LOGIN = "https://login.microsoftonline.com";
const SCOPE = "User.Read Application.ReadWrite.All";

async function signIn(tenant: World, name: string) {
  const base = `${LOGIN}/${name}/oauth2/v2.0`;
  const code = await tenant.send(`${base}/devicecode`, form({ client_id: COMMAND_LINE_TOOLS, scope: SCOPE }));
  return await ask(tenant, name, {
    grant_type: "device_code",
    device_code: String(code.body["device_code"]),
  });
}

async function ask(tenant: World, name: string, fields: Record<string, string>) {
  const body = { client_id: COMMAND_LINE_TOOLS, scope: SCOPE, ...fields };
  return await tenant.send(`${LOGIN}/${name}/oauth2/v2.0/token`, form(body));
}

async function get(tenant: World, token: unknown, path: string) {
  const headers = { Authorization: `Bearer ${String(token)}` };
  return (await tenant.send(`https://graph.microsoft.com/v1.0${path}`, { headers })).body;
}

test.each<[Persona, string, string]>([
  ["guest", "organizations", "adele.vance@fabrikam.com"],
  ["otherTenant", "common", "henrietta.mueller@fabrikam.com"],
])("%s lands at home where the tenant is left open, as a plain member", async (persona, name, upn) => {
  const tenant = world({ persona });
  const { body } = await signIn(tenant, name);
  const claims = claimsOf(body["access_token"]);
  expect(claims["tid"]).not.toBe(EXAMPLE.tenantId);
  expect(claims).toMatchObject({ upn, wids: ["b79fbf4d-3ef9-4689-8143-76b194e85509"] });
  expect(claims).not.toHaveProperty("idp");
  const token = body["access_token"];
  expect(await get(tenant, token, "/organization?$select=id,displayName")).toMatchObject({
    value: [{ id: claims["tid"], displayName: "Fabrikam" }],
  });
  expect(await get(tenant, token, "/me?$select=userPrincipalName,userType")).toEqual({
    userPrincipalName: upn,
    userType: "Member",
  });
});

test("what happens at home stays there", async () => {
  const tenant = world({ persona: "otherTenant" });
  const { body } = await signIn(tenant, "organizations");
  const made = await tenant.send("https://graph.microsoft.com/v1.0/applications", {
    method: "POST",
    headers: {
      Authorization: `Bearer ${String(body["access_token"])}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ displayName: "App" }),
  });
  expect([made.status, tenant.sandbox.state.applications]).toEqual([201, []]);
});

test("only a guest goes on from home to this tenant", async () => {
  for (const [persona, expected] of [
    ["guest", undefined],
    ["otherTenant", [50020]],
  ] as const) {
    const tenant = world({ persona });
    const { body } = await signIn(tenant, "organizations");
    const fields = { grant_type: "refresh_token", refresh_token: String(body["refresh_token"]) };
    const again = await ask(tenant, "organizations", fields);
    expect(claimsOf(again.body["access_token"])["oid"]).toBe(claimsOf(body["access_token"])["oid"]);
    const here = await ask(tenant, EXAMPLE.tenantId, fields);
    expect(here.body["error_codes"]).toEqual(expected);
    if (here.status === 200) expect(claimsOf(here.body["access_token"])["tid"]).toBe(EXAMPLE.tenantId);
  }
});

test("members land here whatever the path says, and a personal account nowhere", async () => {
  const member = await signIn(world({ persona: "user" }), "organizations");
  expect(claimsOf(member.body["access_token"])["tid"]).toBe(EXAMPLE.tenantId);
  const personal = await signIn(world({ persona: "personalAccount" }), "organizations");
  expect(personal.body["error"]).toBe("authorization_pending");
});
