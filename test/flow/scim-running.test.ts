import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Fetch } from "../../src/ports/index.ts";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import type { JobState } from "../../src/sandbox/provisioning/state.ts";
import { inPairs } from "../support/pairs.ts";
import { ANDMONEY, EXECUTION, FLEXWHERE, provisioned, provisionedTwice } from "../support/provisioned.ts";
import { runInProcess, type TestRunOptions, testTenant } from "../support/run.ts";

const QUARANTINE: NonNullable<JobState["quarantine"]> = {
  reason: "EncounteredQuarantineException",
  seriesBegan: "2026-11-20T09:00:00Z",
  currentBegan: "2026-11-20T09:00:00Z",
  nextAttempt: "2026-11-21T09:00:00Z",
  seriesCount: 1,
  error: {
    code: "SystemForCrossDomainIdentityManagementInvalidCredentials",
    message: "The credentials are invalid.\u001B[2J",
    tenantActionable: true,
  },
};
const ENTRY: JobState["entries"][string] = {
  kind: "User",
  targetId: "t",
  values: {},
  disabled: false,
  escrow: undefined,
};
const NEW: Partial<JobState> = {
  schedule: "Disabled",
  nextCycle: undefined,
  lastExecution: undefined,
  lastSuccessfulExecution: undefined,
  lastSuccessfulExecutionWithExports: undefined,
  steadySince: undefined,
  entries: {},
};

