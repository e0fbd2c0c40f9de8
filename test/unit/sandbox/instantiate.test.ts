import { describe, expect, test } from "vitest";
import type { Behaviour } from "../../../src/sandbox/index.ts";
import { CLOUDS } from "../../../src/signin/cloud.ts";
import { COMMAND_LINE_TOOLS, errorOf, form, type Reply, valueOf, type World, world } from "./helpers.ts";

const TEMPLATE = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
const PATH = `/applicationTemplates/${TEMPLATE}/instantiate`;
const USER = "18d14569-c3bd-439b-9a66-3a2aee01d14f";
const OTHER = "5c0f0c8e-3a0e-4a52-b6a5-8f6f1c0f1d12";
const MSIAM_ACCESS = "b9632174-c057-4f7e-951b-be3adc52bfe6";

const ROLE = {
  id: "5c0f0c8e-3a0e-4a52-b6a5-8f6f1c0f1d11",
  value: "Admin",
  displayName: "Administrators",
  description: "Administrators of the app",
  allowedMemberTypes: ["User"],
  isEnabled: true,
};

interface Half {
  readonly id: string;
  readonly appId: string;
  readonly [property: string]: unknown;
}

function pairOf({ body }: Reply) {
  return { application: body["application"] as Half, servicePrincipal: body["servicePrincipal"] as Half };
}

async function instantiate(tenant: World, displayName = "App") {
  const answer = await tenant.graph("POST", PATH, { displayName });
  expect(answer.status).toBe(201);
  return pairOf(answer);
}

test("an application and its service principal are made from the template", async () => {
  const tenant = world();
  const { application, servicePrincipal } = await instantiate(tenant, "Zoë's app");
  expect(application).toMatchObject({
    applicationTemplateId: TEMPLATE,
    displayName: "Zoë's app",
    signInAudience: "AzureADMyOrg",
    tags: [],
    identifierUris: [],
    requiredResourceAccess: [],
    web: { redirectUris: [] },
    appRoles: [
      { id: USER, displayName: "User", value: null, allowedMemberTypes: ["User"], origin: "Application" },
      { id: MSIAM_ACCESS, displayName: "msiam_access", isEnabled: true },
    ],
    api: {
      requestedAccessTokenVersion: null,
      oauth2PermissionScopes: [{ value: "user_impersonation", adminConsentDisplayName: "Access Zoë's app" }],
    },
  });
  expect(servicePrincipal).toMatchObject({
    appId: application.appId,
    applicationTemplateId: TEMPLATE,
    displayName: "Zoë's app",
    appRoleAssignmentRequired: true,
    tags: [
      "WindowsAzureActiveDirectoryCustomSingleSignOnApplication",
      "WindowsAzureActiveDirectoryIntegratedApp",
    ],
  });
});

test("a read shows what the answer left out", async () => {
  const tenant = world();
  const { application } = await instantiate(tenant);
  expect(application).not.toHaveProperty("uniqueName");
  expect(application["web"]).not.toHaveProperty("implicitGrantSettings");
  expect((await tenant.graph("GET", `/applications/${application.id}`)).body).toMatchObject({
    uniqueName: null,
    web: { implicitGrantSettings: { enableIdTokenIssuance: true, enableAccessTokenIssuance: false } },
  });
});

test("a second request makes a second pair", async () => {
  const tenant = world();
  const first = await instantiate(tenant);
  const second = await instantiate(tenant);
  expect(second.application.appId).not.toBe(first.application.appId);
  expect(tenant.sandbox.state.applications).toHaveLength(2);
  expect(tenant.sandbox.state.servicePrincipals).toHaveLength(2);
});

test.each([
  ["global", TEMPLATE],
  ["usgov", "4602d0b4-76bb-404b-bca9-2652e1a39c6d"],
  ["usgov-dod", "4602d0b4-76bb-404b-bca9-2652e1a39c6d"],
  ["china", "5a532e38-1581-4918-9658-008dc27c1d68"],
] as const)("each cloud has its own template: %s", async (cloud, id) => {
  const tenant = world({ cloud });
  const { login, graph, nonGalleryTemplateId } = CLOUDS[cloud];
  expect(nonGalleryTemplateId).toBe(id);
  const token = await tokenOf(tenant, login, graph);
  const send = async (template: string) =>
    await tenant.send(`${graph}/v1.0/applicationTemplates/${template}/instantiate`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ displayName: "App" }),
    });
  expect((await send(id)).status).toBe(201);
  const others = [TEMPLATE, "4602d0b4-76bb-404b-bca9-2652e1a39c6d", "5a532e38-1581-4918-9658-008dc27c1d68"];
  for (const other of others.filter((template) => template !== id)) {
    expect((await send(other)).status).toBe(404);
  }
});

