import { describe, expect, test } from "vitest";
import { newTenant } from "../../../src/sandbox/index.ts";
import { errorOf, valueOf, type World, world } from "./helpers.ts";
import { assign, provisionable } from "./provisioning-helpers.ts";

async function signedIn(scopes: string): Promise<World> {
  const tenant = world();
  await tenant.signIn(`User.Read ${scopes}`);
  return tenant;
}

const find = (tenant: World, name: string) => {
  const { users, groups } = tenant.sandbox.state;
  return String([...users, ...groups].find(({ displayName }) => displayName === name)?.id);
};

describe("people", () => {
  test("a new tenant has some, with what provisioning maps; a few lack something", () => {
    const { users, groups } = newTenant();
    expect(users.map(({ displayName }) => displayName).slice(0, 3)).toEqual([
      "Alex Wilber",
      "Megan Bowen",
      "Pradeep Gupta",
    ]);
    expect(users.filter(({ mail }) => mail === null)).toHaveLength(1);
    expect(users.filter(({ givenName }) => givenName === null)).toHaveLength(1);
    expect(users.filter(({ accountEnabled }) => accountEnabled === false)).toHaveLength(1);
    expect(groups.map(({ members }) => members?.length)).toEqual([6, 1]);
  });

  test("show the usual properties where nothing is selected, and what the token lets them", async () => {
    const tenant = await signedIn("User.Read.All");
    const path = `/users/${find(tenant, "Megan Bowen")}`;
    const usual = (await tenant.graph("GET", path)).body;
    expect([usual["jobTitle"], "department" in usual]).toEqual(["Marketing Manager", false]);
    const select = "?$select=department,givenName,employeeId";
    expect((await tenant.graph("GET", `${path}${select}`)).body).toEqual({
      department: "Marketing",
      givenName: "Megan",
      employeeId: "1002",
    });
    await tenant.signIn("User.ReadBasic.All");
    expect((await tenant.graph("GET", `${path}${select}`)).body).toEqual({
      department: null,
      givenName: "Megan",
      employeeId: null,
    });
  });

  test("are found by a name in brackets, which one with a quote needs", async () => {
    const tenant = await signedIn("User.Read.All");
    const [, person] = tenant.sandbox.state.users;
    Object.assign(person ?? {}, { userPrincipalName: "o'brien@contoso.com" });
    expect((await tenant.graph("GET", "/users/o'brien@contoso.com")).status).toBe(400);
    expect((await tenant.graph("GET", "/users('o''brien@contoso.com')")).body["id"]).toBe(person?.id);
    expect((await tenant.graph("GET", "/users('o%27%27brien%40contoso.com')")).body["id"]).toBe(person?.id);
  });
});

describe("members of a group", () => {
  test("are listed page by page, people alone or all of them", async () => {
    const tenant = await signedIn("User.Read.All Group.Read.All");
    const path = `/groups/${find(tenant, "All Employees")}/members`;
    tenant.sandbox.state.groups[0]?.members?.push(find(tenant, "Finance"));
    const first = await tenant.graph("GET", `${path}?$select=id,displayName&$top=5`);
    expect(valueOf(first)).toHaveLength(5);
    const rest = await tenant.graph("GET", String(first.body["@odata.nextLink"]).replace(/^.*v1\.0/, ""));
    expect(valueOf(rest).map((one) => [one["@odata.type"], one["displayName"]])).toEqual([
      ["#microsoft.graph.user", "Ben Walters"],
      ["#microsoft.graph.group", "Finance"],
    ]);
    const people = valueOf(await tenant.graph("GET", `${path}/microsoft.graph.user?$select=department`));
    expect(people).toHaveLength(6);
    expect(people[1]).toEqual({ department: "Marketing" });
  });

  test("come with a new group, or later, each once", async () => {
    const tenant = await signedIn("Group.ReadWrite.All");
    const bind = (name: string) => `https://graph.microsoft.com/v1.0/directoryObjects/${find(tenant, name)}`;
    const body = { displayName: "G", mailEnabled: false, mailNickname: "g", securityEnabled: true };
    const made = await tenant.graph("POST", "/groups", {
      ...body,
      "members@odata.bind": [bind("Megan Bowen")],
    });
    const path = `/groups/${String(made.body["id"])}`;
    const add = { "@odata.id": bind("Pradeep Gupta") };
    expect((await tenant.graph("POST", `${path}/members/$ref`, add)).status).toBe(204);
    const again = await tenant.graph("POST", `${path}/members/$ref`, add);
    expect([again.status, errorOf(again).message]).toEqual([400, expect.stringContaining("already exist")]);
    const many = { "members@odata.bind": [bind("Lynne Robbins"), bind("Grady Archie")] };
    expect((await tenant.graph("PATCH", path, many)).status).toBe(204);
    const removed = await tenant.graph("DELETE", `${path}/members/${find(tenant, "Grady Archie")}/$ref`);
    expect(removed.status).toBe(204);
    expect(tenant.sandbox.state.groups.at(-1)?.members?.map(String)).toEqual(
      ["Megan Bowen", "Pradeep Gupta", "Lynne Robbins"].map((name) => find(tenant, name)),
    );
    const unknown = { "@odata.id": bind("Nobody") };
    expect((await tenant.graph("POST", `${path}/members/$ref`, unknown)).status).toBe(400);
    expect((await tenant.graph("PATCH", path, { displayName: "H" })).status).toBe(400);
  });
});

