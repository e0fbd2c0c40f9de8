import { ManagedIdentityCredential } from "@azure/identity";
import { expect, test, vi } from "vitest";
import { type CloudShellMode, ROLES } from "../../../src/sandbox/index.ts";
import { azureClient, claimsOf, errorOf, type World, world } from "./helpers.ts";

const ENDPOINT = "http://localhost:50342/oauth2/token";
const GRAPH = "https://graph.microsoft.com";

async function ask(tenant: World, resource = GRAPH, headers: Record<string, string> = { Metadata: "true" }) {
  const body = new URLSearchParams({ resource });
  return await tenant.send(ENDPOINT, { method: "POST", headers, body });
}

async function withToken(tenant: World, token: unknown, method: string, path: string, body?: object) {
  return await tenant.send(`${GRAPH}/v1.0${path}`, {
    method,
    headers: { Authorization: `Bearer ${String(token)}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

test.each([GRAPH, `${GRAPH}/`])(
  "for %s it gives a token of Cloud Shell's own client, in texts",
  async (resource) => {
    const tenant = world({ persona: "cloudApplicationAdministrator" });
    const { status, body } = await ask(tenant, resource);
    const now = Math.floor(tenant.clock.now().getTime() / 1000);
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.any(String),
        refresh_token: "",
        expires_in: "3599",
        expires_on: String(now + 3599),
        not_before: String(now),
        resource,
        token_type: "Bearer",
      },
    ]);
    const claims = claimsOf(body["access_token"]);
    expect(claims).toMatchObject({ aud: GRAPH, appid: "b677c290-cf4b-4a8e-a60e-91ba650a4abe" });
    expect(claims["wids"]).toContain(ROLES.cloudApplicationAdministrator);
    expect(String(claims["scp"]).split(" ")).not.toContain("AppRoleAssignment.ReadWrite.All");
  },
);

test("its token registers, and cannot grant application permissions whatever the role", async () => {
  const tenant = world();
  const { body } = await ask(tenant);
  const token = body["access_token"];
  const app = await withToken(tenant, token, "POST", "/applications", { displayName: "App" });
  const principal = await withToken(tenant, token, "POST", "/servicePrincipals", {
    appId: app.body["appId"],
  });
  expect([app.status, principal.status]).toEqual([201, 201]);
  const resourceId = tenant.sandbox.state.graphServicePrincipalId;
  const grant = await withToken(tenant, token, "POST", `/servicePrincipals/${resourceId}/appRoleAssignedTo`, {
    principalId: principal.body["id"],
    resourceId,
    appRoleId: "df021288-bdef-4463-88db-98f22de89214",
  });
  expect([grant.status, errorOf(grant).code]).toEqual([403, "Authorization_RequestDenied"]);
});

test("the Azure library takes it", async () => {
  vi.stubEnv("MSI_ENDPOINT", ENDPOINT);
  const { sandbox } = world();
  const credential = new ManagedIdentityCredential({ httpClient: azureClient(sandbox.fetch) });
  const { token } = await credential.getToken(`${GRAPH}/.default`);
  vi.unstubAllEnvs();
  expect(claimsOf(token)["aud"]).toBe(GRAPH);
});

test.each([
  "https://vault.azure.net",
  "https://graph.windows.net/",
  "",
  `${GRAPH}//`,
  "https://graph.microsoft.us",
])("%j is no audience of it", async (resource) => {
  const { status, body } = await ask(world(), resource);
  expect([status, body["error"]]).toEqual([
    400,
    {
      code: "AudienceNotSupported",
      message: `Audience ${resource} is not a supported MSI token audience.`,
    },
  ]);
});

test("it wants its header and its path, and answers at any port of this machine only", async () => {
  const tenant = world();
  expect((await ask(tenant, GRAPH, {})).status).toBe(400);
  const init = {
    method: "POST",
    headers: { Metadata: "true" },
    body: new URLSearchParams({ resource: GRAPH }),
  };
  expect((await tenant.send("http://127.0.0.1:9/oauth2/token", init)).status).toBe(200);
  for (const url of ["http://localhost:50342/other", "http://shell.example/oauth2/token"]) {
    await expect(tenant.send(url, init)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  }
});

test.each<[CloudShellMode, number, string]>([
  ["audienceNotSupported", 400, "AudienceNotSupported"],
  ["failing", 500, "InternalServerError"],
  ["html", 200, "<html>"],
])("%s answers %i", async (cloudShell, status, text) => {
  const answer = await ask(world({ cloudShell }));
  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(text)]);
});

test("an intermittent failure is gone the next time", async () => {
  const tenant = world({ cloudShell: "intermittent" });
  expect([(await ask(tenant)).status, (await ask(tenant)).status]).toEqual([400, 200]);
});

test("a hanging endpoint ends with the patience of whoever asks", async () => {
  const tenant = world({ cloudShell: "hanging" });
  const signal = AbortSignal.timeout(20);
  const asked = tenant.send(ENDPOINT, { method: "POST", headers: { Metadata: "true" }, signal });
  await expect(asked).rejects.toMatchObject({ name: "TimeoutError" });
});

test("a revoked token is challenged for claims, again and again", async () => {
  const tenant = world({ cloudShell: "tokenRevoked" });
  for (const { body } of [await ask(tenant), await ask(tenant)]) {
    const answer = await withToken(tenant, body["access_token"], "GET", "/organization");
    expect([answer.status, errorOf(answer).code]).toEqual([401, "InvalidAuthenticationToken"]);
    const challenge = answer.headers.get("WWW-Authenticate") ?? "";
    expect(challenge).toContain('error="insufficient_claims"');
    const text = Buffer.from(/claims="([^"]+)"/.exec(challenge)?.[1] ?? "", "base64").toString();
    expect(JSON.parse(text)).toMatchObject({ access_token: { nbf: { essential: true } } });
  }
});

test("an account that the tenant does not know has no token in it", async () => {
  expect((await ask(world({ persona: "otherTenant" }))).status).toBe(400);
});
