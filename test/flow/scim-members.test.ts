import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { FAULTS, failing, recording } from "../support/faults.ts";
import { runInProcess, type TestRunOptions, type TestTenant, testTenant } from "../support/run.ts";

/* D5: who belongs to the group that `scim setup` assigns, whether this run makes it or it is there. */

const MEGAN = "megan.bowen@contoso.com";
const PRADEEP = "pradeep.gupta@contoso.com";
const BEN = "ben.walters@contoso.com";
const LYNNE = "lynne.robbins@contoso.com";
const TOKEN = "token-of-the-vendor";

function setUp(tenant: TestTenant, words: readonly string[], options: TestRunOptions = {}) {
  const argv = ["scim", "setup", "--template", "flexwhere", "--yes", "--no-input"];
  return runInProcess([...argv, "--tenant-id", EXAMPLE.tenantId, ...words], tenant, {
    piped: TOKEN,
    ...options,
  });
}

const members = (...names: readonly string[]) => names.flatMap((name) => ["--member", name]);

function groupNamed({ state }: TestTenant, displayName: string) {
  const found = state.groups.filter((group) => group.displayName === displayName);
  const [group] = found;
  if (!group || found.length > 1) throw new Error(`${found.length} groups "${displayName}"`);
  return group;
}

/** The user principal names of those in a group. */
function namesIn(tenant: TestTenant, displayName: string): string[] {
  const ids = groupNamed(tenant, displayName).members ?? [];
  const names = new Map(tenant.state.users.map((user) => [user.id, user.userPrincipalName]));
  return ids.map((id) => names.get(id) ?? id);
}

