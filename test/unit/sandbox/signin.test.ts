import { expect, test } from "vitest";
import type { SignInOutcome } from "../../../src/sandbox/index.ts";
import { COMMAND_LINE_TOOLS, form, LOGIN, type World, world } from "./helpers.ts";

const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const BASE = "https://login.microsoftonline.com";

async function start(tenant: World, fields: Record<string, string> = {}, base = LOGIN) {
  return await tenant.send(
    `${base}/devicecode`,
    form({ client_id: COMMAND_LINE_TOOLS, scope: "User.Read", ...fields }),
  );
}

async function poll(tenant: World, deviceCode: unknown, fields: Record<string, string> = {}) {
  const body = {
    client_id: COMMAND_LINE_TOOLS,
    grant_type: "device_code",
    scope: "User.Read",
    device_code: String(deviceCode),
  };
  return await tenant.send(`${LOGIN}/token`, form({ ...body, ...fields }));
}

test.each<[SignInOutcome, string, number]>([
  ["declined", "authorization_declined", 70018],
  ["expired", "expired_token", 70020],
  ["pendingForever", "authorization_pending", 70016],
  ["blocked", "invalid_grant", 53003],
  ["managedDevice", "invalid_grant", 530033],
  ["securityDefaults", "invalid_grant", 530035],
  ["accountNotInTenant", "invalid_grant", 50020],
  ["multiFactor", "invalid_grant", 50076],
  ["userNotAssigned", "invalid_grant", 50105],
  ["consentDeclined", "invalid_grant", 65004],
  ["adminApproval", "invalid_grant", 90094],
])("%s answers %s", async (signIn, error, code) => {
  const tenant = world({ signIn });
  const { body } = await start(tenant);
  const answer = await poll(tenant, body["device_code"]);
  expect([answer.status, answer.body]).toEqual([
    400,
    expect.objectContaining({
      error,
      error_codes: [code],
      error_description: expect.stringContaining(`AADSTS${code}: `),
    }),
  ]);
  expect(String(answer.body["error_description"])).not.toMatch(/[{}]/);
});

test("a code is pending, slowed down, good once, and ends with its time", async () => {
  const tenant = world({ deviceCodePolls: 1, signIn: "slowDown" });
  const { body } = await start(tenant);
  const errors = [];
  for (let count = 0; count < 4; count += 1)
    errors.push((await poll(tenant, body["device_code"])).body["error"]);
  expect(errors).toEqual(["authorization_pending", "slow_down", undefined, "bad_verification_code"]);
  const late = await start(tenant);
  tenant.clock.move(900_000);
  expect((await poll(tenant, late.body["device_code"])).body["error"]).toBe("expired_token");
});

test("the long grant type of RFC 8628 is taken too, others are not", async () => {
  const tenant = world();
  const { body } = await start(tenant);
  const long = "urn:ietf:params:oauth:grant-type:device_code";
  expect((await poll(tenant, body["device_code"], { grant_type: long })).status).toBe(200);
  expect((await poll(tenant, "x", { grant_type: "password" })).body["error"]).toBe("unsupported_grant_type");
});

test.each([
  ["00000000-aaaa-4bbb-8ccc-000000000000", 90002],
  ["unknown.example", 90002],
  ["no tenant", 900023],
])("tenant %s is not found", async (tenant, code) => {
  const base = `${BASE}/${encodeURIComponent(tenant)}`;
  const answer = await start(world(), {}, `${base}/oauth2/v2.0`);
  expect([answer.status, answer.body["error_codes"]]).toEqual([400, [code]]);
  const discovery = await world().send(`${base}/v2.0/.well-known/openid-configuration`);
  expect([discovery.status, discovery.body["error_codes"]]).toEqual([400, [code]]);
});

test("a tenant is known by its id and by its domains", async () => {
  for (const name of [
    "7C1D2F4E-5B0A-4C8E-9F63-2D8A41B7E905",
    "contoso.com",
    "contoso.onmicrosoft.com",
    "organizations",
  ]) {
    const answer = await world().send(`${BASE}/${name}/v2.0/.well-known/openid-configuration`);
    expect(answer.body["issuer"]).toBe(`${BASE}/7c1d2f4e-5b0a-4c8e-9f63-2d8a41b7e905/v2.0`);
  }
});

test.each([
  [{ client_id: "aaaaaaaa-0000-4000-8000-000000000000" }, 700016],
  [{ client_id: "" }, 900144],
  [{ client_id: AZURE_CLI, scope: "Synchronization.ReadWrite.All" }, 65002],
  [{ scope: "Colour.Read" }, 650053],
  [{ scope: "https://vault.azure.net/.default" }, 500011],
])("%j is refused", async (fields, code) => {
  expect((await start(world(), fields)).body["error_codes"]).toEqual([code]);
});

test("a token says what was granted, and a refused scope is not in it", async () => {
  const tenant = world({ refusedScopes: ["Application.ReadWrite.All"] });
  const { body } = await start(tenant);
  const scope = "https://graph.microsoft.com/User.Read Application.ReadWrite.All offline_access";
  const answer = await poll(tenant, body["device_code"], { scope });
  expect(answer.body).toMatchObject({
    token_type: "Bearer",
    scope: "openid profile email https://graph.microsoft.com/User.Read",
  });
  const refreshed = await poll(tenant, "", {
    grant_type: "refresh_token",
    refresh_token: String(answer.body["refresh_token"]),
    scope: "Group.Read.All",
  });
  expect(refreshed.body["scope"]).toContain("Group.Read.All");
  expect((await poll(tenant, "", { grant_type: "refresh_token", refresh_token: "x" })).body["error"]).toBe(
    "invalid_grant",
  );
});

test("an application signs in by its secret alone", async () => {
  const tenant = world();
  const { body } = await tenant.graph("POST", "/applications", { displayName: "App" });
  const appId = String(body["appId"]);
  const secret = await tenant.graph("POST", `/applications/${String(body["id"])}/addPassword`, {
    passwordCredential: { endDateTime: "2026-11-21T10:00:00Z" },
  });
  const fields = {
    grant_type: "client_credentials",
    client_id: appId,
    scope: "https://graph.microsoft.com/.default",
  };
  const attempt = async (more: Record<string, string>) => {
    const answer = await tenant.send(`${LOGIN}/token`, form({ ...fields, ...more }));
    return [answer.status, (answer.body["error_codes"] as number[] | undefined)?.[0]];
  };
  const good = { client_secret: String(secret.body["secretText"]) };
  expect(await attempt(good)).toEqual([400, 7000229]);
  await tenant.graph("POST", "/servicePrincipals", { appId });
  expect(await attempt(good)).toEqual([200, undefined]);
  expect(await attempt({})).toEqual([401, 7000218]);
  expect(await attempt({ client_secret: "wrong" })).toEqual([401, 7000215]);
  expect(await attempt({ ...good, scope: "User.Read" })).toEqual([400, 1002012]);
  expect(await attempt({ ...good, client_id: "aaaaaaaa-0000-4000-8000-000000000000" })).toEqual([
    400, 700016,
  ]);
  tenant.clock.move(2 * 86_400_000);
  expect(await attempt(good)).toEqual([401, 7000222]);
});
