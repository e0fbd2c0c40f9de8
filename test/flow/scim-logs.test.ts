import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import type { Fetch } from "../../src/ports/index.ts";
import { ANDMONEY, FLEXWHERE, provisioned, provisionedTwice } from "../support/provisioned.ts";
import { runInProcess } from "../support/run.ts";

interface Item {
  readonly id: string;
  readonly activityDateTime: string;
  readonly [property: string]: unknown;
}

/** An entry as Graph has it, so many minutes before the tests' noon. */
function item(id: string, minutesAgo: number, more: Readonly<Record<string, unknown>> = {}): Item {
  const at = new Date(Date.parse("2026-11-20T12:00:00Z") - minutesAgo * 60_000);
  return {
    id,
    activityDateTime: at.toISOString(),
    provisioningAction: "create",
    provisioningStatusInfo: {
      status: "success",
      errorInformation: { errorCode: null, reason: null, recommendedAction: null },
    },
    sourceIdentity: { id: `user-${id}`, displayName: `Person ${id}`, identityType: "User", details: {} },
    targetIdentity: { id: "", displayName: "", identityType: "urn:x:User", details: {} },
    provisioningSteps: [],
    modifiedProperties: [{ displayName: "title", oldValue: null, newValue: "Secret of the person" }],
    ...more,
  };
}

const FAILED = {
  provisioningStatusInfo: {
    status: "failure",
    errorInformation: {
      errorCode: "AttributeMissing",
      reason: "The attribute userName is missing.\u001B[2J",
      recommendedAction: "Give the user a name.",
    },
  },
};
const SKIPPED = {
  provisioningAction: "other",
  provisioningStatusInfo: {
    status: "skipped",
    errorInformation: { errorCode: "RedundantExport", reason: "x", recommendedAction: "" },
  },
};

/** Answers for the logs: `pages` gives the items there are at each question, the oldest first. */
function logging(items: () => readonly Item[], asked: URL[] = []): (fetch: Fetch) => Fetch {
  return (fetch) => (request) => {
    const url = new URL(request.url);
    if (!url.pathname.endsWith("/auditLogs/provisioning")) return fetch(request);
    asked.push(url);
    const filter = url.searchParams.get("$filter") ?? "";
    const after = / gt (\S+)/.exec(filter)?.[1] ?? "";
    const status = /status eq '(\w+)'/.exec(filter)?.[1];
    const skip = Number(url.searchParams.get("$skiptoken") ?? 0);
    const statusOf = (one: Item) => (one["provisioningStatusInfo"] as { status: string }).status;
    const found = items()
      .filter((one) => one.activityDateTime > after && (status === undefined || statusOf(one) === status))
      .toSorted((one, other) => one.activityDateTime.localeCompare(other.activityDateTime));
    if (url.searchParams.get("$orderby")?.endsWith("desc")) found.reverse();
    const next = new URL(url);
    next.searchParams.set("$skiptoken", String(skip + 2));
    return Promise.resolve(
      Response.json({
        value: found.slice(skip, skip + 2),
        ...(found.length > skip + 2 && { "@odata.nextLink": next.href }),
      }),
    );
  };
}

const THREE = [item("a", 90), item("b", 60, FAILED), item("c", 30, SKIPPED)];

