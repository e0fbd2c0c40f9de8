import { expect, test } from "vitest";
import type { Behaviour, SignInOutcome } from "../../../src/sandbox/index.ts";
import { COMMAND_LINE_TOOLS, claimsOf, form, LOGIN, type Reply, type World, world } from "./helpers.ts";

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
  ["codeExpired", "code_expired", 70019],
  ["pendingForever", "authorization_pending", 70016],
  ["blockedUnseen", "authorization_pending", 70016],
  ["blocked", "invalid_grant", 53003],
  ["deviceNotCompliant", "invalid_grant", 53000],
  ["deviceNotJoined", "invalid_grant", 53001],
  ["deviceAuthentication", "invalid_grant", 50097],
  ["managedDevice", "invalid_grant", 530033],
  ["securityDefaults", "invalid_grant", 530035],
  ["authenticationFlow", "invalid_grant", 530036],
  ["accountNotInTenant", "invalid_grant", 50020],
  ["accountExternal", "invalid_grant", 90072],
  ["accountNotInDirectory", "invalid_grant", 51004],
  ["multiFactor", "invalid_grant", 50076],
  ["multiFactorRegistration", "invalid_grant", 50079],
  ["multiFactorEnrolment", "invalid_grant", 50072],
  ["strongAuthentication", "invalid_grant", 50074],
  ["multiFactorExpired", "invalid_grant", 50078],
  ["externalChallenge", "invalid_grant", 50158],
  ["userNotAssigned", "invalid_grant", 50105],
  ["consentDeclined", "invalid_grant", 65004],
  ["consentRequired", "invalid_grant", 65001],
  ["consentMisconfigured", "invalid_grant", 90008],
  ["adminApproval", "invalid_grant", 90094],
  ["adminApprovalRequest", "invalid_grant", 90095],
  ["mayNotConsent", "invalid_grant", 90093],
  ["confirmation", "interaction_required", 50199],
  ["sessionRevoked", "invalid_grant", 50173],
  ["sessionExpired", "invalid_grant", 700082],
  ["signInFrequency", "invalid_grant", 70043],
  ["passwordChanged", "invalid_grant", 50133],
])("%s answers %s to a poll", async (signIn, error, code) => {
  const tenant = world({ signIn });
  const { status, body } = await start(tenant);
  expect(status).toBe(200);
  expectRefusal(await poll(tenant, body["device_code"]), 400, error, code);
});

test.each<[SignInOutcome, number, string, number]>([
  ["clientUnknown", 400, "unauthorized_client", 700016],
  ["clientUnknownOld", 400, "unauthorized_client", 70001],
  ["clientDisabled", 400, "unauthorized_client", 7000112],
  ["clientDisabledByMicrosoft", 400, "unauthorized_client", 7000116],
  ["clientNotPublic", 401, "invalid_client", 7000218],
  ["clientNotPreauthorised", 400, "invalid_client", 65002],
  ["noTenant", 400, "invalid_request", 50059],
  ["tenantNotFound", 400, "invalid_tenant", 90002],
])("%s is said before there is a code", async (signIn, status, error, code) => {
  expectRefusal(await start(world({ signIn })), status, error, code);
});

function expectRefusal({ status, body }: Reply, wanted: number, error: string, code: number) {
  const { trace_id: trace, correlation_id: correlation, timestamp } = body;
  expect([status, body["error"], body["error_codes"]]).toEqual([wanted, error, [code]]);
  expect(body["error_uri"]).toBe(`https://login.microsoftonline.com/error?code=${code}`);
  const description = String(body["error_description"]);
  expect(description).toMatch(new RegExp(`^AADSTS${code}: .{15,}`));
  expect(description).not.toMatch(/[{}]/);
  expect(
    description.endsWith(
      ` Trace ID: ${String(trace)} Correlation ID: ${String(correlation)} Timestamp: ${String(timestamp)}`,
    ),
  ).toBe(true);
}

test("a policy that asks for more says so in claims", async () => {
  const tenant = world({ signIn: "multiFactor" });
  const { body } = await start(tenant);
  const answer = await poll(tenant, body["device_code"]);
  expect(answer.body["suberror"]).toBe("basic_action");
  expect(JSON.parse(String(answer.body["claims"]))).toHaveProperty("access_token.capolids.essential", true);
});

