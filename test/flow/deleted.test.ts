import { describe, expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { runInProcess, testTenant, UNATTENDED } from "../support/run.ts";

const TENANT = ["--no-input", "--tenant-id", EXAMPLE.tenantId];

/** A registration that was made and removed on 20 November 2026. */
async function removed() {
  const tenant = testTenant();
  const { folder } = await runInProcess(UNATTENDED, tenant);
  const [application] = tenant.state.applications;
  if (!application) throw new Error("no application");
  const run = await runInProcess(["remove", "--yes", ...TENANT], tenant, { folder });
  expect(run.exitCode).toBe(0);
  return { tenant, folder, appId: application.appId };
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
      /^It can be restored until 2026-12-20: register --app-name "empower" offers/,
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
