import { describe, expect, test } from "vitest";
import type { SynchronizationSchema } from "../../src/provisioning/types.ts";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import type { TestTenant } from "../support/run.ts";
import { type Product, productOf as productWith } from "../support/vendors.ts";

/*
 * What `scim setup` leaves in the tenant for each product that is shipped, as the vendor's document asks for it. The
 * connection is tried with a SCIM server that is not ours.
 */

const EXTENSION = "urn:ietf:params:scim:schemas:extension:2.0";
const TOKEN = "ENTRA_APP_REGISTRATION_SECRET_TOKEN";
const MEGAN = "megan.bowen@contoso.com";

/** What is looked at here is there without anybody having been sent. */
const productOf = (template: string, tokens: Readonly<Record<string, string>>) =>
  productWith(template, { token: tokens }, ["--no-proof"]);

/** What an application's provisioning is in the tenant. */
function provisioningOf({ state }: TestTenant, displayName: string) {
  const application = state.applications.find((one) => one.displayName === displayName);
  const principal = state.servicePrincipals.find(({ appId }) => appId === application?.appId);
  const found = principal && state.provisioning?.[principal.id];
  if (!application || !principal || !found?.job) throw new Error(`${displayName} is not provisioned`);
  const { credentials, job } = found;
  const values = credentials?.values ?? {};
  return {
    tenantUrl: values["BaseAddress"],
    syncsAll: values["SyncAll"],
    hasToken: credentials?.secretKeys.includes("SecretToken"),
    notified: (JSON.parse(values["SyncNotificationSettings"] ?? "{}") as { Recipients?: string }).Recipients,
    schedule: job.schedule,
    mappings: mappingsIn(job.schema),
    groups: objectsIn(job.schema).find(({ sourceObjectName }) => sourceObjectName === "Group")?.enabled,
    roles: state.appRoleAssignments
      .filter(({ resourceId }) => resourceId === principal.id)
      .map(({ appRoleId }) => application.appRoles.find(({ id }) => id === appRoleId)?.value),
  };
}

const objectsIn = (schema: SynchronizationSchema | undefined) =>
  (schema?.synchronizationRules ?? []).flatMap(({ objectMappings }) => objectMappings);

function mappingsIn(schema: SynchronizationSchema | undefined): Record<string, string | null | undefined> {
  const users = objectsIn(schema).find(({ sourceObjectName }) => sourceObjectName === "User");
  return Object.fromEntries(
    (users?.attributeMappings ?? []).map(({ targetAttributeName, source }) => [
      targetAttributeName,
      source?.expression,
    ]),
  );
}

/** Nothing is left to do, and no request of a second run changed anything. */
async function expectNothingToDo({ tenant, setUp }: Product, flags: readonly string[]): Promise<void> {
  const before = structuredClone(tenant.state);
  const again = await setUp(flags, {});
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.stdout).toContain("Nothing to do");
  expect({ ...tenant.state, oneTimePasswords: [] }).toEqual({ ...before, oneTimePasswords: [] });
}

test("B2, B4, C1: the product with SCIM, at the customer's own address", async () => {
  const tenantUrl = "https://app.contoso.com/empower/scimapi/scim";
  const product = await productOf("empower-scim", { [tenantUrl]: "installer" });
  const flags = ["--hostname", "https://app.contoso.com", "--user", MEGAN];
  const run = await product.setUp(flags, { [TOKEN]: "installer" });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(provisioningOf(product.tenant, "empower SCIM")).toMatchObject({
    tenantUrl,
    hasToken: true,
    syncsAll: "false",
    schedule: "Active",
    groups: true,
    mappings: { externalId: "[objectId]", userName: "[userPrincipalName]" },
  });
  expect(product.server.requests.length).toBeGreaterThan(0);
  await expectNothingToDo(product, flags);
});

test("B5, B6: before the vendor's installer has run, all that needs no token; the rest with it, and no app more", async () => {
  const tenantUrl = "https://app.contoso.com/empower/scimapi/scim";
  const product = await productOf("empower-scim", { [tenantUrl]: "installer" });
  const flags = ["--hostname", "https://app.contoso.com", "--user", MEGAN];
  const first = await product.setUp(flags, {});
  expect(first.exitCode, first.stderr).toBe(7);
  const [application] = product.tenant.state.applications;
  expect(first.info).toMatchObject({ TenantId: EXAMPLE.tenantId, clientId: application?.appId });
  expect(first.stdout).toContain("scim setup");
  const prepared = provisioningOf(product.tenant, "empower SCIM");
  expect(prepared).toMatchObject({ hasToken: undefined, schedule: "Disabled", roles: [null] });
  expect(prepared.mappings).toMatchObject({ externalId: "[objectId]" });
  expect(product.server.requests).toEqual([]);

  const second = await product.setUp(flags, { [TOKEN]: "installer" });
  expect(second.exitCode, second.stderr).toBe(0);
  expect(product.tenant.state.applications).toHaveLength(1);
  expect(second.info).toEqual(first.info);
  const running = provisioningOf(product.tenant, "empower SCIM");
  expect(running).toMatchObject({ tenantUrl, hasToken: true, schedule: "Active", roles: [null] });
  await expectNothingToDo(product, flags);
});

