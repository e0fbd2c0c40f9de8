import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { EXAMPLE, ROLES } from "../../src/sandbox/index.ts";
import { FAULTS, failing, recording } from "../support/faults.ts";
import {
  COMPLETE,
  census,
  runInProcess,
  type TestRunOptions,
  type TestTenant,
  testTenant,
  UNATTENDED,
} from "../support/run.ts";

const TENANT = ["--tenant-id", EXAMPLE.tenantId];
const REMOVE = ["remove", "--yes", "--no-input", ...TENANT];

async function registered(behaviour: Parameters<typeof testTenant>[0] = {}) {
  const tenant = testTenant(behaviour);
  const first = await runInProcess(UNATTENDED, tenant);
  expect(first.exitCode).toBe(0);
  const [application] = tenant.state.applications;
  if (!application) throw new Error("no application");
  return { tenant, folder: first.folder, application };
}

/** The same, once it was somebody else's and was taken over. */
async function adopted() {
  const { tenant, folder, application } = await registered();
  Object.assign(application, { uniqueName: null, tags: [] });
  for (const secret of application.passwordCredentials) secret.displayName = "empower";
  const { appId } = application;
  const adopting = await runInProcess([...UNATTENDED, "--app-id", appId], tenant, { folder });
  expect(adopting.exitCode).toBe(0);
  return { tenant, folder, application, appId };
}

const left = ({ state }: TestTenant) => ({
  applications: state.applications.length,
  servicePrincipals: state.servicePrincipals.length,
  deleted: state.deletedItems.map(({ type }) => type).toSorted(),
});

const GONE = { applications: 0, servicePrincipals: 0, deleted: ["application", "servicePrincipal"] };

const writes = ({ requests }: TestTenant, from: number) =>
  requests.slice(from).filter(({ method, url }) => method !== "GET" && !/\$batch|oauth2\/v2\.0/.test(url));

describe("what this tool made", () => {
  test("is shown and removed, and is nothing to remove the second time", async () => {
    const { tenant, folder, application } = await registered();
    const from = tenant.requests.length;
    const run = await runInProcess(REMOVE, tenant, { folder });
    expect(run.stderr).not.toMatch(/✖|!/);
    expect(run.stderr).toMatch(
      /This will be removed from Contoso[\s\S]*- App registration "empower"[\s\S]*- Enterprise application[\s\S]*- User\.Read\.All \(Microsoft Graph, application\)[\s\S]*- Client secret "empower \(entra-app-registration/,
    );
    expect(run.stdout).toMatch(/Removed: "empower"[\s\S]*restored until 2026-12-20/);
    expect(run.exitCode).toBe(0);
    expect(left(tenant)).toEqual(GONE);
    expect(writes(tenant, from).map(({ method }) => method)).toEqual(["DELETE"]);

    const again = await runInProcess(REMOVE, tenant, { folder });
    expect(again.stdout).toMatch(/Nothing to remove: "empower" is deleted already/);
    expect(again.exitCode).toBe(0);
    const byId = await runInProcess([...REMOVE, "--app-id", application.appId], tenant);
    expect(byId.stdout).toMatch(/Nothing to remove: "empower" is deleted already/);
    expect(byId.exitCode).toBe(0);
  });

  test("goes on a yes in a terminal, and stays on a no", async () => {
    const { tenant, folder } = await registered();
    const answers = [
      { expect: /tenant ID/, answer: EXAMPLE.tenantDomain },
      { expect: /Name for the app/, answer: "empower" },
    ];
    const no = [...answers, { expect: /Go ahead/, answer: false }];
    const declined = await runInProcess(["remove"], tenant, { folder, answers: no });
    expect(declined.exitCode).toBe(130);
    expect(declined.stderr).toMatch(/Nothing was changed/);
    expect(tenant.state.applications).toHaveLength(1);
    const yes = [...answers, { expect: /Go ahead/, answer: true }];
    const run = await runInProcess(["remove"], tenant, { folder, answers: yes });
    expect(run.exitCode).toBe(0);
    expect(left(tenant)).toEqual(GONE);
  });

  test("a dry run shows it with reading permissions and changes nothing", async () => {
    const { tenant, folder } = await registered();
    const before = structuredClone(tenant.state);
    const from = tenant.requests.length;
    const run = await runInProcess(["remove", "--dry-run", "--no-input", ...TENANT], tenant, { folder });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toMatch(/- App registration "empower"/);
    expect(tenant.state).toEqual(before);
    expect(writes(tenant, from)).toEqual([]);
  });

  test("wants a yes or somebody to ask, before anybody signs in", async () => {
    const { tenant } = await registered();
    const from = tenant.requests.length;
    const run = await runInProcess(["remove", "--no-input", ...TENANT], tenant);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/--yes/);
    expect(tenant.requests).toHaveLength(from);
  });

  test("--json says what went and until when it can come back", async () => {
    const { tenant, folder, application } = await registered();
    const { keyId } = application.passwordCredentials[0] ?? {};
    const { stdout } = await runInProcess([...REMOVE, "--json"], tenant, { folder });
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      command: "remove",
      changed: true,
      appId: application.appId,
      restorableUntil: expect.stringMatching(/^2026-12-20T/),
      consent: expect.arrayContaining([
        { permission: "User.Read", api: "Microsoft Graph", type: "delegated" },
      ]),
      clientSecrets: [{ keyId }],
    });
    const again = await runInProcess([...REMOVE, "--json"], tenant, { folder });
    expect(JSON.parse(again.stdout)).toMatchObject({ changed: false, appId: application.appId });
  });

  test("whoever may not is told so, and nothing is gone", async () => {
    const { tenant, folder } = await registered();
    tenant.behaviour.roles = [ROLES.privilegedRoleAdministrator];
    const run = await runInProcess(REMOVE, tenant, { folder });
    expect(run.exitCode).toBe(5);
    expect(run.stderr).toMatch(/not allowed to remove the app registration/);
    expect(tenant.state.applications).toHaveLength(1);
  });
});

