import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Fetch } from "../../src/ports/index.ts";
import { AZURE_CLI } from "../../src/signin/azure-cli.ts";
import { FAULTS, failing } from "../support/faults.ts";
import { COMPLETE, census, runInProcess, type TestTenant, testTenant, UNATTENDED } from "../support/run.ts";

const QUESTIONS = [
  { expect: /tenant ID/, answer: "contoso.com" },
  { expect: /Name for the app/, answer: "empower" },
  { expect: /URL of the app/, answer: "https://app.contoso.com" },
  { expect: /Outlook add-in/, answer: "no" },
];
const YES = { expect: /Go ahead/, answer: true };
const FIRST = /Groups whose users are synchronised/;
const ANOTHER = /Another group/;
/** The question asked once more while nothing is chosen. */
const NOTHING_YET = /Type a group's name/;

const idOf = (tenant: TestTenant, name: string) =>
  tenant.state.groups.find(({ displayName }) => displayName === name)?.id ?? "";

/** A second group of a name. */
function addTwin(tenant: TestTenant, displayName: string): string {
  const [first] = tenant.state.groups;
  if (!first) throw new Error("a tenant without groups");
  const id = "11111111-2222-4333-8444-555555555555";
  tenant.state.groups.push({ ...first, id, displayName, mailNickname: "twin" });
  return id;
}

/** Reads one more file than there is. */
function withFile(name: string, content: unknown) {
  return async (path: string) =>
    path.endsWith(name) ? new TextEncoder().encode(JSON.stringify(content)) : readFileSync(path);
}

/** How often the sign-in service was asked. */
const scopesAsked = (tenant: TestTenant) =>
  tenant.requests.filter(({ url }) => /devicecode$|\/token$/.test(url)).length;

const graphPaths = (tenant: TestTenant) =>
  tenant.requests
    .filter(({ url }) => url.includes("graph.microsoft.com"))
    .map(({ method, url }) => `${method} ${new URL(url).pathname.replace(/\/v1\.0|[0-9a-f-]{36}/g, "")}`);

