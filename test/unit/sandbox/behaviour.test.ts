import { describe, expect, test } from "vitest";
import { ROLES } from "../../../src/sandbox/index.ts";
import { errorOf, form, LOGIN, valueOf, type World, world } from "./helpers.ts";

const GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000";
const USER_READ_ALL = "df021288-bdef-4463-88db-98f22de89214";
const USER_READ_SCOPE = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";
const JSON_TYPE = { "Content-Type": "application/json" };

async function registered(tenant: World) {
  const { body } = await tenant.graph("POST", "/applications", { displayName: "App" });
  const principal = await tenant.graph("POST", "/servicePrincipals", { appId: body["appId"] });
  return { id: String(body["id"]), appId: String(body["appId"]), principalId: String(principal.body["id"]) };
}

function assignment(tenant: World, principalId: string, appRoleId = USER_READ_ALL) {
  const resourceId = tenant.sandbox.state.graphServicePrincipalId;
  return {
    path: `/servicePrincipals/${resourceId}/appRoleAssignedTo`,
    body: { principalId, resourceId, appRoleId },
  };
}

function grant(tenant: World, clientId: string) {
  const resourceId = tenant.sandbox.state.graphServicePrincipalId;
  return { clientId, consentType: "AllPrincipals", principalId: null, resourceId, scope: "User.Read" };
}

describe("copies that lag behind", () => {
  test("a new application and a new service principal are unknown for a while", async () => {
    const tenant = world({ visibilityDelayMs: 5000 });
    const { body } = await tenant.graph("POST", "/applications", { displayName: "App", uniqueName: "one" });
    const path = `/applications/${String(body["id"])}`;
    expect(errorOf(await tenant.graph("GET", path)).code).toBe("Request_ResourceNotFound");
    expect((await tenant.graph("PATCH", path, { notes: "x" })).status).toBe(404);
    expect((await tenant.graph("POST", `${path}/addPassword`, {})).status).toBe(404);
    expect(valueOf(await tenant.graph("GET", "/applications"))).toEqual([]);
    const early = await tenant.graph("POST", "/servicePrincipals", { appId: body["appId"] });
    expect([early.status, errorOf(early).message]).toEqual([
      400,
      expect.stringContaining("does not reference a valid application object"),
    ]);
    const prefer = { Prefer: "create-if-missing" };
    expect(
      (await tenant.graph("PATCH", "/applications(uniqueName='one')", { displayName: "App" }, prefer)).status,
    ).toBe(204);
    tenant.clock.move(5000);
    const principal = await tenant.graph("POST", "/servicePrincipals", { appId: body["appId"] });
    expect(principal.status).toBe(201);
    const principalId = String(principal.body["id"]);
    const { path: assign, body: wanted } = assignment(tenant, principalId);
    expect(errorOf(await tenant.graph("POST", assign, wanted)).message).toBe("Not a valid reference update.");
    expect((await tenant.graph("POST", "/oauth2PermissionGrants", grant(tenant, principalId))).status).toBe(
      404,
    );
    tenant.clock.move(5000);
    expect((await tenant.graph("POST", assign, wanted)).status).toBe(201);
    expect((await tenant.graph("POST", "/oauth2PermissionGrants", grant(tenant, principalId))).status).toBe(
      201,
    );
  });

  test("lists show yesterday's truth while reads by key are fresh", async () => {
    const tenant = world({ indexDelayMs: 3000 });
    const { body } = await tenant.graph("POST", "/applications", { displayName: "Old" });
    const find = async (name: string) =>
      valueOf(await tenant.graph("GET", `/applications?$filter=displayName eq '${name}'`)).length;
    expect(await find("Old")).toBe(0);
    tenant.clock.move(3000);
    await tenant.graph("PATCH", `/applications/${String(body["id"])}`, { displayName: "New" });
    expect([await find("Old"), await find("New")]).toEqual([1, 0]);
    tenant.clock.move(3000);
    await tenant.graph("DELETE", `/applications/${String(body["id"])}`);
    expect(await find("New")).toBe(1);
    tenant.clock.move(3000);
    expect(await find("New")).toBe(0);
  });

  test("a new secret shows late, works late, and consent arrives late", async () => {
    const tenant = world({ credentialDelayMs: 60_000, secretUsableDelayMs: 4000, consentDelayMs: 8000 });
    const { id, appId, principalId } = await registered(tenant);
    const { path, body } = assignment(tenant, principalId);
    await tenant.graph("POST", path, body);
    const secret = await tenant.graph("POST", `/applications/${id}/addPassword`, {});
    const shown = async () =>
      (await tenant.graph("GET", `/applications/${id}?$select=passwordCredentials`)).body[
        "passwordCredentials"
      ];
    const fields = {
      grant_type: "client_credentials",
      client_id: appId,
      scope: "https://graph.microsoft.com/.default",
    };
    const token = async () =>
      await tenant.send(
        `${LOGIN}/token`,
        form({ ...fields, client_secret: String(secret.body["secretText"]) }),
      );
    const rolesIn = (text: unknown) =>
      (
        JSON.parse(Buffer.from(String(text).split(".")[1] ?? "", "base64url").toString()) as {
          roles?: string[];
        }
      ).roles;
    expect([await shown(), (await token()).body["error_codes"]]).toEqual([[], [7000215]]);
    tenant.clock.move(4000);
    expect(rolesIn((await token()).body["access_token"])).toBeUndefined();
    tenant.clock.move(4000);
    expect(rolesIn((await token()).body["access_token"])).toEqual(["User.Read.All"]);
    tenant.clock.move(60_000);
    expect(await shown()).toEqual([
      expect.objectContaining({ keyId: secret.body["keyId"], secretText: null }),
    ]);
  });
});

