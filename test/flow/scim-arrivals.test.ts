import { describe, expect, test } from "vitest";
import { ARRIVING } from "../support/arrivals.ts";
import { productOf } from "../support/vendors.ts";

/*
 * From an empty tenant to people in the vendor's product: with the attributes that the vendor's document asks for and
 * no others, in a SCIM server that is not ours. The second run finds nothing to do, and sends nobody anything.
 */

const TOKEN = "ENTRA_APP_REGISTRATION_SECRET_TOKEN";
const MEGAN = "megan.bowen@contoso.com";
const PRADEEP = "pradeep.gupta@contoso.com";
const CYCLE_MS = 45 * 60_000;

describe("users arrive with exactly what the vendor's document asks for, and twice is as good", () => {
  test.each(ARRIVING)("$title", async ({ template, flags, tokens, server: options, expectArrived }) => {
    const { setUp, tenant, server } = await productOf(template, options);
    const first = await setUp(flags, tokens);
    expect(first.exitCode, first.stderr).toBe(0);
    tenant.clock.advance(CYCLE_MS);
    const second = await setUp(flags, {});
    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.stdout).toMatch(/^Nothing to do/);
    const written = () => server.requests.filter(({ method }) => method !== "GET").length;
    const before = written();
    const third = await setUp(flags, {});
    expect(third.stdout).toMatch(/^Nothing to do/);
    expect(written()).toBe(before);
    expectArrived(server, tenant.state);
  });

  test("D5, D6: FlexWhere's own list is read, and who has to do the rest is said", async () => {
    const product = await productOf("flexwhere", { token: "flex" });
    const flags = ["--new-group", "UsersFlexWhere", "--member", MEGAN];
    const { stdout } = await product.setUp(flags, { [TOKEN]: "flex" });
    expect(stdout).toMatch(/Tested with +megan\.bowen@contoso\.com: was created at the vendor/);
    expect(stdout).toMatch(/Users at the vendor +1\n/);
    expect(stdout).toContain("Tell FlexWhere that the first users have arrived");
    // Never as the vendor's guide has it, with the token in the address.
    const read = product.server.requests.filter(
      ({ method, url }) => method === "GET" && url.endsWith("/Users"),
    );
    expect(read.length).toBeGreaterThan(0);
    expect(product.server.requests.map(({ url }) => url).join(" ")).not.toMatch(/access_token|flex(?!where)/);
  });
});

describe("the test with one user", () => {
  test("goes before all others, and a failure of it starts nothing", async () => {
    const product = await productOf("flexwhere", { token: "flex" });
    product.server.failNext(({ method }) => method === "POST", 500, 50);
    const flags = ["--user", MEGAN, "--user", PRADEEP];
    const failed = await product.setUp(flags, { [TOKEN]: "flex" });
    expect(failed.exitCode, failed.stderr).toBe(3);
    expect(failed.stderr).toContain(`was not started: the test with ${MEGAN} failed.`);
    const jobs = () => Object.values(product.tenant.state.provisioning ?? {}).map(({ job }) => job?.schedule);
    expect(jobs()).toEqual(["Disabled"]);
    expect(product.server.requests.filter(({ method }) => method === "POST")).not.toHaveLength(0);

    const again = await product.setUp([...flags, "--no-proof"], { [TOKEN]: "flex" });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(jobs()).toEqual(["Active"]);
  });
});
