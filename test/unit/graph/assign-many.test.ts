import { describe, expect, test } from "vitest";
import {
  type AssignManyOptions,
  type AssignmentWrite,
  type AssignProgress,
  assignMany,
  type RefusedAssignment,
} from "../../../src/graph/assign-many.ts";
import { guid } from "../../support/builders.ts";
import { eventClock } from "../../support/event-clock.ts";
import * as fc from "../../support/fc.ts";
import { batchOf, failure, graphError, type Reply, world } from "./helpers.ts";
import { type QuotaOptions, quotaOf } from "./quota.ts";

const GRAPH: QuotaOptions = { writes: 3000, windowMs: 150_000, kind: "sliding", others: 0 };

function* people(count: number): Generator<AssignmentWrite> {
  for (let index = 0; index < count; index += 1) yield { principalId: guid(index), appRoleId: guid(1) };
}

/** Assigns so many against a quota that is enforced, in simulated time. */
async function assigned(count: number, options: Partial<QuotaOptions> = {}, latencyMs = 100) {
  const clock = eventClock();
  const quota = quotaOf({ ...GRAPH, ...options }, () => clock.now().getTime());
  const { context } = world(
    async (asked) => {
      const reply = quota.handle(asked);
      await clock.sleep(latencyMs);
      return reply;
    },
    { clock },
  );
  const start = clock.now().getTime();
  const progress: AssignProgress[] = [];
  const tally = await assignMany(context, people(count), {
    servicePrincipalId: guid(9),
    clock,
    onProgress: (one) => void progress.push(one),
  });
  return { tally, seconds: (clock.now().getTime() - start) / 1000, progress, ...quota.figures };
}

describe("at the write quota", () => {
  test.each([
    ["sliding", 100],
    ["sliding", 3000],
    ["fixed", 100],
  ] as const)(
    "alone, %s window, %i ms a batch: nothing is rejected and hardly a second lost",
    async (kind, ms) => {
      const { tally, seconds, rejected, highest } = await assigned(4000, { kind }, ms);
      expect(tally).toEqual({ assigned: 4000, removed: 0, refused: 0 });
      expect(rejected).toBe(0);
      expect(highest).toBeLessThan(1);
      expect(seconds).toBeGreaterThan(199);
      // 205 s at 19.5 a second, and a few once, when the quota fills for the first time.
      expect(seconds).toBeLessThan(212 + (4 * ms) / 1000);
    },
  );

  test.each([
    ["sliding", 1],
    ["sliding", 2],
    ["fixed", 2],
  ] as const)(
    "%s window, another writer at %i a second: slower, and nothing is rejected",
    async (kind, others) => {
      const { tally, seconds, rejected, progress } = await assigned(6000, { kind, others });
      expect(tally.assigned).toBe(6000);
      expect(rejected).toBe(0);
      expect(progress.some(({ isSlowed }) => isSlowed)).toBe(true);
      // What the other leaves, and a tenth for finding out.
      expect(seconds).toBeLessThan((6000 / (20 - others)) * 1.1);
    },
  );

  test("never more than twenty a second, and ever less than a tenth rejected, whoever else writes", async () => {
    const anybody = fc.record({
      kind: fc.constantFrom("sliding", "fixed"),
      others: fc.integer({ min: 0, max: 12 }),
      latencyMs: fc.integer({ min: 0, max: 4000 }),
    });
    await fc.assert(
      fc.asyncProperty(anybody, async ({ latencyMs, ...options }) => {
        const { tally, seconds, rejected } = await assigned(
          1500,
          { ...options, writes: 600, windowMs: 30_000 },
          latencyMs,
        );
        expect(tally.assigned).toBe(1500);
        expect(seconds).toBeGreaterThanOrEqual(1480 / 20);
        expect(rejected).toBeLessThan(150);
      }),
      { numRuns: 10 },
    );
  });
});

/** Assigns a few people, each answered by what `answer` says. */
async function few(
  count: number,
  answer: (
    principalId: string,
    count: number,
    method: string,
  ) => Extract<Reply, { status: number }> | undefined,
  options: Partial<AssignManyOptions> = {},
  writes: Iterable<AssignmentWrite> = people(count),
) {
  const times = new Map<string, number>();
  const { context, clock, asked, renewals } = world((one) =>
    batchOf(one, ({ method, url, body }) => {
      const id = (body as { principalId?: string } | undefined)?.principalId ?? url.split("/").at(-1) ?? "";
      times.set(id, (times.get(id) ?? 0) + 1);
      return answer(id, times.get(id) ?? 0, method);
    }),
  );
  const refused: RefusedAssignment[] = [];
  const progress: AssignProgress[] = [];
  const running = assignMany(context, writes, {
    servicePrincipalId: guid(9),
    clock,
    onRefused: (one) => void refused.push(one),
    onProgress: (one) => void progress.push(one),
    ...options,
  });
  return { running, refused, progress, clock, asked, renewals, times };
}

const CREATED = { status: 201, body: {} };

