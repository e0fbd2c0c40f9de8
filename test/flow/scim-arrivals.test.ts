import { describe, expect, test } from "vitest";
import { type Product, productOf } from "../support/vendors.ts";

/*
 * From an empty tenant to people in the vendor's product: with the attributes that the vendor's document asks for and
 * no others, in a SCIM server that is not ours. The second run finds nothing to do, and sends nobody anything.
 */

const TOKEN = "ENTRA_APP_REGISTRATION_SECRET_TOKEN";
const MEGAN = "megan.bowen@contoso.com";
const PRADEEP = "pradeep.gupta@contoso.com";
const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const EXTENSION = "urn:ietf:params:scim:schemas:extension:2.0";
const CYCLE_MS = 45 * 60_000;

/** The users at a tenant URL without what the server itself gives them. */
function usersAt({ server }: Product, tenantUrl: string) {
  return server.at(tenantUrl).users.map(({ id: _id, meta: _meta, ...user }) => user);
}

function idOf({ tenant }: Product, userPrincipalName: string): string {
  return tenant.state.users.find((user) => user.userPrincipalName === userPrincipalName)?.id ?? "";
}

/** Sets up, lets a cycle pass, sets up again: nothing is to do, and nobody is sent anything. */
async function twice(
  product: Product,
  flags: readonly string[],
  tokens: Readonly<Record<string, string>>,
): Promise<string> {
  const { setUp, tenant, server } = product;
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
  return first.stdout;
}

const SEATTLE = {
  formatted: "Seattle",
  streetAddress: "1 Pike Street",
  locality: "Seattle",
  region: "WA",
  postalCode: "98101",
  country: "United States",
  type: "work",
};

/** Megan with everything that Entra sends by itself. */
const EVERYTHING = {
  schemas: [CORE, ENTERPRISE],
  userName: MEGAN,
  externalId: "megan.bowen",
  name: { formatted: "Megan Bowen", familyName: "Bowen", givenName: "Megan" },
  displayName: "Megan Bowen",
  title: "Marketing Manager",
  preferredLanguage: "en-US",
  active: true,
  emails: [{ value: MEGAN, type: "work" }],
  phoneNumbers: [
    { value: "+1 206 555 0112", type: "work" },
    { value: "+1 206 555 0102", type: "mobile" },
  ],
  addresses: [SEATTLE],
  [ENTERPRISE]: { employeeNumber: "1002", department: "Marketing" },
};

describe("users arrive with exactly what the vendor's document asks for", () => {
  test("B2: empower", async () => {
    const tenantUrl = "https://app.contoso.com/empower/scimapi/scim";
    const product = await productOf("empower-scim", { token: "installer" });
    const flags = ["--hostname", "https://app.contoso.com", "--user", MEGAN];
    await twice(product, flags, { [TOKEN]: "installer" });
    expect(usersAt(product, tenantUrl)).toEqual([{ ...EVERYTHING, externalId: idOf(product, MEGAN) }]);
  });

  test("D3, D5, D6: FlexWhere, members of a new group and no groups", async () => {
    const tenantUrl = "https://scim.flexwhere.com/scim";
    const product = await productOf("flexwhere", { token: "flex" });
    const flags = ["--new-group", "UsersFlexWhere", "--member", MEGAN];
    const said = await twice(product, flags, { [TOKEN]: "flex" });
    expect(usersAt(product, tenantUrl)).toEqual([EVERYTHING]);
    expect(product.server.at(tenantUrl).groups).toEqual([]);
    expect(said).toMatch(/Tested with +megan\.bowen@contoso\.com: was created at the vendor/);
    expect(said).toMatch(/Users at the vendor +1\n/);
    expect(said).toContain("Tell FlexWhere that the first users have arrived");
    // Never as the vendor's guide has it, with the token in the address.
    const read = product.server.requests.filter(
      ({ method, url }) => method === "GET" && url.endsWith("/Users"),
    );
    expect(read.length).toBeGreaterThan(0);
    expect(product.server.requests.map(({ url }) => url).join(" ")).not.toMatch(/access_token|flex(?!where)/);
  });

  test("E1, E3, E5: &Money, advisors with their names and rooms without", async () => {
    const api = "https://api.booking.andmoney.dk";
    const token = { [`${api}/advisors/scim`]: "one", [`${api}/rooms/scim`]: "two" };
    const product = await productOf("andmoney", { token });
    const room = "room.berlin1@contoso.com";
    const flags = ["--user", `advisors=${MEGAN}`, "--user", `advisors=${PRADEEP}`, "--user", `rooms=${room}`];
    await twice(product, flags, { [`${TOKEN}_ADVISORS`]: "one", [`${TOKEN}_ROOMS`]: "two" });
    const common = (userPrincipalName: string, displayName: string, office: string) => ({
      schemas: [CORE],
      userName: userPrincipalName,
      displayName,
      externalId: idOf(product, userPrincipalName),
      active: true,
      addresses: [{ formatted: office, type: "work" }],
    });
    expect(usersAt(product, `${api}/advisors/scim`)).toEqual([
      { ...common(MEGAN, "Megan Bowen", "Seattle"), name: { givenName: "Megan", familyName: "Bowen" } },
      { ...common(PRADEEP, "Pradeep Gupta", "Berlin"), name: { givenName: "Pradeep", familyName: "Gupta" } },
    ]);
    expect(usersAt(product, `${api}/rooms/scim`)).toEqual([common(room, "Room Berlin 1", "Berlin")]);
  });

  test("F4 to F8: the platform, with its own attributes and a group", async () => {
    const tenantUrl = "https://scim.vendor.example/scim";
    const product = await productOf("scim-oidc-platform", {
      token: "platform",
      extensions: {
        [`${EXTENSION}:CustomExtensionName`]: [{ name: "folders", multiValued: true }],
        [`${EXTENSION}:Metadata`]: [{ name: "costCentre" }],
      },
    });
    const inputs = [
      "webRedirectUri=https://web.vendor.example/back",
      "installedRedirectUri=https://app.vendor.example/back",
      `tenantUrl=${tenantUrl}`,
      "userType=Standard",
      "role=Admin",
      "metadata=costCentre=department",
    ];
    const flags = [...inputs.flatMap((one) => ["--set", one]), "--user", MEGAN];
    await twice(product, flags, { [TOKEN]: "platform" });
    const [user] = usersAt(product, tenantUrl);
    expect(user).toMatchObject({
      userName: MEGAN,
      name: { givenName: "Megan", familyName: "Bowen" },
      userType: "Premium",
      roles: [{ value: "Admin" }],
      [`${EXTENSION}:CustomExtensionName`]: { folders: ["Marketing Manager"] },
      [`${EXTENSION}:Metadata`]: { costCentre: "Marketing" },
    });
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
