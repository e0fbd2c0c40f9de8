import { describe, expect, test } from "vitest";
import { toDesiredProvisioning } from "../../../src/provisioning/desired.ts";
import type { DesiredProvisioning } from "../../../src/provisioning/types.ts";
import type { Template } from "../../../src/template/schema.ts";
import { shipped, shippedTemplate } from "../../support/builders.ts";
import { provisioned as desired, provisioningAnswers } from "../../support/wanted-provisioning.ts";

const parsed = (template: Template, others: Readonly<Record<string, string>>) =>
  toDesiredProvisioning(template, provisioningAnswers(template, others), { notification: undefined });

/** Mappings as the vendors' documents have them: the target and where it comes from. */
const table = ({ users }: DesiredProvisioning) =>
  Object.fromEntries(users.mappings.map(({ target, source }) => [target, source]));

const unitOf = (name: string, key: string): Template => {
  const found = shipped().templates.find(
    ({ name: other, application }) => other === name && application.key === key,
  );
  if (!found) throw new Error(`no ${key} of ${name}`);
  return found;
};

describe("B: the product with SCIM", () => {
  const template = shippedTemplate("empower-scim");

  test("B2, B4: externalId from objectId, users and groups, at its address below the customer's URL", () => {
    const provisioning = desired(template);
    expect(provisioning.tenantUrl).toBe("https://app.contoso.com/empower/scimapi/scim");
    expect(table(provisioning)).toEqual({ externalId: "[objectId]" });
    expect(provisioning).toMatchObject({ groups: true, scope: "assigned", appRole: undefined });
    expect(provisioning.users.exclusive).toBe(false);
  });

  test("B4, B6: who is told is as the settings have it, and nobody where they say nothing", () => {
    expect(desired(template).notification).toBeUndefined();
    expect(desired(template, {}, "it@contoso.com").notification).toBe("it@contoso.com");
  });
});

describe("D: FlexWhere", () => {
  test("D1, D3, D4, D5, D6: its address, users as Entra maps them, no groups, only assigned, a clean start, a group", () => {
    const template = shippedTemplate("flexwhere");
    expect(desired(template)).toEqual({
      tenantUrl: "https://scim.flexwhere.com/scim",
      scope: "assigned",
      groups: false,
      users: { mappings: [], exclusive: false },
      attributes: [],
      appRole: undefined,
      requirements: [],
      clearsState: true,
      notification: undefined,
    });
    const { scim } = template.application;
    expect(scim).toMatchObject({ readsUsers: true, newGroup: { displayName: "UsersFlexWhere" } });
    expect(scim?.afterFirstUsers).toMatch(/FlexWhere/);
  });
});

describe("E: &Money booking", () => {
  const ROOMS = {
    active: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    userName: "[userPrincipalName]",
    displayName: "[displayName]",
    'addresses[type eq "work"].formatted': "[physicalDeliveryOfficeName]",
    externalId: "[objectId]",
  };
  const ADVISORS = { ...ROOMS, "name.givenName": "[givenName]", "name.familyName": "[surname]" };

  test("E1: two applications", () => {
    const keys = shipped().templates.filter(({ name }) => name === "andmoney");
    expect(keys.map(({ application }) => application.key)).toEqual(["advisors", "rooms"]);
  });

  test.each([
    ["advisors", ADVISORS],
    ["rooms", ROOMS],
  ])("E3: %s are mapped exactly so, and nothing else is", (key, mappings) => {
    const provisioning = desired(unitOf("andmoney", key));
    expect(table(provisioning)).toEqual(mappings);
    expect(provisioning.users.mappings).toHaveLength(Object.keys(mappings).length);
    expect(provisioning.users.exclusive).toBe(true);
    const matching = provisioning.users.mappings.filter(({ matchingPriority }) => matchingPriority);
    expect(matching.map(({ target }) => target)).toEqual(["userName"]);
    expect(provisioning).toMatchObject({ groups: false, attributes: [], scope: "assigned" });
  });

  test.each([
    [undefined, "https://api.booking.andmoney.dk"],
    ["https://api.booking.andmoney.dk", "https://api.booking.andmoney.dk"],
    ["https://api.test-env.booking.andmoney.dk", "https://api.test-env.booking.andmoney.dk"],
  ])("E2: with the environment %s each has its address below %s", (api, base) => {
    for (const key of ["advisors", "rooms"]) {
      const others = api === undefined ? {} : { api };
      expect(desired(unitOf("andmoney", key), others).tenantUrl).toBe(`${base}/${key}/scim`);
    }
  });
});

