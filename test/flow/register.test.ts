import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXAMPLE, ROLES } from "../../src/sandbox/index.ts";
import { CTRL_C } from "../support/fake-ports.ts";
import { COMPLETE, census, runInProcess, testTenant, UNATTENDED } from "../support/run.ts";

const QUESTIONS = [
  { expect: /tenant ID/, answer: EXAMPLE.tenantDomain },
  { expect: /Name for the app/, answer: "empower" },
  { expect: /URL of the app/, answer: "https://app.contoso.com/" },
  { expect: /Outlook add-in/, answer: "nein" },
];
const YES = { expect: /Go ahead/, answer: true };

describe("unattended", () => {
  test("registers, consents, hands over, and finds nothing to do the second time", async () => {
    const tenant = testTenant();
    const first = await runInProcess(UNATTENDED, tenant);
    expect(first.stderr).not.toMatch(/✖|!/);
    expect(first.exitCode).toBe(0);
    expect(Object.keys(first.info ?? {})).toEqual([
      "TenantId",
      "clientId",
      "clientSecret",
      "createDateClientSecret",
      "expirationDateClientSecret",
    ]);
    expect(first.info).toMatchObject({
      TenantId: EXAMPLE.tenantId,
      createDateClientSecret: "20.11.2026",
      expirationDateClientSecret: "20.11.2028",
    });

    const before = structuredClone(tenant.state);
    const second = await runInProcess(UNATTENDED, tenant, { folder: first.folder });
    expect(second.stdout).toMatch(/Nothing to do/);
    expect(second.exitCode).toBe(0);
    expect({ ...tenant.state, oneTimePasswords: [] }).toEqual({ ...before, oneTimePasswords: [] });
    expect(second.info).toEqual(first.info);
    expect(census(tenant, second)).toEqual(COMPLETE);
  });

  test("leaves a secret alone that the tenant does not list yet, and one that is gone is replaced", async () => {
    const tenant = testTenant({ credentialDelayMs: 3_600_000 });
    const first = await runInProcess(UNATTENDED, tenant);
    const second = await runInProcess(UNATTENDED, tenant, { folder: first.folder });
    expect(second.stdout).toMatch(/Nothing to do[\s\S]*2028-11-20/);
    expect(tenant.state.applications[0]?.passwordCredentials).toHaveLength(1);
    tenant.state.applications[0]?.passwordCredentials.pop();
    tenant.clock.advance(20 * 60_000);
    const third = await runInProcess(UNATTENDED, tenant, { folder: first.folder });
    expect(third.stdout).toMatch(/as it should be now/);
    expect(tenant.state.applications[0]?.passwordCredentials).toHaveLength(1);
  });

  test("finds nothing to do from another folder and without a journal either", async () => {
    const tenant = testTenant();
    await runInProcess(UNATTENDED, tenant);
    const elsewhere = await runInProcess(UNATTENDED, tenant);
    expect(elsewhere.stdout).toMatch(/Nothing to do/);
    expect(elsewhere.info).toBeUndefined();
    expect(tenant.state.applications[0]?.passwordCredentials).toHaveLength(1);
  });

  test("a dry run reads, shows the plan and changes nothing", async () => {
    const tenant = testTenant();
    const before = structuredClone(tenant.state);
    const dry = await runInProcess([...UNATTENDED, "--dry-run"], tenant);
    expect(dry.exitCode).toBe(0);
    expect(dry.stderr).toMatch(/User\.Read\.All \(Microsoft Graph, application\)/);
    expect(tenant.state).toEqual(before);
    expect(readdirSync(dry.folder)).toEqual([]);
    const writes = tenant.requests.filter(
      ({ method, url }) => method !== "GET" && !/\$batch|oauth2\/v2\.0/.test(url),
    );
    expect(writes).toEqual([]);
  });

  test("missing values and a missing yes are named before anybody signs in", async () => {
    const tenant = testTenant();
    const missing = await runInProcess(["--no-input", "--yes"], tenant);
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toMatch(/--tenant-id[\s\S]*--hostname/);
    const yes = await runInProcess(
      UNATTENDED.filter((word) => word !== "--yes"),
      tenant,
    );
    expect(yes.exitCode).toBe(2);
    expect(yes.stderr).toMatch(/--yes/);
    expect(tenant.requests).toEqual([]);
  });

  test("--json puts one document on standard output, with the link", async () => {
    const tenant = testTenant();
    const { stdout, info } = await runInProcess([...UNATTENDED, "--json"], tenant);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      command: "register",
      changed: true,
      tenantId: EXAMPLE.tenantId,
      appId: info?.["clientId"],
      clientSecret: info?.["clientSecret"],
      waiting: [],
    });
    const failed = await runInProcess(["--json", "--no-input", "--yes"], tenant);
    expect(JSON.parse(failed.stdout)).toMatchObject({ schemaVersion: 1, error: { code: "INPUT_MISSING" } });
  });

  test("a host name that makes redirect URIs too long is refused before anything is created", async () => {
    const tenant = testTenant();
    const run = await runInProcess([...UNATTENDED, "--hostname", `https://${"long.".repeat(45)}com`], tenant);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/--hostname: [\s\S]*256 characters/);
    expect(tenant.state.applications).toEqual([]);
  });

  test("environment variables stand for flags", async () => {
    const tenant = testTenant();
    const environment = {
      ENTRA_APP_REGISTRATION_TENANT_ID: EXAMPLE.tenantDomain,
      ENTRA_APP_REGISTRATION_HOSTNAME: "https://app.contoso.com/some/path",
      ENTRA_APP_REGISTRATION_YES: "ja",
      ENTRA_APP_REGISTRATION_GROUP_SYNC: "no",
    };
    const run = await runInProcess(["--no-input"], tenant, { environment });
    expect(run.exitCode).toBe(0);
    expect(tenant.state.appRoleAssignments).toHaveLength(1);
    expect(run.info?.["TenantId"]).toBe(EXAMPLE.tenantId);
  });
});