/** So many more people than there are. */
function crowd({ state }: TestTenant, count: number): string[] {
  const [one] = state.users;
  return Array.from({ length: count }, (_one, index) => {
    const id = `70000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
    const userPrincipalName = `person${index}@contoso.com`;
    state.users.push({ ...one, id, userPrincipalName, mail: userPrincipalName } as (typeof state.users)[0]);
    return userPrincipalName;
  });
}

/** Notes the permissions that sign-ins ask for. */
function listening(scopes: Set<string>): NonNullable<TestRunOptions["through"]> {
  return (fetch) => async (request) => {
    if (/\/(devicecode|token)$/.test(new URL(request.url).pathname)) {
      const asked = new URLSearchParams(await request.clone().text()).get("scope") ?? "";
      for (const scope of asked.split(" ")) scopes.add(scope.replace("https://graph.microsoft.com/", ""));
    }
    return fetch(request);
  };
}

test("who was named is in no journal", async () => {
  const run = await setUp(testTenant(), [...members(MEGAN, "nobody@contoso.com"), "--group", "Sales"]);
  const ended = await setUp(testTenant(), [...members(MEGAN, PRADEEP), "--user", BEN]);
  expect([run.exitCode, ended.exitCode], ended.stderr).toEqual([2, 0]);
  for (const { stderr } of [run, ended]) {
    const journal = readFileSync(/Journal of this run[^:]*: (.*)/.exec(stderr)?.[1] ?? "", "utf8");
    expect(journal).toContain("/v1.0/users");
    expect(journal).not.toMatch(/megan|pradeep|ben\.|nobody|sales|UsersFlexWhere/i);
  }
});

describe("a group that is there", () => {
  test("D5: gets those who are missing, shown before the yes, and a second run finds nothing to do", async () => {
    const tenant = testTenant();
    const first = await setUp(tenant, members(MEGAN));
    expect(first.exitCode, first.stderr).toBe(0);
    expect(namesIn(tenant, "UsersFlexWhere")).toEqual([MEGAN]);

    const again = await setUp(tenant, members(MEGAN, PRADEEP, BEN), { folder: first.folder });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toContain('~ Security group "UsersFlexWhere"');
    expect(again.stderr).toContain("+ member Pradeep Gupta");
    expect(again.stderr).toContain("+ member Ben Walters");
    expect(again.stderr).not.toContain("member Megan Bowen");
    expect(namesIn(tenant, "UsersFlexWhere")).toEqual([MEGAN, PRADEEP, BEN]);

    const before = structuredClone(tenant.state);
    const names: string[] = [];
    const third = await setUp(tenant, [...members(MEGAN, PRADEEP, BEN), "--json"], {
      folder: first.folder,
      through: recording(names),
    });
    expect(third.exitCode, third.stderr).toBe(0);
    expect(JSON.parse(third.stdout)).toMatchObject({ changed: false });
    expect(names.filter((name) => /^(PATCH|POST) .*\/groups/.test(name))).toEqual([]);
    expect(tenant.state).toEqual(before);
  });

  test.each(["--group", "--new-group"])(
    "is named by %s, and its first cycle begins with them",
    async (flag) => {
      const tenant = testTenant();
      const before = namesIn(tenant, "Finance");
      const run = await setUp(tenant, [flag, "Finance", ...members(LYNNE)]);
      expect(run.exitCode, run.stderr).toBe(0);
      expect(run.stderr).toContain('+ Assign the group "Finance"');
      expect(run.stderr).toContain(`Then ${LYNNE} is provisioned alone, as a test`);
      expect(run.stderr).toContain(`the first cycle goes through ${before.length + 1} users`);
      expect(namesIn(tenant, "Finance")).toEqual([...before, LYNNE]);
      expect(tenant.state.groups).toHaveLength(2);
    },
  );

  test("a dry run shows them and changes nothing", async () => {
    const tenant = testTenant();
    const before = structuredClone(tenant.state);
    const run = await setUp(tenant, ["--group", "Finance", "--dry-run", ...members(LYNNE)]);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain("+ member Lynne Robbins");
    expect(tenant.state).toEqual(before);
  });

  test("for several applications gets each member once", async () => {
    const tenant = testTenant();
    const words = ["scim", "setup", "--template", "andmoney", "--yes", "--no-input"];
    const set = ["--set", "api=https://api.booking.andmoney.dk", "--tenant-id", EXAMPLE.tenantId];
    const people = members(MEGAN, `rooms=${LYNNE}`);
    const run = await runInProcess([...words, ...set, "--group", "Finance", ...people], tenant);
    expect(run.exitCode, run.stderr).toBe(7);
    expect(run.stderr.match(/\+ member Megan Bowen/g)).toHaveLength(1);
    expect(namesIn(tenant, "Finance")).toEqual(expect.arrayContaining([MEGAN, LYNNE]));
  });

  test("takes the permission for members, which nobody is asked for without --member", async () => {
    const tenant = testTenant();
    const scopes = new Set<string>();
    const options = { through: listening(scopes) };
    const run = await setUp(tenant, ["--group", "Finance", ...members(LYNNE)], options);
    expect(run.exitCode, run.stderr).toBe(0);
    expect([...scopes].filter((scope) => scope.startsWith("Group"))).toEqual(["GroupMember.ReadWrite.All"]);

    const plain = new Set<string>();
    const other = await setUp(testTenant(), ["--group", "Finance", "--no-proof"], {
      through: listening(plain),
    });
    expect(other.exitCode, other.stderr).toBe(0);
    expect([...plain].filter((scope) => scope.startsWith("Group"))).toEqual(["Group.Read.All"]);
  });

  test.each([
    [{ onPremisesSyncEnabled: true }, /on-premises directory/],
    [{ groupTypes: ["DynamicMembership"] }, /a rule decides who belongs to it/],
    [{ mailEnabled: true }, /changed in Exchange alone/],
    [{ isAssignableToRole: true }, /can hold roles of the directory/],
  ])("of which somebody else decides is left alone, and nothing is begun: %j", async (kind, why) => {
    const tenant = testTenant();
    Object.assign(groupNamed(tenant, "Finance"), kind);
    const before = structuredClone(tenant.state);
    const run = await setUp(tenant, ["--group", "Finance", ...members(LYNNE)]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(why);
    expect(run.stderr).toContain("Lynne Robbins cannot be put into the group");
    expect(tenant.state).toEqual(before);
    // It is assigned all the same where nobody is missing from it.
    const [there = ""] = namesIn(tenant, "Finance");
    const fine = await setUp(tenant, ["--group", "Finance", "--no-proof", ...members(there)]);
    expect(fine.exitCode, fine.stderr).toBe(0);
  });

  test.each([
    "503 after it acted",
    "reset after it acted",
    "reset before it acted",
    "429",
    "dead from after it acted",
  ])("%s: all of them are there in the end, each once", async (kind) => {
    const fault = FAULTS[kind];
    if (!fault) throw new Error(`no fault ${kind}`);
    const tenant = testTenant();
    const through = failing("PATCH graph.microsoft.com/v1.0/groups/{id} #1", fault);
    const words = ["--group", "Finance", "--no-proof", ...members(MEGAN, LYNNE)];
    const run = await setUp(tenant, words, { through });
    if (run.exitCode !== 0) {
      const again = await setUp(tenant, words, { folder: run.folder });
      expect(again.exitCode, again.stderr).toBe(0);
    }
    const names = namesIn(tenant, "Finance");
    expect(names).toEqual(expect.arrayContaining([MEGAN, LYNNE]));
    expect(new Set(names).size).toBe(names.length);
  });

  test("somebody else who adds one of them meanwhile holds nobody up", async () => {
    const tenant = testTenant();
    const run = await setUp(tenant, ["--group", "Finance", "--no-proof", ...members(MEGAN, LYNNE)], {
      through: (fetch) => (request) => {
        const { members: there = [] } = groupNamed(tenant, "Finance");
        const megan = tenant.state.users.find(({ userPrincipalName }) => userPrincipalName === MEGAN);
        const adds = request.method === "PATCH" && request.url.includes("/groups/");
        if (adds && megan && !there.includes(megan.id)) there.push(megan.id);
        return fetch(request);
      },
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(namesIn(tenant, "Finance")).toEqual(expect.arrayContaining([MEGAN, LYNNE]));
  });

  test("who may not change its members is told who may, before anything else is lost", async () => {
    const tenant = testTenant({ persona: "applicationAdministrator" });
    const run = await setUp(tenant, ["--group", "Finance", "--no-proof", ...members(LYNNE)]);
    expect(run.exitCode).toBe(5);
    expect(run.stderr).toContain("add members to a group");
    expect(run.stderr).toContain("an owner of the group");
  });
});

describe("a group that is made", () => {
  test("has as many members as were named, also with an index that lags", async () => {
    const tenant = testTenant({ visibilityDelayMs: 3000 });
    const names = crowd(tenant, 45);
    const run = await setUp(tenant, ["--new-group", "Everybody", "--no-proof", ...members(...names)]);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(namesIn(tenant, "Everybody")).toEqual(names);
    expect(run.stderr).toContain("with 45 members");
  });

  test("and left half filled by a run that was killed is filled by the next", async () => {
    const tenant = testTenant();
    const names = crowd(tenant, 30);
    const dead = FAULTS["dead from before it acted"];
    if (!dead) throw new Error("no such fault");
    const words = ["--new-group", "Everybody", "--no-proof", ...members(...names)];
    const run = await setUp(tenant, words, {
      through: failing("PATCH graph.microsoft.com/v1.0/groups/{id} #1", dead),
    });
    expect(run.exitCode).not.toBe(0);
    expect(namesIn(tenant, "Everybody")).toHaveLength(19);
    const again = await setUp(tenant, words, { folder: run.folder });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(namesIn(tenant, "Everybody")).toEqual(names);
  });

  test("is the one that the vendor proposes where members are named and no group", async () => {
    const tenant = testTenant();
    const run = await setUp(tenant, members(MEGAN));
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain('+ Security group "UsersFlexWhere", with one member and you as its owner');
  });
});

describe("wrong before anybody signs in", () => {
  const ANDMONEY = ["scim", "setup", "--template", "andmoney", "--tenant-id", EXAMPLE.tenantId];
  test.each([
    [[...members(MEGAN)], "no group is named"],
    [["--no-group", ...members(MEGAN)], "no group is named"],
    [["--new-group", "advisors=Advisors", ...members(`rooms=${MEGAN}`)], "no group is named"],
    [["--group", "A", "--group", "B", ...members(MEGAN)], "Several groups are named"],
  ])("%j", async (words, message) => {
    const tenant = testTenant();
    const run = await runInProcess([...ANDMONEY, "--yes", "--no-input", ...words], tenant);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(message);
    expect(tenant.requests).toEqual([]);
  });
});
