import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { assignments, listOf, makeCrowd } from "../support/crowd.ts";
import { temporaryFolder } from "../support/fake-ports.ts";
import { provisioned } from "../support/provisioned.ts";
import type { TestTenant } from "../support/run.ts";

const ZERO = "00000000-0000-0000-0000-000000000000";

/** Who is assigned, by name, with the role's name. */
function assigned({ state }: TestTenant): string[] {
  const [application] = state.applications;
  const roles = new Map(application?.appRoles.map(({ id, displayName }) => [id, displayName]));
  const names = new Map([...state.users, ...state.groups].map(({ id, displayName }) => [id, displayName]));
  return state.appRoleAssignments
    .map(
      ({ principalId, appRoleId }) =>
        `${names.get(principalId) ?? "?"}: ${roles.get(appRoleId) ?? appRoleId}`,
    )
    .toSorted();
}

/** A tenant with FlexWhere in it, and a list beside. */
async function listed(text: string | Uint8Array, name = "list.csv") {
  const made = await provisioned();
  writeFileSync(join(made.folder, name), text);
  const run = (...words: string[]) => made.scim(["assign", "--file", name, "--yes", ...words]);
  return { ...made, run };
}

describe("whatever a list looks like", () => {
  const NAMES = ["megan.bowen@contoso.com", "GRADY.ARCHIE@contoso.com"];
  const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le");
  const lists: Record<string, string | Uint8Array> = {
    "names, one a line": NAMES.join("\n"),
    "Windows line ends and blank lines": `\r\n${NAMES.join("\r\n\r\n")}\r\n`,
    "old line ends": NAMES.join("\r"),
    "a header": `UserPrincipalName\n${NAMES.join("\n")}`,
    "semicolons, as Excel in Germany writes them": `Benutzer;Abteilung\n${NAMES.map((name) => `${name};Vertrieb, Nord`).join("\n")}`,
    "an export of Entra's": `userPrincipalName,displayName,id\n${NAMES.map((name) => `${name},"Bowen, Megan",x`).join("\n")}`,
    "quoted, with a byte order mark": `\uFEFF"user"\r\n${NAMES.map((name) => `"${name}"`).join("\r\n")}`,
    "Excel's hint": `sep=;\r\nuser;x\r\n${NAMES.map((name) => `${name};1`).join("\r\n")}`,
    "UTF-16 with tabs, as Excel's Unicode text": utf16(
      `user\tcity\r\n${NAMES.map((name) => `${name}\tKöln`).join("\r\n")}`,
    ),
    "somebody twice": [...NAMES, ...NAMES].join("\n"),
  };
  test.each(Object.entries(lists))("%s", async (_name, text) => {
    const { tenant, run } = await listed(text);
    const { exitCode, stdout } = await run();
    expect(stdout).toContain('Done: 2 assigned to "FlexWhere SCIM".');
    expect(exitCode).toBe(0);
    expect(assigned(tenant)).toEqual(["Grady Archie: User", "Megan Bowen: User"]);
  });

  test.each([
    ["an empty file", "", "names nobody"],
    ["only a header", "user;role\n", "names nobody"],
    ["a workbook", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0), "is an Excel workbook"],
    ["zeros", new Uint8Array(300), "is no text"],
    ["one endless line", "x".repeat(100_000), "is no text"],
    ["Windows-1252", Uint8Array.of(0x4d, 0xfc, 0x6c, 0x6c), "in another encoding than UTF-8"],
    ["columns without names", "Ann Miller;Berlin\nBob;Rome", "several columns"],
  ] as const)("%s is refused before anybody signs in", async (_name, text, words) => {
    const { run, tenant } = await listed(text);
    const before = tenant.requests.length;
    const { exitCode, stderr } = await run();
    expect(stderr).toContain(words);
    expect(stderr).toContain("Nothing was changed.");
    expect(exitCode).toBe(2);
    expect(tenant.requests).toHaveLength(before);
  });

  test("a list that is not there, or a folder", async () => {
    const { scim } = await provisioned();
    const missing = await scim(["assign", "--file", "nope.csv", "--yes"]);
    expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringMatching(/nope\.csv is not there/)]);
    const folder = await scim(["assign", "--file", ".", "--yes"]);
    expect([folder.exitCode, folder.stderr]).toEqual([2, expect.stringMatching(/is a folder/)]);
  });

  test("nobody named at all", async () => {
    const { scim } = await provisioned();
    const { exitCode, stderr } = await scim(["assign", "--yes"]);
    expect(stderr).toContain("--file, --user, --group or --members-of");
    expect(exitCode).toBe(2);
  });

  test("from standard input", async () => {
    const { scim, tenant } = await provisioned();
    const { exitCode } = await scim(["assign", "--file", "-", "--yes"], { piped: NAMES.join("\n") });
    expect(exitCode).toBe(0);
    expect(assigned(tenant)).toHaveLength(2);
  });
});

