import { describe, expect, test } from "vitest";
import { type BatchItem, sendBatch } from "../../../src/graph/batch.ts";
import { MAX_REPEATS } from "../../../src/http/retry.ts";
import { type Asked, batchOf, failure, graphError, inOrder, RESET, world } from "./helpers.ts";

const read = (path: string): BatchItem => ({ method: "GET", path });
const write = (path: string): BatchItem => ({ method: "POST", path, body: { name: path } });
const good = (url: string) => ({ status: 200, body: { url }, headers: { "Request-Id": `r${url}` } });
const throttled = (seconds: string) => ({ status: 429, headers: { "retry-after": seconds }, body: {} });
const urlsOf = (asked: readonly Asked[]) =>
  asked.map(({ body }) => (body as { requests: { url: string }[] }).requests.map(({ url }) => url));

test("answers come in the order of the items, whatever the order they arrive in", async () => {
  const { context, asked } = world((one) => batchOf(one, ({ url }) => good(url)));
  const answers = await sendBatch(context, "readTenant", [read("/a"), write("/b"), read("/c")]);
  expect(answers).toEqual(
    ["/a", "/b", "/c"].map((url) => ({
      status: 200,
      body: { url },
      requestId: `r${url}`,
      retryAfter: undefined,
      challenge: undefined,
    })),
  );
  expect(asked[0]).toMatchObject({ method: "POST", path: "/$batch" });
  expect(asked[0]?.body).toEqual({
    requests: [
      { id: "0", method: "GET", url: "/a" },
      {
        id: "1",
        method: "POST",
        url: "/b",
        body: { name: "/b" },
        headers: { "Content-Type": "application/json" },
      },
      { id: "2", method: "GET", url: "/c" },
    ],
  });
});

test("only what was throttled is sent again, after the longest wait asked for", async () => {
  const { context, asked, waits } = world((one, count) =>
    batchOf(one, ({ url }) => {
      if (count === 1 && url !== "/b") return throttled(url === "/a" ? "7" : "20");
      return good(url);
    }),
  );
  const answers = await sendBatch(context, "readTenant", [write("/a"), write("/b"), write("/c")]);
  expect(urlsOf(asked)).toEqual([
    ["/a", "/b", "/c"],
    ["/a", "/c"],
  ]);
  expect(waits).toEqual([{ ms: 20_000, reason: "throttled", host: "Microsoft Graph", attempt: 1 }]);
  expect(answers.map(({ body }) => body)).toEqual([{ url: "/a" }, { url: "/b" }, { url: "/c" }]);
});

test.each<[string, BatchItem, number, number]>([
  ["a read that failed", read("/a"), 503, 2],
  ["a write that failed: its fate is unknown", write("/a"), 503, 1],
  ["a read that was refused", read("/a"), 404, 1],
])("%s", async (_name, item, status, times) => {
  const { context, asked } = world((one, count) =>
    batchOf(one, ({ url }) => (count === 1 ? graphError(status, "x") : good(url))),
  );
  await sendBatch(context, "readTenant", [item]);
  expect(asked).toHaveLength(times);
});

test("throttling without end is the answer in the end", async () => {
  const { context, asked } = world((one) => batchOf(one, () => throttled("1")));
  const [answer] = await sendBatch(context, "readTenant", [read("/a")]);
  expect(answer?.status).toBe(429);
  expect(asked).toHaveLength(MAX_REPEATS + 1);
});

test("a wait of more than a minute is not waited for", async () => {
  const { context, asked, waits } = world((one) => batchOf(one, () => throttled("3600")));
  expect((await sendBatch(context, "readTenant", [read("/a")]))[0]?.status).toBe(429);
  expect([asked.length, waits]).toEqual([1, []]);
});

