import { describe, expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { census, runInProcess, testTenant, UNATTENDED } from "../support/run.ts";

const TENANT = ["--no-input", "--tenant-id", EXAMPLE.tenantId];

/** Consent of the deleted enterprise application is kept apart from it, so it is not counted here. */
const WHOLE = { applications: 1, servicePrincipals: 1, secrets: 1, delivered: 1 };

/** A registration that was made and removed on 20 November 2026. */
async function removed() {
  const tenant = testTenant();
  const { folder } = await runInProcess(UNATTENDED, tenant);
  const [application] = tenant.state.applications;
  if (!application) throw new Error("no application");
  const run = await runInProcess(["remove", "--yes", ...TENANT], tenant, { folder });
  expect(run.exitCode).toBe(0);
  const [secret] = application.passwordCredentials;
  return { tenant, folder, appId: application.appId, secret: secret?.keyId };
}

describe.each([
  ["verify", ["verify", "--hostname", "https://app.contoso.com"]],
  ["secret list", ["secret", "list"]],
  ["secret rotate", ["secret", "rotate", "--yes"]],
  ["secret retire", ["secret", "retire", "--yes"]],
  ["consent", ["consent", "--yes"]],
])("%s of a deleted registration", (_name, words) => {
  test.each(["by name", "by id"])("%s says since when, until when it can come back, and how", async (way) => {
    const { tenant, folder, appId } = await removed();
    const before = structuredClone(tenant.state);
    const named = way === "by id" ? ["--app-id", appId] : [];
    const run = await runInProcess([...words, ...TENANT, ...named, "--json"], tenant, { folder });
    expect(run.exitCode).toBe(2);
    const { error } = JSON.parse(run.stdout) as { error: Record<string, string> };
    expect(error["code"]).toBe("REGISTRATION_DELETED");
    expect(error["message"]).toBe(`The app registration "empower" (${appId}) was deleted on 2026-11-20.`);
    expect(error["hint"]).toMatch(
      /^It can be restored until 2026-12-20: .* npx \S+ register --app-name empower --deleted restore --tenant-id \S+( --hostname \S+)?$/,
    );
    expect(tenant.state).toEqual(before);
  });
});

test("register --app-id of a deleted one says the same", async () => {
  const { tenant, folder, appId } = await removed();
  const run = await runInProcess([...UNATTENDED, "--app-id", appId], tenant, { folder });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(/was deleted on 2026-11-20[\s\S]*restored until 2026-12-20/);
});

test("what register would not find by its name is restored in the admin center", async () => {
  const { tenant, folder, appId } = await removed();
  for (const { object } of tenant.state.deletedItems) Object.assign(object, { uniqueName: null, tags: [] });
  const run = await runInProcess(["verify", ...UNATTENDED.slice(1), "--app-id", appId], tenant, { folder });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(/restored until 2026-12-20: Entra admin center, App registrations/);
});

test("an app that another tenant owns is no missing one for register either", async () => {
  const tenant = testTenant();
  const { folder } = await runInProcess(UNATTENDED, tenant);
  const [application] = tenant.state.applications.splice(0);
  const [principal] = tenant.state.servicePrincipals;
  if (!application || !principal) throw new Error("no application");
  Object.assign(principal, { appOwnerOrganizationId: "9c1d2e3f-0000-4000-8000-000000000009" });
  const run = await runInProcess([...UNATTENDED, "--app-id", application.appId], tenant, { folder });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(/belongs to another tenant/);
});

describe("register --deleted", () => {
  test("unattended, the choice is missing and named", async () => {
    const { tenant, folder } = await removed();
    const before = structuredClone(tenant.state);
    const run = await runInProcess(UNATTENDED, tenant, { folder });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/--deleted restore [\s\S]*--deleted purge /);
    expect(tenant.state).toEqual(before);
  });

  test("restore brings it back, and names the secrets that came with it", async () => {
    const { tenant, folder, appId, secret } = await removed();
    const run = await runInProcess([...UNATTENDED, "--deleted", "restore"], tenant, { folder });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toMatch(
      new RegExp(`they stay. To remove them:\\n +npx \\S+ secret retire ${secret} `),
    );
    expect(tenant.state.applications.map((application) => application.appId)).toEqual([appId]);
    expect(census(tenant, run)).toMatchObject(WHOLE);
    const again = await runInProcess([...UNATTENDED, "--deleted", "purge"], tenant, { folder });
    expect(again.stdout).toMatch(/Nothing to do/);
  });

  test("purge deletes it for good and makes a new one; the variable does the same", async () => {
    const { tenant, folder, appId } = await removed();
    const environment = { ENTRA_APP_REGISTRATION_DELETED: "purge" };
    const run = await runInProcess(UNATTENDED, tenant, { folder, environment });
    expect(run.exitCode).toBe(0);
    expect(tenant.state.applications[0]?.appId).not.toBe(appId);
    expect(tenant.state.deletedItems.filter(({ type }) => type === "application")).toEqual([]);
    expect(census(tenant, run)).toMatchObject(WHOLE);
  });

  test("in a terminal it answers the question", async () => {
    const { tenant, folder, appId } = await removed();
    const answers = [
      { expect: /works again\. Remove it/, answer: false },
      { expect: /Go ahead/, answer: true },
    ];
    const words = UNATTENDED.filter((word) => !["--yes", "--no-input"].includes(word));
    const flags = [...words, "--app-name", "empower", "--no-mails-online", "--deleted", "restore"];
    const run = await runInProcess(flags, tenant, { folder, answers });
    expect(run.exitCode).toBe(0);
    expect(tenant.state.applications[0]?.appId).toBe(appId);
  });

  test.each([
    ["unattended", ["--deleted", "purge"], undefined, /deletes it for good/],
    ["in a terminal", ["--app-name", "empower", "--no-mails-online"], [], /asks whether to restore/],
  ])("a dry run %s says what would happen and does not do it", async (_where, more, answers, text) => {
    const { tenant, folder } = await removed();
    const before = structuredClone(tenant.state);
    const flags = UNATTENDED.filter((word) => word !== "--yes").concat("--dry-run", ...more);
    const run = await runInProcess(flags, tenant, { folder, ...(answers && { answers }) });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toMatch(text);
    expect(tenant.state).toEqual(before);
  });

  test.each([
    [["--deleted", "burn"], {}],
    [[], { ENTRA_APP_REGISTRATION_DELETED: "burn" }],
  ])("takes no other word: %j %j", async (flags, environment) => {
    const tenant = testTenant();
    const run = await runInProcess([...UNATTENDED, ...flags], tenant, { environment });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/restore, purge/);
    expect(tenant.requests).toEqual([]);
  });
});