describe("in a terminal", () => {
  test("A2: asks in the order of the vendor's guide and shows the plan before the yes", async () => {
    const tenant = testTenant();
    const run = await runInProcess([], tenant, { answers: [...QUESTIONS, YES] });
    expect(run.exitCode).toBe(0);
    expect(run.ports.asked.map((question) => question.slice(0, 12))).toEqual([
      "Microsoft En",
      "Name for the",
      "URL of the a",
      "Use empower®",
      "Groups whose",
      "Go ahead?",
    ]);
    expect(census(tenant, run)).toEqual(COMPLETE);
  });

  test("asks again with the reason", async () => {
    const answers = [
      { expect: /tenant ID/, answer: "contoso" },
      ...QUESTIONS.slice(0, 2),
      { expect: /URL/, answer: "http://app.contoso.com" },
      ...QUESTIONS.slice(2),
      YES,
    ];
    const run = await runInProcess([], testTenant(), { answers });
    expect(run.ports.refused.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/tenant ID such as/),
      expect.stringMatching(/https:\/\/, not http:/),
    ]);
    expect(run.exitCode).toBe(0);
  });

  test("a tenant that is none is asked again", async () => {
    const answers = [{ expect: /tenant ID/, answer: "nowhere.example" }, ...QUESTIONS, YES];
    const run = await runInProcess([], testTenant(), { answers });
    expect(run.stderr).toMatch(/knows no tenant "nowhere.example"/);
    expect(run.exitCode).toBe(0);
  });

  test("no is a decision: nothing happens, exit 130", async () => {
    const tenant = testTenant();
    const no = { expect: /Go ahead/, answer: false };
    const run = await runInProcess([], tenant, { answers: [...QUESTIONS, no] });
    expect(run.exitCode).toBe(130);
    expect(run.stderr).toMatch(/Nothing was changed/);
    expect(tenant.state.applications).toEqual([]);
  });

  test.each(QUESTIONS.map((_question, index) => index))("Ctrl-C at question %i", async (index) => {
    const tenant = testTenant();
    const answers = [...QUESTIONS.slice(0, index), { expect: /./, answer: CTRL_C }];
    const run = await runInProcess([], tenant, { answers });
    expect(run.exitCode).toBe(130);
    expect(tenant.state.applications).toEqual([]);
  });

  test("A15: Mails Online exposes the API and is found complete by the next run", async () => {
    const tenant = testTenant();
    const answers = [...QUESTIONS.slice(0, 3), { expect: /Outlook/, answer: "true" }, YES];
    const first = await runInProcess([], tenant, { answers });
    expect(first.exitCode).toBe(0);
    const [application] = tenant.state.applications;
    expect(application?.identifierUris).toEqual([`api://app.contoso.com/${application?.appId}`]);
    expect(application?.["api"]).toMatchObject({
      requestedAccessTokenVersion: 2,
      oauth2PermissionScopes: [{ value: "access_as_user", isEnabled: true }],
      preAuthorizedApplications: [{ appId: "ea5a67f6-b6f3-4338-b240-c655ddc3cc8e" }],
    });
    const second = await runInProcess([...UNATTENDED, "--mails-online"], tenant);
    expect(second.stdout).toMatch(/Nothing to do/);
  });
});

