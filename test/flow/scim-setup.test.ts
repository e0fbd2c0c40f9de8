import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { type Behaviour, EXAMPLE } from "../../src/sandbox/index.ts";
import { CTRL_C } from "../support/fake-ports.ts";
import {
  runInProcess,
  type TestRun,
  type TestRunOptions,
  type TestTenant,
  testTenant,
} from "../support/run.ts";

const UNATTENDED = ["--yes", "--no-input", "--tenant-id", EXAMPLE.tenantId];
const MEGAN = "megan.bowen@contoso.com";
const TOKEN = "token-of-the-vendor";

/** Runs `scim setup` for FlexWhere, of which nothing has to be asked. */
function setUp(tenant: TestTenant, words: readonly string[] = [], options: TestRunOptions = {}) {
  return runInProcess(["scim", "setup", "--template", "flexwhere", ...UNATTENDED, ...words], tenant, options);
}

/** What the tenant has of provisioning, of its one application. */
function provisioningOf({ state }: TestTenant) {
  const [provisioning] = Object.values(state.provisioning ?? {});
  return provisioning;
}

function assignedTo({ state }: TestTenant): string[] {
  const names = new Map(
    [...state.users, ...state.groups].map(({ id, displayName }) => [id, displayName] as const),
  );
  return state.appRoleAssignments.flatMap(({ principalId }) => names.get(principalId) ?? []);
}