describe("E5: the provisioning logs", () => {
  test("the oldest first, in words; why one failed and what to do; no value of an attribute", async () => {
    const { scim, state } = await provisioned();
    const asked: URL[] = [];
    const run = await scim(["logs"], { through: logging(() => THREE, asked) });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout.split("\n")).toEqual([
      expect.stringMatching(
        /^Provisioning logs of "FlexWhere SCIM" since 2026-11-19 12:0\d UTC \(24 hours ago\)/,
      ),
      "2026-11-20 10:30:00 ✔ Person a created",
      "2026-11-20 11:00:00 ✖ Person b not created",
      "    Why: The attribute userName is missing.�[2J",
      "    What to do: Give the user a name.",
      "2026-11-20 11:30:00 - Person c skipped: the app has it all already",
    ]);
    expect(asked[0]?.searchParams.get("$filter")).toContain(`jobId eq '${state.job.id}'`);
  });

  test("filters and limit go to Graph where it can, and the rest is sorted out here", async () => {
    const { scim, tenant } = await provisioned();
    const asked: URL[] = [];
    const through = logging(() => THREE, asked);
    const failures = await scim(["logs", "--status", "failure", "--since", "2h", "--action", "create"], {
      through,
    });
    expect(failures.stdout).toContain("Person b");
    expect(failures.stdout).not.toContain("Person a");
    expect(asked.at(-1)?.searchParams.get("$filter")).toMatch(
      /gt 2026-11-20T10:0\d.* and provisioningAction eq 'create' and provisioningStatusInfo\/status eq 'failure'/,
    );
    const limited = await scim(["logs", "--limit", "1"], { through });
    expect(limited.stdout).toContain("Person c");
    expect(limited.stdout).not.toContain("Person b");
    expect(limited.stdout).toContain("There are older ones; --limit 4 shows more of them.");
    const named = await scim(["logs", "--user", "person A"], { through });
    expect(named.stdout).toMatch(/Person a/);
    expect(named.stdout).not.toMatch(/Person [bc]/);
    const [, megan] = tenant.state.users;
    const about = [
      item("m", 5, { sourceIdentity: { id: megan?.id, displayName: "M", identityType: "User" } }),
    ];
    const byName = await scim(["logs", "--user", String(megan?.["userPrincipalName"])], {
      through: logging(() => [...THREE, ...about]),
    });
    expect(byName.stdout).toMatch(/ M created$/);
    expect(byName.stdout).not.toMatch(/Person/);
  });

  test("nothing there: it says that entries arrive late", async () => {
    const { scim } = await provisioned();
    const run = await scim(["logs"], { through: logging(() => []) });
    expect(run.stdout).toMatch(/Nothing there\. Entries arrive some minutes after they happened/);
    expect(run.exitCode).toBe(0);
  });

  test.each([
    ["--since", "2099-01-01", /--since: is 2099-01-01, must be a time ago/],
    ["--since", "yesterday", /--since: is yesterday, must be a time ago/],
    ["--since", "2026-13-45", /--since: is 2026-13-45/],
    ["--limit", "0", /--limit: is 0, must be a whole number/],
    ["--status", "bad", /Allowed choices are success, failure, skipped, warning/],
  ])("%s %s: exit 2 before anybody signs in", async (flag, value, said) => {
    const { scim, tenant } = await provisioned();
    const from = tenant.requests.length;
    const run = await scim(["logs", flag, value]);
    expect(run.stderr).toMatch(said);
    expect(run.exitCode).toBe(2);
    expect(tenant.requests).toHaveLength(from);
  });

  test("a tenant without the licence: exit 5, and what works without", async () => {
    const { scim } = await provisioned();
    const through = (fetch: Fetch) => async (request: Request) =>
      request.url.includes("/auditLogs/")
        ? Response.json(
            {
              error: {
                code: "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                message: "Neither tenant is B2C or tenant doesn't have premium license",
              },
            },
            { status: 403 },
          )
        : fetch(request);
    const run = await scim(["logs"], { through });
    expect(run.exitCode).toBe(5);
    expect(run.stderr).toMatch(/no licence for the provisioning logs[^]*scim status/);
  });

  test("as JSON: a document without the values of attributes", async () => {
    const { scim } = await provisioned();
    const run = await scim(["logs", "--json"], { through: logging(() => THREE) });
    expect(JSON.parse(run.stdout)).toMatchObject({
      command: "scim logs",
      hasMore: false,
      entries: [{ id: "a" }, { id: "b", errorCode: "AttributeMissing" }, { id: "c", attributes: ["title"] }],
    });
    expect(run.stdout).not.toContain("Secret of the person");
  });

  test("asks no more than five pages in ten seconds", async () => {
    const { scim } = await provisioned();
    const many = Array.from({ length: 13 }, (_one, index) => item(`n${index}`, index + 1));
    const run = await scim(["logs"], { through: logging(() => many) });
    expect(run.stdout.split("\n")).toHaveLength(14);
    expect(run.ports.clock.sleeps.filter((ms) => ms > 5000)).not.toEqual([]);
  });
});

