import { describe, expect, test } from "vitest";
import { ROLES } from "../../../src/sandbox/index.ts";
import { errorOf, valueOf, type World, world } from "./helpers.ts";

const SCOPE = {
  id: "3f1c2a52-0a4b-4f0e-9b3c-6a1e6f0d2b11",
  value: "access_as_user",
  type: "User",
  isEnabled: true,
  adminConsentDisplayName: "Use the app",
  adminConsentDescription: "Use the app as the signed-in user",
};
const OFFICE = "ea5a67f6-b6f3-4338-b240-c655ddc3cc8e";

async function newApplication(tenant: World, body: Record<string, unknown> = {}) {
  const created = await tenant.graph("POST", "/applications", { displayName: "App", ...body });
  expect(created.status).toBe(201);
  return { id: String(created.body["id"]), appId: String(created.body["appId"]) };
}

describe("a body Graph would not read", () => {
  const rows: [string, Record<string, unknown>, string][] = [
    ["an unknown property", { colour: "red" }, "Invalid property 'colour'."],
    [
      "an unknown nested property",
      { web: { redirects: [] } },
      "The property 'redirects' does not exist on type 'microsoft.graph.webApplication'",
    ],
    [
      "a number for a text",
      { notes: 1 },
      "Cannot convert the literal '1' to the expected type 'Edm.String'.",
    ],
    ["a text for a boolean", { isFallbackPublicClient: "true" }, "expected type 'Edm.Boolean'"],
    ["an object for a text", { description: {} }, "A 'PrimitiveValue' node was expected."],
    ["a text for a list", { tags: "a" }, "A 'StartArray' node was expected."],
    ["a text for an object", { web: "a" }, "A 'StartObject' node was expected."],
    ["null for a list", { tags: null }, "does not allow null values"],
    ["something that is no GUID", { tokenEncryptionKeyId: "1" }, "'Edm.Guid'"],
    ["a read-only property", { appId: OFFICE }, "read-only"],
  ];
  test.each(rows)("%s is refused", async (_, body, message) => {
    const answer = await world().graph("POST", "/applications", { displayName: "App", ...body });
    expect(answer.status).toBe(400);
    expect(errorOf(answer)).toMatchObject({
      code: "Request_BadRequest",
      message: expect.stringContaining(message),
    });
  });

  test("no display name, no JSON and no Content-Type are refused", async () => {
    const tenant = world();
    expect((await tenant.graph("POST", "/applications", {})).status).toBe(400);
    const token = await tenant.signIn();
    const init = { method: "POST", body: "{", headers: { Authorization: `Bearer ${token}` } };
    const url = "https://graph.microsoft.com/v1.0/applications";
    const json = { ...init.headers, "Content-Type": "application/json" };
    expect(errorOf(await tenant.send(url, { ...init, headers: json })).code).toBe("BadRequest");
    expect((await tenant.send(url, init)).status).toBe(400);
  });
});

