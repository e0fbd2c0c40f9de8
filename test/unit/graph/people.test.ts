import { describe, expect, test } from "vitest";
import {
  isProvisioned,
  listAssignments,
  pickUserRole,
  readAppRoles,
} from "../../../src/graph/assignments.ts";
import { findUser, groupMembers, readUsers, sourceAttribute } from "../../../src/graph/users.ts";
import type { AppRole } from "../../../src/registration/types.ts";
import { guid } from "../../support/builders.ts";
import { batchOf, failure, graphError, inOrder, methodAndPath, ORIGIN, world } from "./helpers.ts";

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
}

const ZERO = "00000000-0000-0000-0000-000000000000";
const role = (number: number, more: Partial<AppRole> = {}): AppRole => ({
  id: guid(number),
  value: `role${number}`,
  displayName: `Role ${number}`,
  description: "",
  isEnabled: true,
  allowedMemberTypes: ["User"],
  ...more,
});

describe("assignments", () => {
  test("are read page by page", async () => {
    const one = (number: number) => ({
      id: `a${number}`,
      principalId: guid(number),
      principalType: "Group",
      principalDisplayName: "Sales",
      appRoleId: ZERO,
      resourceId: guid(1),
    });
    const next = `${ORIGIN}/v1.0/servicePrincipals/x/appRoleAssignedTo?$skiptoken=2`;
    const { context, paths } = world(
      inOrder(
        { status: 200, body: { value: [one(1)], "@odata.nextLink": next } },
        { status: 200, body: { value: [one(2)] } },
      ),
    );
    const found = await all(listAssignments(context, guid(1)));
    expect(found.map(({ id }) => id)).toEqual(["a1", "a2"]);
    expect(found[0]).toEqual({
      id: "a1",
      principalId: guid(1),
      principalType: "Group",
      principalDisplayName: "Sales",
      appRoleId: ZERO,
    });
    expect(paths()[0]).toBe(`GET /servicePrincipals/${guid(1)}/appRoleAssignedTo`);
  });

  test("the role for users, never default access, never one that is off or for applications", () => {
    const user = role(1, { displayName: "User", value: null });
    const unfit = [
      role(2, { id: ZERO }),
      role(3, { isEnabled: false }),
      role(4, { allowedMemberTypes: ["Application"] }),
    ];
    expect(pickUserRole([...unfit, role(5), user])).toBe(user);
    expect(pickUserRole([...unfit, role(5)])?.id).toBe(guid(5));
    expect(pickUserRole([role(5), role(6)])).toBeUndefined();
    expect(pickUserRole([role(5), { ...role(6), displayName: "msiam_access" }])?.id).toBe(guid(6));
    expect(pickUserRole(unfit)).toBeUndefined();
    expect(pickUserRole([user, role(5)], "role5")?.id).toBe(guid(5));
    expect(pickUserRole([user, ...unfit], "role3")).toBeUndefined();
    expect(isProvisioned({ appRoleId: ZERO })).toBe(false);
    expect(isProvisioned({ appRoleId: guid(1) })).toBe(true);
  });

  test("the roles of an enterprise application", async () => {
    const { context } = world(inOrder({ status: 200, body: { id: guid(1), appRoles: [role(1)] } }));
    expect(await readAppRoles(context, guid(1))).toEqual([role(1)]);
  });
});