describe("config.json", () => {
  const withConfig = async (text: string | Buffer, argv: readonly string[] = ["--yes", "--no-input"]) => {
    const tenant = testTenant();
    const { folder } = await runInProcess(["--no-input"], tenant);
    writeFileSync(join(folder, "config.json"), text);
    return { tenant, run: await runInProcess(argv, tenant, { folder }) };
  };
  const GOOD = { tenantID: EXAMPLE.tenantId, appName: "empower", hostname: "https://app.contoso.com" };

  test("A1: is enough for an unattended run, with a byte order mark and Windows line ends", async () => {
    const text = `\uFEFF${JSON.stringify(GOOD, null, 2).replaceAll("\n", "\r\n")}`;
    const { run } = await withConfig(text);
    expect(run.exitCode).toBe(0);
  });

  test.each([
    ["not JSON, with line and column", '{\n  "tenantID": oops\n}', /line 2, column 15/],
    ["UTF-16", Buffer.from("\uFEFF{}", "utf16le"), /UTF-8/],
    ["10 MB", " ".repeat(10 * 1024 * 1024), /larger than 1 MB/],
    [
      "everything wrong at once",
      '{"tenantID":7,"hostname":"http://x.de","appNmae":"x"}',
      /tenantID[\s\S]*hostname[\s\S]*"appName"/,
    ],
  ])("%s: exit 2, nothing asked of the tenant", async (_name, text, said) => {
    const { run, tenant } = await withConfig(text);
    expect(run.stderr).toMatch(said);
    expect(run.exitCode).toBe(2);
    expect(tenant.requests).toEqual([]);
  });

  test("of another program is left alone and said so", async () => {
    const { run } = await withConfig('{"compilerOptions":{}}', UNATTENDED);
    expect(run.stderr).toMatch(/belongs? to another program/);
    expect(run.exitCode).toBe(0);
  });
});

describe("an application that is there already", () => {
  async function withNamesake() {
    const tenant = testTenant();
    await runInProcess([...UNATTENDED], tenant);
    const [application] = tenant.state.applications;
    if (!application) throw new Error("no application");
    // As the predecessor made it: no unique name, no tag of ours, a secret with another description.
    Object.assign(application, { uniqueName: null, tags: [] });
    for (const secret of application.passwordCredentials) secret.displayName = "empower";
    return { tenant, application };
  }

  test("is named with its client id and left alone when nobody can be asked", async () => {
    const { tenant, application } = await withNamesake();
    const before = structuredClone(tenant.state.applications);
    const run = await runInProcess(UNATTENDED, tenant);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(`--app-id ${application.appId}`);
    expect(tenant.state.applications).toEqual(before);
  });

  test("is adopted by --app-id: marked, and given a secret of ours beside its own", async () => {
    const { tenant, application } = await withNamesake();
    const run = await runInProcess([...UNATTENDED, "--app-id", application.appId], tenant);
    expect(run.exitCode).toBe(0);
    expect(tenant.state.applications).toHaveLength(1);
    expect(application.uniqueName).toMatch(/^entra-app-registration-empower-empower-[0-9a-f]{8}$/);
    expect(application.passwordCredentials).toHaveLength(2);
    const again = await runInProcess(UNATTENDED, tenant);
    expect(again.stdout).toMatch(/Nothing to do/);
  });

  test("is adopted, renamed or left alone as the person says", async () => {
    const adopt = await withNamesake();
    const choice = { expect: /named "empower"/, answer: /Take over/ };
    const adopted = await runInProcess([], adopt.tenant, { answers: [...QUESTIONS, choice, YES] });
    expect(adopted.exitCode).toBe(0);
    expect(adopt.tenant.state.applications).toHaveLength(1);

    const rename = await withNamesake();
    const answers = [
      ...QUESTIONS,
      { expect: /named "empower"/, answer: /another name/ },
      { expect: /Name for/, answer: "empower 2" },
      YES,
    ];
    expect((await runInProcess([], rename.tenant, { answers })).exitCode).toBe(0);
    expect(rename.tenant.state.applications).toHaveLength(2);

    const stop = await withNamesake();
    const stopping = { expect: /named "empower"/, answer: /Stop/ };
    expect((await runInProcess([], stop.tenant, { answers: [...QUESTIONS, stopping] })).exitCode).toBe(130);
  });

  test("that drifted is repaired, and what the template does not speak of stays", async () => {
    const tenant = testTenant();
    const first = await runInProcess(UNATTENDED, tenant);
    const [application] = tenant.state.applications;
    if (!application) throw new Error("no application");
    application.web.redirectUris = [
      "https://customer.example/own",
      "https://old.contoso.com/empower/identityservice",
    ];
    tenant.state.appRoleAssignments.pop();
    const [grant] = tenant.state.oauth2PermissionGrants;
    if (grant) grant.scope = "openid";
    const repaired = await runInProcess(UNATTENDED, tenant, { folder: first.folder });
    expect(repaired.exitCode).toBe(0);
    expect(application.web.redirectUris).toEqual([
      "https://customer.example/own",
      "https://old.contoso.com/empower/identityservice",
      ...COMPLETE.redirectUris,
    ]);
    expect(grant?.scope).toBe("openid User.Read");
    expect(tenant.state.appRoleAssignments).toHaveLength(2);
    expect(application.passwordCredentials).toHaveLength(1);
  });

  test("that was deleted is restored or removed for good, as the person says", async () => {
    const deleted = async () => {
      const tenant = testTenant();
      await runInProcess(UNATTENDED, tenant);
      const [application] = tenant.state.applications.splice(0);
      if (!application) throw new Error("no application");
      tenant.state.deletedItems.push({
        type: "application",
        object: { ...application, deletedDateTime: "2026-11-19T12:00:00Z" },
      } as never);
      return tenant;
    };
    const unattended = await runInProcess(UNATTENDED, await deleted());
    expect(unattended.exitCode).toBe(2);
    expect(unattended.stderr).toMatch(/was deleted on 2026-11-19/);
  });
});