test("B4, C1, D2: a token that the vendor refuses is said, and nothing of it is saved", async () => {
  const product = await productOf("flexwhere", { "https://scim.flexwhere.com/scim": "right" });
  const run = await product.setUp(["--user", MEGAN], { [TOKEN]: "token-of-another-vendor" });
  expect(run.exitCode).toBe(3);
  expect(product.server.requests.map(({ status }) => status)).toContain(401);
  expect(run.stderr + run.stdout).not.toContain("token-of-another-vendor");
  const saved = Object.values(product.tenant.state.provisioning ?? {});
  expect(saved.flatMap(({ credentials }) => credentials?.secretKeys ?? [])).toEqual([]);
  expect(saved.filter(({ job }) => job?.schedule === "Active")).toEqual([]);
});

test("D1, D2, D3, D4, D5: FlexWhere, for a group that is made", async () => {
  const tenantUrl = "https://scim.flexwhere.com/scim";
  const product = await productOf("flexwhere", { [tenantUrl]: "flex" });
  const flags = ["--app-name", "FlexWhere of Contoso", "--new-group", "UsersFlexWhere", "--member", MEGAN];
  const run = await product.setUp(flags, { [TOKEN]: "flex" });
  expect(run.exitCode, run.stderr).toBe(0);
  const provisioning = provisioningOf(product.tenant, "FlexWhere of Contoso");
  expect(provisioning).toMatchObject({ tenantUrl, syncsAll: "false", schedule: "Active", groups: false });
  // The role for users that every such app has, not the one of no role.
  expect(provisioning.roles).toEqual([null]);
  expect(run.stderr).toContain("Provisioning is started, with its state cleared");
  const group = product.tenant.state.groups.find(({ displayName }) => displayName === "UsersFlexWhere");
  expect(group).toMatchObject({ securityEnabled: true, mailEnabled: false });
  expect(group?.owners).toHaveLength(1);
  expect(run.stdout).toMatch(/Tell FlexWhere/);
  await expectNothingToDo(product, flags);
});

describe("E1, E2, E3, E4, E6: &Money, advisors and rooms in one run", () => {
  const ROOMS = {
    active: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    userName: "[userPrincipalName]",
    displayName: "[displayName]",
    'addresses[type eq "work"].formatted': "[physicalDeliveryOfficeName]",
    externalId: "[objectId]",
  };
  const ADVISORS = { ...ROOMS, "name.givenName": "[givenName]", "name.familyName": "[surname]" };

  test.each([
    ["https://api.booking.andmoney.dk", "https://api.booking.andmoney.dk"],
    ["test", "https://api.test-env.booking.andmoney.dk"],
  ])("at %s", async (said, api) => {
    const product = await productOf("andmoney", {
      [`${api}/advisors/scim`]: "one",
      [`${api}/rooms/scim`]: "two",
    });
    const notify = ["--notify", "it@contoso.com", "--notify", "rooms=fm@contoso.com"];
    const flags = [
      "--set",
      `api=${said}`,
      ...notify,
      "--user",
      `advisors=${MEGAN}`,
      "--group",
      "rooms=Finance",
    ];
    const run = await product.setUp(flags, { [`${TOKEN}_ADVISORS`]: "one", [`${TOKEN}_ROOMS`]: "two" });
    expect(run.exitCode, run.stderr).toBe(0);
    for (const [key, mappings, notified] of [
      ["advisors", ADVISORS, "it@contoso.com"],
      ["rooms", ROOMS, "fm@contoso.com"],
    ] as const) {
      const { roles, ...provisioning } = provisioningOf(product.tenant, `&Money booking ${key}`);
      expect(provisioning).toEqual({
        tenantUrl: `${api}/${key}/scim`,
        syncsAll: "false",
        hasToken: true,
        notified,
        schedule: "Active",
        mappings,
        groups: false,
      });
      expect(roles).toEqual([null]);
    }
    await expectNothingToDo(product, flags);
  });
});

test("F1, F4, F5, F6, F7, F8: the platform, with sign-in and provisioning on one app", async () => {
  const tenantUrl = "https://scim.vendor.example/scim";
  const product = await productOf("scim-oidc-platform", { [tenantUrl]: "platform" });
  const flags = [
    "webRedirectUri=https://web.vendor.example/back",
    "installedRedirectUri=https://app.vendor.example/back",
    `tenantUrl=${tenantUrl}`,
    "userType=Premium",
    "role=Admin",
    "metadata=floor=extensionAttribute1",
  ].flatMap((one) => ["--set", one]);
  const run = await product.setUp([...flags, "--user", MEGAN], { [TOKEN]: "platform" });
  expect(run.exitCode, run.stderr).toBe(0);
  const provisioning = provisioningOf(product.tenant, "SCIM and OpenID Connect platform");
  expect(provisioning).toMatchObject({
    tenantUrl,
    syncsAll: "false",
    schedule: "Active",
    groups: true,
    roles: ["Admin"],
    mappings: {
      userType: "[companyName]",
      [`${EXTENSION}:CustomExtensionName:folders`]: 'Split([jobTitle], ",")',
      'roles[primary eq "True"].value': "SingleAppRoleAssignment([appRoleAssignments])",
      [`${EXTENSION}:Metadata:floor`]: "[extensionAttribute1]",
    },
  });
  await expectNothingToDo(product, [...flags, "--user", MEGAN]);
});