describe("what this tool did not make", () => {
  test("an app without our mark is refused, with and without a terminal", async () => {
    const { tenant, folder, application } = await registered();
    Object.assign(application, { uniqueName: null, tags: [] });
    const byId = await runInProcess([...REMOVE, "--app-id", application.appId], tenant, { folder });
    expect(byId.exitCode).toBe(2);
    expect(byId.stderr).toMatch(/has no mark of this tool/);
    const byName = await runInProcess(REMOVE, tenant, { folder });
    expect(byName.exitCode).toBe(2);
    const answers = [{ expect: /Which app registration named "empower"/, answer: /2026/ }];
    const chosen = await runInProcess(["remove", ...TENANT, "--app-name", "empower"], tenant, { answers });
    expect(chosen.exitCode).toBe(2);
    expect(tenant.state.applications).toHaveLength(1);
  });

  test("an adopted app is not removed without somebody to type its name", async () => {
    const { tenant, folder, appId } = await adopted();
    for (const argv of [REMOVE, [...REMOVE, "--app-id", appId]]) {
      const run = await runInProcess(argv, tenant, { folder });
      expect(run.exitCode).toBe(2);
      expect(run.stderr).toMatch(/taken over[\s\S]*type its name/);
    }
    expect(tenant.state.applications).toHaveLength(1);
  });

  test("an adopted app goes with its name typed, --yes or not; Enter stops", async () => {
    const { tenant, folder } = await adopted();
    const argv = ["remove", ...TENANT, "--app-name", "empower", "--yes"];
    const typing = (...texts: string[]): TestRunOptions => ({
      folder,
      answers: texts.map((answer) => ({ expect: /type its name, empower/, answer })),
    });
    const stopped = await runInProcess(argv, tenant, typing(""));
    expect(stopped.exitCode).toBe(130);
    expect(tenant.state.applications).toHaveLength(1);
    const run = await runInProcess(argv, tenant, typing("Empower", "empower"));
    expect(run.ports.refused.map(({ reason }) => reason)).toEqual([expect.stringMatching(/not its name/)]);
    expect(run.stderr).toMatch(
      /it was there before this tool[\s\S]*"empower", valid until .*not made by this tool/,
    );
    expect(run.exitCode).toBe(0);
    expect(left(tenant)).toEqual(GONE);
  });

  test("an app of ours whose tags somebody took off counts as adopted", async () => {
    const { tenant, folder, application } = await registered();
    application.tags = [];
    const run = await runInProcess(REMOVE, tenant, { folder });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/type its name/);
  });
});