describe("rights and policies", () => {
  test("who may not consent gets everything else, exit 7 and a text to forward; the colleague's run completes", async () => {
    const tenant = testTenant({ roles: [ROLES.applicationAdministrator] });
    const first = await runInProcess(UNATTENDED, tenant);
    expect(first.exitCode).toBe(7);
    expect(first.stderr).toMatch(/do not seem to allow granting User\.Read\.All, GroupMember\.Read\.All/);
    expect(first.stdout).toMatch(/Still missing: admin consent for User\.Read\.All, GroupMember\.Read\.All/);
    expect(first.stdout).toContain(first.info?.["clientId"]);
    expect(tenant.state.oauth2PermissionGrants).toHaveLength(1);

    tenant.behaviour.roles = [ROLES.privilegedRoleAdministrator, ROLES.applicationAdministrator];
    const colleague = await runInProcess([...UNATTENDED, "--app-id", first.info?.["clientId"] ?? ""], tenant);
    expect(colleague.exitCode).toBe(0);
    expect(census(tenant, first)).toEqual(COMPLETE);
  });

  test("--json has the command that the colleague runs, and it consents to all that waits", async () => {
    const tenant = testTenant({ roles: [ROLES.applicationAdministrator] });
    const first = await runInProcess([...UNATTENDED, "--template", "empower", "--json"], tenant);
    expect(first.exitCode).toBe(7);
    const { waiting } = JSON.parse(first.stdout) as { waiting: { permission: string; command: string }[] };
    expect(waiting.map(({ permission }) => permission)).toEqual(["User.Read.All", "GroupMember.Read.All"]);
    const [command = "", ...others] = new Set(waiting.map((one) => one.command));
    expect(others).toEqual([]);
    const [npx, file, ...words] = command.split(" ");
    expect([npx, file]).toEqual(["npx", "./entra-app-registration-0.0.0.tgz"]);

    tenant.behaviour.roles = [ROLES.privilegedRoleAdministrator];
    const colleague = await runInProcess([...words, "--yes", "--no-input", "--json"], tenant);
    expect(colleague.exitCode).toBe(0);
    expect(JSON.parse(colleague.stdout)).toMatchObject({ command: "consent", changed: true, waiting: [] });
    expect(census(tenant, first)).toEqual(COMPLETE);
  });

  test("who may not register apps is told so, exit 5, nothing created", async () => {
    const tenant = testTenant({ roles: [] });
    tenant.state.usersMayRegisterApplications = false;
    const run = await runInProcess(UNATTENDED, tenant);
    expect(run.exitCode).toBe(5);
    expect(run.stderr).toMatch(/not allowed to create the app registration/);
    expect(tenant.state.applications).toEqual([]);
  });

  test("a policy against secrets leaves the app without one, exit 5; the next run goes on from there", async () => {
    const tenant = testTenant({ secretPolicy: "blocked" });
    const first = await runInProcess(UNATTENDED, tenant);
    expect(first.exitCode).toBe(5);
    expect(tenant.state.applications[0]?.passwordCredentials).toEqual([]);
    tenant.behaviour.secretPolicy = undefined;
    const second = await runInProcess(UNATTENDED, tenant);
    expect(second.exitCode).toBe(0);
    expect(census(tenant, second)).toEqual(COMPLETE);
  });

  test("a policy for shorter secrets is met with a word about it", async () => {
    const tenant = testTenant({ secretPolicy: { maxDays: 100 } });
    const run = await runInProcess(UNATTENDED, tenant);
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toMatch(/shorter life/);
    expect(run.info?.["expirationDateClientSecret"]).toBe("18.02.2027");
  });
});