async function tokenOf(tenant: World, login: string, graph: string): Promise<string> {
  const client = COMMAND_LINE_TOOLS;
  const scope = `${graph}/Application.ReadWrite.All`;
  const base = `${login}/${tenant.sandbox.state.tenantId}/oauth2/v2.0`;
  const post = async (path: string, fields: Record<string, string>) =>
    await tenant.send(`${base}/${path}`, form(fields));
  const code = await post("devicecode", { client_id: client, scope });
  const answer = await post("token", {
    client_id: client,
    grant_type: "device_code",
    scope,
    device_code: String(code.body["device_code"]),
  });
  return String(answer.body["access_token"]);
}

describe("refused, with nothing made", () => {
  test.each<[string, string, unknown, number, string]>([
    [
      "an unknown template",
      "/applicationTemplates/8adf8e6e-0000-4cf2-a259-e3dc5476c621/instantiate",
      { displayName: "App" },
      404,
      "Request_ResourceNotFound",
    ],
    ["no name", PATH, {}, 400, "Request_BadRequest"],
    ["no name at all", PATH, undefined, 400, "Request_BadRequest"],
    ["a name that is no text", PATH, { displayName: 1 }, 400, "Request_BadRequest"],
    ["null for a name", PATH, { displayName: null }, 400, "Request_BadRequest"],
    ["an empty name", PATH, { displayName: " " }, 400, "Request_BadRequest"],
    ["a long name", PATH, { displayName: "x".repeat(121) }, 400, "Request_BadRequest"],
    ["a property of the application", PATH, { displayName: "App", tags: [] }, 400, "Request_BadRequest"],
    [
      "a reference that is no text",
      PATH,
      { displayName: "App", serviceManagementReference: 1 },
      400,
      "Request_BadRequest",
    ],
  ])("%s", async (_name, path, body, status, code) => {
    const tenant = world();
    const answer = await tenant.graph("POST", path, body);
    expect([answer.status, errorOf(answer).code]).toEqual([status, code]);
    expect(tenant.sandbox.state.applications).toEqual([]);
    expect(tenant.sandbox.state.servicePrincipals).toEqual([]);
  });

  test("a token without the permission, and a person without the role", async () => {
    const tenant = world();
    await tenant.signIn("User.Read Application.Read.All");
    expect((await tenant.graph("POST", PATH, { displayName: "App" })).status).toBe(403);
    for (const persona of ["user", "applicationDeveloper"] as const) {
      const member = world({ persona });
      const created = await member.graph("POST", PATH, { displayName: "App" });
      expect([created.status, errorOf(created).code]).toEqual([403, "Authorization_RequestDenied"]);
      expect(member.sandbox.state.applications).toEqual([]);
    }
    const administrator = world({ persona: "applicationAdministrator" });
    expect((await administrator.graph("POST", PATH, { displayName: "App" })).status).toBe(201);
  });
});

test("the service management reference is kept", async () => {
  const tenant = world();
  const body = { displayName: "App", serviceManagementReference: "CMDB-1" };
  const { application } = pairOf(await tenant.graph("POST", PATH, body));
  expect(application).toMatchObject({ serviceManagementReference: "CMDB-1" });
});

test("404 is answered although the pair was made, where the tenant behaves so", async () => {
  const tenant = world({ instantiate: "notFoundAlthoughCreated" });
  const answer = await tenant.graph("POST", PATH, { displayName: "App" });
  expect([answer.status, errorOf(answer).code]).toEqual([404, "NotFound"]);
  const [found] = valueOf(await tenant.graph("GET", filterFor("App")));
  expect(found).toMatchObject({ applicationTemplateId: TEMPLATE });
  const principal = `/servicePrincipals(appId='${String(found?.["appId"])}')`;
  expect((await tenant.graph("GET", principal)).status).toBe(200);
});