describe("content rules", () => {
  test.each([
    [{ displayName: "" }],
    [{ displayName: "x".repeat(121) }],
    [{ tags: ["two words"] }],
    [{ tags: ["twice", "twice"] }],
    [{ tags: ["x".repeat(257)] }],
    [{ signInAudience: "Everybody" }],
    [{ web: { redirectUris: ["http://app.contoso.com/"] } }],
    [{ web: { redirectUris: ["https://app.contoso.com/(1)"] } }],
    [{ web: { redirectUris: ["https://app.contoso.com/#here"] } }],
    [{ web: { redirectUris: ["app.contoso.com"] } }],
    [{ web: { redirectUris: ["https://a.contoso.com/", "https://a.contoso.com/"] } }],
    [{ web: { redirectUris: [`https://app.contoso.com/${"x".repeat(240)}`] } }],
    [{ web: { redirectUris: Array.from({ length: 257 }, (_, index) => `https://a.contoso.com/${index}`) } }],
    [{ web: { logoutUrl: "http://app.contoso.com/" } }],
    [{ requiredResourceAccess: [{ resourceAppId: OFFICE, resourceAccess: [{ id: OFFICE, type: "Both" }] }] }],
    [{ passwordCredentials: [{ keyId: OFFICE }] }],
    [{ passwordCredentials: [{ secretText: "mine" }] }],
    [{ signInAudience: "PersonalMicrosoftAccount" }],
  ])("%j is refused", async (body) => {
    expect((await world().graph("POST", "/applications", { displayName: "App", ...body })).status).toBe(400);
  });

  test("what the rules allow is taken, and the defaults are Graph's", async () => {
    const tenant = world();
    const { id } = await newApplication(tenant, {
      web: { redirectUris: ["https://app.contoso.com/cb?x=1", "http://localhost:3000/cb"] },
      passwordCredentials: [{ displayName: "first" }],
    });
    const read = await tenant.graph("GET", `/applications/${id}`);
    expect(read.body).toMatchObject({
      signInAudience: "AzureADMyOrg",
      uniqueName: null,
      web: { implicitGrantSettings: { enableAccessTokenIssuance: false } },
      passwordCredentials: [
        { displayName: "first", secretText: null, endDateTime: "2028-11-20T10:00:00.000Z" },
      ],
    });
    expect(Object.keys(read.body)).not.toContain("owners");
  });

  test("a patch merges objects and replaces lists", async () => {
    const tenant = world();
    const { id } = await newApplication(tenant, {
      web: { redirectUris: ["https://a.contoso.com/"] },
      tags: ["a"],
    });
    const patch = await tenant.graph("PATCH", `/applications/${id}`, {
      web: { implicitGrantSettings: { enableIdTokenIssuance: true } },
      tags: ["b"],
    });
    expect(patch.status).toBe(204);
    expect((await tenant.graph("GET", `/applications/${id}?$select=web,tags`)).body).toMatchObject({
      tags: ["b"],
      web: {
        redirectUris: ["https://a.contoso.com/"],
        implicitGrantSettings: { enableIdTokenIssuance: true, enableAccessTokenIssuance: false },
      },
    });
    expect((await tenant.graph("PATCH", `/applications/${id}`, { passwordCredentials: [] })).status).toBe(
      400,
    );
  });

  test("an exposed API is built in two steps and taken down in two", async () => {
    const tenant = world();
    const { id, appId } = await newApplication(tenant);
    const clients = [{ appId: OFFICE, delegatedPermissionIds: [SCOPE.id] }];
    const patch = async (body: unknown) => await tenant.graph("PATCH", `/applications/${id}`, body);
    const both = await patch({
      api: { oauth2PermissionScopes: [SCOPE], preAuthorizedApplications: clients },
    });
    expect(errorOf(both)).toMatchObject({ code: "InvalidValue" });
    expect(
      (await patch({ api: { oauth2PermissionScopes: [SCOPE], requestedAccessTokenVersion: 2 } })).status,
    ).toBe(204);
    expect((await patch({ api: { preAuthorizedApplications: clients } })).status).toBe(204);
    expect((await patch({ identifierUris: [`api://app.contoso-vendor.test/${appId}`] })).status).toBe(204);
    expect(errorOf(await patch({ api: { oauth2PermissionScopes: [] } })).code).toBe(
      "CannotDeleteOrUpdateEnabledEntitlement",
    );
    const off = { ...SCOPE, isEnabled: false };
    expect((await patch({ api: { oauth2PermissionScopes: [off] } })).status).toBe(204);
    expect(errorOf(await patch({ api: { oauth2PermissionScopes: [] } })).code).toBe("InvalidValue");
    expect(
      (await patch({ api: { preAuthorizedApplications: [], oauth2PermissionScopes: [off] } })).status,
    ).toBe(204);
    expect((await patch({ api: { oauth2PermissionScopes: [] } })).status).toBe(204);
  });

  test("identifier URIs go by the tenant's rules", async () => {
    const tenant = world();
    const { id, appId } = await newApplication(tenant);
    const patch = async (uri: string) =>
      await tenant.graph("PATCH", `/applications/${id}`, { identifierUris: [uri] });
    expect(errorOf(await patch("https://vendor.test/app")).code).toBe("HostNameNotOnVerifiedDomain");
    expect(errorOf(await patch("api://vendor")).message).toContain("default tenant policy");
    expect((await patch(`api://${appId}/`)).status).toBe(400);
    for (const uri of [`api://${appId}`, `api://vendor.test:8443/${appId}`, "https://app.contoso.com/x"]) {
      expect((await patch(uri)).status).toBe(204);
    }
    const other = await newApplication(tenant);
    const taken = await tenant.graph("PATCH", `/applications/${other.id}`, {
      identifierUris: ["https://app.contoso.com/x"],
    });
    expect(errorOf(taken)).toMatchObject({ details: [{ code: "ObjectConflict", target: "identifierUris" }] });
  });
});