describe("consent", () => {
  test("duplicates are refused as Graph refuses them", async () => {
    const tenant = world();
    const { appId, principalId } = await registered(tenant);
    const { path, body } = assignment(tenant, principalId);
    const first = await tenant.graph("POST", path, body);
    expect(first.body).toMatchObject({
      principalType: "ServicePrincipal",
      resourceDisplayName: "Microsoft Graph",
      principalDisplayName: "App",
    });
    const again = await tenant.graph("POST", path, body);
    expect([again.status, errorOf(again).message]).toEqual([
      400,
      "Permission being assigned already exists on the object",
    ]);
    const scope = assignment(tenant, principalId, USER_READ_SCOPE);
    expect(errorOf(await tenant.graph("POST", scope.path, scope.body)).message).toBe(
      "Permission being assigned was not found on application",
    );
    const granted = await tenant.graph("POST", "/oauth2PermissionGrants", grant(tenant, principalId));
    expect((await tenant.graph("POST", "/oauth2PermissionGrants", grant(tenant, principalId))).status).toBe(
      409,
    );
    const one = `/oauth2PermissionGrants/${String(granted.body["id"])}`;
    expect((await tenant.graph("PATCH", one, { scope: "User.Read email" })).status).toBe(204);
    expect((await tenant.graph("PATCH", one, { consentType: "Principal" })).status).toBe(400);
    const filter = `clientId eq '${principalId}' and consentType eq 'AllPrincipals'`;
    expect(valueOf(await tenant.graph("GET", `/oauth2PermissionGrants?$filter=${filter}`))).toEqual([
      expect.objectContaining({ scope: "User.Read email" }),
    ]);
    const by = `/servicePrincipals(appId='${appId}')`;
    expect(valueOf(await tenant.graph("GET", `${by}/appRoleAssignments`))).toHaveLength(1);
    expect(valueOf(await tenant.graph("GET", `${by}/oauth2PermissionGrants`))).toHaveLength(1);
    expect((await tenant.graph("DELETE", `${path}/${String(first.body["id"])}`)).status).toBe(204);
    expect((await tenant.graph("DELETE", one)).status).toBe(204);
    expect((await tenant.graph("POST", "/servicePrincipals", { appId })).status).toBe(409);
  });

  test.each([
    [ROLES.globalAdministrator, 201, 201],
    [ROLES.privilegedRoleAdministrator, 201, 201],
    [ROLES.applicationAdministrator, 403, 201],
    [ROLES.cloudApplicationAdministrator, 403, 201],
    [ROLES.userAdministrator, 403, 201],
    [ROLES.applicationDeveloper, 403, 403],
  ])("role %s: app roles of Graph %i, delegated %i", async (role, appRole, delegated) => {
    const tenant = world();
    const { principalId } = await registered(tenant);
    tenant.sandbox.behaviour.roles = [role];
    const { path, body } = assignment(tenant, principalId);
    expect((await tenant.graph("POST", path, body)).status).toBe(appRole);
    expect((await tenant.graph("POST", "/oauth2PermissionGrants", grant(tenant, principalId))).status).toBe(
      delegated,
    );
  });

  test("the permission in the token counts as much as the role", async () => {
    const tenant = world({
      refusedScopes: ["AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"],
    });
    const { principalId } = await registered(tenant);
    const { path, body } = assignment(tenant, principalId);
    expect((await tenant.graph("POST", path, body)).status).toBe(403);
    expect((await tenant.graph("POST", "/oauth2PermissionGrants", grant(tenant, principalId))).status).toBe(
      403,
    );
  });
});