describe("an item missing from the answer", () => {
  test("is asked for again where it is a read", async () => {
    const { context, asked } = world((one, count) =>
      batchOf(one, ({ url }) => (count === 1 && url === "/b" ? undefined : good(url))),
    );
    const answers = await sendBatch(context, "readTenant", [read("/a"), read("/b")]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(urlsOf(asked)).toEqual([["/a", "/b"], ["/b"]]);
  });

  test("is a failure where it is a write", async () => {
    const { context, asked } = world((one) =>
      batchOf(one, ({ url }) => (url === "/b" ? undefined : good(url))),
    );
    const error = await failure(sendBatch(context, "grantAppRole", [write("/a"), write("/b")]));
    expect(error).toMatchObject({ code: "GRAPH_UNAVAILABLE" });
    expect(asked).toHaveLength(1);
  });
});

test("the items of an outer 424 are read all the same", async () => {
  const { context } = world((one) => {
    const reply = batchOf(one, ({ url }) => good(url));
    return reply instanceof Error ? reply : { ...reply, status: 424 };
  });
  expect((await sendBatch(context, "readTenant", [read("/a")]))[0]).toMatchObject({ status: 200 });
});

test.each([
  [424, "GRAPH_REFUSED"],
  [500, "GRAPH_UNAVAILABLE"],
  [403, "GRAPH_FORBIDDEN"],
  [400, "GRAPH_REFUSED"],
])("an outer %i without items is %s", async (status, code) => {
  const { context } = world(inOrder({ ...graphError(status, "x"), headers: { "request-id": "r" } }));
  const error = await failure(sendBatch(context, "readTenant", [read("/a")]));
  expect(error).toMatchObject({ code, requestId: "r" });
});

test.each<[string, unknown]>([
  ["no responses", {}],
  ["responses that are no list", { responses: "none" }],
  ["a page", "<html>"],
  ["nothing", undefined],
])("%s is a failure", async (_name, body) => {
  const { context } = world(() => ({ status: 200, body }));
  const error = await failure(sendBatch(context, "readTenant", [write("/a")]));
  expect(error).toMatchObject({ code: "GRAPH_UNAVAILABLE" });
});

test.each<[string, unknown]>([
  ["null", null],
  ["a number", 7],
  ["an id nobody gave", { id: "7", status: 200 }],
  ["no id", { status: 200 }],
  ["an id that is null", { id: null, status: 200 }],
  ["an empty id", { id: "", status: 200 }],
  ["no status", { id: "0", body: {} }],
  ["a status that is text", { id: "0", status: "200" }],
])("an answer that is %s counts as missing", async (_name, response) => {
  const { context } = world(() => ({ status: 200, body: { responses: [response] } }));
  const error = await failure(sendBatch(context, "grantAppRole", [write("/a")]));
  expect(error).toMatchObject({ code: "GRAPH_UNAVAILABLE" });
});

test("reads are repeated when the line breaks, writes are not", async () => {
  const once = (items: BatchItem[]) => {
    const { context, asked } = world((one, count) =>
      count === 1 ? RESET : batchOf(one, ({ url }) => good(url)),
    );
    return sendBatch(context, "readTenant", items).then(
      () => asked.length,
      () => -asked.length,
    );
  };
  expect(await once([read("/a"), read("/b")])).toBe(2);
  expect(await once([read("/a"), write("/b")])).toBe(-1);
});

test("more than Graph takes is a mistake in the program", async () => {
  const { context } = world(inOrder());
  const items = Array.from({ length: 21 }, (_item, index) => read(`/${index}`));
  expect(await failure(sendBatch(context, "readTenant", items))).toBeInstanceOf(RangeError);
});

test("items that lack a good token go out once more with a new one, the challenge answered", async () => {
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
  const challenge = `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;
  const refused = { status: 401, headers: { "WWW-Authenticate": challenge }, body: {} };
  const { context, asked, renewals, waits } = world((one, count) =>
    batchOf(one, ({ url }) => (count === 1 && url !== "/b" ? refused : good(url))),
  );
  const answers = await sendBatch(context, "readTenant", [write("/a"), write("/b"), write("/c")]);
  expect(urlsOf(asked)).toEqual([
    ["/a", "/b", "/c"],
    ["/a", "/c"],
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect([renewals, waits]).toEqual([[claims], []]);
});

test("a token that is refused again is not asked for a third time", async () => {
  const { context, asked, renewals } = world((one) => batchOf(one, () => ({ status: 401, body: {} })));
  const answers = await sendBatch(context, "readTenant", [read("/a")]);
  expect([answers.map(({ status }) => status), asked.length, renewals]).toEqual([[401], 2, [undefined]]);
});
