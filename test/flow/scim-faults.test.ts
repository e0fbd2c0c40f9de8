import { beforeAll, describe, expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { FAULTS, failing, recording } from "../support/faults.ts";
import { runInProcess, type TestRunOptions, type TestTenant, testTenant } from "../support/run.ts";

/*
 * Every request of `scim setup` fails once, in the ways that leave something behind; the same command, run again, ends with provisioning that
 * runs, one application, one job and one assignment.
 */

const MEGAN = "megan.bowen@contoso.com";
const ARGV = ["scim", "setup", "--template", "flexwhere", "--yes", "--no-input", "--user", MEGAN];

function setUp(tenant: TestTenant, options: TestRunOptions = {}) {
  return runInProcess([...ARGV, "--tenant-id", EXAMPLE.tenantId], tenant, { piped: "token", ...options });
}

function outcomeOf({ state }: TestTenant) {
  return {
    applications: state.applications.length,
    assigned: state.appRoleAssignments.length,
    jobs: Object.values(state.provisioning ?? {}).map(({ job, credentials }) => ({
      schedule: job?.schedule,
      hasToken: credentials?.secretKeys.includes("SecretToken"),
      groups: job?.schema?.synchronizationRules[0]?.objectMappings.find(
        ({ sourceObjectName }) => sourceObjectName === "Group",
      )?.enabled,
    })),
  };
}

const COMPLETE = {
  applications: 1,
  assigned: 1,
  jobs: [{ schedule: "Active", hasToken: true, groups: false }],
};

const names: string[] = [];

beforeAll(async () => {
  const tenant = testTenant();
  const run = await setUp(tenant, { through: recording(names) });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(outcomeOf(tenant)).toEqual(COMPLETE);
});

/** The others are of the way to Graph, which every command has in common. */
const DANGEROUS = [
  "503 after it acted",
  "reset before it acted",
  "not replicated",
  "dead from before it acted",
  "dead from after it acted",
] as const;

describe.each(DANGEROUS)("%s", (kind) => {
  const fault = FAULTS[kind];
  if (!fault) throw new Error(`no fault ${kind}`);
  test("at any request: the same command goes on from there, to the same end", async () => {
    const graph = names.filter((name) => name.includes("graph.microsoft.com"));
    expect(graph.length).toBeGreaterThan(10);
    for (const name of graph) {
      const tenant = testTenant();
      const first = await setUp(tenant, { through: failing(name, fault) });
      expect([0, 3, 4, 8], `${name}: ${first.stderr}`).toContain(first.exitCode);
      tenant.clock.advance(60_000);
      const second = await setUp(tenant, { folder: first.folder });
      expect(second.exitCode, `${name}: ${second.stderr}`).toBe(0);
      expect(outcomeOf(tenant), name).toEqual(COMPLETE);
    }
  }, 300_000);
});