describe("named beforehand", () => {
  test("A14: by flag, by name and by id, and the re-run finds nothing to do", async () => {
    const tenant = testTenant();
    const [all, finance] = [idOf(tenant, "All Employees"), idOf(tenant, "Finance")];
    const flags = ["--group", "all employees", "--group", finance.toUpperCase(), "--group", finance];
    const run = await runInProcess([...UNATTENDED, ...flags], tenant);
    expect(run.exitCode).toBe(0);
    expect(census(tenant, run)).toEqual(COMPLETE);
    const told = new RegExp(`Groups to tell the vendor:\\n.*All Employees +${all}\\n.*Finance +${finance}`);
    expect(run.stdout).toMatch(told);
    expect(Object.keys(run.info ?? {})).toEqual([
      "TenantId",
      "clientId",
      "clientSecret",
      "createDateClientSecret",
      "expirationDateClientSecret",
    ]);
    const again = await runInProcess([...UNATTENDED, ...flags, "--json"], tenant, { folder: run.folder });
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      changed: false,
      steps: [],
      groups: [
        { id: all, displayName: "All Employees" },
        { id: finance, displayName: "Finance" },
      ],
    });
  });

  test("by config.json and by a variable with commas; the flag wins over both", async () => {
    const environment = { ENTRA_APP_REGISTRATION_GROUP: "Finance, All Employees," };
    const named = async (argv: string[], options: object) => {
      const { stdout, exitCode } = await runInProcess(
        [...UNATTENDED, "--json", ...argv],
        testTenant(),
        options,
      );
      expect(exitCode).toBe(0);
      return (JSON.parse(stdout) as { groups: { displayName: string }[] }).groups.map(
        (one) => one.displayName,
      );
    };
    expect(await named([], { environment })).toEqual(["Finance", "All Employees"]);
    expect(await named(["--group", "Finance"], { environment })).toEqual(["Finance"]);
    const config = { files: { read: withFile("vendor.json", { groups: ["All Employees"] }) } };
    expect(await named(["--config", "vendor.json"], config)).toEqual(["All Employees"]);
    expect(await named(["--config", "vendor.json"], { ...config, environment })).toHaveLength(2);
    expect(await named(["--config", "vendor.json", "--no-group"], config)).toEqual([]);
    expect(await named([], {})).toEqual([]);
  });

  test("without anybody to ask, what is not clear is listed as a whole, and nothing is changed", async () => {
    const tenant = testTenant();
    const twin = addTwin(tenant, "Finance");
    const missing = "99999999-2222-4333-8444-555555555555";
    const argv = ["Finance", 'Nobody\'s & "Co"', missing, "All Employees"].flatMap((one) => ["--group", one]);
    const run = await runInProcess([...UNATTENDED, ...argv], tenant);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('"Finance": 2 groups have that name');
    expect(run.stderr).toContain(twin);
    expect(run.stderr).toContain('"Nobody\'s & "Co"": there is no such group');
    expect(run.stderr).toContain(`"${missing}": there is no such group`);
    expect(run.stderr).not.toContain("All Employees");
    expect(tenant.state.applications).toEqual([]);
  });

  test.each([
    ["nothing", ""],
    ["257 characters", "x".repeat(257)],
    ["a bell", "a\u0007b"],
    ["text turned round", "a\u202Eb"],
  ])("%s is no group, said before anybody signs in", async (_what, name) => {
    const tenant = testTenant();
    const run = await runInProcess([...UNATTENDED, "--group", name], tenant);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/--group/);
    expect(tenant.requests).toEqual([]);
  });

  test("the permission for groups is asked for with the others, and only then", async () => {
    const sent: string[] = [];
    const listening = (fetch: Fetch) => async (request: Request) => {
      if (request.url.endsWith("/devicecode")) sent.push(await request.clone().text());
      return fetch(request);
    };
    await runInProcess([...UNATTENDED], testTenant(), { through: listening });
    await runInProcess([...UNATTENDED, "--group", "Finance"], testTenant(), { through: listening });
    expect(sent.map((body) => /Group\./.test(decodeURIComponent(body)))).toEqual([false, true]);
  });

  test("a sign-in that may not read groups is refused with what to do", async () => {
    const tenant = testTenant({ refusedScopes: ["Group.Read.All"] });
    const run = await runInProcess([...UNATTENDED, "--group", "Finance"], tenant);
    expect(run.exitCode).toBe(5);
    expect(run.stderr).toMatch(/not allowed to read the groups[\s\S]*without groups/);
    expect(tenant.state.applications).toEqual([]);
  });

  test("in a terminal one of several is chosen, and for one that is not there another", async () => {
    const tenant = testTenant();
    const twin = addTwin(tenant, "Finance");
    const run = await runInProcess(["--group", "Finance", "--group", "Salse", "--group", "Gone"], tenant, {
      answers: [
        ...QUESTIONS,
        { expect: /Which group named "Finance"/, answer: new RegExp(twin) },
        { expect: /no group "Salse"/, answer: "Search for another" },
        { expect: ANOTHER, answer: "emp" },
        { expect: /no group "Gone"/, answer: "Go on without it" },
        YES,
      ],
    });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain(twin);
    expect(run.stdout).toContain(idOf(tenant, "All Employees"));
  });
});