test.each([
  [{ groupTypes: ["DynamicMembership"] }, 403],
  [{ isAssignableToRole: true }, 403],
  [{ onPremisesSyncEnabled: true }, 400],
  [{ mailEnabled: true }, 400],
  [{ mailEnabled: true, groupTypes: ["Unified"] }, 204],
])("members of a group of another kind: %j is %i", async (kind, status) => {
  const tenant = await signedIn("GroupMember.ReadWrite.All");
  const group = tenant.sandbox.state.groups.find(({ displayName }) => displayName === "Finance");
  Object.assign(group ?? {}, kind);
  const one = `https://graph.microsoft.com/v1.0/directoryObjects/${find(tenant, "Megan Bowen")}`;
  const path = `/groups/${find(tenant, "Finance")}`;
  const added = await tenant.graph("PATCH", path, { "members@odata.bind": [one] });
  expect([added.status, group?.members?.length]).toEqual([status, status === 204 ? 2 : 1]);
});

test("the licence shows among the subscribed ones", async () => {
  const tenant = await signedIn("Directory.Read.All");
  const [sku] = valueOf(await tenant.graph("GET", "/subscribedSkus"));
  expect(sku?.["servicePlans"]).toEqual([expect.objectContaining({ servicePlanName: "AAD_PREMIUM" })]);
  tenant.sandbox.behaviour.licence = "free";
  expect(valueOf(await tenant.graph("GET", "/subscribedSkus"))).toEqual([]);
  await tenant.signIn("User.Read");
  expect((await tenant.graph("GET", "/subscribedSkus")).status).toBe(403);
});

test("a new group, and a new app role, are unknown to assignments for a while", async () => {
  const tenant = await provisionable({ visibilityDelayMs: 5000 });
  tenant.clock.move(10_000);
  const body = { displayName: "G", mailEnabled: false, mailNickname: "g", securityEnabled: true };
  const group = String((await tenant.graph("POST", "/groups", body)).body["id"]);
  expect(errorOf(await assign(tenant, group)).message).toBe("Not a valid reference update.");
  const [application] = tenant.sandbox.state.applications;
  const role = { id: "30000000-0000-4000-8000-000000000001", value: "Admin", displayName: "Admin" };
  const appRoles = [
    ...(application?.appRoles ?? []),
    { ...role, description: "Admin", allowedMemberTypes: ["User"], isEnabled: true },
  ];
  expect((await tenant.graph("PATCH", `/applications/${application?.id}`, { appRoles })).status).toBe(204);
  tenant.clock.move(4999);
  const wanted = {
    principalId: find(tenant, "Megan Bowen"),
    resourceId: tenant.principalId,
    appRoleId: role.id,
  };
  const path = `/servicePrincipals/${tenant.principalId}/appRoleAssignedTo`;
  expect(errorOf(await tenant.graph("POST", path, wanted)).message).toContain("was not found on application");
  tenant.clock.move(1);
  expect((await tenant.graph("POST", path, wanted)).status).toBe(201);
  expect((await assign(tenant, group)).status).toBe(201);
});
