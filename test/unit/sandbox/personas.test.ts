import { expect, test } from "vitest";
import { EXAMPLE, PERSONAS, type Persona, ROLES } from "../../../src/sandbox/index.ts";
import { COMMAND_LINE_TOOLS, claimsOf, errorOf, form, LOGIN, valueOf, world } from "./helpers.ts";

const PLAIN_MEMBER = "b79fbf4d-3ef9-4689-8143-76b194e85509";
const USER_READ_ALL = "df021288-bdef-4463-88db-98f22de89214";
const OUTSIDE: readonly Persona[] = ["otherTenant", "personalAccount"];

test.each<[Persona, string[]]>([
  ["globalAdministrator", [ROLES.globalAdministrator, PLAIN_MEMBER]],
  ["privilegedRoleAdministrator", [ROLES.privilegedRoleAdministrator, PLAIN_MEMBER]],
  ["cloudApplicationAdministrator", [ROLES.cloudApplicationAdministrator, PLAIN_MEMBER]],
  ["applicationAdministrator", [ROLES.applicationAdministrator, PLAIN_MEMBER]],
  ["applicationDeveloper", [ROLES.applicationDeveloper, PLAIN_MEMBER]],
  ["user", [PLAIN_MEMBER]],
  ["guest", []],
])("%s: the token names the roles, and /me is the person of the token", async (persona, wids) => {
  const tenant = world({ persona });
  const claims = claimsOf(await tenant.signIn());
  expect(claims).toMatchObject({ tid: EXAMPLE.tenantId, wids });
  const { body } = await tenant.graph("GET", "/me?$select=id,userPrincipalName,userType");
  expect(body).toEqual({
    id: claims["oid"],
    userPrincipalName: claims["upn"],
    userType: persona === "guest" ? "Guest" : "Member",
  });
});

test.each<[Persona, number, string]>([
  ["globalAdministrator", 201, "nobody"],
  ["cloudApplicationAdministrator", 201, "nobody"],
  ["applicationAdministrator", 201, "nobody"],
  ["privilegedRoleAdministrator", 201, "self"],
  ["applicationDeveloper", 201, "self"],
  ["user", 201, "self"],
  ["userWithoutAppRegistration", 403, "nobody"],
  ["guest", 403, "nobody"],
])("%s registers: %i, and its owner is %s", async (persona, status, owner) => {
  const tenant = world({ persona });
  const oid = claimsOf(await tenant.signIn())["oid"];
  const created = await tenant.graph("POST", "/applications", { displayName: "App" });
  expect(created.status).toBe(status);
  if (status !== 201) return;
  const id = String(created.body["id"]);
  const owners = valueOf(await tenant.graph("GET", `/applications/${id}/owners`)).map((one) => one["id"]);
  expect(owners).toEqual(owner === "self" ? [oid] : []);
  expect((await tenant.graph("POST", `/applications/${id}/addPassword`, {})).status).toBe(200);
});

test("whoever has no role changes their own applications and no others", async () => {
  const tenant = world();
  const { body } = await tenant.graph("POST", "/applications", { displayName: "Somebody's" });
  tenant.sandbox.behaviour.persona = "user";
  await tenant.signIn();
  const rename = await tenant.graph("PATCH", `/applications/${String(body["id"])}`, { displayName: "Mine" });
  expect([rename.status, errorOf(rename).code]).toEqual([403, "Authorization_RequestDenied"]);
});

test("two people work on one registration, each with the rights of their own token", async () => {
  const tenant = world({ persona: "applicationDeveloper" });
  const developer = await tenant.signIn();
  const { body } = await tenant.graph("POST", "/applications", { displayName: "App" });
  const principal = await tenant.graph("POST", "/servicePrincipals", { appId: body["appId"] });
  const resourceId = tenant.sandbox.state.graphServicePrincipalId;
  const assign = async (token: string) =>
    (
      await tenant.send(
        `https://graph.microsoft.com/v1.0/servicePrincipals/${resourceId}/appRoleAssignedTo`,
        {
          method: "POST",
          headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
          body: JSON.stringify({ principalId: principal.body["id"], resourceId, appRoleId: USER_READ_ALL }),
        },
      )
    ).status;
  tenant.sandbox.behaviour.persona = "privilegedRoleAdministrator";
  const administrator = await tenant.signIn();
  expect([await assign(developer), await assign(administrator)]).toEqual([403, 201]);
});

