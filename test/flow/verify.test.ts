import { describe, expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import type { Application } from "../../src/sandbox/state.ts";
import { runInProcess, type TestRun, type TestTenant, testTenant, UNATTENDED } from "../support/run.ts";

/** What verify needs to know; the rest of an unattended run is for those that change something. */
const LOOK = UNATTENDED.filter((word) => word !== "--yes");
const MAILS = "--mails-online";

async function registered(...more: string[]) {
  const tenant = testTenant();
  const first = await runInProcess([...UNATTENDED, ...more], tenant);
  expect(first.exitCode).toBe(0);
  const [application] = tenant.state.applications;
  if (!application) throw new Error("no application");
  return { tenant, folder: first.folder, application };
}

const verify = (tenant: TestTenant, folder: string, ...more: string[]) =>
  runInProcess(["verify", ...LOOK, ...more], tenant, { folder });

/** The lines that do not say that all is well, without their indent. */
function faults({ stdout }: TestRun): string[] {
  return stdout
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^[~✖!]/.test(line));
}

describe("a registration as the template wants it", () => {
  test("exit 0, nothing asked, nothing written, reading permissions only", async () => {
    const { tenant, folder } = await registered();
    const before = structuredClone(tenant.state);
    const from = tenant.requests.length;
    const run = await verify(tenant, folder);
    expect(run.stderr).not.toMatch(/✖|!/);
    expect(faults(run)).toEqual([]);
    expect(run.stdout).toMatch(/"empower" is as the template wants it/);
    expect(run.stdout).toMatch(/handed over, until 2028-11-20, 731 days left/);
    expect(run.exitCode).toBe(0);
    expect(tenant.state).toEqual(before);
    const writes = tenant.requests
      .slice(from)
      .filter(({ method, url }) => method !== "GET" && !/\$batch|oauth2\/v2\.0/.test(url));
    expect(writes).toEqual([]);
  });

  test("with Mails Online, found by its client id, from another folder", async () => {
    const { tenant, application } = await registered(MAILS);
    const run = await runInProcess(["verify", ...LOOK, MAILS, "--app-id", application.appId], tenant);
    expect(faults(run)).toEqual([]);
    expect(run.stdout).toMatch(/api:\/\/app\.contoso\.com\//);
    expect(run.exitCode).toBe(0);
  });

  test("in a terminal what is wanted is asked for, as register asks", async () => {
    const { tenant, folder } = await registered();
    const answers = [
      { expect: /tenant ID/, answer: EXAMPLE.tenantDomain },
      { expect: /Name for the app/, answer: "empower" },
      { expect: /URL of the app/, answer: "https://app.contoso.com" },
      { expect: /Outlook add-in/, answer: "no" },
    ];
    const run = await runInProcess(["verify"], tenant, { folder, answers });
    expect(run.exitCode).toBe(0);
    expect(run.ports.asked).toHaveLength(4);
  });

  test.each([40, 80])("fits %i columns", async (columns) => {
    const { tenant, folder } = await registered();
    const run = await runInProcess(["verify", ...LOOK], tenant, { folder, columns });
    const tooLong = run.stdout
      .split("\n")
      .filter((line) => line.length > columns && !/https:|[0-9a-f-]{36}/.test(line));
    expect(tooLong).toEqual([]);
  });
});

type Drift = (application: Application, tenant: TestTenant) => void;

/** One drift each: what happens to the tenant, the one line that verify has for it, and what register plans. */
const DRIFTS: Readonly<Record<string, readonly [Drift, RegExp, RegExp]>> = {
  name: [
    (app) => Object.assign(app, { displayName: "other" }),
    /^~ name "other", should be "empower"$/,
    /~ name: other → empower/,
  ],
  audience: [
    (app) => Object.assign(app, { signInAudience: "AzureADMultipleOrgs" }),
    /^~ who can sign in: every tenant, should be this tenant only$/,
    /~ who can sign in: AzureADMultipleOrgs → AzureADMyOrg/,
  ],
  "redirect URI": [
    (app) => app.web.redirectUris.splice(0, 1),
    /^✖ redirect URI https:\/\/app\.contoso\.com\/empower\/identityservice\/signin-oidc is missing$/,
    /\+ redirect URI \S+signin-oidc/,
  ],
  "implicit flow": [
    (app) =>
      Object.assign(app.web, {
        implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: true },
      }),
    /^~ implicit flow: ID tokens, should be access tokens and ID tokens$/,
    /~ implicit flow: ID tokens → implicit flow: access tokens and ID tokens/,
  ],
  "permission asked for": [
    (app) => (app["requiredResourceAccess"] as { resourceAccess: unknown[] }[])[0]?.resourceAccess.shift(),
    /^✖ User\.Read \(Microsoft Graph, delegated\) is missing$/,
    /permissions asked for: 3/,
  ],
  "delegated consent": [
    (_app, { state }) => state.oauth2PermissionGrants.splice(0, 1),
    /^✖ User\.Read \(Microsoft Graph, delegated\) is not granted$/,
    /\+ User\.Read \(Microsoft Graph, delegated\)/,
  ],
  "application consent": [
    (_app, { state }) => state.appRoleAssignments.splice(1, 1),
    /^✖ GroupMember\.Read\.All \(Microsoft Graph, application\) is not granted$/,
    /\+ GroupMember\.Read\.All \(Microsoft Graph, application\)/,
  ],
  "enterprise application's tag": [
    (_app, { state }) => Object.assign(state.servicePrincipals[0] ?? {}, { tags: [] }),
    /^✖ is not shown under Enterprise applications/,
    /~ Enterprise application/,
  ],
  "Application ID URI": [
    (app) => app.identifierUris.splice(0, 1),
    /^✖ Application ID URI api:\/\/app\.contoso\.com\/[0-9a-f-]+ is missing$/,
    /\+ Application ID URI api:/,
  ],
  "access token version": [
    (app) => Object.assign(app.api, { requestedAccessTokenVersion: null }),
    /^~ access token version 1, should be 2$/,
    /~ access token version: not set → 2/,
  ],
  "text of a scope": [
    ({ api }) => Object.assign(api.oauth2PermissionScopes[0] ?? {}, { adminConsentDescription: "by hand" }),
    /^~ scope access_as_user differs from the template$/,
    /~ scope access_as_user/,
  ],
  "scope that is disabled": [
    ({ api }) => Object.assign(api.oauth2PermissionScopes[0] ?? {}, { isEnabled: false }),
    /^~ scope access_as_user differs from the template$/,
    /~ scope access_as_user/,
  ],
  "authorised client": [
    (app) => Object.assign(app.api, { preAuthorizedApplications: [] }),
    /^✖ authorised client .*Office.* \(ea5a67f6-b6f3-4338-b240-c655ddc3cc8e\) is missing$/,
    /\+ authorised client application/,
  ],
  "client secret": [
    (app) => app.passwordCredentials.splice(0, 1),
    /^✖ no valid client secret that was handed over$/,
    /\+ Client secret/,
  ],
};