describe("afterwards", () => {
  const removed = async () => {
    const { tenant, folder, application } = await registered();
    expect((await runInProcess(REMOVE, tenant, { folder })).exitCode).toBe(0);
    return { tenant, folder, application };
  };
  const RESTORE = { expect: /was deleted on 2026-11-20/, answer: "restore" };
  const YES = { expect: /Go ahead/, answer: true };
  const REGISTER = [
    ...TENANT,
    "--app-name",
    "empower",
    "--hostname",
    "https://app.contoso.com",
    "--no-mails-online",
  ];

  test("unattended, register names both ways and changes nothing", async () => {
    const { tenant, folder } = await removed();
    const run = await runInProcess(UNATTENDED, tenant, { folder });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/restore it/);
    expect(left(tenant)).toEqual(GONE);
  });

  test("register restores, says that the old secret works again, and removes it when told to", async () => {
    const { tenant, folder, application } = await removed();
    const [old] = application.passwordCredentials;
    const answers = [
      RESTORE,
      {
        expect: /\(entra-app-registration [0-9a-f]{8}\)" \(until 2028-11-20\) works again\. Remove it/,
        answer: true,
      },
      YES,
    ];
    const run = await runInProcess(REGISTER, tenant, { folder, answers });
    expect(run.stderr).toMatch(/! The old client secrets of the restored app work again: 1 of this tool\./);
    expect(run.exitCode).toBe(0);
    const secrets = tenant.state.applications[0]?.passwordCredentials ?? [];
    expect(secrets).toHaveLength(1);
    expect(secrets[0]?.keyId).not.toBe(old?.keyId);
    const { delivered, secrets: count, applications } = census(tenant, run);
    expect({ delivered, count, applications }).toEqual({ delivered: 1, count: 1, applications: 1 });
  });

  test("register keeps the old secret when told to", async () => {
    const { tenant, folder } = await removed();
    const answers = [RESTORE, { expect: /works again\. Remove it/, answer: false }, YES];
    const run = await runInProcess(REGISTER, tenant, { folder, answers });
    expect(run.exitCode).toBe(0);
    expect(census(tenant, run)).toMatchObject({
      applications: 1,
      servicePrincipals: 1,
      secrets: 1,
      delivered: 1,
    });
  });

  test("an application that was purged is simply created again", async () => {
    const { tenant, folder } = await removed();
    tenant.state.deletedItems.splice(0);
    tenant.state.appRoleAssignments.splice(0);
    tenant.state.oauth2PermissionGrants.splice(0);
    const run = await runInProcess(UNATTENDED, tenant, { folder });
    expect(run.exitCode).toBe(0);
    expect(census(tenant, run)).toEqual(COMPLETE);
  });
});

test("a service principal that stayed behind is removed by the same run, or by the next", async () => {
  const { tenant, folder } = await registered();
  const [principal] = tenant.state.servicePrincipals;
  if (!principal) throw new Error("no service principal");
  const lagging: TestRunOptions = {
    folder,
    through: (fetch) => async (request) => {
      const answer = await fetch(request);
      if (request.method === "DELETE" && request.url.includes("/applications/")) {
        tenant.state.servicePrincipals.push(principal);
        tenant.state.deletedItems = tenant.state.deletedItems.filter(({ type }) => type === "application");
      }
      return answer;
    },
  };
  const run = await runInProcess(REMOVE, tenant, lagging);
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toMatch(/✔ Enterprise application removed/);
  expect(left(tenant)).toEqual(GONE);

  tenant.state.servicePrincipals.push(principal);
  tenant.state.deletedItems = tenant.state.deletedItems.filter(({ type }) => type === "application");
  const next = await runInProcess(REMOVE, tenant, { folder });
  expect(next.stdout).toMatch(/Removed what was left of "empower"/);
  expect(left(tenant)).toEqual(GONE);
});

const requests = await (async () => {
  const { tenant, folder } = await registered({ deviceCodePolls: 1 });
  const names: string[] = [];
  const run = await runInProcess(REMOVE, tenant, { folder, through: recording(names) });
  expect(run.exitCode).toBe(0);
  return names;
})();

describe.each(Object.entries(FAULTS))("%s", (_fault, fault) => {
  test.each(requests)(
    "at %s: said as it is, and the next run ends as if nothing had happened",
    async (target) => {
      const { tenant, folder } = await registered({ deviceCodePolls: 1 });
      const first = await runInProcess(REMOVE, tenant, { folder, through: failing(target, fault) });
      expect(first.stderr).not.toMatch(/This is a bug[\s\S]*/);
      expect([0, 4, 8]).toContain(first.exitCode);
      if (first.exitCode === 0) expect(left(tenant)).toEqual(GONE);
      const second = await runInProcess(REMOVE, tenant, { folder });
      expect(second.stderr).not.toMatch(/✖/);
      expect(second.exitCode).toBe(0);
      expect(left(tenant)).toEqual(GONE);
    },
  );
});

test("a stranger of the same name does not keep a second removal from being done", async () => {
  const { tenant, application } = await registered();
  const stranger = { ...structuredClone(application), id: randomUUID(), appId: randomUUID() };
  const argv = ["remove", "--yes", "--no-input", "--tenant-id", EXAMPLE.tenantId];
  expect((await runInProcess(argv, tenant)).exitCode).toBe(0);
  tenant.state.applications.push({ ...stranger, uniqueName: null, tags: [] });
  const again = await runInProcess(argv, tenant);
  expect([again.exitCode, tenant.state.applications.length]).toEqual([0, 1]);
});