test("the tenant's own setting says what members may, and only those who may read policies see it", async () => {
  for (const [persona, allowed] of [
    ["user", true],
    ["userWithoutAppRegistration", false],
  ] as const) {
    const tenant = world({ persona });
    await tenant.signIn("User.Read Policy.Read.All");
    const { body } = await tenant.graph("GET", "/policies/authorizationPolicy");
    expect(body["defaultUserRolePermissions"]).toMatchObject({ allowedToCreateApps: allowed });
    await tenant.signIn("User.Read");
    expect((await tenant.graph("GET", "/policies/authorizationPolicy")).status).toBe(403);
  }
});

test("a guest is named as one, and sees nobody else", async () => {
  const tenant = world({ persona: "guest" });
  const claims = claimsOf(await tenant.signIn("User.Read User.Read.All Group.Read.All"));
  expect(claims).toMatchObject({
    upn: "adele.vance_fabrikam.com#EXT#@contoso.onmicrosoft.com",
    unique_name: "adele.vance@fabrikam.com",
    idp: expect.stringMatching(/^https:\/\/sts\.windows\.net\/(?!7c1d2f4e)/),
  });
  const self = `/users/${encodeURIComponent(String(claims["upn"]))}`;
  const paths = ["/users", "/groups", "/users/megan.bowen@contoso.com", self, "/organization"];
  const statuses = [];
  for (const path of paths) statuses.push((await tenant.graph("GET", path)).status);
  expect(statuses).toEqual([403, 403, 403, 200, 200]);
});

test.each<[Persona, string]>([
  ["otherTenant", "identity provider 'https://sts.windows.net/"],
  ["personalAccount", "identity provider 'live.com' does not exist in tenant 'Contoso'"],
])("%s is not of this tenant", async (persona, text) => {
  const tenant = world({ persona });
  const code = await tenant.send(
    `${LOGIN}/devicecode`,
    form({ client_id: COMMAND_LINE_TOOLS, scope: "User.Read" }),
  );
  const answer = await tenant.send(
    `${LOGIN}/token`,
    form({
      client_id: COMMAND_LINE_TOOLS,
      grant_type: "device_code",
      device_code: String(code.body["device_code"]),
    }),
  );
  expect(answer.body).toMatchObject({ error: "invalid_grant", error_codes: [50020] });
  expect(answer.body["error_description"]).toContain(text);
  expect(answer.body["error_description"]).not.toContain(EXAMPLE.tenantId);
});

test("people keep their ids, whoever signs in between", async () => {
  const tenant = world();
  const ids = async () => {
    const seen = [];
    for (const persona of PERSONAS.filter((one) => !OUTSIDE.includes(one))) {
      tenant.sandbox.behaviour.persona = persona;
      seen.push(claimsOf(await tenant.signIn())["oid"]);
    }
    return seen;
  };
  const first = await ids();
  expect(await ids()).toEqual(first);
  // The plain user is one person in two tenants.
  expect(new Set(first).size).toBe(first.length - 1);
});

test("the application developer's role shows to those who may read role names", async () => {
  const tenant = world({ persona: "applicationDeveloper" });
  await tenant.signIn("User.Read RoleManagement.Read.Directory");
  const path = "/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=roleTemplateId&$count=true";
  expect(valueOf(await tenant.graph("GET", path, undefined, { ConsistencyLevel: "eventual" }))).toEqual([
    { roleTemplateId: ROLES.applicationDeveloper },
  ]);
});
