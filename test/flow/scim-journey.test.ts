import { expect, test } from "vitest";
import { FLEXWHERE } from "../support/provisioned.ts";
import type { TestRun, TestTenant } from "../support/run.ts";
import { runInProcess, testTenant } from "../support/run.ts";

/* One job from its setup to a quarantine and out of it again, as an admin sees it with these commands alone. */

const MEGAN = "megan.bowen@contoso.com";
const LYNNE = "lynne.robbins@contoso.com";
const TOKEN = { ENTRA_APP_REGISTRATION_SECRET_TOKEN: "token-of-the-vendor" };
const CYCLE_MS = 41 * 60_000;

async function setUp(): Promise<{
  tenant: TestTenant;
  scim: (...words: string[]) => Promise<TestRun>;
  verify: () => Promise<TestRun>;
}> {
  const tenant = testTenant();
  const made = await runInProcess(["scim", "setup", ...FLEXWHERE, "--yes", "--user", MEGAN], tenant, {
    environment: TOKEN,
  });
  expect(made.exitCode, made.stderr).toBe(0);
  const { folder } = made;
  return {
    tenant,
    scim: (...words) => runInProcess(["scim", ...words, ...FLEXWHERE], tenant, { folder }),
    verify: () => runInProcess(["verify", ...FLEXWHERE], tenant, { folder }),
  };
}

/** So that there is something to send. */
function rename({ state }: TestTenant, displayName: string): void {
  const megan = state.users.find((one) => one["userPrincipalName"] === MEGAN);
  if (!megan) throw new Error("no such user");
  megan.displayName = displayName;
}

test("after setup it runs, verify has nothing to say, and the log has who arrived", async () => {
  const { tenant, scim, verify } = await setUp();
  tenant.clock.advance(CYCLE_MS);
  const status = await scim("status");
  expect(status.stdout).toContain("is running.");
  expect(status.stdout).toMatch(/In sync +1 user\n/);
  const verified = await verify();
  expect(verified.exitCode, verified.stdout).toBe(0);
  const logs = await scim("logs");
  expect(logs.stdout).toMatch(/✔ Megan Bowen created/);
});

test("on demand: created, then right already, then skipped for a reason", async () => {
  const { tenant, scim } = await setUp();
  const again = await scim("provision", MEGAN);
  expect(again.stdout).toContain("nothing had to be sent");
  expect(again.exitCode).toBe(0);
  rename(tenant, "Megan Berg");
  const changed = await scim("provision", MEGAN);
  expect(changed.stdout).toMatch(
    /displayName: Megan Bowen → Megan Berg[^]*was brought up to date in the app/,
  );
  const skipped = await scim("provision", LYNNE);
  expect(skipped.stdout).toContain("was skipped: the user is not assigned to the app.");
  expect(skipped.exitCode).toBe(3);
});

test("default access is no assignment: said on demand and by verify", async () => {
  const { tenant, scim, verify } = await setUp();
  for (const assignment of tenant.state.appRoleAssignments) {
    assignment.appRoleId = "00000000-0000-0000-0000-000000000000";
  }
  const taken = await scim("provision", MEGAN);
  expect(taken.stdout).toContain(
    'was disabled in the app, because the user is assigned with "default access" only',
  );
  expect(taken.stdout).toContain("scim assign");
  const verified = await verify();
  expect(verified.stdout).toContain(
    '~ assigned with "default access" only, which provisioning skips: "Megan Bowen"',
  );
  expect(verified.exitCode).toBe(3);
});

test("the vendor refuses the token: quarantine with its reason, and out of it again", async () => {
  const { tenant, scim, verify } = await setUp();
  tenant.behaviour.scimTarget = "refusesToken";
  rename(tenant, "Megan Berg");
  tenant.clock.advance(CYCLE_MS);
  const status = await scim("status");
  expect(status.stdout).toContain("is in quarantine");
  expect(status.stdout).toContain("does not accept the secret token any more");
  expect(status.stdout).toContain("scim setup --new-secret-token");
  expect(status.exitCode).toBe(3);
  const verified = await verify();
  expect(verified.stdout).toMatch(/~ in quarantine/);
  expect(verified.exitCode).toBe(3);
  const demanded = await scim("provision", MEGAN);
  expect(demanded.exitCode).toBe(3);

  tenant.behaviour.scimTarget = "works";
  expect((await scim("start", "--yes")).exitCode).toBe(3);
  expect((await scim("restart", "--yes")).exitCode).toBe(0);
  tenant.clock.advance(CYCLE_MS);
  expect((await scim("status")).stdout).toContain("is running.");
});

test("paused, nothing arrives; started again, it goes on", async () => {
  const { tenant, scim } = await setUp();
  expect((await scim("pause", "--yes")).exitCode).toBe(0);
  const before = (await scim("status")).stdout;
  expect(before).toContain("is paused");
  tenant.clock.advance(10 * CYCLE_MS);
  expect((await scim("status")).stdout).toMatch(/Next cycle +none until it is started/);
  expect((await scim("start", "--yes")).exitCode).toBe(0);
  tenant.clock.advance(CYCLE_MS);
  expect((await scim("status")).stdout).toMatch(/is running\.[^]*Last cycle .*went well/);
});