describe("batches, throttling and queries", () => {
  test("each item of a batch is throttled for itself", async () => {
    const tenant = world();
    await tenant.signIn();
    tenant.sandbox.behaviour.throttle = 1;
    tenant.sandbox.behaviour.retryAfterSeconds = 7;
    const requests = ["1", "2"].map((id) => ({ id, method: "GET", url: "/organization" }));
    const batch = await tenant.graph("POST", "/$batch", { requests });
    expect(batch.body["responses"]).toEqual([
      expect.objectContaining({
        id: "1",
        status: 429,
        headers: expect.objectContaining({ "Retry-After": "7" }),
      }),
      expect.objectContaining({ id: "2", status: 200 }),
    ]);
    tenant.sandbox.behaviour.throttle = 1;
    tenant.sandbox.behaviour.retryAfterSeconds = undefined;
    const single = await tenant.graph("GET", "/organization");
    expect([single.status, single.headers.get("Retry-After")]).toEqual([429, null]);
    expect((await tenant.graph("GET", "/organization")).status).toBe(200);
  });

  test("a malformed batch is refused whole, a failed dependency stops what depends on it", async () => {
    const tenant = world();
    const get = { method: "GET", url: "/me" };
    const send = async (requests: unknown) => (await tenant.graph("POST", "/$batch", { requests })).status;
    expect(await send([])).toBe(400);
    expect(await send(Array.from({ length: 21 }, (_, index) => ({ ...get, id: String(index) })))).toBe(400);
    expect(
      await send([
        { ...get, id: "a" },
        { ...get, id: "A" },
      ]),
    ).toBe(400);
    expect(await send([{ id: "1", method: "POST", url: "/applications", body: { displayName: "A" } }])).toBe(
      400,
    );
    expect(await send([{ ...get, id: "1", url: "https://graph.microsoft.com/v1.0/me" }])).toBe(400);
    const answer = await tenant.graph("POST", "/$batch", {
      requests: [
        { id: "1", method: "POST", url: "/applications", headers: JSON_TYPE, body: {} },
        { ...get, id: "2", dependsOn: ["1"] },
      ],
    });
    expect(answer.body["responses"]).toEqual([
      expect.objectContaining({
        id: "1",
        status: 400,
        body: { error: expect.objectContaining({ code: "Request_BadRequest" }) },
      }),
      expect.objectContaining({ id: "2", status: 424 }),
    ]);
  });

  test("errors have Graph's shape", async () => {
    const tenant = world();
    const answer = await tenant.graph("GET", "/applications/nope", undefined, { "client-request-id": "abc" });
    expect(answer.body).toEqual({
      error: {
        code: "Request_ResourceNotFound",
        message:
          "Resource 'nope' does not exist or one of its queried reference-property objects are not present.",
        innerError: {
          date: "2026-11-20T10:00:00",
          "request-id": answer.headers.get("request-id"),
          "client-request-id": "abc",
        },
      },
    });
  });

  test.each([
    ["/applications?$select=colour", 400],
    ["/applications?$filter=startsWith(displayName,'A')", 400],
    ["/applications?$filter=notes eq 'A'", 400],
    ["/applications?$filter=displayName eq A", 400],
    ["/applications?$orderby=displayName", 400],
    ["/applications?$top=0", 400],
    ["/applications?$top=1000", 400],
    ["/nothing", 400],
    ["/me/transitiveMemberOf/microsoft.graph.directoryRole", 400],
    ["/policies/authorizationPolicy", 403],
    ["/users", 403],
  ])("%s answers %i", async (path, status) => {
    expect((await world().graph("GET", path)).status).toBe(status);
  });

  test("long lists come in pages, and only lists know the many others", async () => {
    const tenant = world({ servicePrincipals: 250 });
    const seen: unknown[] = [];
    let path: string | undefined = "/servicePrincipals?$select=id,appId&$top=100";
    while (path !== undefined) {
      const answer = await tenant.graph("GET", path);
      seen.push(...valueOf(answer));
      path = (answer.body["@odata.nextLink"] as string | undefined)?.replace(
        "https://graph.microsoft.com/v1.0",
        "",
      );
    }
    expect(seen).toHaveLength(251);
    expect(Object.keys(seen[0] as object)).toEqual(["id", "appId"]);
    expect(
      valueOf(await tenant.graph("GET", `/servicePrincipals?$filter=appId eq '${GRAPH_APP_ID}'`)),
    ).toHaveLength(1);
  });

  test("roles have names only for tokens that may read them", async () => {
    const tenant = world();
    const path = "/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=id,roleTemplateId&$count=true";
    const eventual = { ConsistencyLevel: "eventual" };
    expect(valueOf(await tenant.graph("GET", path, undefined, eventual))).toEqual([
      expect.objectContaining({ roleTemplateId: null }),
    ]);
    await tenant.signIn("User.Read RoleManagement.Read.Directory");
    expect(valueOf(await tenant.graph("GET", path, undefined, eventual))).toEqual([
      expect.objectContaining({ roleTemplateId: ROLES.globalAdministrator }),
    ]);
  });

  test("only tokens of this sandbox count, and not for ever", async () => {
    const tenant = world();
    await tenant.signIn();
    tenant.clock.move(3600_000);
    expect(errorOf(await tenant.graph("GET", "/me")).code).toBe("InvalidAuthenticationToken");
    const url = "https://graph.microsoft.com/v1.0/me";
    expect((await tenant.send(url)).status).toBe(401);
    expect((await tenant.send(url, { headers: { Authorization: "Bearer a.b.c" } })).status).toBe(401);
  });
});