describe("asked after the sign-in", () => {
  const choosing = (...answers: { expect: RegExp; answer?: unknown }[]) => ({
    answers: [...QUESTIONS, ...answers, YES],
  });

  test("several are found while their names are typed, with their ids beside them", async () => {
    const tenant = testTenant();
    const [all, finance] = [idOf(tenant, "All Employees"), idOf(tenant, "Finance")];
    const run = await runInProcess(
      [],
      tenant,
      choosing(
        { expect: FIRST, answer: "fin" },
        { expect: ANOTHER, answer: `x ${all}` },
        { expect: ANOTHER },
      ),
    );
    expect(run.exitCode).toBe(0);
    expect(run.ports.found[0]).toEqual([
      `Finance  ${finance}`,
      'Create the security group "fin"',
      "No group",
    ]);
    expect(run.ports.found[1]?.[0]).toBe(`All Employees  ${all}`);
    expect(run.stdout).toMatch(new RegExp(`Finance +${finance}\\n.*All Employees +${all}`));
    expect(census(tenant, run)).toEqual(COMPLETE);
  });

  test("what was typed is nobody's business: it is in no journal and no trace", async () => {
    const typed = "fin of Jane Roe";
    const run = await runInProcess(
      ["--verbose"],
      testTenant(),
      choosing({ expect: FIRST, answer: { typed, choose: "No group" } }),
    );
    expect(run.exitCode, run.stderr).toBe(0);
    const path = /Journal of this run: (.*)/.exec(run.stderr)?.[1] ?? "";
    for (const said of [readFileSync(path, "utf8"), run.stderr]) {
      expect(said).toMatch(/\/groups\?\S*\$search=…/);
      expect(said).not.toMatch(/jane|roe\b/i);
    }
  });

  test("Enter alone wants none: no request, no permission, no word about groups", async () => {
    const [without, asked] = [testTenant(), testTenant()];
    await runInProcess(UNATTENDED, without);
    const run = await runInProcess([], asked, choosing({ expect: FIRST }));
    expect(run.exitCode).toBe(0);
    expect(graphPaths(asked).toSorted()).toEqual(graphPaths(without).toSorted());
    expect(scopesAsked(asked)).toBe(scopesAsked(without));
    expect(run.stdout).not.toMatch(/Groups/);
  });

  test("is left out without group synchronisation, where the template has no such question, and unattended", async () => {
    const template = JSON.parse(
      readFileSync(join(import.meta.dirname, "../../templates/empower.json"), "utf8"),
    ) as Record<string, unknown>;
    const { groups: _groups, addOns: _addOns, ...rest } = template;
    const runs = [
      await runInProcess(["--no-group-sync"], testTenant(), choosing()),
      await runInProcess(["--no-group"], testTenant(), choosing()),
      await runInProcess(["--template", "./plain.json"], testTenant(), {
        answers: [...QUESTIONS.slice(0, 3), YES],
        files: { read: withFile("plain.json", { ...rest, addOns: [] }) },
      }),
      await runInProcess(UNATTENDED, testTenant()),
    ];
    for (const { exitCode, ports } of runs) {
      expect(exitCode).toBe(0);
      expect(ports.asked.filter((question) => /group/i.test(question))).toEqual([]);
    }
  });

  test("a search that fails is said, and the run goes on", async () => {
    const tenant = testTenant();
    const down = (fetch: Fetch) => async (request: Request) =>
      request.url.includes("/groups?") ? new Response("<html>", { status: 503 }) : fetch(request);
    const run = await runInProcess([], tenant, {
      ...choosing({ expect: FIRST, answer: { typed: "fin", choose: "No group" } }),
      through: down,
    });
    expect(run.exitCode).toBe(0);
    expect(run.ports.found[0]?.[0]).toMatch(/The search failed: Microsoft Graph does not answer properly/);
    expect(census(tenant, run)).toEqual(COMPLETE);
  });

  test("what nobody consented to takes one more code, and then the search goes on", async () => {
    const consented = [
      "User.Read",
      "Application.ReadWrite.All",
      "AppRoleAssignment.ReadWrite.All",
      "DelegatedPermissionGrant.ReadWrite.All",
    ];
    const tenant = testTenant({ consentedScopes: consented });
    const run = await runInProcess(
      [],
      tenant,
      choosing(
        { expect: FIRST, answer: { typed: "fin", choose: /Sign in once more/ } },
        { expect: NOTHING_YET, answer: "fin" },
        { expect: ANOTHER },
      ),
    );
    expect(run.exitCode).toBe(0);
    expect(run.stderr.match(/Code: /g)).toHaveLength(2);
    expect(run.stdout).toContain(idOf(tenant, "Finance"));
  });

  test("a fixed set of permissions that has groups in it is enough", async () => {
    const tenant = testTenant();
    const login = "https://login.microsoftonline.com/contoso.com/oauth2/v2.0";
    const post = async (path: string, fields: Record<string, string>) => {
      const body = new URLSearchParams({
        client_id: AZURE_CLI,
        scope: "https://graph.microsoft.com/.default",
        ...fields,
      });
      const answer = await tenant.fetch(new Request(`${login}/${path}`, { method: "POST", body }));
      return (await answer.json()) as Record<string, string>;
    };
    const { device_code = "" } = await post("devicecode", {});
    const { access_token: accessToken } = await post("token", { grant_type: "device_code", device_code });
    const before = scopesAsked(tenant);
    const run = await runInProcess(["--auth", "azure-cli", "--no-proof"], tenant, {
      answers: [...QUESTIONS, { expect: FIRST, answer: "fin" }, { expect: ANOTHER }, YES],
      programs: { run: async () => ({ exitCode: 0, stdout: JSON.stringify({ accessToken }), stderr: "" }) },
    });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain(idOf(tenant, "Finance"));
    expect(scopesAsked(tenant)).toBe(before);
  });

  test.each(["--- \"'", "x".repeat(257), "a & b \"c\" \\ 'd' #1 +50%"])(
    "%s is searched for without harm",
    async (typed) => {
      const tenant = testTenant();
      const run = await runInProcess(
        [],
        tenant,
        choosing({ expect: FIRST, answer: { typed, choose: "No group" } }),
      );
      expect(run.exitCode).toBe(0);
      expect(run.ports.found[0]?.join("\n")).not.toMatch(/failed/);
    },
  );
});

