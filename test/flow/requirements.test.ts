import { describe, expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { runInProcess, type TestTenant, testTenant, UNATTENDED } from "../support/run.ts";

/*
 * The first chapters of docs/requirements.md, one by one, in the tenant and the file as a run leaves them. The
 * permissions' IDs are Microsoft's own (https://learn.microsoft.com/graph/permissions-reference).
 */

const GRAPH = "00000003-0000-0000-c000-000000000000";
const USER_READ = { id: "e1fe6dd8-ba31-4d61-89e7-88639da4683d", type: "Scope" };
const USER_READ_ALL = { id: "df021288-bdef-4463-88db-98f22de89214", type: "Role" };
const GROUP_MEMBER_READ_ALL = { id: "98830695-27a2-44f7-8c18-0c3ebc9698f6", type: "Role" };

async function registered(...flags: readonly string[]) {
  const tenant = testTenant();
  const run = await runInProcess([...UNATTENDED, ...flags], tenant);
  expect(run.exitCode, run.stderr).toBe(0);
  const [application] = tenant.state.applications;
  const [principal] = tenant.state.servicePrincipals.filter(({ appId }) => appId === application?.appId);
  if (!application || !principal) throw new Error("nothing was registered");
  return { tenant, run, application, principal };
}

/** What was granted: application permissions by their IDs, delegated ones by their names. */
function granted({ state }: TestTenant, principalId: string) {
  return {
    roles: state.appRoleAssignments
      .filter((one) => one.principalId === principalId)
      .map(({ appRoleId }) => appRoleId)
      .toSorted(),
    scopes: state.oauth2PermissionGrants
      .filter(({ clientId }) => clientId === principalId)
      .map(({ scope, consentType }) => [scope, consentType]),
  };
}

describe("an app registration", () => {
  test("A3: is signed in for with a device code of the tenant that is named", async () => {
    const { run } = await registered();
    expect(run.stderr).toMatch(/Code: [A-Z0-9]{9}/);
    expect(run.stderr).toContain("Signed in as admin@contoso.com in Contoso");
  });

  test("A4: is for one tenant, with a name and exactly the three redirect URIs", async () => {
    const { application } = await registered("--app-name", "Our slides");
    expect(application).toMatchObject({ displayName: "Our slides", signInAudience: "AzureADMyOrg" });
    expect(application.web.redirectUris).toEqual([
      "https://app.contoso.com/empower/identityservice/signin-oidc",
      "https://app.contoso.com/empower/identityservice/grants",
      "https://app.contoso.com/empower/identityservice",
    ]);
  });

  test.each([
    ["on", [], true],
    ["off with --no-implicit-flow", ["--no-implicit-flow"], false],
  ] as const)("A5: has implicit flow %s, for both kinds of token", async (_how, flags, isOn) => {
    const { application } = await registered(...flags);
    expect(application.web).toMatchObject({
      implicitGrantSettings: { enableAccessTokenIssuance: isOn, enableIdTokenIssuance: isOn },
    });
  });

  test.each([
    ["A6: with groups", [], [USER_READ_ALL, GROUP_MEMBER_READ_ALL]],
    ["A6: without group synchronisation", ["--no-group-sync"], [USER_READ_ALL]],
    ["A7: with SCIM", ["--scim"], []],
  ] as const)("%s, asks for and is granted exactly these permissions", async (_how, flags, roles) => {
    const { tenant, application, principal } = await registered(...flags);
    expect(application["requiredResourceAccess"]).toEqual([
      { resourceAppId: GRAPH, resourceAccess: [USER_READ, ...roles] },
    ]);
    expect(granted(tenant, principal.id)).toEqual({
      roles: roles.map(({ id }) => id).toSorted(),
      scopes: [["User.Read", "AllPrincipals"]],
    });
  });

  test("A8: shows under Enterprise applications", async () => {
    const { principal } = await registered();
    expect(principal.tags).toContain("WindowsAzureActiveDirectoryIntegratedApp");
  });

  test.each([
    [[], "2028-11-20"],
    [["--secret-lifetime", "90d"], "2027-02-18"],
    [["--secret-lifetime", "100y"], "2126-11-20"],
  ] as const)("A9: has a described secret; %j: it ends %s", async (flags, end) => {
    const { application } = await registered(...flags);
    expect(application.passwordCredentials).toHaveLength(1);
    expect(application.passwordCredentials[0]?.displayName).toMatch(/^empower/);
    expect(application.passwordCredentials[0]?.endDateTime.slice(0, 10)).toBe(end);
  });

  test("A10, A11, A13: is handed over by a link that opens once, in five keys, with what to do next", async () => {
    const { tenant, run, application } = await registered();
    const link = run.info?.["clientSecret"] ?? "";
    expect(Object.entries(run.info ?? {})).toEqual([
      ["TenantId", EXAMPLE.tenantId],
      ["clientId", application.appId],
      ["clientSecret", link],
      ["createDateClientSecret", "20.11.2026"],
      ["expirationDateClientSecret", "20.11.2028"],
    ]);
    expect(link).toMatch(/^https:\/\/onetimepass\.domaincrawler\.com\//);
    expect(tenant.reveal(link)).toMatch(/^\S{40}$/);
    expect(tenant.reveal(link)).toBeUndefined();
    for (const words of [EXAMPLE.tenantId, application.appId, link, "opens once", "It works until"]) {
      expect(run.stdout).toContain(words);
    }
    expect(run.stdout).toMatch(/Next:\s+1\. Send .*AppRegistrationInfo\.json to your Onboarding Specialist/);
  });
});