describe("who is meant", () => {
  test("by name, mail address, object ID, and groups by name; run again there is nothing to do", async () => {
    const { tenant, scim, folder } = await provisioned();
    const [, megan] = tenant.state.users;
    const [group] = tenant.state.groups;
    if (!megan || !group) throw new Error("nobody there");
    megan.mail = "megan@brand.example";
    const words = [
      "assign",
      "--user",
      "megan@brand.example",
      "--user",
      "admin@contoso.com",
      "--group",
      group.displayName,
    ];
    const first = await scim([...words, "--yes"]);
    expect(first.stderr).toContain('+ assign 2 users and 1 group to "FlexWhere SCIM", role User');
    expect(first.exitCode).toBe(0);
    expect(assigned(tenant)).toEqual(
      ["Alex Wilber: User", `${group.displayName}: User`, "Megan Bowen: User"].toSorted(),
    );
    const before = structuredClone(tenant.state.appRoleAssignments);
    writeFileSync(join(folder, "ids.txt"), `${megan.id.toUpperCase()}\n${group.id}`);
    const again = await scim(["assign", "--file", "ids.txt", "--yes"]);
    expect(again.stdout).toContain("Nothing to do: all 2 found are assigned");
    expect(again.exitCode).toBe(0);
    expect(tenant.state.appRoleAssignments).toEqual(before);
  });

  test("unknown people are listed, all of them in a file that can be put right and given back", async () => {
    const unknown = Array.from({ length: 10_001 }, (_one, index) => `nobody${index}@contoso.com`);
    const { tenant, run, folder, scim } = await listed(
      ["megan.bowen@contoso.com", "=1+1", ...unknown].join("\n"),
    );
    const { exitCode, stdout, stderr } = await run();
    expect(exitCode).toBe(7);
    expect(stderr).toContain("10,002 names are left out:");
    expect(stderr.split("\n").filter((line) => line.includes("nobody goes by that"))).toHaveLength(20);
    expect(stderr).toContain("… and 9,982 more");
    expect(stdout).toContain("Partly done: 1 assigned");
    const file = join(folder, "not-assigned-flexwhere.csv");
    const rows = readFileSync(file, "utf8").trim().split("\r\n");
    expect(rows).toHaveLength(10_003);
    expect(rows[1]).toBe(`"'=1+1","not found",""`);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, readFileSync(file, "utf8").replace("nobody7@", "grady.archie@"));
    const corrected = await scim(["assign", "--file", "not-assigned-flexwhere.csv", "--yes"]);
    expect(corrected.stdout).toContain("Partly done: 1 assigned");
    expect(assigned(tenant)).toHaveLength(2);
  }, 180_000);

  test("a dry run writes no file, and the table of an earlier run is not replaced before its work is done", async () => {
    const name = "not-assigned-flexwhere.csv";
    const { tenant, run, folder, scim } = await listed("megan.bowen@contoso.com\nnobody@contoso.com", name);
    const text = () => readFileSync(join(folder, name), "utf8");
    const before = text();
    const dry = await run("--dry-run");
    expect([dry.exitCode, dry.stderr]).toEqual([7, expect.stringContaining("1 name is left out:")]);
    expect(text()).toBe(before);
    const declined = await scim(["assign", "--file", name], {
      answers: [{ expect: /Name for the app/ }, { expect: /Go ahead/, answer: false }],
    });
    expect([declined.exitCode, text()]).toEqual([130, before]);
    expect((await run()).stdout).toContain(`put the names right in ${join(folder, name)}`);
    expect(text()).not.toContain("megan");
    writeFileSync(join(folder, name), before);
    expect((await run()).stdout).toContain(`put the names right in ${join(folder, name)}`);
    expect(assigned(tenant)).toHaveLength(1);
    rmSync(join(folder, name));
    const other = await scim([
      "assign",
      "--user",
      "nobody@contoso.com",
      "--user",
      "admin@contoso.com",
      "--dry-run",
    ]);
    expect([other.exitCode, existsSync(join(folder, name))]).toEqual([7, false]);
  });

  test("nobody of them is there: exit code 2, and nothing written", async () => {
    const { run, tenant } = await listed("a@contoso.com\nb@contoso.com");
    const { exitCode, stderr } = await run();
    expect(stderr).toContain("Nobody who is named is in this tenant:");
    expect(exitCode).toBe(2);
    expect(assigned(tenant)).toEqual([]);
    const flag = await run("--role", "Boss");
    expect(flag.stderr).toContain('has no such app role for users: "Boss".');
  });

  test("a group's name that two groups have is not guessed", async () => {
    const { tenant, scim } = await provisioned();
    const [group] = tenant.state.groups;
    if (!group) throw new Error("no group");
    tenant.state.groups.push({ ...structuredClone(group), id: "00000000-0000-4000-8000-00000000abcd" });
    const run = await scim(["assign", "--group", group.displayName, "--user", "admin@contoso.com", "--yes"]);
    expect(run.stderr).toContain(`${group.displayName}: several go by that name`);
    expect(run.exitCode).toBe(7);
    const alone = await scim(["assign", "--group", group.displayName, "--yes"]);
    expect([alone.exitCode, alone.stderr]).toEqual([2, expect.stringContaining("several go by that name")]);
    expect(alone.stderr).not.toContain("is in this tenant");
    const members = await scim(["assign", "--members-of", group.displayName, "--yes"]);
    expect([members.exitCode, members.stderr]).toEqual([2, expect.stringContaining("00000000abcd")]);
  });

  test("the members of a group, each by themselves; groups in it are said and left", async () => {
    const { tenant, scim } = await provisioned();
    const [group] = tenant.state.groups;
    if (!group) throw new Error("no group");
    const inner = {
      ...structuredClone(group),
      id: "00000000-0000-4000-8000-00000000abcd",
      displayName: "Inner",
    };
    tenant.state.groups.push(inner);
    group.members = [...(group.members ?? []), inner.id];
    const run = await scim(["assign", "--members-of", group.displayName, "--yes"]);
    expect(run.stderr).toContain("1 group among the members: who is in it is not assigned");
    expect(run.exitCode).toBe(0);
    expect(assigned(tenant).every((one) => one.endsWith(": User") && !one.startsWith("Inner"))).toBe(true);
    expect(assigned(tenant)).toHaveLength((group.members ?? []).length - 1);
  });
});