describe("users", () => {
  const ANN = {
    id: guid(7),
    userPrincipalName: "ann@x.dk",
    displayName: "Ann",
    accountEnabled: false,
    businessPhones: ["+45 1", "+45 2"],
    mobilePhone: null,
    officeLocation: "B2",
    faxNumber: "3",
    onPremisesExtensionAttributes: { extensionAttribute15: "fifteen" },
    employeeOrgData: null,
    otherMails: ["a@x.dk", 5],
    [`extension_${"b".repeat(32)}_costCenter`]: 7,
  };
  const NAMES = [
    "objectId",
    "telephoneNumber",
    "mobile",
    "facsimileTelephoneNumber",
    "physicalDeliveryOfficeName",
    "IsSoftDeleted",
    "extensionAttribute15",
    "employeeOrgDataDivision",
    "otherMails",
    `extension_${"b".repeat(32)}_costCenter`,
    "manager",
    "constructor",
  ];

  test("with their attributes by the names of synchronization; what cannot be read is left out", async () => {
    const { context, asked } = world(inOrder({ status: 200, body: ANN }));
    expect(await findUser(context, "ann@x.dk", NAMES)).toEqual({
      id: guid(7),
      userPrincipalName: "ann@x.dk",
      displayName: "Ann",
      accountEnabled: false,
      attributes: {
        objectId: guid(7),
        telephoneNumber: "+45 1",
        mobile: undefined,
        facsimileTelephoneNumber: "3",
        physicalDeliveryOfficeName: "B2",
        IsSoftDeleted: true,
        extensionAttribute15: "fifteen",
        employeeOrgDataDivision: undefined,
        otherMails: ["a@x.dk"],
        [`extension_${"b".repeat(32)}_costCenter`]: "7",
      },
    });
    expect(new URL(asked[0]?.url ?? "").searchParams.get("$select")?.split(",")).toEqual([
      "id",
      "userPrincipalName",
      "displayName",
      "accountEnabled",
      "businessPhones",
      "mobilePhone",
      "faxNumber",
      "officeLocation",
      "onPremisesExtensionAttributes",
      "employeeOrgData",
      "otherMails",
      `extension_${"b".repeat(32)}_costCenter`,
    ]);
  });

  test.each([
    ["ann@x.dk", "/users/ann%40x.dk"],
    ["guest_x.dk#EXT#@y.onmicrosoft.com", "/users/guest_x.dk%23EXT%23%40y.onmicrosoft.com"],
    ["$ann@x.dk", "/users('%24ann%40x.dk')"],
    ["o'brien@x.dk", "/users('o''brien%40x.dk')"],
    ["../groups", "/users/..%2Fgroups"],
  ])("%s is one part of the address", async (name, path) => {
    const { context, asked } = world(inOrder({ status: 200, body: ANN }));
    await findUser(context, name);
    expect(asked[0]?.url.replace(`${ORIGIN}/v1.0`, "").split("?")[0]).toBe(path);
  });

  test.each(["", " ", ".", ".."])("%j is nobody's name, and nothing is asked", async (name) => {
    const { context, asked } = world(inOrder());
    expect(await findUser(context, name)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  test("by mail address where nobody is called so; several are none", async () => {
    const none = graphError(404, "Request_ResourceNotFound");
    const by = (...value: object[]) => world(inOrder(none, { status: 200, body: { value } })).context;
    expect((await findUser(by(ANN), "ann@mail.dk"))?.id).toBe(guid(7));
    expect(await findUser(by(ANN, { ...ANN, id: guid(8) }), "ann@mail.dk")).toBeUndefined();
    expect(await findUser(by(), "ann@mail.dk")).toBeUndefined();
    const { context } = world(inOrder(graphError(403, "Authorization_RequestDenied")));
    expect(await failure(findUser(context, "x"))).toMatchObject({
      code: "GRAPH_FORBIDDEN",
      facts: { action: "readUsers" },
    });
  });

  test("everybody, or the members of a group, in pages of a thousand", async () => {
    for (const [selection, path] of [
      [{ kind: "all" }, "GET /users"],
      [{ kind: "members", groupId: guid(3) }, `GET /groups/${guid(3)}/members/microsoft.graph.user`],
    ] as const) {
      const { context, asked, paths } = world(inOrder({ status: 200, body: { value: [ANN] } }));
      expect((await all(readUsers(context, selection, ["mail"]))).map(({ id }) => id)).toEqual([guid(7)]);
      expect(paths()).toEqual([path]);
      expect(new URL(asked[0]?.url ?? "").searchParams.get("$top")).toBe("999");
    }
  });

  test("by their ids, twenty at a time, as they are wanted; who is gone is left out", async () => {
    const { context, asked } = world((request) =>
      batchOf(request, ({ url }) =>
        url.startsWith(`/users/${guid(3)}`)
          ? graphError(404, "Request_ResourceNotFound")
          : { status: 200, body: { ...ANN, id: url.slice(7, 43) } },
      ),
    );
    const ids = Array.from({ length: 25 }, (_one, index) => guid(index + 1));
    const users = readUsers(context, { kind: "users", ids }, ["mail"]);
    await users.next();
    expect(asked).toHaveLength(1);
    expect(await all(users)).toHaveLength(23);
    expect(asked.map(methodAndPath)).toEqual(["POST /$batch", "POST /$batch"]);
  });

  test("members of a group, of whatever kind", async () => {
    const body = {
      value: [
        { "@odata.type": "#microsoft.graph.user", id: guid(1), displayName: "Ann" },
        { "@odata.type": "#microsoft.graph.group", id: guid(2), displayName: null },
        { "@odata.type": "#microsoft.graph.device", id: guid(3) },
      ],
    };
    const { context } = world(inOrder({ status: 200, body }));
    expect(await all(groupMembers(context, guid(9)))).toEqual([
      { id: guid(1), displayName: "Ann", kind: "user" },
      { id: guid(2), displayName: "", kind: "group" },
      { id: guid(3), displayName: "", kind: "other" },
    ]);
  });

  test("an attribute nobody has is none", () => {
    expect(["toString", "manager", "extension_x_y", "__proto__"].map(sourceAttribute)).toEqual(
      Array(4).fill(undefined),
    );
  });
});