function filterFor(displayName: string): string {
  return `/applications?$filter=applicationTemplateId eq '${TEMPLATE}' and displayName eq '${displayName}'`;
}

test("it is found by template and name, without any header, and nothing else is", async () => {
  const tenant = world();
  const { application } = await instantiate(tenant, "O'Brien");
  await instantiate(tenant, "Another");
  await tenant.graph("POST", "/applications", { displayName: "O'Brien" });
  const found = valueOf(await tenant.graph("GET", filterFor("O''Brien")));
  expect(found.map(({ id }) => id)).toEqual([application.id]);
});

describe("delays", () => {
  test("the application shows first, its service principal later", async () => {
    const tenant = world({ visibilityDelayMs: 10_000 });
    const { application, servicePrincipal } = await instantiate(tenant);
    const statuses = async () => [
      (await tenant.graph("GET", `/applications/${application.id}`)).status,
      (await tenant.graph("GET", `/servicePrincipals/${servicePrincipal.id}`)).status,
      (await tenant.graph("PATCH", `/applications/${application.id}`, { tags: ["a"] })).status,
      (await tenant.graph("PATCH", `/servicePrincipals/${servicePrincipal.id}`, { notes: "a" })).status,
    ];
    expect(await statuses()).toEqual([404, 404, 404, 404]);
    tenant.clock.move(10_000);
    expect(await statuses()).toEqual([200, 404, 204, 404]);
    tenant.clock.move(10_000);
    expect(await statuses()).toEqual([200, 200, 204, 204]);
  });

  test("lists show it when the index does", async () => {
    const tenant = world({ indexDelayMs: 5000 });
    await instantiate(tenant);
    expect(valueOf(await tenant.graph("GET", filterFor("App")))).toEqual([]);
    tenant.clock.move(5000);
    expect(valueOf(await tenant.graph("GET", filterFor("App")))).toHaveLength(1);
  });
});

/** App roles as they may be sent back. */
function withoutOrigin(roles: Record<string, unknown>[]): Record<string, unknown>[] {
  return roles.map((role) =>
    Object.fromEntries(Object.entries(role).filter(([property]) => property !== "origin")),
  );
}