test("an empty name is wrong before anybody signs in", async () => {
  const { scim, tenant } = await provisioned();
  const before = tenant.requests.length;
  const run = await scim(["assign", "--user", " ", "--yes"]);
  expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining("One of the names is empty")]);
  expect(tenant.requests).toHaveLength(before);
});

describe("roles", () => {
  test("one that the app lacks is refused, with those that it has", async () => {
    const { run, tenant } = await listed("user;role\nmegan.bowen@contoso.com;Boss\nadmin@contoso.com;User");
    const { exitCode, stderr } = await run();
    expect(stderr).toMatch(/has no such app role for users: "Boss"/);
    expect(stderr).toMatch(/Its roles are: .*User/);
    expect(exitCode).toBe(2);
    expect(assigned(tenant)).toEqual([]);
  });

  test("default access gives way to the role, never the other way round", async () => {
    const { scim, tenant, servicePrincipalId } = await provisioned();
    const [, megan] = tenant.state.users;
    if (!megan) throw new Error("nobody there");
    tenant.state.appRoleAssignments.push({
      id: "default-access",
      appRoleId: ZERO,
      principalId: megan.id,
      principalType: "User",
      resourceId: servicePrincipalId,
      createdDateTime: "2026-11-20T12:00:00Z",
    });
    const run = await scim(["assign", "--user", megan.userPrincipalName, "--yes"]);
    expect(run.stderr).toContain('1 of them has "Default access"');
    expect(run.stdout).toContain("1 older assignment taken back");
    expect(assigned(tenant)).toEqual(["Megan Bowen: User"]);
  });

  test("another role stays unless somebody asks for one", async () => {
    const { scim, tenant } = await provisioned();
    const user = ["--user", "megan.bowen@contoso.com", "--yes"];
    await scim(["assign", ...user, "--role", "msiam_access"]);
    expect(assigned(tenant)).toEqual(["Megan Bowen: msiam_access"]);
    const plain = await scim(["assign", ...user]);
    expect(plain.stdout).toContain("Nothing to do");
    await scim(["assign", ...user, "--role", "user"]);
    expect(assigned(tenant)).toEqual(["Megan Bowen: User"]);
  });
});