describe("logs --follow", () => {
  /** A run that is followed through so many questions for more, then ended with Ctrl-C. */
  async function followed(polls: readonly (readonly Item[])[], ...words: string[]) {
    const { tenant, folder } = await provisioned();
    const stop = new AbortController();
    const asked: URL[] = [];
    let poll = -1;
    const items = () => {
      poll += 1;
      if (poll === polls.length) stop.abort(new AppError("INTERRUPTED", { signal: "SIGINT" }));
      return polls[Math.min(poll, polls.length - 1)] ?? [];
    };
    // One page for each question.
    const through = logging(items, asked);
    const run = await runInProcess(["scim", "logs", "--follow", ...words, ...FLEXWHERE], tenant, {
      folder,
      through,
      signal: stop.signal,
    });
    return { run, asked };
  }

  test("shows what arrives, nothing twice; Ctrl-C ends it with 0", async () => {
    const [first, second] = [item("a", 20), item("b", 1)];
    const polls = [[first], [first], [first, second], [first, second]];
    const { run, asked } = await followed(polls);
    expect(run.exitCode, run.stderr).toBe(0);
    const shown = run.stdout.split("\n").filter((line) => line.includes("Person"));
    expect(shown).toEqual([
      "2026-11-20 11:40:00 ✔ Person a created",
      "2026-11-20 11:59:00 ✔ Person b created",
    ]);
    expect(run.stderr).toContain("Ctrl-C ends this.");
    expect(run.stderr).not.toMatch(/Stopp|Ctrl-C again/);
    expect(asked.length).toBeGreaterThanOrEqual(4);
  });

  test("an entry that arrives after newer ones is shown", async () => {
    const [old, newer, late] = [item("a", 20), item("b", 2), item("late", 5)];
    const { run } = await followed([
      [old, newer],
      [old, newer],
      [newer, late],
    ]);
    expect(
      run.stdout
        .split("\n")
        .filter((line) => line.includes("Person"))
        .at(-1),
    ).toContain("Person late");
  });

  test("for hours: waits that were chosen count towards no limit", async () => {
    const polls = Array.from({ length: 200 }, () => [item("a", 20)]);
    const { run, asked } = await followed(polls);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(asked.length).toBeGreaterThanOrEqual(200);
    expect(run.stdout.match(/Person a/g)).toHaveLength(1);
  });

  test("with --json one line for each", async () => {
    const { run } = await followed([[item("a", 20)], [item("a", 20), item("b", 1)]], "--json");
    const lines = run.ports.said.results.map((line) => JSON.parse(line) as { entry: { id: string } });
    expect(lines.map(({ entry }) => entry.id)).toEqual(["a", "b"]);
  });

  test("a failure ends it as any other", async () => {
    const { tenant, folder } = await provisioned();
    let count = 0;
    const through = (fetch: Fetch) => (request: Request) => {
      if (!request.url.includes("/auditLogs/")) return fetch(request);
      count += 1;
      return Promise.resolve(
        count === 1
          ? Response.json({ value: [] })
          : Response.json({ error: { code: "x", message: "" } }, { status: 400 }),
      );
    };
    const run = await runInProcess(["scim", "logs", "--follow", ...FLEXWHERE], tenant, { folder, through });
    expect(run.exitCode).toBe(8);
    expect(run.stdout).toContain("Nothing yet.");
  });
});

describe("of a product with several applications", () => {
  /** Two in which people fail and come, and what is asked of each one's logs. */
  async function two(items: Readonly<Record<"advisors" | "rooms", () => readonly Item[]>>) {
    const { tenant, folder, advisors, rooms } = await provisionedTwice();
    const { id } = rooms.state.job;
    const through = (fetch: Fetch): Fetch => {
      const of = { advisors: logging(items.advisors)(fetch), rooms: logging(items.rooms)(fetch) };
      return (request) => (request.url.includes(id) ? of.rooms : of.advisors)(request);
    };
    const logs = (words: readonly string[], signal?: AbortSignal) =>
      runInProcess(["scim", "logs", ...words, ...ANDMONEY], tenant, {
        folder,
        through,
        ...(signal && { signal }),
      });
    return { logs, advisors, rooms };
  }
  const [A, B, C] = [item("a", 90), item("b", 60, FAILED), item("c", 30)];
  const people = (text: string) =>
    text.split("\n").flatMap((line) => /booking (\w+: Person \w+)/.exec(line)?.[1] ?? []);

  test("all in the order of time, each with whose it is; the newest of all, or of the one that is named", async () => {
    const { logs, advisors, rooms } = await two({ advisors: () => [A, C], rooms: () => [B] });
    const run = await logs([]);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toContain('logs of "&Money booking advisors" and "&Money booking rooms" since');
    expect(people(run.stdout)).toEqual(["advisors: Person a", "rooms: Person b", "advisors: Person c"]);
    const newest = await logs(["--limit", "2"]);
    expect(people(newest.stdout)).toEqual(["rooms: Person b", "advisors: Person c"]);
    expect(newest.stdout).toContain("There are older ones");
    const one = await logs(["--application", "rooms"]);
    expect(one.stdout).toContain(" Person b not created");
    expect(one.stdout).not.toContain("advisors");
    expect(JSON.parse((await logs(["--json"])).stdout)).toMatchObject({
      appId: advisors.appId,
      applications: [{ appId: advisors.appId }, { appId: rooms.appId }],
      entries: [{ id: "a", application: "&Money booking advisors" }, { id: "b" }, { id: "c" }],
    });
  });

  test("one without a job is left out with a word", async () => {
    const { logs, rooms } = await two({ advisors: () => [A], rooms: () => [B] });
    Object.assign(rooms.state, { job: undefined });
    const run = await logs([]);
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain('Left out: "&Money booking rooms" is not set up.');
    expect(run.stdout).toContain(" Person a created");
  });

  test("followed: what arrives in either is shown once", async () => {
    const stop = new AbortController();
    let polls = 0;
    const { logs } = await two({
      advisors: () => [A],
      rooms: () => {
        polls += 1;
        if (polls === 4) stop.abort(new AppError("INTERRUPTED", { signal: "SIGINT" }));
        return polls > 1 ? [C] : [];
      },
    });
    const run = await logs(["--follow"], stop.signal);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(people(run.stdout)).toEqual(["advisors: Person a", "rooms: Person c"]);
  });
});