describe("what becomes of it", () => {
  async function patched(behaviour: Partial<Behaviour> = {}) {
    const tenant = world(behaviour);
    const { application, servicePrincipal } = await instantiate(tenant);
    return {
      tenant,
      application,
      patch: async (body: Record<string, unknown>) =>
        await tenant.graph("PATCH", `/applications/${application.id}`, body),
      patchPrincipal: async (body: Record<string, unknown>) =>
        await tenant.graph("PATCH", `/servicePrincipals/${servicePrincipal.id}`, body),
      read: async () => (await tenant.graph("GET", `/applications/${application.id}`)).body,
      readPrincipal: async () =>
        (await tenant.graph("GET", `/servicePrincipals/${servicePrincipal.id}`)).body,
    };
  }

  test("a unique name is set once", async () => {
    const { tenant, patch } = await patched();
    expect((await patch({ uniqueName: "ours", tags: ["ours"] })).status).toBe(204);
    expect((await patch({ uniqueName: "ours" })).status).toBe(204);
    expect((await patch({ uniqueName: "theirs" })).status).toBe(400);
    expect((await tenant.graph("GET", "/applications(uniqueName='ours')")).body).toMatchObject({
      tags: ["ours"],
    });
  });

  test("it takes redirect URIs of every platform, permissions and roles", async () => {
    const { patch, read, readPrincipal } = await patched();
    const roles = (await read())["appRoles"] as Record<string, unknown>[];
    const body = {
      web: { redirectUris: ["https://app.contoso.com/cb"] },
      spa: { redirectUris: ["https://app.contoso.com/spa", "http://localhost:3000/"] },
      publicClient: { redirectUris: ["msal5c0f0c8e://auth", "http://localhost"] },
      requiredResourceAccess: [
        {
          resourceAppId: "00000003-0000-0000-c000-000000000000",
          resourceAccess: [{ id: "e1fe6dd8-ba31-4d61-89e7-88639da4683d", type: "Scope" }],
        },
      ],
      appRoles: [...withoutOrigin(roles), ROLE],
    };
    expect((await patch(body)).status).toBe(204);
    expect(await read()).toMatchObject({ ...body, appRoles: [...roles, ROLE] });
    expect(((await readPrincipal())["appRoles"] as unknown[]).length).toBe(3);
  });

  test("an app role says where it is from, and that is not taken back", async () => {
    const { patch, read } = await patched();
    const { appRoles } = await read();
    expect(appRoles).toMatchObject([{ origin: "Application" }, { origin: "Application" }]);
    expect((await patch({ appRoles })).status).toBe(400);
  });

  test("an app role is disabled before it goes", async () => {
    const { patch, read } = await patched();
    const roles = (await read())["appRoles"] as Record<string, unknown>[];
    const [user, access] = withoutOrigin(roles);
    const refused = await patch({ appRoles: [user] });
    expect([refused.status, errorOf(refused).code]).toEqual([400, "CannotDeleteOrUpdateEnabledEntitlement"]);
    expect((await patch({ appRoles: [user, { ...access, isEnabled: false }] })).status).toBe(204);
    expect((await patch({ appRoles: [user] })).status).toBe(204);
    expect((await read())["appRoles"]).toMatchObject([{ id: USER }]);
  });

  test("everybody may be let in", async () => {
    const { patchPrincipal, readPrincipal } = await patched();
    expect((await patchPrincipal({ appRoleAssignmentRequired: false })).status).toBe(204);
    expect(await readPrincipal()).toMatchObject({ appRoleAssignmentRequired: false });
    expect((await patchPrincipal({ applicationTemplateId: TEMPLATE })).status).toBe(400);
  });

  test("its template cannot be changed", async () => {
    const { patch } = await patched();
    expect((await patch({ applicationTemplateId: null })).status).toBe(400);
  });

  const defaults = [USER, MSIAM_ACCESS].map((id, index) => ({
    id,
    allowedMemberTypes: ["User"],
    displayName: ["User", "msiam_access"][index],
    description: ["User", "msiam_access"][index],
    isEnabled: true,
    value: null,
  }));
  const twice = "https://app.contoso.com/";
  test.each<[string, Record<string, unknown>]>([
    ["a role with a space in its value", { appRoles: [...defaults, { ...ROLE, value: "An admin" }] }],
    ["a role for nobody", { appRoles: [...defaults, { ...ROLE, allowedMemberTypes: [] }] }],
    ["a role for groups", { appRoles: [...defaults, { ...ROLE, allowedMemberTypes: ["Group"] }] }],
    ["a role without a description", { appRoles: [...defaults, { ...ROLE, description: "" }] }],
    ["a role without a name", { appRoles: [...defaults, { ...ROLE, displayName: null }] }],
    ["a role without a GUID", { appRoles: [...defaults, { ...ROLE, id: "1" }] }],
    ["a role with the id of another", { appRoles: [...defaults, { ...ROLE, id: USER.toUpperCase() }] }],
    ["a role with a scope's value", { appRoles: [...defaults, { ...ROLE, value: "user_impersonation" }] }],
    ["two roles of one value", { appRoles: [...defaults, ROLE, { ...ROLE, id: OTHER }] }],
    ["a plain http page", { spa: { redirectUris: ["http://app.contoso.com/"] } }],
    ["an app's own scheme in a browser", { spa: { redirectUris: ["contoso://auth"] } }],
    ["an app's own scheme at a server", { web: { redirectUris: ["contoso://auth"] } }],
    ["a script", { publicClient: { redirectUris: ["javascript:alert(1)"] } }],
    ["a fragment", { publicClient: { redirectUris: ["contoso://auth#here"] } }],
    ["plain http on a device", { publicClient: { redirectUris: ["http://app.contoso.com/"] } }],
    ["one URI twice", { publicClient: { redirectUris: ["contoso://auth", "contoso://auth"] } }],
    ["one URI on two platforms", { web: { redirectUris: [twice] }, spa: { redirectUris: [twice] } }],
  ])("it does not take %s", async (_name, body) => {
    const { patch, read } = await patched();
    const before = await read();
    expect((await patch(body)).status).toBe(400);
    expect(await read()).toEqual(before);
  });
});
