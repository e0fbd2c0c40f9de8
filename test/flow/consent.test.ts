import { describe, expect, test } from "vitest";
import { EXAMPLE, ROLES } from "../../src/sandbox/index.ts";
import { FAULTS, failing, recording } from "../support/faults.ts";
import {
  COMPLETE,
  census,
  runInProcess,
  type TestTenant,
  tally,
  testTenant,
  UNATTENDED,
} from "../support/run.ts";

const YES = { expect: /Go ahead/, answer: true };
const TENANT = ["--tenant-id", EXAMPLE.tenantId];
const GRAPH = "00000003-0000-0000-c000-000000000000";

/** A tenant in which somebody without the right role has registered the app. */
async function registered(flags: readonly string[] = []) {
  const tenant = testTenant({ roles: [ROLES.applicationAdministrator], deviceCodePolls: 1 });
  const first = await runInProcess([...UNATTENDED, ...flags], tenant);
  expect(first.exitCode).toBe(7);
  const [application] = tenant.state.applications;
  if (!application) throw new Error("no application");
  tenant.behaviour.roles = [ROLES.privilegedRoleAdministrator, ROLES.applicationAdministrator];
  const argv = ["consent", ...TENANT, "--app-id", application.appId];
  return { tenant, first, application, argv, unattended: [...argv, "--yes", "--no-input"] };
}

describe("two people", () => {
  test("the command that the first one forwards is what the colleague runs; then the first one is done", async () => {
    const { tenant, first, application } = await registered();
    const forwarded = /npx \.\/entra-app-registration-0\.0\.0\.tgz (.*)/.exec(first.stdout)?.[1] ?? "";
    expect(forwarded).toBe(`consent ${TENANT.join(" ")} --app-id ${application.appId}`);

    const colleague = await runInProcess(forwarded.split(" "), tenant, { answers: [YES] });
    expect(colleague.exitCode).toBe(0);
    expect(colleague.stderr).not.toMatch(/✖|!/);
    expect(colleague.info).toBeUndefined();
    const again = await runInProcess(UNATTENDED, tenant, { folder: first.folder });
    expect(again.stdout).toMatch(/Nothing to do/);
    expect(again.exitCode).toBe(0);
    expect(census(tenant, first)).toEqual(COMPLETE);
  });

  test("the colleague sees whose app it is, where it sends people and what it asks for, before the yes", async () => {
    const { tenant, argv, application } = await registered();
    const no = await runInProcess(argv, tenant, { answers: [{ ...YES, answer: false }] });
    expect(no.exitCode).toBe(130);
    expect(no.stderr).toContain(`client ID ${application.appId}`);
    expect(no.stderr).toMatch(/registered 2026-11-20 in Contoso \(7c1d2f4e-/);
    expect(no.stderr).toContain("redirect URI https://app.contoso.com/empower/identityservice/signin-oidc");
    expect(no.stderr).toMatch(/User\.Read\.All \(Microsoft Graph, application\): Read all users/);
    expect(no.stderr).toMatch(/Nothing was changed/);
    expect(tenant.state.appRoleAssignments).toEqual([]);
  });

  test("--json says what was granted and that it changed", async () => {
    const { tenant, unattended, application } = await registered();
    const run = await runInProcess([...unattended, "--json"], tenant);
    expect(JSON.parse(run.stdout)).toMatchObject({
      command: "consent",
      changed: true,
      appId: application.appId,
      handoverFile: null,
      clientSecret: null,
      steps: [{ kind: "grantAppRole" }, { kind: "grantAppRole" }],
      waiting: [],
    });
  });

  test("a second consent finds nothing to do", async () => {
    const { tenant, unattended } = await registered();
    await runInProcess(unattended, tenant);
    const before = structuredClone(tenant.state);
    const again = await runInProcess([...unattended, "--json"], tenant);
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ changed: false, steps: [] });
    expect(tenant.state).toEqual(before);
  });

  test("--dry-run signs in to read, shows the plan and changes nothing", async () => {
    const { tenant, argv } = await registered();
    const before = structuredClone(tenant.state);
    const run = await runInProcess([...argv, "--dry-run", "--no-input"], tenant);
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toMatch(/GroupMember\.Read\.All/);
    expect(run.stdout).toMatch(/nothing was changed/);
    expect(tenant.state).toEqual(before);
  });

  test("without a yes and without a tenant it says so before anybody signs in", async () => {
    const { tenant, argv } = await registered();
    const sent = tenant.requests.length;
    const yes = await runInProcess([...argv, "--no-input"], tenant);
    expect([yes.exitCode, yes.stderr]).toEqual([2, expect.stringMatching(/--yes/)]);
    const missing = await runInProcess(["consent", "--yes", "--no-input"], tenant);
    expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringMatching(/--tenant-id/)]);
    expect(tenant.requests).toHaveLength(sent);
  });
});