describe("the one-time-password service", () => {
  test.each([
    "down",
    "failing",
    "redirects",
    "loginPage",
    "httpLink",
    "foreignLink",
    "unencrypted",
    "notStored",
  ] as const)("that is %s is found out before anything is created: exit 6", async (oneTimePassword) => {
    const tenant = testTenant({ oneTimePassword });
    const run = await runInProcess(UNATTENDED, tenant);
    expect(run.exitCode).toBe(6);
    expect(tenant.state.applications).toEqual([]);
    expect(existsSync(join(run.folder, "AppRegistrationInfo.json"))).toBe(false);
  });

  test("that shortens long lifetimes behind our back is not believed: the secret is removed, exit 6", async () => {
    const tenant = testTenant({ oneTimePassword: "wrongTtl" });
    const run = await runInProcess(UNATTENDED, tenant);
    expect(run.exitCode).toBe(6);
    expect(tenant.state.applications[0]?.passwordCredentials).toEqual([]);
  });

  test.each(["1.6.2", "1.5.0", "1.4.1", "month"] as const)(
    "A10: of version %s delivers",
    async (oneTimePassword) => {
      const tenant = testTenant({ oneTimePassword });
      const run = await runInProcess(UNATTENDED, tenant);
      expect(run.exitCode).toBe(0);
      expect(census(tenant, run)).toEqual(COMPLETE);
    },
  );

  test("that dies when the secret exists: the secret is removed again, exit 6, the next run delivers", async () => {
    const tenant = testTenant();
    const first = await runInProcess(UNATTENDED, tenant, {
      through: (fetch) => async (request) => {
        const response = await fetch(request);
        if (request.url.endsWith("/addPassword")) tenant.behaviour.oneTimePassword = "failing";
        return response;
      },
    });
    expect(first.exitCode).toBe(6);
    expect(first.stderr).toMatch(/secret has been removed again/);
    expect(tenant.state.applications[0]?.passwordCredentials).toEqual([]);
    tenant.behaviour.oneTimePassword = "1.6.2";
    const second = await runInProcess(UNATTENDED, tenant, { folder: first.folder });
    expect(census(tenant, second)).toEqual(COMPLETE);
  });

  test("that the template does not know is asked about by itself, and gets nothing before", async () => {
    const tenant = testTenant();
    const unknown = ["--one-time-password-service", "https://otp.example.org"];
    const answers = [...QUESTIONS, { expect: /otp\.example\.org/, answer: false }];
    const run = await runInProcess(unknown, tenant, { answers });
    expect(run.exitCode).toBe(130);
    const sent = tenant.requests.filter(({ url }) => url.startsWith("https://otp.example.org"));
    expect(sent.map(({ method }) => method)).toEqual(["GET"]);
  });
});

describe("a file in the way", () => {
  test("of another app is kept under a dated name", async () => {
    const tenant = testTenant();
    const { folder } = await runInProcess(["--no-input"], tenant);
    writeFileSync(join(folder, "AppRegistrationInfo.json"), '{"clientId":"other"}');
    const run = await runInProcess(UNATTENDED, tenant, { folder });
    expect(run.exitCode).toBe(0);
    const kept = readdirSync(folder).find((name) => /^AppRegistrationInfo.+\.json$/.test(name));
    expect(readFileSync(join(folder, kept ?? ""), "utf8")).toBe('{"clientId":"other"}');
    expect(run.stderr).toContain(kept);
  });
});