describe("what may come in between", () => {
  test("a role in the directory that is too low: exit code 5, nothing assigned", async () => {
    const { scim, tenant } = await provisioned();
    tenant.behaviour.persona = "user";
    const { exitCode, stderr } = await scim(["assign", "--user", "megan.bowen@contoso.com", "--yes"]);
    expect(exitCode).toBe(5);
    expect(stderr).toContain("Cloud Application Administrator");
    expect(assigned(tenant)).toEqual([]);
  });

  test("groups in a tenant without P1: exit code 5 where it is only groups, told where it is not", async () => {
    const { scim, tenant } = await provisioned();
    tenant.behaviour.licence = "free";
    const [group] = tenant.state.groups;
    const only = await scim(["assign", "--group", group?.displayName ?? "", "--yes"]);
    expect([only.exitCode, only.stderr]).toEqual([5, expect.stringMatching(/Entra ID P1/)]);
    const both = await scim([
      "assign",
      "--group",
      group?.displayName ?? "",
      "--user",
      "admin@contoso.com",
      "--yes",
    ]);
    expect(both.exitCode).toBe(7);
    expect(both.stdout).toContain("1 could not be assigned:");
    const table = readFileSync(/in (\S+\.csv)/.exec(both.stdout)?.[1] ?? "", "utf8");
    expect(table).toMatch(new RegExp(`"${group?.id ?? ""}","refused","[^"]+"`));
    expect(assigned(tenant)).toEqual(["Alex Wilber: User"]);
  });

  test("Ctrl-C: exit code 130, what is there is told, and the same command goes on", async () => {
    const { tenant, folder, scim } = await provisioned();
    const names = addPeople(tenant, 200);
    writeFileSync(join(folder, "list.txt"), names.join("\n"));
    const stop = new AbortController();
    const run = await scim(["assign", "--file", "list.txt", "--yes"], {
      signal: stop.signal,
      through: (fetch) => async (request) => {
        const answer = await fetch(request);
        if (tenant.state.appRoleAssignments.length >= 60) stop.abort();
        return answer;
      },
    });
    expect(run.exitCode).toBe(130);
    const there = tenant.state.appRoleAssignments.length;
    expect(run.stderr).toContain(`${there} of 200 are assigned`);
    expect(there).toBeLessThan(200);
    const again = await scim(["assign", "--file", "list.txt", "--yes", "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ already: there, assigned: 200 - there });
    expect(tenant.state.appRoleAssignments).toHaveLength(200);
  });

  test("the journal has counts and not a line for each", async () => {
    const { tenant, folder, scim } = await provisioned();
    writeFileSync(join(folder, "list.txt"), addPeople(tenant, 100).join("\n"));
    const run = await scim(["assign", "--file", "list.txt", "--yes"]);
    const path = /Journal of this run: (.*)/.exec(run.stderr)?.[1] ?? "";
    const lines = readFileSync(path, "utf8").trim().split("\n");
    expect(lines.length).toBeLessThan(60);
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries).toContainEqual(
      expect.objectContaining({
        event: "outcome",
        step: "assign",
        ok: true,
        counts: { total: 100, assigned: 100, removed: 0, refused: 0 },
      }),
    );
    expect(lines.join("\n")).not.toContain("@contoso.com");
  });

  test("--dry-run reads only, with reading permissions only", async () => {
    const { scim, tenant } = await provisioned();
    tenant.behaviour.refusedScopes = ["AppRoleAssignment.ReadWrite.All"];
    const run = await scim(["assign", "--user", "admin@contoso.com", "--dry-run"]);
    expect(run.stdout).toContain("Dry run: nothing was changed.");
    expect(run.exitCode).toBe(0);
    expect(assigned(tenant)).toEqual([]);
  });
});

/** So many more people in the tenant; their names. */
function addPeople({ state }: TestTenant, count: number): string[] {
  const [first] = state.users;
  if (!first) throw new Error("nobody there");
  return Array.from({ length: count }, (_one, index) => {
    const id = `00000000-0000-4000-8000-${(0xc00000 + index).toString(16).padStart(12, "0")}`;
    const userPrincipalName = `person${index}@contoso.com`;
    state.users.push({
      ...structuredClone(first),
      id,
      userPrincipalName,
      displayName: `Person ${index}`,
      mail: null,
    });
    return userPrincipalName;
  });
}

describe("thousands, at the write quota, in simulated time", () => {
  test.each([
    { others: 0, latencyMs: 100, most: 213 },
    { others: 2, latencyMs: 100, most: 250 },
  ])(
    "4,000 with $others writes a second by somebody else",
    async ({ others, latencyMs, most }) => {
      const place = { folder: temporaryFolder(), packageFolder: resolve(import.meta.dirname, "../..") };
      const crowd = await makeCrowd(place, 4000, { otherWriter: others, latencyMs });
      const run = await assignments({ ...place, ...crowd }, listOf(place.folder, crowd.names));
      expect(run.exitCode).toBe(0);
      expect(JSON.parse(run.results.join("\n"))).toMatchObject({ assigned: 4000, refused: 0 });
      expect(crowd.sandbox.state.appRoleAssignments).toHaveLength(4000);
      expect(crowd.rejected()).toBe(0);
      expect(run.seconds).toBeGreaterThan(199);
      expect(run.seconds).toBeLessThan(most);
    },
    180_000,
  );

  test("a run longer than all that anybody waits for a service is no failure", async () => {
    const place = { folder: temporaryFolder(), packageFolder: resolve(import.meta.dirname, "../..") };
    const crowd = await makeCrowd(place, 400, { writeQuota: { writes: 60, windowMs: 150_000 } });
    const run = await assignments({ ...place, ...crowd }, listOf(place.folder, crowd.names));
    expect(run.exitCode).toBe(0);
    expect(run.seconds).toBeGreaterThan(600);
  }, 180_000);
});