test("a block that only the browser shows stays pending until the code ends", async () => {
  const tenant = world({ signIn: "blockedUnseen" });
  const { body } = await start(tenant);
  tenant.clock.move(899_000);
  expect((await poll(tenant, body["device_code"])).body["error"]).toBe("authorization_pending");
  tenant.clock.move(1000);
  expect((await poll(tenant, body["device_code"])).body["error"]).toBe("expired_token");
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

async function session(tenant: World, scope = "User.Read") {
  const { body } = await start(tenant, { scope });
  const answer = await poll(tenant, body["device_code"], { scope });
  const refresh = async (fields: Record<string, string> = {}) =>
    await poll(tenant, "", {
      grant_type: "refresh_token",
      refresh_token: String(answer.body["refresh_token"]),
      ...fields,
    });
  return { answer, refresh };
}

test.each<[Behaviour["refresh"], number, string | undefined]>([
  ["authenticationFlow", 530036, undefined],
  ["sessionRevoked", 50173, "bad_token"],
  ["sessionExpired", 700082, "bad_token"],
  ["signInFrequency", 70043, "token_expired"],
  ["multiFactor", 50076, "basic_action"],
])("a renewal can end in %s", async (refusal, code, suberror) => {
  const tenant = world();
  const { refresh } = await session(tenant);
  expect((await refresh()).status).toBe(200);
  tenant.sandbox.behaviour.refresh = refusal;
  const { body } = await refresh();
  expect([body["error"], body["error_codes"], body["suberror"]]).toEqual(["invalid_grant", [code], suberror]);
});

test("a renewal widens to what was consented to, and to nothing else", async () => {
  const tenant = world({ consentedScopes: ["Group.Read.All"] });
  const { answer, refresh } = await session(tenant);
  const all =
    "openid profile email https://graph.microsoft.com/User.Read https://graph.microsoft.com/Group.Read.All";
  expect(new Set(String(answer.body["scope"]).split(" "))).toEqual(new Set(all.split(" ")));
  expect((await refresh({ scope: "Group.Read.All" })).status).toBe(200);
  const wider = await refresh({ scope: "Application.ReadWrite.All" });
  expect(wider.body).toMatchObject({
    error: "invalid_grant",
    error_codes: [65001],
    suberror: "consent_required",
  });
  await session(tenant, "Application.ReadWrite.All");
  expect((await refresh({ scope: "Application.ReadWrite.All" })).status).toBe(200);
});

test("whoever may not consent for the tenant needs an administrator, but not for their own profile", async () => {
  const tenant = world({ consentedScopes: [], persona: "user" });
  expect((await session(tenant)).answer.status).toBe(200);
  expect((await session(tenant, "Application.ReadWrite.All")).answer.body["error_codes"]).toEqual([90094]);
});

test("Graph challenges clients that can answer, and the answer is good", async () => {
  const tenant = world({ claimsChallenge: true });
  const me = async (token: unknown) =>
    await tenant.send("https://graph.microsoft.com/v1.0/me", {
      headers: { Authorization: `Bearer ${String(token)}` },
    });
  const plain = await session(tenant);
  expect((await me(plain.answer.body["access_token"])).status).toBe(200);
  const capable = { xms_cc: { values: ["CP1"] } };
  const first = await plain.refresh({ claims: JSON.stringify({ access_token: capable }) });
  const refused = await me(first.body["access_token"]);
  const challenge = /claims="([^"]+)"/.exec(refused.headers.get("WWW-Authenticate") ?? "")?.[1] ?? "";
  const { access_token: wanted } = JSON.parse(Buffer.from(challenge, "base64").toString()) as {
    access_token: object;
  };
  const claims = JSON.stringify({ access_token: { ...wanted, ...capable } });
  const second = await plain.refresh({ claims });
  expect([refused.status, (await me(second.body["access_token"])).status]).toEqual([401, 200]);
});

test("the Azure CLI has its fixed scopes, for Graph or for Azure and not for both at once", async () => {
  const tenant = world();
  const attempt = async (scope: string) => {
    const { body } = await start(tenant, { client_id: AZURE_CLI, scope });
    return await poll(tenant, body["device_code"], { client_id: AZURE_CLI, scope });
  };
  const graph = await attempt("https://graph.microsoft.com//.default");
  expect(claimsOf(graph.body["access_token"])["scp"]).toContain("AppRoleAssignment.ReadWrite.All");
  expect(claimsOf(graph.body["access_token"])["scp"]).not.toContain("Synchronization");
  const azure = await attempt("https://management.core.windows.net//.default offline_access");
  expect(claimsOf(azure.body["access_token"])).toMatchObject({
    aud: "https://management.core.windows.net/",
    scp: expect.stringContaining("user_impersonation"),
  });
  const both = "https://management.core.windows.net//.default https://graph.microsoft.com/.default";
  expect((await start(tenant, { client_id: AZURE_CLI, scope: both })).body["error_codes"]).toEqual([28000]);
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