describe("answers", () => {
  test("who is assigned already is as good as assigned", async () => {
    const duplicate = graphError(
      400,
      "Request_BadRequest",
      "Permission being assigned already exists on the object",
    );
    const { running } = await few(3, (id) => (id === guid(1) ? duplicate : CREATED));
    expect(await running).toEqual({ assigned: 3, removed: 0, refused: 0 });
  });

  test("only what was throttled goes out again, after as long as was asked for", async () => {
    const throttled = { ...graphError(429, "TooManyRequests"), headers: { "Retry-After": "90" } };
    const { running, clock, times } = await few(30, (id, count) =>
      id === guid(3) && count === 1 ? throttled : CREATED,
    );
    const start = clock.now().getTime();
    expect((await running).assigned).toBe(30);
    expect([...times].filter(([, count]) => count > 1)).toEqual([[guid(3), 2]]);
    expect(clock.now().getTime() - start).toBeGreaterThanOrEqual(90_000);
  });

  test("what was not answered, or unclear, goes out again", async () => {
    const { running, times } = await few(25, (id, count) => {
      if (count > 1 || id > guid(3)) return CREATED;
      return id === guid(1) ? undefined : graphError(503, "Directory_ConcurrencyViolation");
    });
    expect((await running).assigned).toBe(25);
    expect(times.get(guid(1))).toBe(2);
  });

  test("who is refused for themselves is told, and the others go on", async () => {
    const { running, refused } = await few(45, (id) => {
      if (id === guid(2)) return graphError(400, "Request_BadRequest", "Not a valid reference update.");
      if (id === guid(4)) return graphError(403, "Forbidden", "Tenant does not have a premium license.");
      return CREATED;
    });
    expect(await running).toEqual({ assigned: 43, removed: 0, refused: 2 });
    expect(refused).toMatchObject([
      { principalId: guid(2), error: { code: "GRAPH_REFUSED" }, detail: "Not a valid reference update." },
      { principalId: guid(4), error: { code: "LICENCE_MISSING", facts: { needs: "groupAssignment" } } },
    ]);
  });

  test("whose role is too low stops at once, and what was done is told", async () => {
    const { running, progress, asked } = await few(200, (id) =>
      id < guid(20) ? CREATED : graphError(403, "Authorization_RequestDenied", "Insufficient privileges"),
    );
    expect(await failure(running)).toMatchObject({ code: "GRAPH_FORBIDDEN", facts: { action: "assign" } });
    expect(progress.at(-1)).toMatchObject({ assigned: 20 });
    expect(asked.length).toBeLessThan(5);
  });

  test("a new object may take its time; an old one that is missing is none", async () => {
    const lag = graphError(404, "Request_ResourceNotFound");
    const fresh = await few(2, (_id, count) => (count < 3 ? lag : CREATED), { isNew: true });
    expect(await fresh.running).toMatchObject({ assigned: 2, refused: 0 });
    const old = await few(2, () => lag);
    expect(await old.running).toMatchObject({ assigned: 0, refused: 2 });
  });

  test("a token that ended is renewed once for the batch", async () => {
    const { running, renewals } = await few(5, (_id, count) =>
      count === 1 ? graphError(401, "InvalidAuthenticationToken") : CREATED,
    );
    expect((await running).assigned).toBe(5);
    expect(renewals).toHaveLength(1);
  });

  test("what stays throttled ends in the end", async () => {
    const { running } = await few(1, () => graphError(429, "TooManyRequests"));
    expect(await failure(running)).toMatchObject({ code: "GRAPH_UNAVAILABLE", facts: { status: 429 } });
  });

  test("another assignment goes once the new one is there; gone already is gone", async () => {
    const writes = [{ principalId: guid(1), appRoleId: guid(7), replaces: ["old/1", "old2"] }];
    const { running, asked } = await few(
      1,
      (id, _count, method) => (method === "DELETE" ? { status: id === "old2" ? 404 : 204 } : CREATED),
      {},
      writes,
    );
    expect(await running).toEqual({ assigned: 1, removed: 2, refused: 0 });
    const items = asked.flatMap(
      ({ body }) => (body as { requests: { method: string; url: string }[] }).requests,
    );
    expect(items.map(({ method, url }) => `${method} ${url.split("/").at(-1) ?? ""}`)).toEqual([
      "POST appRoleAssignedTo",
      "DELETE old%2F1",
      "DELETE old2",
    ]);
  });
});

test("Ctrl-C: nothing more goes out, and what was under way is counted", async () => {
  const stop = new AbortController();
  const { running, progress } = await few(
    1000,
    (id) => {
      if (id === guid(100)) stop.abort(new Error("stopped"));
      return CREATED;
    },
    { signal: stop.signal },
  );
  expect(await failure(running)).toMatchObject({ message: "stopped" });
  expect(progress.at(-1)?.assigned).toBe(120);
});

test("no more is taken from the list than is under way", async () => {
  let taken = 0;
  function* counted(): Generator<AssignmentWrite> {
    for (const write of people(500)) {
      taken += 1;
      yield write;
    }
  }
  let most = 0;
  const seen = new Set<string>();
  const { running } = await few(
    500,
    (id) => {
      seen.add(id);
      most = Math.max(most, taken - seen.size);
      return CREATED;
    },
    {},
    counted(),
  );
  await running;
  expect(most).toBeLessThanOrEqual(120);
});
