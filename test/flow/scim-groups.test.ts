import { expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { runInProcess, type TestTenant, testTenant } from "../support/run.ts";

/* Groups that a run makes for a product of several applications. */

const MEGAN = "megan.bowen@contoso.com";

const ADDRESS = "api=https://api.booking.andmoney.dk";
const RUN = ["scim", "setup", "--template", "andmoney", "--set", ADDRESS, "--tenant-id", EXAMPLE.tenantId];

const prepare = async (tenant: TestTenant, groups: readonly string[]) =>
  runInProcess([...RUN, "--yes", "--no-input", ...groups], tenant);

/** The names of the groups that are assigned to each application. */
function assigned({ state }: TestTenant): Record<string, string[]> {
  const nameOf = (wanted: string) => state.groups.find(({ id }) => id === wanted)?.displayName ?? wanted;
  return Object.fromEntries(
    ["advisors", "rooms"].map((key) => {
      const app = state.applications.find(({ displayName }) => displayName === `&Money booking ${key}`);
      const principal = state.servicePrincipals.find(({ appId }) => appId === app?.appId);
      const own = state.appRoleAssignments.filter(({ resourceId }) => resourceId === principal?.id);
      return [key, own.map(({ principalId }) => nameOf(principalId))];
    }),
  );
}

test("names that Entra's mail nicknames have no letter of are groups of their own", async () => {
  const tenant = testTenant();
  const run = await prepare(tenant, ["--new-group", "advisors=Консультанты", "--new-group", "rooms=会議室"]);
  expect(run.exitCode, run.stderr).toBe(7);
  expect(assigned(tenant)).toEqual({ advisors: ["Консультанты"], rooms: ["会議室"] });
});

test("a group for several applications is shown once, made once, and has the members of all", async () => {
  const tenant = testTenant();
  const members = ["--member", `advisors=${MEGAN}`, "--member", "rooms=pradeep.gupta@contoso.com"];
  const run = await prepare(tenant, ["--new-group", "Booking", ...members]);
  expect(run.exitCode, run.stderr).toBe(7);
  expect(run.stderr.match(/\+ Security group "Booking"/g)).toHaveLength(1);
  expect(run.stderr.match(/Security group created/g)).toHaveLength(1);
  const made = tenant.state.groups.filter(({ displayName }) => displayName === "Booking");
  expect(made).toHaveLength(1);
  expect(made[0]?.members).toHaveLength(2);
  expect(assigned(tenant)).toEqual({ advisors: ["Booking"], rooms: ["Booking"] });
});