describe("exactly the template's permissions", () => {
  test("an optional one that the app does not ask for is not granted", async () => {
    const { tenant, unattended } = await registered(["--no-group-sync"]);
    const run = await runInProcess(unattended, tenant);
    expect(run.exitCode).toBe(0);
    expect(tenant.state.appRoleAssignments).toHaveLength(1);
    expect(run.stderr).not.toMatch(/GroupMember/);
  });

  test("--no-group-sync leaves one out that the app asks for", async () => {
    const { tenant, unattended } = await registered();
    const run = await runInProcess([...unattended, "--no-group-sync"], tenant);
    expect(run.exitCode).toBe(0);
    expect(tenant.state.appRoleAssignments).toHaveLength(1);
  });

  test("an app that asks for more gets nothing, and each extra is named", async () => {
    const { tenant, unattended, application } = await registered();
    application["requiredResourceAccess"] = [
      ...(application["requiredResourceAccess"] as object[]),
      // Directory.ReadWrite.All, an application permission of Microsoft Graph.
      {
        resourceAppId: GRAPH,
        resourceAccess: [{ id: "19dbc75e-c2e2-444c-a770-ec69d8559fc7", type: "Role" }],
      },
      {
        resourceAppId: "00000002-0000-0ff1-ce00-000000000000",
        resourceAccess: [{ id: GRAPH, type: "Scope" }],
      },
    ];
    const run = await runInProcess(unattended, tenant);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/Directory\.ReadWrite\.All|19dbc75e/);
    expect(run.stderr).toMatch(/00000002-0000-0ff1-ce00-000000000000, delegated/);
    expect(run.stderr).toMatch(/Nothing was changed/);
    expect(tenant.state.appRoleAssignments).toEqual([]);
  });

  test("an app that is open to other tenants gets nothing", async () => {
    const { tenant, unattended, application } = await registered();
    application["signInAudience"] = "AzureADMultipleOrgs";
    const run = await runInProcess([...unattended, "--json"], tenant);
    expect(run.exitCode).toBe(2);
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: "CONSENT_REFUSED" } });
    expect(tenant.state.appRoleAssignments).toEqual([]);
  });

  test("an app of another tenant is named as such, and one that is nowhere too", async () => {
    const { tenant } = await registered();
    const foreign = ["consent", ...TENANT, "--app-id", GRAPH, "--yes", "--no-input"];
    const run = await runInProcess(foreign, tenant);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/"Microsoft Graph" .* belongs to another tenant, f8cdef31-/);
    const nowhere = await runInProcess(
      foreign.with(foreign.indexOf(GRAPH), "11111111-0000-4000-8000-000000000000"),
      tenant,
    );
    expect(nowhere.stderr).toMatch(/There is no app registration with the client ID 11111111-/);
  });
});

describe("rights", () => {
  test("what is still refused waits for the next colleague, exit 7", async () => {
    const { tenant, unattended, application } = await registered();
    tenant.behaviour.roles = [ROLES.applicationAdministrator];
    const run = await runInProcess(unattended, tenant);
    expect(run.exitCode).toBe(7);
    expect(run.stdout).toMatch(/Still missing: admin consent for User\.Read\.All, GroupMember\.Read\.All/);
    expect(run.stdout).toContain(`consent ${TENANT.join(" ")} --app-id ${application.appId}`);
    expect(run.stdout).toContain(`/appId/${application.appId}`);
    const json = JSON.parse((await runInProcess([...unattended, "--json"], tenant)).stdout) as object;
    expect(json).toMatchObject({ changed: false, waiting: [{ permission: "User.Read.All" }, {}] });
  });

  test("a missing enterprise application is created", async () => {
    const { tenant, unattended } = await registered();
    withoutServicePrincipal(tenant);
    const run = await runInProcess(unattended, tenant);
    expect(run.exitCode).toBe(0);
    expect(tenant.state.servicePrincipals).toHaveLength(1);
    expect(tenant.state.servicePrincipals[0]?.tags).toEqual(["WindowsAzureActiveDirectoryIntegratedApp"]);
    expect(tenant.state.appRoleAssignments).toHaveLength(2);
    expect(tenant.state.oauth2PermissionGrants).toHaveLength(1);
  });

  test("who may consent but not create it is told which role can", async () => {
    const { tenant, unattended } = await registered();
    withoutServicePrincipal(tenant);
    tenant.behaviour.roles = [ROLES.privilegedRoleAdministrator];
    const run = await runInProcess(unattended, tenant);
    expect(run.exitCode).toBe(5);
    expect(run.stderr).toMatch(/not allowed to create the enterprise application/);
    expect(run.stderr).toMatch(/Cloud Application Administrator/);
  });
});

function withoutServicePrincipal({ state }: TestTenant): void {
  state.servicePrincipals.splice(0);
  state.oauth2PermissionGrants.splice(0);
  state.appRoleAssignments.splice(0);
}

const requests = await (async () => {
  const names: string[] = [];
  const { tenant, unattended } = await registered();
  withoutServicePrincipal(tenant);
  expect((await runInProcess(unattended, tenant, { through: recording(names) })).exitCode).toBe(0);
  return names;
})();

describe.each(Object.entries(FAULTS))("%s", (_fault, fault) => {
  test.each(requests)("at %s: the next consent ends as if nothing had happened", async (target) => {
    const { tenant, unattended, first } = await registered();
    withoutServicePrincipal(tenant);
    const faulty = await runInProcess(unattended, tenant, { through: failing(target, fault) });
    expect(faulty.stderr).not.toMatch(/This is a bug[\s\S]*/);
    expect([0, 4, 8]).toContain(faulty.exitCode);
    const second = await runInProcess(unattended, tenant);
    expect(second.stderr).not.toMatch(/✖/);
    expect(second.exitCode).toBe(0);
    expect(COMPLETE).toMatchObject(tally(tenant, first));
  });
});
