import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Fetch } from "../../src/ports/index.ts";
import { schemaOf } from "../../src/sandbox/provisioning/jobs.ts";
import { ANDMONEY, type Provisioned, provisioned, provisionedTwice } from "../support/provisioned.ts";
import { runInProcess, type TestRun } from "../support/run.ts";

const MEGAN = "megan.bowen@contoso.com";

const STEPS = [
  {
    name: "EntryImport",
    type: 0,
    provisioningStepType: "import",
    status: "success",
    description: "Received User",
  },
  {
    name: "EntrySynchronizationScoping",
    provisioningStepType: "scoping",
    status: "success",
    description: "Determined if User in scope",
    details: {
      "Active in the source system": "True",
      "Assigned to the application": "True",
      "User has the required role": "True",
      "Scoping filter evaluation passed": "True",
    },
  },
  {
    name: "EntryMatch",
    provisioningStepType: "matching",
    status: "success",
    description: "No match was found",
  },
  { name: "EntryExport", provisioningStepType: "export", status: "success", description: "Created the User" },
];

interface Answer {
  readonly result: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly action?: string;
  readonly steps?: readonly object[];
  readonly changes?: readonly object[];
}

/** Answers for the on-demand run, in Graph's shape: JSON in texts. */
function answering(answer: Answer, sent: unknown[] = []): (fetch: Fetch) => Fetch {
  return (fetch) => async (request) => {
    if (!request.url.endsWith("/provisionOnDemand")) return fetch(request);
    sent.push(await request.clone().json());
    const {
      result,
      errorCode = "",
      errorMessage = "",
      action = "other",
      steps = STEPS,
      changes = [],
    } = answer;
    return Response.json({
      key: JSON.stringify({ result, details: { errorCode, errorMessage } }),
      value: JSON.stringify({
        action,
        modifiedProperties: changes,
        provisioningSteps: steps,
        statusInfo: { status: result, errorCode, reason: errorMessage },
        targetIdentity: { id: "t-1", displayName: "", identityType: "" },
      }),
    });
  };
}

const provision = ({ scim }: Provisioned, words: readonly string[], answer: Answer, sent: unknown[] = []) =>
  scim(["provision", ...words], { through: answering(answer, sent) });

function journalOf({ stderr }: TestRun): string {
  return readFileSync(/Journal of this run: (.*)/.exec(stderr)?.[1] ?? "", "utf8");
}

