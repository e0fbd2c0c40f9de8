import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { provisioned } from "../support/provisioned.ts";
import { runInProcess, testTenant } from "../support/run.ts";

const MEGAN = "megan.bowen@contoso.com";
const PLATFORM = [
  "--template",
  "scim-oidc-platform",
  "--no-input",
  "--tenant-id",
  EXAMPLE.tenantId,
  ...["webRedirectUri", "installedRedirectUri", "tenantUrl"].flatMap((name) => [
    "--set",
    `${name}=https://${name.toLowerCase()}.vendor.example/x`,
  ]),
];

/** A tenant with the platform registered, and how its people are changed. */
async function platform() {
  const tenant = testTenant();
  const made = await runInProcess([...PLATFORM, "--yes"], tenant);
  expect(made.exitCode, made.stderr).toBe(0);
  const person = (name: string) => {
    const found = tenant.state.users.find(({ userPrincipalName }) => userPrincipalName === name);
    if (!found) throw new Error(`no ${name}`);
    return found;
  };
  const scim = (...words: string[]) =>
    runInProcess(["scim", ...words, ...PLATFORM], tenant, { folder: made.folder });
  return { tenant, person, scim, folder: made.folder };
}

describe("F3, F4: whom the vendor would refuse", () => {
  test("of those who are assigned: on the screen, as a table, exit code 3; nothing is changed", async () => {
    const { tenant, scim, folder, person } = await platform();
    const [group] = tenant.state.groups;
    expect(
      (await scim("assign", "--user", "admin@contoso.com", "--group", group?.displayName ?? "", "--yes"))
        .exitCode,
    ).toBe(0);
    person(MEGAN)["companyName"] = "Gold\u001B[2J";
    const facts = () => {
      const { applications, servicePrincipals, appRoleAssignments, users } = tenant.state;
      return structuredClone({ applications, servicePrincipals, appRoleAssignments, users });
    };
    const before = facts();
    const run = await scim("preview");
    expect(run.exitCode).toBe(3);
    expect(run.stdout).toMatch(/of \d+ users would fail to be provisioned/);
    expect(run.stdout).toContain(`${MEGAN}: companyName is "Gold`);
    expect(run.stdout).toContain("the vendor takes Standard, Premium");
    expect(run.stdout).not.toContain("\u001B");
    expect(run.stdout).toContain("Of a group its direct members count");
    const csv = readFileSync(join(folder, "users-to-check-scim-oidc-platform.csv"), "utf8");
    expect(csv).toContain('"value not allowed","yes","companyName","userType"');
    expect(facts()).toEqual(before);
  });

  test("nobody fails: exit code 0, and no table", async () => {
    const { scim, folder, person } = await platform();
    person(MEGAN)["companyName"] = null;
    const run = await scim("preview", "--user", MEGAN);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.stdout).toContain("The user has what the vendor requires.");
    expect(existsSync(join(folder, "users-to-check-scim-oidc-platform.csv"))).toBe(false);
  });

  test("of a list, with names that nobody goes by", async () => {
    const { scim, folder } = await platform();
    writeFileSync(join(folder, "l.csv"), `user;role\n${MEGAN};Admin\nnobody@contoso.com;\n`);
    const run = await scim("preview", "--file", "l.csv", "--json");
    expect(run.exitCode).toBe(3);
    expect(JSON.parse(run.stdout)).toMatchObject({ checked: 1, notFound: 1, changed: false, users: [] });
  });

  test("nobody assigned, and nobody of that name", async () => {
    const { scim } = await platform();
    const none = await scim("preview");
    expect([none.exitCode, none.stdout]).toEqual([0, expect.stringContaining("There is nobody to look at")]);
    const unknown = await scim("preview", "--user", "nobody@contoso.com");
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining("nobody@contoso.com")]);
  });
});

describe("what is sent of one", () => {
  test("by the template where there is no job: default, split and role worked out", async () => {
    const { scim, person } = await platform();
    Object.assign(person(MEGAN), { companyName: null, jobTitle: "Sales,Berlin" });
    const run = await scim("preview", "--user", MEGAN, "--role", "Admin");
    expect(run.stdout).toContain(`Of ${MEGAN} this is sent, by the vendor's template`);
    for (const line of [
      /name\.givenName +Megan/,
      /userType +Standard/,
      /folders +Sales \| Berlin/,
      /roles\[.*\]\.value +Admin/,
    ]) {
      expect(run.stdout).toMatch(line);
    }
  });

  test("the role is that with which somebody is assigned, by an own assignment or that of a group", async () => {
    const { tenant, scim } = await platform();
    const role = async (...words: string[]) =>
      /roles\[.*\]\.value +(\w+)/.exec((await scim("preview", "--user", MEGAN, ...words)).stdout)?.[1];
    const assign = async (...words: string[]) =>
      expect((await scim("assign", ...words, "--yes")).exitCode).toBe(0);
    expect(await role()).toBe("ReadOnly");
    const group = tenant.state.groups.find(({ displayName }) => displayName === "All Employees");
    await assign("--group", group?.displayName ?? "", "--role", "Admin");
    expect(await role()).toBe("Admin");
    await assign("--user", MEGAN, "--role", "EnterpriseAdmin");
    expect(await role()).toBe("EnterpriseAdmin");
    expect(await role("--role", "User")).toBe("User");
  });

  test("by the mappings of the job where there is one", async () => {
    const { scim } = await provisioned();
    const run = await scim(["preview", "--user", MEGAN, "--json"]);
    expect(run.exitCode, run.stderr).toBe(0);
    const { mappings, users } = JSON.parse(run.stdout) as {
      mappings: string;
      users: { attributes: { name: string; value: unknown }[] }[];
    };
    expect(mappings).toBe("job");
    expect(users[0]?.attributes).toContainEqual({ name: "userName", value: MEGAN, foreseeable: true });
    expect(users[0]?.attributes).toContainEqual({ name: "active", value: "True", foreseeable: true });
  });
});