describe("a group that is made", () => {
  const CREATE = { typed: 'Sales & "Co"', choose: /Create the security group/ };
  const making = [
    { expect: FIRST, answer: CREATE },
    { expect: /in this tenant, once you have said yes/, answer: true },
    { expect: ANOTHER },
  ];

  test("stands in the plan before the yes, is owned by who signed in, and is found by the next run", async () => {
    const tenant = testTenant();
    const run = await runInProcess([], tenant, { answers: [...QUESTIONS, ...making, YES] });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain('+ Security group "Sales & "Co"", empty for now, with you as its owner');
    expect(run.stderr).toContain("Security group created");
    const group = tenant.state.groups.at(-1);
    expect(group).toMatchObject({
      displayName: 'Sales & "Co"',
      securityEnabled: true,
      mailEnabled: false,
      mailNickname: expect.stringMatching(/^sales-co-[0-9a-f]{8}-1$/) as unknown,
      owners: [tenant.state.users[0]?.id],
    });
    expect(run.stdout).toContain(group?.id ?? "-");
    expect(run.stderr.match(/Code: /g)).toHaveLength(1);
    const flags = [...UNATTENDED, "--group", 'Sales & "Co"'];
    const again = await runInProcess([...flags, "--json"], tenant, { folder: run.folder });
    expect(JSON.parse(again.stdout)).toMatchObject({ changed: false, groups: [{ id: group?.id }] });
  });

  test("is all that a registration in order still needs", async () => {
    const tenant = testTenant();
    const first = await runInProcess(UNATTENDED, tenant);
    const run = await runInProcess(["--json"], tenant, {
      folder: first.folder,
      answers: [...QUESTIONS, ...making, YES],
    });
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      changed: true,
      steps: [{ kind: "createGroup" }],
      groups: [{ displayName: 'Sales & "Co"' }],
    });
    expect(census(tenant, first)).toEqual(COMPLETE);
  });

  test("is not made without the yes, in a dry run, or where a second thought says no", async () => {
    const doubt = [
      { expect: FIRST, answer: CREATE },
      { expect: /in this tenant/, answer: false },
      { expect: NOTHING_YET },
    ];
    for (const [argv, answers, exitCode] of [
      [[], [...making, { expect: /Go ahead/, answer: false }], 130],
      [["--dry-run"], making, 0],
      [[], [...doubt, YES], 0],
    ] as const) {
      const tenant = testTenant();
      const run = await runInProcess([...argv], tenant, {
        answers: [...QUESTIONS, ...answers],
      });
      expect(run.exitCode).toBe(exitCode);
      expect(tenant.state.groups).toHaveLength(2);
    }
  });

  test("one of that name that the search does not show yet is offered instead of a second", async () => {
    const tenant = testTenant();
    const hidden = (fetch: Fetch) => async (request: Request) =>
      request.url.includes("$search") || request.url.includes("%24search")
        ? Response.json({ value: [] })
        : fetch(request);
    const run = await runInProcess([], tenant, {
      answers: [
        ...QUESTIONS,
        { expect: FIRST, answer: { typed: "Finance", choose: /Create the security group/ } },
        { expect: /Which group named "Finance"/ },
        { expect: ANOTHER },
        YES,
      ],
      through: hidden,
    });
    expect(run.exitCode).toBe(0);
    expect(tenant.state.groups).toHaveLength(2);
    expect(run.stdout).toContain(idOf(tenant, "Finance"));
  });

  test("whoever may not make groups is told, and nothing else is made", async () => {
    const tenant = testTenant({ persona: "userWithoutAppRegistration", roles: undefined });
    tenant.behaviour.roles = ["9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"];
    const run = await runInProcess([], tenant, { answers: [...QUESTIONS, ...making, YES] });
    expect(run.exitCode).toBe(5);
    expect(run.stderr).toMatch(/not allowed to create a group/);
    expect(tenant.state.applications).toEqual([]);
  });

  test("a lost answer makes no second one", async () => {
    const tenant = testTenant();
    let lost = 0;
    const losing = (fetch: Fetch) => async (request: Request) => {
      const answer = await fetch(request);
      if (request.method === "POST" && request.url.endsWith("/groups") && lost++ === 0) {
        throw Object.assign(new Error("reset"), { code: "ECONNRESET" });
      }
      return answer;
    };
    const run = await runInProcess([], tenant, {
      answers: [...QUESTIONS, ...making, YES],
      through: losing,
    });
    expect([run.exitCode, lost]).toEqual([0, 1]);
    expect(tenant.state.groups).toHaveLength(3);
  });
});