describe("E5: one user at once", () => {
  test("created: each step, what was sent, and whom in the journal, but not what", async () => {
    const made = await provisioned();
    const sent: unknown[] = [];
    const changes = [
      { displayName: "userName", oldValue: null, newValue: MEGAN },
      { displayName: "title", oldValue: "", newValue: "Top secret title" },
    ];
    const run = await provision(made, [MEGAN], { result: "Success", action: "Create", changes }, sent);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toMatch(
      /✔ Read from Microsoft Entra: Received User\n +✔ Is it in scope\? Determined[^]*✔ Looked up in the app: No match[^]*✔ Written to the app: Created/,
    );
    expect(run.stdout).toContain(`userName: (nothing) → ${MEGAN}`);
    expect(run.stdout).toContain(`"${MEGAN}" was created in the app.`);
    const megan = made.tenant.state.users[1]?.id;
    expect(sent).toEqual([
      {
        parameters: [
          { ruleId: expect.any(String) as unknown, subjects: [{ objectId: megan, objectTypeName: "User" }] },
        ],
      },
    ]);
    const journal = journalOf(run);
    expect(journal).toContain(`"principalId":"${megan}"`);
    expect(journal).not.toContain("Top secret title");
  });

  test("right already: exit 0", async () => {
    const made = await provisioned();
    const answer = { result: "Skipped", errorCode: "RedundantExport", errorMessage: "x" };
    const run = await provision(made, [MEGAN], answer);
    expect(run.stdout).toContain("is in the app as it should be already: nothing had to be sent.");
    expect(run.exitCode).toBe(0);
  });

  const skip = (details: object) => ({
    result: "Skipped",
    errorCode: "NotEffectivelyEntitled",
    errorMessage: "The user will be skipped.",
    steps: [{ ...STEPS[1], status: "skipped", details }],
  });

  test.each<readonly [string, Answer, RegExp, RegExp]>([
    [
      "not assigned",
      skip({ "Assigned to the application": "False" }),
      /is not assigned to the app\./,
      /scim assign/,
    ],
    [
      "default access",
      skip({ "User has the required role": "False" }),
      /"default access" only/,
      /scim assign/,
    ],
    ["disabled", skip({ IsActive: false }), /is disabled in Microsoft Entra/, /cycles take care/],
    [
      "a filter",
      skip({ "Scoping filter evaluation passed": "False" }),
      /a filter of the mapping leaves/,
      /Mappings/,
    ],
    ["no more is known", skip({}), /is not assigned to the app, or with "default access"/, /scim assign/],
    [
      "something new",
      { result: "Skipped", errorCode: "NewCode", errorMessage: "Because of that.\u001B[2J" },
      /Because of that\.\uFFFD\[2J \(NewCode\)/,
      /$/,
    ],
  ])("skipped, %s: exit 3 with the reason", async (_name, answer, reason, advice) => {
    const made = await provisioned();
    const run = await provision(made, [MEGAN], answer);
    expect(run.stdout).toMatch(/was skipped: /);
    expect(run.stdout).toMatch(reason);
    expect(run.stdout).toMatch(advice);
    expect(run.stdout).not.toContain("\u001B");
    expect(run.exitCode).toBe(3);
  });

  test("refused by the app: exit 3 with what the app said", async () => {
    const made = await provisioned();
    const answer = {
      result: "Failure",
      errorCode: "SystemForCrossDomainIdentityManagementInvalidCredentials",
      errorMessage: "401",
      steps: [{ ...STEPS[3], status: "failure", description: "Failed to create User" }],
    };
    const run = await provision(made, [MEGAN], answer);
    expect(run.stdout).toContain("✖ Written to the app: Failed to create User");
    expect(run.stdout).toContain("could not be provisioned: the app does not accept the secret token.");
    expect(run.stdout).toContain("scim setup --new-secret-token");
    expect(run.exitCode).toBe(3);
  });

  test("while provisioning is paused it says that nobody else arrives", async () => {
    const made = await provisioned({}, { schedule: "Paused" });
    const run = await provision(made, [MEGAN], { result: "Success", action: "create" });
    expect(run.stdout).toMatch(/Start it with:\n +npx \S+ scim start --/);
    expect(run.exitCode).toBe(0);
  });

  test("as JSON", async () => {
    const made = await provisioned();
    const changes = [{ displayName: "title", oldValue: "A", newValue: "B" }];
    const run = await provision(made, [MEGAN, "--json"], { result: "Success", action: "update", changes });
    expect(JSON.parse(run.stdout)).toMatchObject({
      command: "scim provision",
      changed: true,
      outcome: "provisioned",
      subject: { kind: "User", name: MEGAN, members: [] },
      action: "update",
      steps: [{ type: "import" }, { type: "scoping" }, { type: "matching" }, { type: "export" }],
      changes: [{ attribute: "title", from: "A", to: "B" }],
    });
  });

  test("nobody of that name: exit 2, and nothing is asked of the service", async () => {
    const made = await provisioned();
    const sent: unknown[] = [];
    const run = await provision(made, ["nobody@contoso.com"], { result: "Success" }, sent);
    expect(run.stderr).toContain('There is no such user in this tenant: "nobody@contoso.com".');
    expect(run.exitCode).toBe(2);
    expect(sent).toEqual([]);
  });

  test.each([
    [[], /Name the user, or a group/],
    [[""], /One of the names is empty/],
    [["--group", " "], /One of the names is empty/],
    [["a@b.c", "d@e.f"], /One user at a time/],
    [["1", "2", "3", "4", "5", "6", "--group", "x"], /No more than 5 members/],
  ])("%j: wrong usage", async (words, said) => {
    const made = await provisioned();
    const from = made.tenant.requests.length;
    const run = await provision(made, words, { result: "Success" });
    expect(run.stderr).toMatch(said);
    expect(run.exitCode).toBe(2);
    expect(made.tenant.requests).toHaveLength(from);
  });

  test("before it is set up", async () => {
    const made = await provisioned();
    made.state.credentials = undefined;
    Object.assign(made.state.job, { schedule: "Disabled", lastExecution: undefined, steadySince: undefined });
    const run = await provision(made, [MEGAN], { result: "Success" });
    expect(run.stderr).toMatch(/lacks the vendor's tenant URL or secret token/);
    expect(run.exitCode).toBe(2);
  });
});

describe("a group", () => {
  async function withGroup(members: number) {
    const made = await provisioned();
    const [group] = made.tenant.state.groups;
    if (!group) throw new Error("no group");
    group.displayName = "Few";
    group.members = made.tenant.state.users.slice(0, members).map(({ id }) => id);
    return { made, group };
  }

  test("goes with its members", async () => {
    const { made, group } = await withGroup(2);
    const sent: unknown[] = [];
    const run = await provision(made, ["--group", "Few"], { result: "Success", action: "create" }, sent);
    expect(run.exitCode, run.stderr).toBe(0);
    const members = group.members?.map((objectId) => ({ objectId, objectTypeName: "User" }));
    expect(sent).toMatchObject([
      { parameters: [{ subjects: [{ objectId: group.id, objectTypeName: "Group", links: { members } }] }] },
    ]);
    expect(run.stdout).toContain('"Few" was created in the app.');
  });

  test("with more than five members some have to be named", async () => {
    const { made, group } = await withGroup(6);
    const sent: unknown[] = [];
    const refused = await provision(made, ["--group", "Few"], { result: "Success" }, sent);
    expect(refused.stderr).toMatch(/"Few" has more than 5 members/);
    expect(refused.exitCode).toBe(2);
    expect(sent).toEqual([]);
    const named = await provision(made, [MEGAN, "--group", "Few"], { result: "Success" }, sent);
    expect(named.exitCode, named.stderr).toBe(0);
    expect(sent).toMatchObject([
      {
        parameters: [
          { subjects: [{ objectId: group.id, links: { members: [{ objectTypeName: "User" }] } }] },
        ],
      },
    ]);
  });

  test("where groups are not provisioned: exit 2", async () => {
    const { made } = await withGroup(2);
    const schema = structuredClone(schemaOf(made.state.job));
    for (const rule of schema.synchronizationRules) {
      for (const mapping of rule.objectMappings) {
        if (mapping.sourceObjectName === "Group") Object.assign(mapping, { enabled: false });
      }
    }
    made.state.job.schema = schema;
    const run = await provision(made, ["--group", "Few"], { result: "Success" });
    expect(run.stderr).toContain("its groups mapping is switched off");
    expect(run.exitCode).toBe(2);
  });

  test("a name that no group has: exit 2", async () => {
    const { made } = await withGroup(2);
    const run = await provision(made, ["--group", "None of that name"], { result: "Success" });
    expect(run.exitCode).toBe(2);
  });
});

test("of a product with several applications each is named, with the whole command for it, before a sign-in", async () => {
  const { tenant, folder } = await provisionedTwice();
  const from = tenant.requests.length;
  const words = ["scim", "provision", MEGAN, "--app-name", "&Money booking", ...ANDMONEY];
  const run = await runInProcess(words, tenant, { folder });
  expect(run.exitCode).toBe(2);
  expect(tenant.requests).toHaveLength(from);
  for (const key of ["advisors", "rooms"]) {
    const typed = [...words.map((word) => (/[ @&]/.test(word) ? `"${word}"` : word)), "--application", key];
    expect(run.stderr).toContain(`  npx ./entra-app-registration-0.0.0.tgz ${typed.join(" ")}\n`);
  }
});