/** What was asked of the job itself, beyond reading. */
function deeds({ requests }: { requests: readonly { method: string; url: string }[] }): string[] {
  return requests
    .filter(({ method, url }) => method !== "GET" && /\/jobs\/[^/]+\//.test(url))
    .map(({ url }) => /[a-z]+$/i.exec(url)?.[0] ?? "");
}

/** Keeps what is sent. */
function seeing(bodies: string[]): (fetch: Fetch) => Fetch {
  return (fetch) => async (request) => {
    bodies.push(decodeURIComponent(await request.clone().text()));
    return fetch(request);
  };
}

describe("status", () => {
  test("of one that runs: everything in words, reading permissions only, nothing changed", async () => {
    const { tenant, scim } = await provisioned();
    const before = structuredClone(tenant.state);
    const bodies: string[] = [];
    const run = await scim(["status"], { through: seeing(bodies) });
    expect(run.stdout).toContain('Provisioning of "FlexWhere SCIM" is running.');
    expect(run.stdout).toMatch(
      /Last cycle +2026-11-20 12:00 UTC \(.*\): went well; 3 looked at, 3 in scope, 1 sent/,
    );
    expect(run.stdout).toMatch(/First cycle +complete since 2026-11-19 12:00 UTC \(24 hours ago\)/);
    expect(run.stdout).toMatch(/Next cycle +2026-11-20 12:40 UTC \(in \d+ minutes\), every 40 minutes/);
    expect(run.stdout).toMatch(/In sync +3 users/);
    expect(run.stdout).toMatch(/Sends to +https:\/\/scim\.flexwhere\.com\/scim \(a secret token is saved\)/);
    expect(run.stdout).toMatch(/Who +assigned users and groups only/);
    expect(run.stdout).toMatch(/Failures +are reported to ops@contoso\.com/);
    expect(run.exitCode).toBe(0);
    expect(tenant.state).toEqual(before);
    expect(deeds(tenant)).toEqual([]);
    const asked = bodies.filter((body) => body.includes("scope=")).join("\n");
    expect(asked).toContain("Synchronization.Read.All");
    expect(asked).not.toMatch(/ReadWrite|AuditLog/);
  });

  test("before it was set up it names the command that does", async () => {
    const tenant = testTenant();
    const made = await runInProcess([...FLEXWHERE, "--yes"], tenant);
    const run = await runInProcess(["scim", "status", ...FLEXWHERE], tenant, { folder: made.folder });
    expect(run.stdout).toContain('Provisioning of "FlexWhere SCIM" is not set up.');
    expect(run.stdout).toMatch(
      /Set it up with:\n +npx \S+ scim setup --template flexwhere --tenant-id \S+$/m,
    );
    expect(run.exitCode).toBe(0);
  });

  test("of one that was never started", async () => {
    const { scim } = await provisioned({}, NEW);
    const { stdout } = await scim(["status"]);
    expect(stdout).toContain("is ready, and was never started.");
    expect(stdout).toMatch(/Last cycle +none yet/);
    expect(stdout).toMatch(/In sync +nobody yet/);
    expect(stdout).toMatch(/Start it with:\n +npx \S+ scim start --/);
  });

  test("without tenant URL and token it says what is awaited", async () => {
    const { scim, state } = await provisioned({}, NEW);
    state.credentials = undefined;
    const { stdout } = await scim(["status"]);
    expect(stdout).toContain("is not finished: the tenant URL or the secret token of the vendor is missing.");
    expect(stdout).toMatch(/Sends to +nowhere yet/);
  });

  test("in quarantine: exit 3, the reason, and what ends it", async () => {
    const { scim } = await provisioned(
      {},
      {
        quarantine: QUARANTINE,
        lastExecution: { ...EXECUTION, state: "Failed", error: QUARANTINE.error },
      },
    );
    const run = await scim(["status"]);
    expect(run.stdout).toContain("is in quarantine");
    expect(run.stdout).toContain(
      "does not accept the secret token any more (Microsoft says: The credentials are",
    );
    expect(run.stdout).toMatch(/Since +2026-11-20 09:00 UTC \(3 hours ago\)/);
    expect(run.stdout).toMatch(/Next cycle +2026-11-21 09:00 UTC \(in 21 hours\)/);
    expect(run.stdout).toMatch(/Last that worked/);
    expect(run.stdout).toContain("scim setup --new-secret-token");
    expect(run.stdout).not.toContain("\u001B");
    expect(run.exitCode).toBe(3);
  });

  test("as JSON", async () => {
    const { scim, servicePrincipalId, state } = await provisioned({}, { quarantine: QUARANTINE });
    const run = await scim(["status", "--json"]);
    expect(JSON.parse(run.stdout)).toMatchObject({
      command: "scim status",
      changed: false,
      tenantId: EXAMPLE.tenantId,
      applications: [
        {
          displayName: "FlexWhere SCIM",
          state: "quarantine",
          servicePrincipalId,
          jobId: state.job.id,
          tenantUrl: "https://scim.flexwhere.com/scim",
          hasToken: true,
          scope: "assigned",
          notification: "ops@contoso.com",
          lastCycle: { state: "Succeeded", imported: 3, entitled: 3, exported: 1, escrowed: 0 },
          quarantine: { reason: "EncounteredQuarantineException", nextAttempt: "2026-11-21T09:00:00Z" },
        },
      ],
    });
  });

  test.each([40, 60, 90])("fits %i columns", async (columns) => {
    const { scim } = await provisioned({}, { quarantine: QUARANTINE });
    const { stdout } = await scim(["status"], { columns });
    const tooLong = stdout
      .split("\n")
      .filter((line) => line.length > columns && !/https:|[0-9a-f-]{36}/.test(line));
    expect(tooLong).toEqual([]);
  });

  describe("of a product with several applications", () => {
    test("all of them after one sign-in, or the one that is named", async () => {
      const tenant = testTenant();
      const made = await runInProcess([...ANDMONEY, "--yes"], tenant);
      const from = tenant.requests.length;
      const both = await runInProcess(["scim", "status", ...ANDMONEY], tenant, { folder: made.folder });
      expect(both.stdout).toMatch(
        /"&Money booking advisors" is not set up[^]*"&Money booking rooms" is not set up/,
      );
      const signIns = tenant.requests.slice(from).filter(({ url }) => url.includes("/devicecode"));
      expect(signIns).toHaveLength(1);
      const one = await runInProcess(["scim", "status", ...ANDMONEY, "--application", "rooms"], tenant, {
        folder: made.folder,
      });
      expect(one.stdout).not.toContain("advisors");
    });

    test("one that is not there is said, and none at all is a failure", async () => {
      const tenant = testTenant();
      const made = await runInProcess([...ANDMONEY, "--yes"], tenant);
      // They were made side by side, in either order.
      const advisors = tenant.state.applications.findIndex(({ displayName }) =>
        displayName.includes("advisors"),
      );
      tenant.state.applications.splice(advisors, 1);
      const run = await runInProcess(["scim", "status", ...ANDMONEY], tenant, { folder: made.folder });
      expect(run.stdout).toMatch(/is not registered in this tenant\.[^]*is not set up/);
      expect(run.exitCode).toBe(0);
      tenant.state.applications.splice(0, 1);
      const none = await runInProcess(["scim", "status", ...ANDMONEY], tenant, { folder: made.folder });
      expect(none.exitCode).toBe(2);
    });
  });
});

describe("start, pause and restart", () => {
  test("pause, once more, start, once more", async () => {
    const { tenant, scim, state } = await provisioned();
    const paused = await scim(["pause", "--yes"]);
    expect(paused.exitCode, paused.stderr).toBe(0);
    expect(paused.stderr).toContain('Provisioning of "FlexWhere SCIM" is running.');
    expect(paused.stdout).toContain('Done: provisioning of "FlexWhere SCIM" is paused.');
    expect(state.job.schedule).toBe("Paused");
    const again = await scim(["pause", "--yes"]);
    expect(again.stdout).toContain("Nothing to do");
    const started = await scim(["start", "--yes", "--json"]);
    expect(JSON.parse(started.stdout)).toMatchObject({
      command: "scim start",
      changed: true,
      state: "running",
    });
    expect((await scim(["start", "--yes"])).stdout).toContain("Nothing to do");
    expect(deeds(tenant)).toEqual(["pause", "start"]);
  });

  test("asks, and a no changes nothing", async () => {
    const { tenant, folder } = await provisioned();
    const words = ["scim", "pause", "--template", "flexwhere", "--tenant-id", EXAMPLE.tenantId];
    const answers = (answer: boolean) => [{ expect: /Name for the app/ }, { expect: /Go ahead\?/, answer }];
    const no = await runInProcess(words, tenant, { folder, answers: answers(false) });
    expect(no.exitCode).toBe(130);
    expect(deeds(tenant)).toEqual([]);
    const yes = await runInProcess(words, tenant, { folder, answers: answers(true) });
    expect(yes.exitCode).toBe(0);
    expect(deeds(tenant)).toEqual(["pause"]);
  });

  test("unattended without --yes: exit 2 before anybody signs in; --dry-run only looks", async () => {
    const { tenant, scim } = await provisioned();
    const from = tenant.requests.length;
    expect((await scim(["start"])).exitCode).toBe(2);
    expect(tenant.requests).toHaveLength(from);
    const dry = await scim(["pause", "--dry-run"]);
    expect(dry.stdout).toContain("Dry run: nothing was changed.");
    expect(dry.exitCode).toBe(0);
    expect(deeds(tenant)).toEqual([]);
  });

  test("without a job, and without credentials, setup is named", async () => {
    const { scim, state } = await provisioned({}, NEW);
    state.credentials = undefined;
    const lacks = await scim(["start", "--yes"]);
    expect(lacks.exitCode).toBe(2);
    expect(lacks.stderr).toMatch(/lacks the vendor's tenant URL or secret token[^]*scim setup/);
    Object.assign(state, { job: undefined });
    const none = await scim(["pause", "--yes"]);
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain("is not set up");
  });

  test("a start does not end a quarantine, and says what does; a restart does", async () => {
    const { tenant, scim, state } = await provisioned({}, { quarantine: QUARANTINE });
    const start = await scim(["start", "--yes"]);
    expect(start.exitCode).toBe(3);
    expect(start.stdout).toMatch(/does not end the quarantine[^]*scim restart/);
    expect(deeds(tenant)).toEqual([]);
    const restart = await scim(["restart", "--yes"]);
    expect(restart.exitCode).toBe(0);
    expect(restart.stderr).toContain("goes on where the last one was");
    expect(state.job).toMatchObject({ quarantine: undefined, initial: false, schedule: "Active" });
  });

  test("--clear-state has everybody looked at again, and says how long that takes", async () => {
    const { scim, state } = await provisioned();
    const bodies: string[] = [];
    const run = await scim(["restart", "--clear-state", "--yes"], { through: seeing(bodies) });
    expect(run.stderr).toMatch(/looks at everybody again[^]*For 3 users/);
    // It was looked at everybody right away: a cycle has run since.
    expect(state.job.lastExecution?.activityIdentifier).not.toBe(EXECUTION.activityIdentifier);
    expect(bodies.join("\n")).toContain("Watermark");
  });

  test("what was done is in the journal, with the job and its application", async () => {
    const { scim, state, servicePrincipalId } = await provisioned();
    const { stderr } = await scim(["pause", "--yes"]);
    const path = /Journal of this run: (.*)/.exec(stderr)?.[1] ?? "";
    const lines = readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const about = { step: "pauseProvisioning", jobId: state.job.id, servicePrincipalId };
    expect(lines).toContainEqual(expect.objectContaining({ event: "intent", ...about }));
    expect(lines).toContainEqual(expect.objectContaining({ event: "outcome", ok: true, ...about }));
  });

  test("a role that does not allow it: exit 5", async () => {
    const { tenant, scim } = await provisioned();
    tenant.behaviour.persona = "applicationDeveloper";
    expect((await scim(["pause", "--yes"])).exitCode).toBe(5);
  });
});

describe("start, pause and restart of a product with several applications", () => {
  const ON = { advisors: {}, rooms: {} };
  const PAUSED = { schedule: "Paused" } as const;

  async function two(jobs: Parameters<typeof provisionedTwice>[0] = ON) {
    const both = await provisionedTwice(jobs);
    const { tenant, folder } = both;
    const scim = (words: readonly string[], options: TestRunOptions = {}) =>
      runInProcess(["scim", ...words, ...ANDMONEY], tenant, { folder, ...options });
    const schedules = () => [both.advisors.state.job.schedule, both.rooms.state.job.schedule];
    return { ...both, scim, schedules };
  }

  /** Refuses what is asked of the job of one. */
  const refusing =
    ({ servicePrincipalId }: { servicePrincipalId: string }) =>
    (fetch: Fetch): Fetch =>
    async (request) =>
      /\/(pause|start|restart)$/.test(request.url) && request.url.includes(servicePrincipalId)
        ? Response.json({ error: { code: "Forbidden", message: "no" } }, { status: 403 })
        : fetch(request);

  test("all of them side by side, or the one that is named; once more there is nothing to do", async () => {
    const { tenant, scim, schedules } = await two();
    const run = await scim(["pause", "--yes"], { through: inPairs().through });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toMatch(
      /"&Money booking advisors" is running\.[^]*"&Money booking rooms" is running\./,
    );
    expect(run.stdout.split("\n")).toEqual([
      'Done: provisioning of "&Money booking advisors" is paused.',
      'Done: provisioning of "&Money booking rooms" is paused.',
      "Users and groups stay in the app as they are. Go on with:",
      expect.stringMatching(/^ {4}npx \S+ scim start --template andmoney /),
    ]);
    expect(schedules()).toEqual(["Paused", "Paused"]);
    const one = await scim(["start", "--yes", "--application", "rooms"]);
    expect(one.stdout).not.toContain("advisors");
    expect(schedules()).toEqual(["Paused", "Active"]);
    const rest = await scim(["start", "--yes"]);
    expect(rest.stdout).toMatch(/Done: [^\n]*advisors" is started\.\nNothing to do: [^\n]*rooms"/);
    expect(deeds(tenant)).toHaveLength(4);
  });

  test("one question names all that it is about; a no changes nothing, nor does a dry run", async () => {
    const { tenant, folder, scim, rooms } = await two();
    const words = ["scim", "pause", "--template", "andmoney", "--tenant-id", EXAMPLE.tenantId];
    const asked = /^Pause provisioning of "&Money booking advisors" and "&Money booking rooms"\?$/;
    const answers = [{ expect: /Name for the app/ }, { expect: asked, answer: false }];
    expect((await runInProcess(words, tenant, { folder, answers })).exitCode).toBe(130);
    const dry = await scim(["pause", "--dry-run"]);
    expect(dry.stdout).toMatch(/advisors" would be paused\.\n.*rooms" would be paused\.\nDry run: nothing/);
    expect(deeds(tenant)).toEqual([]);
    Object.assign(rooms.state.job, PAUSED);
    const left = [
      { expect: /Name for the app/ },
      { expect: /^Pause provisioning of "&Money booking advisors"\?$/, answer: true },
    ];
    expect((await runInProcess(words, tenant, { folder, answers: left })).exitCode).toBe(0);
    expect(deeds(tenant)).toEqual(["pause"]);
  });

  test("as JSON: the first at the top, each in a list", async () => {
    const { scim, advisors, rooms } = await two({ advisors: {}, rooms: PAUSED });
    const { stdout } = await scim(["start", "--yes", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      command: "scim start",
      changed: true,
      appId: advisors.appId,
      applications: [
        { displayName: "&Money booking advisors", appId: advisors.appId, changed: false, state: "running" },
        { displayName: "&Money booking rooms", appId: rooms.appId, changed: true, state: "running" },
      ],
    });
  });

  test("what fails in one stops neither the other nor what is said of it: the exit code of the failure", async () => {
    const { scim, schedules, advisors, rooms } = await two();
    const run = await scim(["pause", "--yes"], { through: refusing(advisors) });
    expect(run.exitCode).toBe(5);
    expect(schedules()).toEqual(["Active", "Paused"]);
    expect(run.stderr).toContain('✔ Provisioning of "&Money booking rooms" is paused');
    expect(run.stderr).toContain('! It failed for "&Money booking advisors"');
    expect(run.stderr).toMatch(/Done so far: .*Provisioning of "&Money booking rooms" is paused/);
    const again = await scim(["start", "--yes", "--json"], { through: refusing(rooms) });
    expect(again.exitCode).toBe(5);
    expect(JSON.parse(again.stdout)).toMatchObject({
      error: { code: "GRAPH_FORBIDDEN" },
      applications: [{ displayName: "&Money booking advisors", changed: false, state: "running" }],
    });
  });

  test("one that is not that far: the other starts, exit 7 with what to do; pausing all is done with that", async () => {
    const { scim, schedules, rooms } = await two({ advisors: PAUSED, rooms: NEW });
    rooms.state.credentials = undefined;
    const run = await scim(["start", "--yes"]);
    expect(run.exitCode).toBe(7);
    expect(schedules()).toEqual(["Active", "Disabled"]);
    expect(run.stderr).toMatch(/! Left out: "&Money booking rooms" is not finished/);
    expect(run.stdout).toMatch(
      /advisors" is started\.[^]*Left out: "&Money booking rooms"[^]*scim setup .*--application rooms/,
    );
    Object.assign(rooms.state, { job: undefined });
    const paused = await scim(["pause", "--yes", "--json"]);
    expect(paused.exitCode).toBe(0);
    expect(JSON.parse(paused.stdout)).toMatchObject({
      changed: true,
      applications: [{ state: "paused" }, { state: "notSetUp", changed: false, jobId: null }],
    });
  });

  test("one that is not registered is left out as well, and none that is set up is a failure", async () => {
    const { tenant, scim, advisors, rooms } = await two();
    const index = tenant.state.applications.findIndex(({ appId }) => appId === advisors.appId);
    tenant.state.applications.splice(index, 1);
    const run = await scim(["restart", "--yes", "--json"]);
    expect(run.exitCode).toBe(7);
    expect(JSON.parse(run.stdout)).toMatchObject({
      appId: rooms.appId,
      applications: [
        { state: "notRegistered", appId: null },
        { appId: rooms.appId, changed: true },
      ],
    });
    Object.assign(rooms.state, { job: undefined });
    const none = await scim(["restart", "--yes"]);
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining("is not set up")]);
  });

  test("a start ends no quarantine, and starts the other", async () => {
    const { scim, schedules } = await two({ advisors: { quarantine: QUARANTINE }, rooms: PAUSED });
    const start = await scim(["start", "--yes"]);
    expect(start.exitCode).toBe(3);
    expect(start.stdout).toMatch(
      /does not end the quarantine of "&Money booking advisors"[^]*rooms" is started/,
    );
    expect(schedules()).toEqual(["Active", "Active"]);
  });

  test("a restart of all tells once how long the largest takes", async () => {
    const { scim } = await two({ advisors: {}, rooms: { entries: { one: ENTRY } } });
    const restart = await scim(["restart", "--clear-state", "--yes"]);
    expect(restart.stderr.match(/For up to 3 users in each/g)).toHaveLength(1);
    expect(restart.exitCode, restart.stderr).toBe(0);
  });
});

describe("whoever repeats the flags of register with another command is understood", () => {
  const SAME = ["--hostname", "https://app.contoso.com", "--no-group-sync", "--no-mails-online", "--yes"];
  test.each([["status"], ["provision", "admin@contoso.com"], ["logs"], ["pause"], ["start"], ["preview"]])(
    "scim %s",
    async (...words) => {
      const { scim } = await provisioned();
      const run = await scim([...words, ...SAME]);
      expect(run.stderr).not.toContain("Unknown option");
      expect(run.exitCode).not.toBe(2);
    },
  );

  test("and a value that cannot be one is refused here as there", async () => {
    const { scim } = await provisioned();
    const run = await scim(["status", "--hostname", "http://app.contoso.com"]);
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining("--hostname")]);
  });

  test("whoever wants to see a plan is not taken at less than that", async () => {
    const { tenant, scim } = await provisioned();
    const before = tenant.requests.length;
    const run = await scim(["provision", "admin@contoso.com", "--dry-run"]);
    expect([run.exitCode, tenant.requests.length]).toEqual([2, before]);
  });
});