describe("drift", () => {
  test.each(Object.entries(DRIFTS))(
    "%s: verify names it, register repairs it",
    async (_name, [drift, line, planned]) => {
      const { tenant, folder, application } = await registered(MAILS);
      drift(application, tenant);
      const drifted = await verify(tenant, folder, MAILS);
      expect(faults(drifted)).toEqual([expect.stringMatching(line)]);
      expect(drifted.exitCode).toBe(3);
      expect(drifted.stdout).toMatch(/1 difference\.[\s\S]*npx \S+ register /);

      const dry = await runInProcess([...LOOK, MAILS, "--dry-run"], tenant, { folder });
      expect(dry.stderr).toMatch(planned);
      const repaired = await runInProcess([...UNATTENDED, MAILS], tenant, { folder });
      expect(repaired.exitCode).toBe(0);
      const after = await verify(tenant, folder, MAILS);
      expect(faults(after)).toEqual([]);
      expect(after.exitCode).toBe(0);
    },
  );

  test("a service principal that is gone takes the consent along", async () => {
    const { tenant, folder } = await registered();
    tenant.state.servicePrincipals.splice(0, 1);
    tenant.state.appRoleAssignments.splice(0);
    tenant.state.oauth2PermissionGrants.splice(0);
    const run = await verify(tenant, folder);
    expect(faults(run).filter((line) => line.startsWith("✖"))).toHaveLength(4);
    expect(run.exitCode).toBe(3);
  });

  test("what is the customer's own is shown and is no fault; a stray application permission is a warning", async () => {
    const { tenant, folder, application } = await registered();
    application.web.redirectUris.push(
      "https://customer.example/own",
      "https://old.contoso.com/empower/identityservice",
    );
    const [assignment] = tenant.state.appRoleAssignments;
    if (!assignment) throw new Error("no assignment");
    tenant.state.appRoleAssignments.push({
      ...assignment,
      id: "stray",
      appRoleId: "5b567255-7703-4780-807c-7be8301ae99b",
    });
    const run = await verify(tenant, folder);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/i redirect URI https:\/\/customer\.example\/own is your own; it stays/);
    expect(run.stdout).toMatch(/old\.contoso\.com\/\S+ is of an earlier address/);
    expect(faults(run)).toEqual([
      expect.stringMatching(
        /^! (Group\.Read\.All|5b567255\S+) \(Microsoft Graph, application\) is granted, and the template does not ask/,
      ),
    ]);
    expect(run.stdout).toMatch(/Look at what is marked with !/);
  });
});