describe("F: the SCIM and OpenID Connect platform", () => {
  const template = shippedTemplate("scim-oidc-platform");
  const FOLDERS = "urn:ietf:params:scim:schemas:extension:2.0:CustomExtensionName:folders";
  const ROLE = 'roles[primary eq "True"].value';
  const text = (name: string) => ({ name, type: "String", multiValued: false });

  test("F3, F4, F5, F6, F7: what Enter gives", () => {
    const provisioning = desired(template);
    expect(provisioning.tenantUrl).toBe("https://tenanturl.example.com/scim");
    expect(provisioning).toMatchObject({ scope: "assigned", groups: true, appRole: "ReadOnly" });
    expect(table(provisioning)).toEqual({
      "name.givenName": "[givenName]",
      "name.familyName": "[surname]",
      'emails[type eq "work"].value': "[mail]",
      userType: "[companyName]",
      [FOLDERS]: 'Split([jobTitle], ",")',
      [ROLE]: "SingleAppRoleAssignment([appRoleAssignments])",
    });
    expect(provisioning.attributes).toEqual([
      { name: FOLDERS, type: "String", multiValued: true },
      text(ROLE),
    ]);
    expect(provisioning.users.mappings.every(({ apply }) => apply === "always")).toBe(true);
  });

  test("F3: first name, last name and an e-mail address of one's own are required", () => {
    const required = desired(template).requirements.filter(({ present }) => present);
    expect(required.map(({ target, unique }) => [target, unique])).toEqual([
      ["name.givenName", false],
      ["name.familyName", false],
      ['emails[type eq "work"].value', true],
    ]);
  });

  test.each([
    ["companyName", "Standard"],
    ["extensionAttribute3", "Premium"],
  ])("F4: userType comes from %s, else it is %s, and nothing but the two", (userTypeSource, userType) => {
    const { users, requirements } = desired(template, { userTypeSource, userType });
    expect(users.mappings.find(({ target }) => target === "userType")).toMatchObject({
      source: `[${userTypeSource}]`,
      default: userType,
      matchingPriority: undefined,
    });
    expect(requirements.find(({ target }) => target === "userType")?.oneOf?.toSorted()).toEqual([
      "Premium",
      "Standard",
    ]);
  });

  test("F6: folders come from any attribute, with a default folder or without, or not at all", () => {
    const folders = (others: Record<string, string>) =>
      desired(template, others).users.mappings.find(({ target }) => target === FOLDERS);
    expect(folders({})).toMatchObject({ default: undefined });
    expect(folders({ folders: "department", defaultFolder: "Inbox" })).toMatchObject({
      source: 'Split([department], ",")',
      default: "Inbox",
    });
    expect(folders({ folders: "none", defaultFolder: "Inbox" })).toBeUndefined();
    expect(desired(template, { folders: "none" }).attributes).toEqual([text(ROLE)]);
  });

  test("F7: the role goes to the attribute that the vendor names, and assigned people get the chosen one", () => {
    const provisioning = desired(template, { roleTarget: "urn:vendor:2.0:User:role", role: "Admin" });
    expect(table(provisioning)).toMatchObject({
      "urn:vendor:2.0:User:role": "SingleAppRoleAssignment([appRoleAssignments])",
    });
    expect(provisioning.attributes).toContainEqual(text("urn:vendor:2.0:User:role"));
    expect(provisioning.appRole).toBe("Admin");
    expect(table(desired(template, { roleTarget: "none" }))).not.toHaveProperty([ROLE]);
    // The mapping sends a role by its display name.
    for (const { value, displayName } of template.application.appRoles ?? []) {
      expect(displayName).toBe(value);
    }
  });

  test("F8: any number of metadata keys, one attribute each", () => {
    const provisioning = desired(template, { metadata: "costCentre=department, floor=extensionAttribute1" });
    const metadata = (key: string) => `urn:ietf:params:scim:schemas:extension:2.0:Metadata:${key}`;
    expect(table(provisioning)).toMatchObject({
      [metadata("costCentre")]: "[department]",
      [metadata("floor")]: "[extensionAttribute1]",
    });
    expect(provisioning.attributes.slice(-2)).toEqual([
      text(metadata("costCentre")),
      text(metadata("floor")),
    ]);
    const many = Array.from({ length: 100 }, (_, index) => `key${index}=mail`).join(", ");
    expect(desired(template, { metadata: many }).attributes).toHaveLength(102);
  });

  test("an attribute that two answers or an answer and the template map is a fault of the answer", () => {
    expect(parsed(template, { roleTarget: "USERTYPE" })).toEqual({
      ok: false,
      faults: [{ path: "roleAttribute", found: "USERTYPE", expected: "attributeOnce" }],
    });
    const taken = "urn:ietf:params:scim:schemas:extension:2.0:metadata:Floor";
    expect(parsed(template, { roleTarget: taken, metadata: "floor=mail" })).toMatchObject({
      ok: false,
      faults: [{ path: "metadataAttributes" }],
    });
  });
});

test("an answer stays a text between quotes, whatever is in it", () => {
  const base = shippedTemplate("scim-oidc-platform");
  const scim = base.application.scim;
  if (!scim) throw new Error("no provisioning");
  const template: Template = {
    ...base,
    inputs: [{ name: "word", question: "?", format: "text", configKey: "word" }],
    application: {
      ...base.application,
      scim: {
        ...scim,
        repeat: [],
        appRole: "User",
        users: {
          exclusive: false,
          mappings: [
            { target: "title", source: 'Append([jobTitle], "{input.word}")', default: "{input.word}" },
          ],
        },
      },
    },
  };
  const [mapping] = desired(template, { word: 'a", [mail], "\\ {appName}' }).users.mappings;
  expect(mapping?.source).toBe(String.raw`Append([jobTitle], "a\", [mail], \"\\ {appName}")`);
  expect(mapping?.default).toBe('a", [mail], "\\ {appName}');
});