/** Everything that a run left anywhere: on the screen, in its files and journals. */
function everythingLeft(run: TestRun): string {
  const files = readdirSync(run.folder, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  const home = readdirSync(join(run.folder, "..", "home"), { recursive: true, withFileTypes: true });
  const texts = [...files, ...home.filter((one) => one.isFile())].map((one) =>
    readFileSync(join(one.parentPath, one.name), "utf8"),
  );
  return [run.stdout, run.stderr, ...texts].join("\n");
}

describe("scim setup", () => {
  test("sets everything up in one run, and finds nothing to do in the next", async () => {
    const tenant = testTenant();
    const first = await setUp(tenant, ["--user", MEGAN, "--no-proof"], { piped: TOKEN });
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stdout).toContain(
      'Done: "FlexWhere SCIM" is registered, and its users are being provisioned.',
    );
    const made = provisioningOf(tenant);
    expect(made?.job?.schedule).toBe("Active");
    expect(made?.credentials?.values).toMatchObject({
      BaseAddress: "https://scim.flexwhere.com/scim",
      SyncAll: "false",
    });
    expect(assignedTo(tenant)).toEqual(["Megan Bowen"]);
    const groups = made?.job?.schema?.synchronizationRules[0]?.objectMappings.find(
      ({ sourceObjectName }) => sourceObjectName === "Group",
    );
    expect(groups?.enabled).toBe(false);
    expect(everythingLeft(first)).not.toContain(TOKEN);

    const before = structuredClone(tenant.state);
    const second = await setUp(tenant, ["--user", MEGAN, "--json"], { folder: first.folder });
    expect(second.exitCode, second.stderr).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({
      command: "scim setup",
      changed: false,
      provisioning: { outcome: "nothingToDo", steps: [], assigned: [], command: null },
    });
    expect(tenant.state).toEqual(before);
  });

  test("without a token does what needs none, exit 7, and the command it names does the rest", async () => {
    const tenant = testTenant();
    const group = ["--new-group", "UsersFlexWhere", "--member", MEGAN, "--no-proof"];
    const first = await setUp(tenant, [...group, "--json"]);
    expect(first.exitCode, first.stderr).toBe(7);
    const { provisioning, waiting } = JSON.parse(first.stdout) as {
      provisioning: { command: string; outcome: string };
      waiting: unknown;
    };
    expect(provisioning.outcome).toBe("waiting");
    expect(waiting).toEqual([
      { secretToken: "https://scim.flexwhere.com/scim", command: provisioning.command },
    ]);
    expect(provisioning.command).toMatch(
      /^npx \.\/entra-app-registration-0\.0\.0\.tgz scim setup --tenant-id \S+ --app-name "FlexWhere SCIM" --template flexwhere$/,
    );
    expect(provisioningOf(tenant)?.job?.schedule).not.toBe("Active");
    expect(assignedTo(tenant)).toEqual(["UsersFlexWhere"]);
    const [made] = tenant.state.groups.filter(({ displayName }) => displayName === "UsersFlexWhere");
    expect(made?.securityEnabled).toBe(true);
    const idOf = (name: string) =>
      tenant.state.users.find(({ userPrincipalName }) => userPrincipalName === name)?.id;
    expect(made).toMatchObject({ owners: [idOf("admin@contoso.com")], members: [idOf(MEGAN)] });

    const again = await setUp(tenant, [...group, "--json"], { folder: first.folder });
    expect(again.exitCode).toBe(7);
    expect(JSON.parse(again.stdout)).toMatchObject({ changed: false });

    const second = await setUp(tenant, ["--no-proof"], { folder: first.folder, piped: TOKEN });
    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.stdout).toContain('Done: the users of "FlexWhere SCIM" are being provisioned.');
    expect(provisioningOf(tenant)?.job?.schedule).toBe("Active");
    expect(tenant.state.groups.filter(({ displayName }) => displayName === "UsersFlexWhere")).toHaveLength(1);
  });

  test("a dry run shows the whole plan and changes nothing", async () => {
    const tenant = testTenant();
    const before = structuredClone(tenant.state);
    const run = await setUp(tenant, ["--dry-run", "--user", MEGAN], { piped: TOKEN });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain("+ tenant URL https://scim.flexwhere.com/scim");
    expect(run.stderr).toContain(`+ Assign ${MEGAN}`);
    expect(run.stderr).toContain(`Then ${MEGAN} is provisioned alone, as a test`);
    expect(run.stdout).toContain("Dry run: nothing was changed.");
    expect(tenant.state).toEqual(before);
  });

  test("in a terminal asks for the group and the hidden token, and Enter means not yet", async () => {
    const tenant = testTenant();
    const run = await runInProcess(["scim", "setup", "--template", "flexwhere", "--no-proof"], tenant, {
      answers: [
        { expect: /tenant ID/, answer: EXAMPLE.tenantId },
        { expect: /Name for the app/ },
        { expect: /Secret token from the vendor for "FlexWhere SCIM"/, answer: "" },
        {
          expect: /Which group's members shall be provisioned to "FlexWhere SCIM"\?/,
          answer: { choose: /Create .*UsersFlexWhere/ },
        },
        { expect: /Create the security group "UsersFlexWhere"/, answer: true },
        { expect: /Another group/ },
        { expect: /Who belongs to "UsersFlexWhere"/, answer: `${MEGAN}, nobody@contoso.com` },
        { expect: /no user nobody@contoso\.com/, answer: MEGAN },
        { expect: /Go ahead/, answer: true },
      ],
    });
    expect(run.exitCode, run.stderr).toBe(7);
    expect(assignedTo(tenant)).toEqual(["UsersFlexWhere"]);
    // Now that somebody is assigned, nobody asks who.
    const next = await runInProcess(["scim", "setup", "--template", "flexwhere", "--no-proof"], tenant, {
      folder: run.folder,
      answers: [
        { expect: /tenant ID/, answer: EXAMPLE.tenantId },
        { expect: /Name for the app/ },
        { expect: /Secret token/, answer: `Bearer ${TOKEN}` },
        { expect: /Go ahead/, answer: true },
      ],
    });
    expect(next.exitCode, next.stderr).toBe(0);
    expect(next.stderr).toContain('Cut off the secret token: the word "Bearer"');
    expect(everythingLeft(next)).not.toContain(TOKEN);
  });

  test("Enter on everything ends: who declined the new group is not asked about it for ever", async () => {
    const tenant = testTenant();
    const run = await runInProcess(["scim", "setup", "--template", "flexwhere", "--no-proof"], tenant, {
      answers: [
        { expect: /tenant ID/, answer: EXAMPLE.tenantId },
        { expect: /Name for the app/ },
        { expect: /Secret token/, answer: "" },
        { expect: /Which group's members/, answer: { choose: /Create .*UsersFlexWhere/ } },
        { expect: /Create the security group "UsersFlexWhere"/, answer: false },
        // No answer: the first choice, as Enter takes it.
        { expect: /Type a group's name \(Enter for none\)/ },
        { expect: /Go ahead/, answer: false },
      ],
    });
    expect(run.exitCode, run.stderr).toBe(130);
    expect(run.stderr).toContain('Nobody is assigned to "FlexWhere SCIM"');
  });

  test("the command for the second part says again what the tenant does not keep until then", async () => {
    const flags = ["--hostname", "https://app.contoso.com", "--app-name", "empower", "--no-implicit-flow"];
    const words = ["scim", "setup", ...UNATTENDED, "--scim", ...flags, "--notify", "it@contoso.com"];
    const run = await runInProcess([...words, "--json"], testTenant());
    expect(run.exitCode, run.stderr).toBe(7);
    const { provisioning } = JSON.parse(run.stdout) as { provisioning: { command: string } };
    expect(provisioning.command).toMatch(
      / --app-name empower --hostname https:\/\/app\.contoso\.com --template empower-scim --notify "it@contoso\.com" --no-implicit-flow$/,
    );
    expect((await runInProcess([...words, "--dry-run"], testTenant())).exitCode).toBe(0);
  });

  test.each([
    [["--secret-token-file", TOKEN], /--secret-token-file: must be the path of a file/],
    [
      ["--template", "andmoney", "--secret-token-file", TOKEN],
      /--secret-token-file: must be one of advisors=<file>/,
    ],
  ])("a token where the path of its file belongs is not said again: %j", async (words, message) => {
    const run = await setUp(testTenant(), [...words, "--json"]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(message);
    expect(everythingLeft(run)).not.toContain(TOKEN);
  });

  test.each([
    ["--secret-token-file", "advisors=token.txt"],
    ["--group", "advisors=Sales"],
    ["--user", `advisors=${MEGAN}`],
    ["--member", `Advisors=${MEGAN}`],
  ])("%s %s is refused where only rooms is set up", async (flag, value) => {
    const tenant = testTenant();
    const run = await setUp(tenant, ["--template", "andmoney", "--application", "rooms", flag, value]);
    const said = `${flag} names advisors, which is not part of this run: --application rooms leaves it out.`;
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(tenant.requests).toEqual([]);
  });

  test("what variables and config.json say of another application is left alone", async () => {
    const tenant = testTenant();
    const { folder } = await runInProcess(["--version"], tenant);
    writeFileSync(
      join(folder, "config.json"),
      JSON.stringify({ groups: ["advisors=Nobody", "rooms=Finance"] }),
    );
    const words = ["--template", "andmoney", "--application", "rooms", "--dry-run"];
    const environment = { ENTRA_APP_REGISTRATION_USER: `advisors=nobody,rooms=${MEGAN}` };
    const run = await setUp(tenant, words, { folder, environment });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr.replaceAll(/\s+/g, " ")).toMatch(
      /\+ Assign megan\.bowen@contoso\.com \+ Assign the group "Finance" its/,
    );
  });

  test.each([
    [["--user", ""], "--user is empty"],
    [["--new-group", "UsersFlexWhere", "--member", " "], "--member is empty"],
    [["--new-group", "Users\nFlexWhere"], "--new-group: is Users"],
    [["--new-group", "x".repeat(257)], "of 1 to 256 characters"],
    [["--no-group", "--member", MEGAN], "no group is named"],
    [["--no-scim"], "--no-scim cannot go with scim setup"],
  ])("%j is wrong before anybody signs in: nobody would be assigned", async (words, message) => {
    const tenant = testTenant();
    const run = await setUp(tenant, words);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(message);
    expect(tenant.requests).toEqual([]);
  });

  test("Ctrl-C at the token changes nothing", async () => {
    const tenant = testTenant();
    const before = structuredClone(tenant.state);
    const run = await runInProcess(["scim", "setup", "--template", "flexwhere"], tenant, {
      answers: [
        { expect: /tenant ID/, answer: EXAMPLE.tenantId },
        { expect: /Name for the app/ },
        { expect: /Secret token/, answer: CTRL_C },
      ],
    });
    expect(run.exitCode).toBe(130);
    expect({ ...tenant.state, deviceCodes: [] }).toEqual({ ...before, deviceCodes: [] });
  });

  test("a saved token that works is kept, unless another is wanted", async () => {
    const tenant = testTenant();
    const first = await setUp(tenant, ["--user", MEGAN, "--no-proof"], { piped: TOKEN });
    const saved = provisioningOf(tenant)?.credentials?.tokenHash;
    const kept = await setUp(tenant, [], { folder: first.folder, piped: "another" });
    expect(kept.exitCode).toBe(0);
    expect(kept.stderr).toContain("the one you gave is not used");
    expect(provisioningOf(tenant)?.credentials?.tokenHash).toBe(saved);
    const replaced = await setUp(tenant, ["--new-secret-token", "--no-proof"], {
      folder: first.folder,
      piped: TOKEN,
    });
    expect(replaced.exitCode, replaced.stderr).toBe(0);
    expect(replaced.stderr).toContain("Tenant URL and secret token saved");
  });

  test("mappings that somebody changed come back, with a backup of what they were", async () => {
    const tenant = testTenant();
    const words = ["--template", "andmoney", ...UNATTENDED, "--no-proof"];
    const first = await runInProcess(["scim", "setup", ...words], tenant, { piped: "advisors=a\nrooms=r" });
    expect(first.exitCode, first.stderr).toBe(0);
    const jobs = Object.values(tenant.state.provisioning ?? {}).flatMap(({ job }) => job ?? []);
    const users = jobs[0]?.schema?.synchronizationRules[0]?.objectMappings.find(
      ({ sourceObjectName }) => sourceObjectName === "User",
    )?.attributeMappings;
    const externalId = users?.find(({ targetAttributeName }) => targetAttributeName === "externalId");
    if (!externalId) throw new Error("no mapping of externalId");
    Object.assign(externalId, {
      source: { type: "Attribute", name: "mailNickname", expression: "[mailNickname]", parameters: [] },
    });
    const second = await runInProcess(["scim", "setup", ...words], tenant, { folder: first.folder });
    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.stderr).toContain("~ externalId = [mailNickname] → [objectId]");
    expect(second.stderr).toContain("makes the next cycle go through everybody again");
    const file = /kept in (\S+\.json)/.exec(second.stderr)?.[1] ?? "";
    expect(readFileSync(file, "utf8")).toContain("[mailNickname]");
    const third = await runInProcess(["scim", "setup", ...words, "--json"], tenant, { folder: first.folder });
    expect(JSON.parse(third.stdout)).toMatchObject({ changed: false });
  });
});