describe("a registration that was renamed before it was deleted", () => {
  async function renamed() {
    const { tenant, folder, secret } = await removed();
    for (const { object } of tenant.state.deletedItems) object["displayName"] = "something else";
    return { tenant, folder, secret };
  }

  test("still holds its unique name: unattended, the choice is missing and named", async () => {
    const { tenant, folder } = await renamed();
    const before = structuredClone(tenant.state);
    const run = await runInProcess(UNATTENDED, tenant, { folder });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/"something else" was deleted on 2026-11-20 and still holds its name/);
    expect(run.stderr).toMatch(/--deleted restore [\s\S]*--deleted purge /);
    expect(tenant.state).toEqual(before);
  });

  test.each(["restore", "purge"])("--deleted %s is done all the same", async (choice) => {
    const { tenant, folder, secret } = await renamed();
    const run = await runInProcess([...UNATTENDED, "--deleted", choice], tenant, { folder });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(census(tenant, run)).toMatchObject(WHOLE);
    const [application] = tenant.state.applications;
    expect(application?.displayName).toBe("empower");
    expect(application?.passwordCredentials[0]?.keyId === secret).toBe(choice === "restore");
  });

  test("a deleted one of somebody else is no reason: what Graph refused is said", async () => {
    const { tenant, folder } = await renamed();
    for (const { object } of tenant.state.deletedItems) object["uniqueName"] = "theirs";
    const conflict = {
      error: { code: "Request_BadRequest", message: "Another object with the same value already exists." },
    };
    const run = await runInProcess(UNATTENDED, tenant, {
      folder,
      through: (fetch) => async (request) =>
        request.method === "PATCH" ? Response.json(conflict, { status: 400 }) : fetch(request),
    });
    expect([run.exitCode, run.stderr]).toEqual([8, expect.stringMatching(/refused to create/)]);
  });
});