describe("unique names", () => {
  test("set once while null, then for good", async () => {
    const tenant = world();
    const { id } = await newApplication(tenant);
    const patch = async (uniqueName: string) =>
      await tenant.graph("PATCH", `/applications/${id}`, { uniqueName });
    expect((await patch("one")).status).toBe(204);
    expect((await patch("two")).status).toBe(400);
    expect((await tenant.graph("GET", "/applications(uniqueName='one')")).body["id"]).toBe(id);
  });

  test("an upsert makes, finds, or says that there is none", async () => {
    const tenant = world();
    const path = "/applications(uniqueName='a''b')";
    const prefer = { Prefer: "create-if-missing" };
    expect((await tenant.graph("PATCH", path, { displayName: "App" })).status).toBe(404);
    expect(
      (await tenant.graph("PATCH", path, { displayName: "App", passwordCredentials: [] }, prefer)).status,
    ).toBe(400);
    expect((await tenant.graph("PATCH", path, {}, prefer)).status).toBe(400);
    const created = await tenant.graph("PATCH", path, { displayName: "App" }, prefer);
    expect([created.status, created.body["uniqueName"]]).toEqual([201, "a'b"]);
    expect((await tenant.graph("PATCH", path, { displayName: "App 2" }, prefer)).status).toBe(204);
    expect(valueOf(await tenant.graph("GET", "/applications?$filter=displayName eq 'app 2'"))).toHaveLength(
      1,
    );
  });

  test("a deleted application keeps its name until it is purged, and comes back with it", async () => {
    const tenant = world();
    const { id, appId } = await newApplication(tenant, { uniqueName: "one" });
    await tenant.graph("POST", "/servicePrincipals", { appId });
    expect((await tenant.graph("DELETE", `/applications/${id}`)).status).toBe(204);
    expect((await tenant.graph("GET", `/applications/${id}`)).status).toBe(404);
    const upsert = await tenant.graph(
      "PATCH",
      "/applications(uniqueName='one')",
      { displayName: "A" },
      { Prefer: "create-if-missing" },
    );
    expect(errorOf(upsert)).toMatchObject({ details: [{ code: "ObjectConflict", target: "uniqueName" }] });
    const list = await tenant.graph(
      "GET",
      "/directory/deletedItems/microsoft.graph.application?$filter=displayName eq 'App'",
    );
    expect(valueOf(list)).toEqual([expect.objectContaining({ id, deletedDateTime: expect.any(String) })]);
    expect((await tenant.graph("POST", `/directory/deletedItems/${id}/restore`)).body).toMatchObject({ id });
    expect((await tenant.graph("GET", `/applications/${id}`)).status).toBe(200);
    expect((await tenant.graph("GET", `/servicePrincipals(appId='${appId}')`)).status).toBe(404);
    await tenant.graph("DELETE", `/applications/${id}`);
    expect((await tenant.graph("DELETE", `/directory/deletedItems/${id}`)).status).toBe(204);
    expect(
      (await tenant.graph("POST", "/applications", { displayName: "A", uniqueName: "one" })).status,
    ).toBe(201);
  });
});

describe("secrets", () => {
  test("are shown once, removed by key and ruled by the tenant's policy", async () => {
    const tenant = world();
    const { id } = await newApplication(tenant);
    const add = async (body: unknown) => await tenant.graph("POST", `/applications/${id}/addPassword`, body);
    const made = await add({ passwordCredential: { displayName: "x" } });
    expect(made.body).toMatchObject({ displayName: "x", endDateTime: "2028-11-20T10:00:00.000Z" });
    expect(String(made.body["secretText"])).toMatch(/^[\w.~-]{40}$/);
    const remove = async () =>
      await tenant.graph("POST", `/applications/${id}/removePassword`, { keyId: made.body["keyId"] });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 400]);
    tenant.sandbox.behaviour.secretPolicy = { maxDays: 180 };
    expect(errorOf(await add({})).code).toBe("CredentialInvalidLifetimeAsPerAppPolicy");
    expect((await add({ passwordCredential: { endDateTime: "2027-05-01T00:00:00Z" } })).status).toBe(200);
    tenant.sandbox.behaviour.secretPolicy = "blocked";
    expect(errorOf(await add({})).code).toBe("CredentialTypeNotAllowedAsPerAppPolicy");
    tenant.sandbox.behaviour.secretPolicy = undefined;
    expect((await add({ passwordCredential: { endDateTime: "2026-01-01T00:00:00Z" } })).status).toBe(400);
    expect((await add({ passwordCredential: { endDateTime: 5 } })).status).toBe(400);
  });
});

describe("who may", () => {
  test("a plain member registers applications unless the tenant forbids it, and owns them", async () => {
    const tenant = world({ roles: [] });
    const { id, appId } = await newApplication(tenant);
    expect((await tenant.graph("PATCH", `/applications/${id}`, { notes: "mine" })).status).toBe(204);
    expect(valueOf(await tenant.graph("GET", `/applications/${id}/owners`))).toHaveLength(1);
    expect((await tenant.graph("POST", "/servicePrincipals", { appId })).status).toBe(201);
    tenant.sandbox.state.usersMayRegisterApplications = false;
    expect(errorOf(await tenant.graph("POST", "/applications", { displayName: "B" })).code).toBe(
      "Authorization_RequestDenied",
    );
    tenant.sandbox.behaviour.roles = [ROLES.applicationDeveloper];
    expect((await tenant.graph("POST", "/applications", { displayName: "B" })).status).toBe(201);
  });

  test("a token without the permission does nothing", async () => {
    const tenant = world({ refusedScopes: ["Application.ReadWrite.All"] });
    expect((await tenant.graph("POST", "/applications", { displayName: "A" })).status).toBe(403);
    expect((await tenant.graph("GET", "/applications")).status).toBe(403);
    expect((await tenant.graph("GET", "/me")).status).toBe(200);
  });
});
