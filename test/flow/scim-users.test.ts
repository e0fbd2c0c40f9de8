import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Product, productOf } from "../support/vendors.ts";

/* Whom a vendor would refuse, before; what the cycles bring to a vendor's software, a SCIM server that is not ours, after. */

const TOKEN = "ENTRA_APP_REGISTRATION_SECRET_TOKEN";
const MEGAN = "megan.bowen@contoso.com";
const PRADEEP = "pradeep.gupta@contoso.com";
const EXTENSION = "urn:ietf:params:scim:schemas:extension:2.0";
const TENANT_URL = "https://scim.vendor.example/scim";

/** Somebody of the simulated tenant, to be looked up or changed. */
function personOf({ tenant }: Product, userPrincipalName: string) {
  const found = tenant.state.users.find((user) => user.userPrincipalName === userPrincipalName);
  if (!found) throw new Error(`no ${userPrincipalName}`);
  return found;
}

/** The product with sign-in and provisioning on one app, for Megan and for the group Pradeep is in. */
async function platformFor(address: string, ...answers: readonly string[]) {
  const product = await productOf("scim-oidc-platform", {
    token: "platform",
    extensions: {
      [`${EXTENSION}:CustomExtensionName`]: [{ name: "folders", multiValued: true }],
      [`${EXTENSION}:Metadata`]: [{ name: "floor" }, { name: "costCentre" }],
    },
  });
  personOf(product, MEGAN)["jobTitle"] = "Sales,Marketing";
  personOf(product, PRADEEP)["jobTitle"] = null;
  const set = [
    "webRedirectUri=https://web.vendor.example/back",
    "installedRedirectUri=https://app.vendor.example/back",
    `tenantUrl=${address}`,
    ...answers,
  ];
  const flags = [...set.flatMap((one) => ["--set", one]), "--user", MEGAN, "--group", "Finance"];
  const run = await product.setUp(flags, { [TOKEN]: "platform" });
  expect(run.exitCode, run.stderr).toBe(0);
  /** Lets a cycle pass: with the next request to it, Entra has done what was due. */
  const cycle = async () => {
    product.tenant.clock.advance(41 * 60_000);
    await product.tenant.fetch(new Request("https://graph.microsoft.com/v1.0/organization"));
  };
  await cycle();
  const userAt = (name: string) =>
    product.server.at(TENANT_URL).users.find(({ userName }) => userName === name);
  return { product, cycle, userAt };
}

test("F4, F5, F6, F7, F8: type, folders, role and metadata arrive, and a group's members follow it", async () => {
  const answers = ["role=Admin", "defaultFolder=Inbox"];
  const metadata = ["metadata=floor=physicalDeliveryOfficeName", "metadata=costCentre=department"];
  const { product, cycle, userAt } = await platformFor(TENANT_URL, ...answers, ...metadata);
  expect(userAt(MEGAN)).toMatchObject({
    userType: "Premium",
    roles: [{ primary: true, value: "Admin" }],
    [`${EXTENSION}:CustomExtensionName`]: { folders: ["Sales", "Marketing"] },
    [`${EXTENSION}:Metadata`]: { floor: "Seattle", costCentre: "Marketing" },
  });
  // Nothing is said about him: the defaults count.
  expect(userAt(PRADEEP)).toMatchObject({
    userType: "Standard",
    [`${EXTENSION}:CustomExtensionName`]: { folders: ["Inbox"] },
  });
  const membersOfFinance = () =>
    product.server.at(TENANT_URL).groups.flatMap((group) => group["members"] as { value: string }[]);
  expect(membersOfFinance()).toMatchObject([{ value: userAt(PRADEEP)?.["id"] }]);
  const finance = product.tenant.state.groups.find(({ displayName }) => displayName === "Finance");
  finance?.members?.push(personOf(product, MEGAN).id);
  await cycle();
  expect(membersOfFinance().map(({ value }) => value)).toContain(userAt(MEGAN)?.["id"]);
});

test("C2: people are created, updated, disabled and removed, each with the next cycle", async () => {
  // With the flag Entra sends what RFC 7644 wants of a PATCH, which this server insists on.
  const { product, cycle, userAt } = await platformFor(`${TENANT_URL}?aadOptscim062020`);
  const megan = personOf(product, MEGAN);
  megan["officeLocation"] = "Berlin";
  await cycle();
  expect(userAt(MEGAN)).toMatchObject({ addresses: [{ formatted: "Berlin" }], active: true });
  megan["accountEnabled"] = false;
  await cycle();
  expect(userAt(MEGAN)).toMatchObject({ active: false });
  megan["accountEnabled"] = true;
  await cycle();
  expect(userAt(MEGAN)).toMatchObject({ active: true });
  const { state } = product.tenant;
  state.users = state.users.filter(({ id }) => id !== megan.id);
  await cycle();
  expect(product.server.at(TENANT_URL).users).toMatchObject([{ userName: PRADEEP, active: true }]);
});

test("F3, F4: who lacks what the vendor requires is listed before anything is made, on the screen and as CSV", async () => {
  const product = await productOf("scim-oidc-platform", { token: "platform" });
  const gold = personOf(product, MEGAN);
  gold["companyName"] = "Gold";
  const nameless = personOf(product, PRADEEP);
  nameless["givenName"] = null;
  nameless["surname"] = "";
  const twin = personOf(product, "admin@contoso.com");
  twin["mail"] = MEGAN;
  const addresses = ["webRedirectUri", "installedRedirectUri", "tenantUrl"].flatMap((name) => [
    "--set",
    `${name}=https://${name.toLowerCase()}.vendor.example/x`,
  ]);
  const people = [MEGAN, PRADEEP, "admin@contoso.com"].flatMap((name) => ["--user", name]);
  const run = await product.setUp([...addresses, ...people, "--dry-run"], {});
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toContain("3 of 3 users would fail to be provisioned");
  expect(product.tenant.state.applications).toEqual([]);
  const csv = readFileSync(join(run.folder, "users-to-check-scim-oidc-platform.csv"), "utf8");
  for (const said of [run.stderr, csv]) {
    for (const word of ["userType", "Gold", "name.givenName", "name.familyName", "emails[type eq"]) {
      expect(said).toContain(word);
    }
  }
});

test("F3: of those who join a job that runs, whom the vendor would refuse is said before the yes", async () => {
  const product = await productOf("scim-oidc-platform", { token: "platform" });
  const addresses = ["webRedirectUri", "installedRedirectUri"].flatMap((name) => [
    "--set",
    `${name}=https://${name.toLowerCase()}.vendor.example/x`,
  ]);
  const flags = [...addresses, "--set", `tenantUrl=${TENANT_URL}`, "--no-proof"];
  const first = await product.setUp([...flags, "--user", MEGAN], { [TOKEN]: "platform" });
  expect(first.exitCode, first.stderr).toBe(0);
  personOf(product, PRADEEP)["surname"] = "";
  const joining = ["--group", "Finance", "--user", MEGAN];
  const second = await product.setUp([...flags, ...joining, "--dry-run"], {});
  expect(second.exitCode, second.stderr).toBe(0);
  expect(second.stderr).toContain("1 of 1 user would fail to be provisioned");
  expect(second.stderr).toContain(PRADEEP);
  const third = await product.setUp([...flags, "--user", MEGAN], {});
  expect(third.stdout).toContain("Nothing to do");
  expect(third.stderr).not.toContain("would fail");
});