describe.each(Object.entries(FAULTS))("%s", (_fault, fault) => {
  const made = { typed: "Sales", choose: /Create the security group/ };
  const answers = [
    ...QUESTIONS,
    { expect: FIRST, answer: made },
    { expect: /in this tenant, once/, answer: true },
    { expect: ANOTHER },
    YES,
  ];

  test.each(["GET graph.microsoft.com/v1.0/me #1", "POST graph.microsoft.com/v1.0/groups #1"])(
    "at %s: one group in the end, and the run goes on from there",
    async (target) => {
      const tenant = testTenant();
      const first = await runInProcess([], tenant, { answers, through: failing(target, fault) });
      expect(first.stderr).not.toMatch(/This is a bug/);
      expect([0, 4, 8]).toContain(first.exitCode);
      const sales = () => tenant.state.groups.filter(({ displayName }) => displayName === "Sales");
      const found = [...QUESTIONS, { expect: FIRST, answer: "Sales" }, { expect: ANOTHER }];
      const yes = first.exitCode === 0 ? [] : [YES];
      const second = await runInProcess([], tenant, {
        folder: first.folder,
        answers: sales().length > 0 ? [...found, ...yes] : answers,
      });
      expect(second.exitCode).toBe(0);
      expect(sales()).toHaveLength(1);
      expect(second.stdout).toContain(sales()[0]?.id);
      expect(census(tenant, second)).toEqual(COMPLETE);
    },
  );
});

test.each([
  ["new objects", { visibilityDelayMs: 15_000 }],
  ["lists", { indexDelayMs: 60_000 }],
  ["throttling", { throttle: 5, retryAfterSeconds: 2 }],
])("a tenant that takes its time with %s gets the group once", async (_what, behaviour) => {
  const tenant = testTenant(behaviour);
  const run = await runInProcess([], tenant, {
    answers: [
      ...QUESTIONS,
      { expect: FIRST, answer: { typed: "Sales", choose: /Create the security group/ } },
      { expect: /in this tenant, once/, answer: true },
      { expect: ANOTHER },
      YES,
    ],
  });
  expect(run.exitCode).toBe(0);
  expect(tenant.state.groups.filter(({ displayName }) => displayName === "Sales")).toHaveLength(1);
});
