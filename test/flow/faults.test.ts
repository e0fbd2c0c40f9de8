import { describe, expect, test } from "vitest";
import { FAULTS, failing, recording } from "../support/faults.ts";
import { COMPLETE, census, runInProcess, tally, testTenant, UNATTENDED } from "../support/run.ts";

async function faultlessRequests(): Promise<string[]> {
  const names: string[] = [];
  const tenant = testTenant({ deviceCodePolls: 1 });
  const run = await runInProcess(UNATTENDED, tenant, {
    through: recording(names),
  });
  expect(run.exitCode).toBe(0);
  return names;
}

const requests = await faultlessRequests();

describe.each(Object.entries(FAULTS))("%s", (_fault, fault) => {
  test.each(requests)("at %s: the next run ends as if nothing had happened", async (target) => {
    const tenant = testTenant({ deviceCodePolls: 1 });
    const first = await runInProcess(UNATTENDED, tenant, { through: failing(target, fault) });
    expect(first.stderr).not.toMatch(/This is a bug[\s\S]*/);
    expect([0, 4, 6, 8]).toContain(first.exitCode);
    if (first.exitCode === 0) {
      // The file makes a secret delivered; the mark on the app may be left to the next run, which says so.
      const { delivered, ...rest } = tally(tenant, first);
      expect(COMPLETE).toMatchObject(rest);
      expect(delivered === 1 || /could not be noted/.test(first.stderr)).toBe(true);
    }

    const second = await runInProcess(UNATTENDED, tenant, { folder: first.folder });
    expect(second.stderr).not.toMatch(/✖/);
    expect(second.exitCode).toBe(0);
    expect(census(tenant, second)).toEqual(COMPLETE);
  });
});

describe("a tenant that takes its time", () => {
  test.each([
    ["new objects", { visibilityDelayMs: 15_000 }],
    ["lists", { indexDelayMs: 60_000 }],
    ["secrets in reads", { credentialDelayMs: 60_000 }],
    ["secrets at sign-in", { secretUsableDelayMs: 8000 }],
    ["consent", { consentDelayMs: 8000 }],
    [
      "everything",
      { visibilityDelayMs: 9000, indexDelayMs: 9000, secretUsableDelayMs: 9000, consentDelayMs: 9000 },
    ],
    ["throttling", { throttle: 6, retryAfterSeconds: 3 }],
    ["throttling without a time", { throttle: 4 }],
  ])("%s: waited out, visibly", async (_what, behaviour) => {
    const tenant = testTenant(behaviour);
    const run = await runInProcess(UNATTENDED, tenant);
    expect(run.stderr).not.toMatch(/✖/);
    expect(run.exitCode).toBe(0);
    tenant.clock.advance(120_000);
    expect(census(tenant, run)).toEqual(COMPLETE);
  });
});