describe("what is wrong is said, and leaves nothing half done", () => {
  test.each<[Behaviour["scimTarget"], RegExp]>([
    ["refusesToken", /does not accept the secret token/],
    ["down", /cannot be reached by Microsoft Entra/],
    ["slow", /cannot be reached by Microsoft Entra/],
    ["notScim", /not as a SCIM service does/],
  ])("an endpoint that is %s: exit 3, nothing of it is saved", async (scimTarget, said) => {
    const tenant = testTenant({ scimTarget });
    const run = await setUp(tenant, ["--user", MEGAN], { piped: TOKEN });
    expect(run.exitCode, run.stderr).toBe(3);
    expect(run.stderr).toMatch(said);
    expect(run.stderr).toContain("Neither the address nor the token was saved.");
    expect(run.stderr).toMatch(/Done so far: .*Provisioning job created/);
    expect(provisioningOf(tenant)?.credentials?.secretKeys ?? []).toEqual([]);
    expect(everythingLeft(run)).not.toContain(TOKEN);
  });

  test("an endpoint that accepts any token is warned of", async () => {
    const run = await setUp(testTenant({ scimTarget: "acceptsAnyToken" }), ["--no-proof"], { piped: TOKEN });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain("scim.flexwhere.com accepted a made-up token as well");
  });

  test.each([
    ["http://scim.example.com/v2", /https:\/\//],
    ["https://10.1.2.3/scim", /not an IP address/],
    ["https://scim.corp.local/v2", /inside a network alone/],
    [
      "https://scim.example.com/v2?access_token=abc",
      /\?access_token=…, .*"access_token" behind a question mark/,
    ],
    ["https://scim.example.com/v2#users", /must have no # in it/],
  ])("the address %s is refused before anybody signs in", async (url, said) => {
    const tenant = testTenant();
    const words = ["--template", "scim-oidc-platform", ...UNATTENDED, "--set", `tenantUrl=${url}`];
    const given = ["webRedirectUri=https://w.example/cb", "installedRedirectUri=https://i.example/cb"];
    const inputs = given.flatMap((text) => ["--set", text]);
    const run = await runInProcess(["scim", "setup", ...words, ...inputs], tenant, { piped: TOKEN });
    expect(run.exitCode, run.stderr).toBe(2);
    expect(run.stderr).toMatch(said);
    expect(run.stderr).not.toContain("Signed in");
  });

  test("namesakes are named, and nothing is made", async () => {
    const tenant = testTenant();
    const first = await setUp(tenant);
    for (const application of tenant.state.applications) {
      application.uniqueName = null;
      application.tags = [];
    }
    const run = await setUp(tenant, [], { folder: first.folder });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/There is already an app registration named "FlexWhere SCIM"/);
    expect(tenant.state.applications).toHaveLength(1);
  });

  test("nobody assigned is said beforehand", async () => {
    const run = await setUp(testTenant());
    expect(run.exitCode).toBe(7);
    expect(run.stderr).toContain('Nobody is assigned to "FlexWhere SCIM", so nobody will be provisioned.');
  });

  test("a user who is not there is named before anything is made", async () => {
    const tenant = testTenant();
    const run = await setUp(tenant, ["--user", "nobody@contoso.com", "--user", MEGAN]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('There is no such user in this tenant: "nobody@contoso.com".');
    expect(tenant.state.applications).toEqual([]);
  });

  test("who lacks the role is told which it takes, exit 5", async () => {
    const run = await setUp(testTenant({ persona: "applicationDeveloper" }), ["--user", MEGAN], {
      piped: TOKEN,
    });
    expect(run.exitCode, run.stderr).toBe(5);
    expect(run.stderr).toMatch(/Cloud Application Administrator/);
  });

  test("an app role that the application does not have is refused", async () => {
    const run = await setUp(testTenant(), ["--user", MEGAN, "--role", "Emperor"]);
    expect(run.exitCode, run.stderr).toBe(2);
    expect(run.stderr).toContain("--role: is Emperor, must be left out");
  });

  test("who is named twice, in other letters or by ID, is assigned once and counted once", async () => {
    const tenant = testTenant();
    const { id = "" } = tenant.state.users.find(({ userPrincipalName }) => userPrincipalName === MEGAN) ?? {};
    const words = ["--user", MEGAN, "--user", MEGAN.toUpperCase(), "--user", id, "--no-proof"];
    const run = await setUp(tenant, words, { piped: TOKEN });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr.match(/\+ Assign /g)).toHaveLength(1);
    expect(run.stderr).toContain("the first cycle goes through 1 user,");
    expect(run.stdout).toMatch(/Assigned now +megan\.bowen@contoso\.com\n/);
    expect(assignedTo(tenant)).toEqual(["Megan Bowen"]);
  });

  test("nobody is tested who is not assigned: that would be skipped, after minutes", async () => {
    const tenant = testTenant();
    const words = ["--user", MEGAN, "--proof-user", "pradeep.gupta@contoso.com"];
    const run = await setUp(tenant, words, { piped: TOKEN });
    expect(run.exitCode, run.stderr).toBe(2);
    expect(run.stderr).toContain(
      "--proof-user: is pradeep.gupta@contoso.com, must be somebody who is assigned",
    );
    expect(tenant.state.applications).toEqual([]);
    const stranger = [...words, "--group", "Finance", "--proof-user", "grady.archie@contoso.com"];
    const outside = await setUp(tenant, stranger, { piped: TOKEN });
    expect([outside.exitCode, outside.stderr]).toEqual([
      2,
      expect.stringContaining("is grady.archie@contoso.com"),
    ]);
    expect(tenant.state.applications).toEqual([]);
    const member = await setUp(tenant, [...words, "--group", "Finance"], { piped: TOKEN });
    expect(member.exitCode, member.stderr).toBe(0);
    expect(member.stdout).toMatch(/Tested with +pradeep\.gupta@contoso\.com: was created/);
  });

  test("a disabled account proves nothing, so that another goes first", async () => {
    const tenant = testTenant();
    const run = await setUp(tenant, ["--user", "ben.walters@contoso.com", "--user", MEGAN], {
      environment: { ENTRA_APP_REGISTRATION_SECRET_TOKEN: TOKEN },
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toMatch(new RegExp(`Tested with +${MEGAN.replaceAll(".", "\\.")}: was created`));
  });

  test("where there is nobody to test with, the plan says why", async () => {
    const plans = [];
    for (const words of [["--user", "ben.walters@contoso.com"], [], ["--no-proof"]]) {
      const run = await setUp(testTenant(), [...words, "--dry-run"], { piped: TOKEN });
      expect(run.exitCode, run.stderr).toBe(0);
      plans.push(/No test comes first: [^.]*/.exec(run.stderr.replaceAll(/\s+/g, " "))?.[0]);
    }
    expect(plans).toEqual([
      "No test comes first: of all who were named the account is disabled, and Microsoft Entra passes those over",
      "No test comes first: there is nobody to test with",
      undefined,
    ]);
  });

  test("a product that is not provisioned has no setup", async () => {
    const tenant = testTenant();
    const first = await setUp(tenant);
    const template = JSON.parse(
      readFileSync(join(import.meta.dirname, "../../templates/flexwhere.json"), "utf8"),
    ) as { applications: { scim?: unknown; origin?: unknown }[] };
    for (const application of template.applications) delete application.scim;
    const file = join(first.folder, "plain.json");
    writeFileSync(file, JSON.stringify(template));
    const run = await runInProcess(["scim", "setup", "--template", file, ...UNATTENDED], tenant, {
      folder: first.folder,
    });
    expect(run.exitCode, run.stderr).toBe(2);
    expect(run.stderr).toMatch(/does not say how its users are provisioned|scim/);
  });

  test("a tenant without the licence is told so, exit 5", async () => {
    const tenant = testTenant({ licence: "free" });
    const run = await setUp(tenant, ["--new-group", "UsersFlexWhere", "--member", MEGAN], { piped: TOKEN });
    expect(run.exitCode, run.stderr).toBe(5);
    expect(run.stderr).toContain("This tenant has no licence for provisioning");
    expect(provisioningOf(tenant)?.job?.schedule).not.toBe("Active");
  });

  test("an attribute that users do not have is named, with the one that was meant", async () => {
    const tenant = testTenant();
    const inputs = [
      "webRedirectUri=https://w.example/cb",
      "installedRedirectUri=https://i.example/cb",
      "tenantUrl=https://scim.example.com/v2",
      "userTypeSource=compnyName",
    ].flatMap((text) => ["--set", text]);
    const words = ["--template", "scim-oidc-platform", ...UNATTENDED, ...inputs];
    const run = await runInProcess(["scim", "setup", ...words, "--user", MEGAN], tenant, { piped: TOKEN });
    expect(run.exitCode, run.stderr).toBe(2);
    expect(run.stderr).toMatch(
      /userType: your tenant has no attribute "compnyName" \(is companyName meant\?\)/,
    );
    expect(provisioningOf(tenant)?.job?.schedule).not.toBe("Active");
  });

  test("a job in quarantine is named with what ends it, and a new token ends it", async () => {
    const tenant = testTenant();
    const first = await setUp(tenant, ["--user", MEGAN], { piped: TOKEN });
    const job = provisioningOf(tenant)?.job;
    if (!job) throw new Error("no job");
    job.quarantine = {
      currentBegan: "2026-11-20T11:00:00Z",
      nextAttempt: "2026-11-21T11:00:00Z",
      reason: "EncounteredQuarantineException",
      seriesBegan: "2026-11-20T11:00:00Z",
      seriesCount: 1,
      error: {
        code: "SystemForCrossDomainIdentityManagementInvalidCredentials",
        message: "refused",
        tenantActionable: true,
      },
    };
    tenant.behaviour.scimTarget = "refusesToken";
    const waiting = await setUp(tenant, [], { folder: first.folder });
    expect(waiting.exitCode, waiting.stderr).toBe(7);
    tenant.behaviour.scimTarget = "works";
    const repaired = await setUp(tenant, ["--new-secret-token"], { folder: first.folder, piped: TOKEN });
    expect(repaired.exitCode, repaired.stderr).toBe(0);
    expect(repaired.stderr).toContain("Provisioning restarted");
    expect(provisioningOf(tenant)?.job?.quarantine).toBeUndefined();
  });

  test("of two applications the one whose token is refused fails alone, exit 3", async () => {
    const tenant = testTenant();
    const words = ["scim", "setup", "--template", "andmoney", ...UNATTENDED, "--no-proof"];
    const run = await runInProcess([...words, "--json"], tenant, { piped: "advisors=good\nrooms=wrong-one" });
    expect(run.exitCode, run.stderr).toBe(3);
    const document = JSON.parse(run.stdout) as { error: unknown; applications: unknown[] };
    expect(document.error).toMatchObject({ code: "CONNECTION_REFUSED" });
    expect(document.applications).toMatchObject([
      { displayName: "&Money booking advisors", provisioning: { outcome: "running" } },
    ]);
    const again = await runInProcess(words, tenant, { folder: run.folder, piped: "rooms=good" });
    expect(again.exitCode, again.stderr).toBe(0);
    const schedules = Object.values(tenant.state.provisioning ?? {}).map(({ job }) => job?.schedule);
    expect(schedules).toEqual(["Active", "Active"]);
  });
});

test("in Cloud Shell, whose session is not good for provisioning, one code is for everything", async () => {
  const tenant = testTenant();
  const environment = {
    AZUREPS_HOST_ENVIRONMENT: "cloud-shell/1.0",
    ACC_CLOUD: "PROD",
    ACC_TID: EXAMPLE.tenantId,
    MSI_ENDPOINT: "http://localhost:50342/oauth2/token",
  };
  const words = ["scim", "setup", "--template", "flexwhere", "--user", MEGAN, "--app-name", "FlexWhere"];
  const run = await runInProcess(words, tenant, {
    environment,
    answers: [
      { expect: /This sign-in is not enough/, answer: "signIn" },
      { expect: /Secret token/, answer: TOKEN },
      { expect: /Go ahead/, answer: true },
    ],
  });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(provisioningOf(tenant)?.job?.schedule).toBe("Active");
  const stopped = await runInProcess(words, tenant, {
    environment,
    folder: run.folder,
    answers: [{ expect: /This sign-in is not enough/, answer: "stop" }],
  });
  expect(stopped.exitCode).toBe(5);
  expect(stopped.stderr).toContain("Synchronization.ReadWrite.All");
});

test("a group without a name is refused, whichever application it is for", async () => {
  const tenant = testTenant();
  const words = ["scim", "setup", "--template", "andmoney", ...UNATTENDED, "--group", "rooms= "];
  const run = await runInProcess(words, tenant);
  expect(run.exitCode, run.stderr).toBe(2);
  expect(run.stderr).toContain("--group is empty");
  expect(tenant.requests).toEqual([]);
});

test("of a product with several applications one alone", async () => {
  const tenant = testTenant();
  const words = ["scim", "setup", "--template", "andmoney", ...UNATTENDED, "--application", "rooms"];
  const waiting = await runInProcess(words, tenant);
  expect(waiting.exitCode, waiting.stderr).toBe(7);
  expect(waiting.stdout).toMatch(/npx .* scim setup .*--template andmoney --application rooms/);
  const again = { folder: waiting.folder, piped: TOKEN };
  const run = await runInProcess([...words, "--no-proof"], tenant, again);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(tenant.state.applications.map(({ displayName }) => displayName)).toEqual(["&Money booking rooms"]);
});

test("F3: who lacks what the vendor requires is listed before the question, also where no table can be written", async () => {
  const inputs = [
    "webRedirectUri=https://w.example/cb",
    "installedRedirectUri=https://i.example/cb",
    "tenantUrl=https://scim.example.com/v2",
  ].flatMap((text) => ["--set", text]);
  const words = ["scim", "setup", "--template", "scim-oidc-platform", ...UNATTENDED, ...inputs, "--dry-run"];
  const room = ["--user", "room.berlin1@contoso.com", "--user", MEGAN];
  const run = await runInProcess([...words, ...room], testTenant(), { piped: TOKEN });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toContain("1 of 2 users would fail to be provisioned.");
  const table = readdirSync(run.folder).find((name) => name.startsWith("users-to-check-"));
  expect(readFileSync(join(run.folder, table ?? ""), "utf8")).toContain("room.berlin1@contoso.com");
  const refused = Object.assign(new Error("read-only"), { code: "EROFS" });
  const files = { writeAtomic: () => Promise.reject(refused) };
  const full = await runInProcess([...words, ...room], testTenant(), { piped: TOKEN, files });
  expect(full.exitCode, full.stderr).toBe(0);
  expect(full.stderr).toContain("room.berlin1@contoso.com");
  expect(full.stderr).not.toContain("All of them are in");
});

/** On-demand runs in which the user does not count as assigned yet, so many times. */
function notAssignedYet(times: number): NonNullable<TestRunOptions["through"]> {
  let left = times;
  const details = { errorCode: "NotEffectivelyEntitled", errorMessage: "not entitled" };
  const value = {
    action: "other",
    modifiedProperties: [],
    provisioningSteps: [],
    statusInfo: { status: "skipped", errorCode: "NotEffectivelyEntitled", reason: "not entitled" },
  };
  const skipped = { key: JSON.stringify({ result: "Skipped", details }), value: JSON.stringify(value) };
  return (fetch) => async (request) => {
    if (!request.url.endsWith("/provisionOnDemand") || left === 0) return fetch(request);
    left -= 1;
    return Response.json(skipped);
  };
}

test.each([
  [3, /Tested with +megan/, /Who was just assigned counts in a few minutes: trying again in 15 s/],
  [
    100,
    /being provisioned/,
    /assignment it does not count so far.*\n +npx \S+ scim provision "megan\.bowen@contoso\.com" --/,
  ],
])(
  "an assignment that does not count in the first %i tries is waited for, two minutes at most",
  async (times, result, said) => {
    const tenant = testTenant();
    const run = await setUp(tenant, ["--user", MEGAN], { piped: TOKEN, through: notAssignedYet(times) });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toMatch(result);
    expect(run.stderr).toMatch(said);
    expect(provisioningOf(tenant)?.job?.schedule).toBe("Active");
  },
);

test("F6: an attribute with several values that the tenant does not keep so is warned of", async () => {
  const tenant = testTenant();
  let isWritten = false;
  const inputs = [
    "webRedirectUri=https://w.example/cb",
    "installedRedirectUri=https://i.example/cb",
    "tenantUrl=https://scim.example.com/v2",
  ].flatMap((text) => ["--set", text]);
  const words = [
    "scim",
    "setup",
    "--template",
    "scim-oidc-platform",
    ...UNATTENDED,
    ...inputs,
    "--user",
    MEGAN,
  ];
  const run = await runInProcess([...words, "--no-proof"], tenant, {
    piped: TOKEN,
    through: (fetch) => async (request) => {
      const isSchema = /\/jobs\/[^/]+\/schema$/.test(new URL(request.url).pathname);
      const answer = await fetch(request);
      if (isSchema && request.method === "PUT") isWritten = true;
      if (!isSchema || request.method !== "GET" || !isWritten) return answer;
      const text = await answer.text();
      return new Response(text.replaceAll('"multivalued":true', '"multivalued":false'), answer);
    },
  });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toMatch(/Microsoft Entra did not keep these attributes .*:CustomExtensionName:folders/);
});

test("a dry run over what is there compares expressions without the right to change them", async () => {
  const tenant = testTenant();
  const inputs = [
    "webRedirectUri=https://w.example/cb",
    "installedRedirectUri=https://i.example/cb",
    "tenantUrl=https://scim.example.com/v2",
  ].flatMap((text) => ["--set", text]);
  const words = ["scim", "setup", "--template", "scim-oidc-platform", ...UNATTENDED, ...inputs, "--no-proof"];
  const first = await runInProcess([...words, "--user", MEGAN], tenant, { piped: TOKEN });
  expect(first.exitCode, first.stderr).toBe(0);
  const { folder } = first;
  const run = await runInProcess([...words, "--user", MEGAN, "--dry-run"], tenant, { folder });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout).toContain("Nothing to do");
  const other = [...words, "--user", MEGAN, "--set", "userTypeSource=department", "--dry-run"];
  const differing = await runInProcess(other, tenant, { folder });
  expect(differing.exitCode, differing.stderr).toBe(0);
  expect(differing.stderr).toContain("~ userType = ");
});

test("without --template, the command for a new client secret is about the app that was set up", async () => {
  const tenant = testTenant();
  const hostname = ["--hostname", "https://app.contoso.com"];
  const argv = ["scim", "setup", ...UNATTENDED, ...hostname, "--user", MEGAN, "--no-proof"];
  const { folder } = await runInProcess(argv, tenant, { piped: TOKEN });
  const again = await runInProcess(argv, tenant, { folder });
  const [command = ""] = /^ +npx .* secret rotate .*$/m.exec(again.stdout) ?? [];
  expect(command, again.stdout).toContain("--template empower-scim");
  const rotated = await runInProcess(
    [...command.trim().split(" ").slice(2), "--yes", "--no-input", "--no-proof"],
    tenant,
    { folder },
  );
  expect(rotated.exitCode, rotated.stderr).toBe(0);
  expect(tenant.state.applications.map(({ passwordCredentials }) => passwordCredentials.length)).toEqual([2]);
});

describe("a service that takes its time", () => {
  test("everything new is waited for, and shows in the end", async () => {
    const slow = { synchronizationDelayMs: 20_000, provisioningDelayMs: 10_000, visibilityDelayMs: 5000 };
    const tenant = testTenant(slow);
    const run = await setUp(tenant, ["--user", MEGAN], { piped: TOKEN });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(provisioningOf(tenant)?.job?.schedule).toBe("Active");
    expect(assignedTo(tenant)).toEqual(["Megan Bowen"]);
  });

  test("Ctrl-C in the middle: 130, what exists by then is said, and the next run goes on", async () => {
    const tenant = testTenant();
    const controller = new AbortController();
    const run = await setUp(tenant, ["--user", MEGAN], {
      piped: TOKEN,
      signal: controller.signal,
      through: (fetch) => async (request) => {
        const answer = await fetch(request);
        if (request.method === "PUT" && request.url.endsWith("/synchronization/secrets")) {
          controller.abort(new AppError("INTERRUPTED", { signal: "SIGINT" }));
        }
        return answer;
      },
    });
    expect(run.exitCode, run.stderr).toBe(130);
    expect(run.stderr).toMatch(/Done so far: .*Tenant URL and secret token saved/);
    const next = await setUp(tenant, ["--user", MEGAN], { folder: run.folder });
    expect(next.exitCode, next.stderr).toBe(0);
    expect(provisioningOf(tenant)?.job?.schedule).toBe("Active");
  });
});

describe("scim test", () => {
  const scimTest = (tenant: TestTenant, words: readonly string[], options: TestRunOptions) =>
    runInProcess(
      ["scim", "test", "--template", "flexwhere", "--no-input", "--tenant-id", EXAMPLE.tenantId, ...words],
      tenant,
      options,
    );

  test("tries what is saved, and another token without saving it", async () => {
    const tenant = testTenant();
    const { folder } = await setUp(tenant, ["--no-proof"], { piped: TOKEN });
    const before = structuredClone(tenant.state);
    const saved = await scimTest(tenant, [], { folder });
    expect(saved.exitCode, saved.stderr).toBe(0);
    expect(saved.stdout).toContain("Microsoft Entra can connect to https://scim.flexwhere.com/scim");
    const other = await scimTest(tenant, ["--json"], { folder, piped: "wrong-token" });
    expect(other.exitCode).toBe(3);
    expect(JSON.parse(other.stdout)).toMatchObject({
      command: "scim test",
      changed: false,
      credentials: "given",
      usable: false,
      problem: "refused",
    });
    expect(other.stdout + other.stderr).not.toContain("wrong-token");
    expect(tenant.state.provisioning).toEqual(before.provisioning);
  });

  test("warns of an address that opens to everybody", async () => {
    const tenant = testTenant({ scimTarget: "acceptsAnyToken" });
    const { folder } = await setUp(tenant, ["--no-proof"], { piped: TOKEN });
    const run = await scimTest(tenant, [], { folder });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain("accepted a made-up token as well");
  });

  test("another address wants a token of its own, and a good one", async () => {
    const tenant = testTenant();
    const { folder } = await setUp(tenant, ["--no-proof"], { piped: TOKEN });
    const url = "https://other.example.com/scim";
    const none = await scimTest(tenant, ["--tenant-url", url], { folder });
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain("--secret-token-file");
    const bad = await scimTest(tenant, ["--tenant-url", "http://x.example"], { folder, piped: "t" });
    expect(bad.exitCode).toBe(2);
    const good = await scimTest(tenant, ["--tenant-url", url], { folder, piped: "t" });
    expect(good.exitCode, good.stderr).toBe(0);
    expect(good.stdout).toContain(`can connect to ${url} with what you gave`);
  });

  test("what was cut off a typed token is said", async () => {
    const tenant = testTenant();
    const { folder } = await setUp(tenant, ["--no-proof"], { piped: TOKEN });
    const words = ["scim", "test", "--template", "flexwhere", "--tenant-id", EXAMPLE.tenantId];
    const run = await runInProcess([...words, "--tenant-url", "https://other.example.com/scim"], tenant, {
      folder,
      answers: [
        { expect: /Name for the app/ },
        { expect: /Secret token from the vendor for "FlexWhere SCIM"/, answer: `"Bearer ${TOKEN}" ` },
      ],
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/Cut off the secret token: .*the word "Bearer"/);
    expect(everythingLeft(run)).not.toContain(TOKEN);
  });

  test("before anything is set up there is nothing to try", async () => {
    const tenant = testTenant();
    const { folder } = await setUp(tenant);
    const run = await scimTest(tenant, [], { folder });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("lacks the vendor's tenant URL or secret token");
  });
});