describe("the sandbox itself", () => {
  test("saves before it answers, in order, and only what changed", async () => {
    const saved: number[] = [];
    const tenant = world(
      {},
      { save: async (state) => void saved.push(await Promise.resolve(state.applications.length)) },
    );
    await tenant.graph("GET", "/applications");
    expect(saved).toEqual([]);
    await tenant.graph("POST", "/applications", { displayName: "App" });
    expect(saved).toEqual([1]);
  });

  test("waits through the clock, gives up when asked to, and refuses plain http", async () => {
    const tenant = world({ latencyMs: 100 });
    const before = tenant.clock.now().getTime();
    await tenant.send("https://once.example/");
    expect(tenant.clock.now().getTime() - before).toBe(100);
    await expect(tenant.send("https://once.example/", { signal: AbortSignal.abort() })).rejects.toThrow(
      "aborted",
    );
    await expect(tenant.send("http://once.example/")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(tenant.sandbox.requests.map(({ status }) => status)).toEqual([200, 0, 0]);
  });

  test("starts again from what it saved", async () => {
    const first = world();
    const { id } = await registered(first);
    const state = JSON.parse(JSON.stringify(first.sandbox.state)) as typeof first.sandbox.state;
    const second = world({}, { state });
    expect((await second.graph("GET", `/applications/${id}`)).status).toBe(200);
  });
});