describe("client secrets", () => {
  test("one that ends soon is a warning with the command for a new one, one that has ended a difference", async () => {
    const { tenant, folder, application } = await registered();
    const [credential] = application.passwordCredentials;
    if (!credential) throw new Error("no secret");
    credential.endDateTime = "2026-12-10T12:00:00Z";
    const soon = await verify(tenant, folder);
    expect(faults(soon)).toEqual([expect.stringMatching(/^! .*handed over, until 2026-12-10, 20 days left/)]);
    expect(soon.stdout).toMatch(/secret rotate/);
    expect(soon.exitCode).toBe(0);
    credential.endDateTime = "2026-11-19T12:00:00Z";
    const ended = await verify(tenant, folder);
    expect(ended.stdout).toMatch(/ended on 2026-11-19/);
    expect(faults(ended)).toEqual([expect.stringMatching(/^✖ no valid client secret/)]);
    expect(ended.exitCode).toBe(3);
  });

  test("a doubtful one is named and nobody is asked; a stranger's is listed", async () => {
    const { tenant, application } = await registered();
    application.tags = application.tags.filter((tag) => !tag.startsWith("delivered-"));
    const [credential] = application.passwordCredentials;
    if (!credential) throw new Error("no secret");
    application.passwordCredentials.push({
      ...credential,
      keyId: "00000000-0000-4000-8000-00000000abcd",
      displayName: "portal",
    });
    const run = await runInProcess(["verify", ...LOOK], tenant);
    expect(run.stdout).toMatch(/! "[^"]+": nothing proves that it was handed over, until/);
    expect(run.stdout).toMatch(/i "portal": not made by this tool, until 2028-11-20/);
    expect(run.exitCode).toBe(3);
  });
});

test("--json has every finding, and agrees with the exit code", async () => {
  const { tenant, folder, application } = await registered();
  application.web.redirectUris.splice(1, 1);
  const { stdout, exitCode } = await verify(tenant, folder, "--json");
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    schemaVersion: 1,
    command: "verify",
    changed: false,
    tenantId: EXAMPLE.tenantId,
    appId: application.appId,
    differences: 1,
    findings: expect.arrayContaining([
      expect.objectContaining({ about: "redirectUri", state: "missing" }),
      expect.objectContaining({ about: "secret", state: "ok", daysLeft: 731 }),
    ]),
  });
});

test("what is missing is named before anybody signs in; what is not there is named after", async () => {
  const tenant = testTenant();
  const missing = await runInProcess(["verify", "--no-input"], tenant);
  expect(missing.exitCode).toBe(2);
  expect(missing.stderr).toMatch(/--tenant-id[\s\S]*--hostname/);
  expect(tenant.requests).toEqual([]);
  const absent = await runInProcess(["verify", ...LOOK], tenant);
  expect(absent.exitCode).toBe(2);
  expect(absent.stderr).toMatch(/no app registration named "empower"/);
});

test("nothing from outside controls the terminal", async () => {
  const { tenant, folder, application } = await registered();
  const evil = "\u001B[2J\u202Eevil";
  application.displayName = evil;
  application.web.redirectUris.push(`https://customer.example/${evil}`);
  const run = await verify(tenant, folder);
  expect(run.stdout).toContain("evil");
  expect(run.stdout + run.stderr).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
});
