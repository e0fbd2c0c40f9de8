import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { write } from "../../../src/graph/write.ts";
import { MAX_REPEATS } from "../../../src/http/retry.ts";
import { failure, graphError, type Handler, inOrder, REFUSED, RESET, type Reply, world } from "./helpers.ts";

const REQUEST = { method: "POST", path: "/things", body: { name: "x" } } as const;
const MADE = { status: 201, body: { id: "1" } };
const LAG = graphError(404, "Request_ResourceNotFound");

/** A write with a look at what is there, each by the reply it gets. */
function looking(handler: Handler, found: (string | undefined)[] = []) {
  const at = world(handler);
  const events: string[] = [];
  const look = async () => {
    events.push(`look after ${at.asked.length}`);
    return found.shift();
  };
  return { ...at, events, run: () => write(at.context, "createApplication", REQUEST, { look }) };
}

describe("a lost answer", () => {
  test.each<[string, Reply]>([
    ["a broken line", RESET],
    ["a gateway's time-out", { status: 504 }],
    ["a server error", graphError(500, "InternalServerError")],
    ["an answer that never came", { status: 408 }],
    ["a proxy's page", { status: 200, body: "<html>" }],
    ["two writes that met", graphError(409, "Directory_ConcurrencyViolation")],
  ])("%s: looks first, and finds what was made", async (_name, reply) => {
    const { run, events, asked } = looking(inOrder(reply), ["it"]);
    expect(await run()).toEqual({ kind: "found", found: "it" });
    expect([asked.length, events]).toEqual([1, ["look after 1"]]);
  });

  test("sends again only what is not there", async () => {
    const { run, events, asked } = looking(inOrder(RESET, { status: 503 }, MADE), [undefined, undefined]);
    expect(await run()).toMatchObject({ kind: "answered", repeated: true, answer: MADE });
    expect([asked.length, events]).toEqual([3, ["look after 1", "look after 2"]]);
  });

  test("is waited on before the look, as long as Graph says", async () => {
    const { run, waits, clock } = looking(inOrder({ status: 503, headers: { "retry-after": "9" } }, MADE));
    await run();
    expect(waits).toEqual([{ ms: 9000, reason: "unavailable", host: "Microsoft Graph", attempt: 1 }]);
    expect(clock.sleeps).toEqual([9000]);
  });

  test("again and again is given up with the failure", async () => {
    const { run, asked } = looking(() => RESET);
    expect(await failure(run())).toMatchObject({ code: "NETWORK", facts: { cause: "ECONNRESET" } });
    expect(asked).toHaveLength(MAX_REPEATS + 1);
  });

  test("is given up at once where Graph wants more than a minute", async () => {
    const { run, asked } = looking(() => ({ status: 503, headers: { "retry-after": "600" } }));
    expect(await failure(run())).toMatchObject({ code: "GRAPH_UNAVAILABLE", facts: { status: 503 } });
    expect(asked).toHaveLength(1);
  });
});

test("a first answer is not a repeated one, and a refusal is an answer", async () => {
  expect(await looking(inOrder(MADE)).run()).toMatchObject({ kind: "answered", repeated: false });
  const refused = looking(inOrder(graphError(400, "Request_BadRequest")));
  expect(await refused.run()).toMatchObject({ kind: "answered", answer: { status: 400 } });
  expect(refused.events).toEqual([]);
});

test("what never reached the server is sent again by the transport, without a look", async () => {
  const { run, events, asked } = looking(inOrder(REFUSED, MADE));
  expect(await run()).toMatchObject({ repeated: false });
  expect([asked.length, events]).toEqual([2, []]);
});

describe("an object that is not known yet", () => {
  /** A write that needs a new object; `reads` say whether each read sees it. */
  function waiting(handler: Handler, reads: (boolean | "always")[]) {
    const at = world(handler);
    let count = 0;
    const isVisible = async () => {
      count += 1;
      return reads[0] === "always" || reads.shift() === true;
    };
    return { ...at, count: () => count, run: () => write(at.context, "issueSecret", REQUEST, { isVisible }) };
  }

  test.each([
    ["at once", [true, true], 2],
    ["later", [false, false, true, true], 4],
    ["by one of several servers first", [true, false, true, true], 4],
  ])("is waited for until two reads agree: %s", async (_name, reads, expected) => {
    const { run, count, asked, waits } = waiting(inOrder(LAG, MADE), [...reads]);
    expect(await run()).toMatchObject({ kind: "answered", answer: MADE });
    expect([count(), asked.length]).toEqual([expected, 2]);
    expect(waits.map(({ reason }) => reason)).toEqual(Array(expected).fill("replication"));
  });

  test("is given up after two minutes by the clock", async () => {
    const { run, clock, waits } = waiting(() => LAG, []);
    const start = clock.now().getTime();
    const error = await failure(run());
    const seconds = (clock.now().getTime() - start) / 1000;
    expect(error).toMatchObject({ code: "NOT_REPLICATED", facts: { action: "issueSecret" } });
    expect(error).toMatchObject({ facts: { waitedSeconds: Math.round(seconds) } });
    expect(seconds).toBeGreaterThan(120);
    expect(seconds).toBeLessThan(130);
    expect(Math.max(...waits.map(({ ms }) => ms))).toBe(8000);
    expect(waits[0]?.ms).toBe(500);
  });

  test("that reads see and the write does not is given up too", async () => {
    const { run, asked } = waiting(() => LAG, ["always"]);
    expect(await failure(run())).toMatchObject({ code: "NOT_REPLICATED" });
    expect(asked.length).toBeGreaterThan(3);
  });

  test("is an answer where nobody says that this run made it", async () => {
    const { context, asked } = world(inOrder(LAG));
    expect(await write(context, "issueSecret", REQUEST)).toMatchObject({ answer: { status: 404 } });
    expect(asked).toHaveLength(1);
  });
});

test("a failure that is not the network's is never repeated", async () => {
  const ended = new AppError("SIGN_IN_FAILED", {
    problem: "sessionExpired",
    way: "device-code",
    tenant: "t",
    clientId: "c",
    cloud: "global",
    scopes: [],
  });
  const { context, waits } = world(inOrder(), { tokens: { getToken: () => Promise.reject(ended) } });
  expect(await failure(write(context, "createApplication", REQUEST))).toBe(ended);
  expect(waits).toEqual([]);
});
