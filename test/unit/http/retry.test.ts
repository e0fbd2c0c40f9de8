import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { type RepeatPolicy, retrying, type Wait } from "../../../src/http/retry.ts";
import type { Clock, Fetch } from "../../../src/ports/index.ts";

type Step = Response | Error | "hang";

function failure(code: string, more: object = {}): Error {
  return Object.assign(new Error(code), { code, ...more });
}

function answer(status: number, headers: Record<string, string> = {}): Response {
  return new Response(status === 204 ? null : `status ${status}`, { status, headers });
}

/** A server that answers with one step after the other, and the last one for ever. */
function script(...steps: Step[]) {
  const seen: { method: string; url: string; body: string }[] = [];
  const fetch: Fetch = async (request) => {
    seen.push({ method: request.method, url: request.url, body: await request.text() });
    const step = steps.length > 1 ? steps.shift() : steps[0];
    if (step === "hang") return new Promise<never>(() => undefined);
    if (step instanceof Response) return step.clone();
    throw step;
  };
  return { fetch, seen };
}

function harness(...steps: Step[]) {
  const server = script(...steps);
  const waits: Wait[] = [];
  const clock: Clock = {
    now: () => new Date("2026-03-01T12:00:00Z"),
    sleep: async (_, signal) => signal?.throwIfAborted(),
  };
  const send = (
    policy: RepeatPolicy,
    init: RequestInit = {},
    options: { repeats?: number; attemptMs?: number } = {},
  ) =>
    retrying(server.fetch, { clock, random: () => 0, onWait: (wait) => waits.push(wait), ...options })(
      new Request("https://graph.example:8443/v1.0/me?x=1", init),
      policy,
    );
  return { ...server, waits, send };
}

describe("always", () => {
  test.each([429, 502, 503, 504])("repeats after %i", async (status) => {
    const { send, waits, seen } = harness(answer(status, { "retry-after": "3" }), answer(200));
    expect((await send("always")).status).toBe(200);
    expect(seen).toHaveLength(2);
    expect(waits).toEqual([
      {
        ms: 3000,
        reason: status === 429 ? "throttled" : "unavailable",
        host: "graph.example:8443",
        attempt: 1,
      },
    ]);
  });

  test.each(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "UND_ERR_SOCKET"])(
    "repeats after %s",
    async (code) => {
      const { send, waits } = harness(failure(code), answer(200));
      expect((await send("always")).status).toBe(200);
      expect(waits).toEqual([{ ms: 1000, reason: "unreachable", host: "graph.example:8443", attempt: 1 }]);
    },
  );

  test.each(["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CERT_HAS_EXPIRED", "ERR_BODY_TOO_LARGE"])(
    "does not repeat after %s",
    async (code) => {
      const { send, seen } = harness(failure(code));
      await expect(send("always")).rejects.toMatchObject({ code });
      expect(seen).toHaveLength(1);
    },
  );

  test.each([200, 204, 301, 400, 401, 403, 404, 407, 409, 500])("takes %i as it is", async (status) => {
    const { send, seen } = harness(answer(status));
    expect((await send("always")).status).toBe(status);
    expect(seen).toHaveLength(1);
  });

  test("gives up after five repeats, with the last answer", async () => {
    const { send, seen, waits } = harness(answer(503));
    const response = await send("always");
    expect([response.status, await response.text()]).toEqual([503, "status 503"]);
    expect(seen).toHaveLength(6);
    expect(waits.map((wait) => wait.ms)).toEqual([1000, 2000, 4000, 8000, 16_000]);
  });

  test("gives up after five repeats, with the last error", async () => {
    const { send, seen } = harness(failure("ECONNRESET"));
    await expect(send("always")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(seen).toHaveLength(6);
  });

  test("gives up at once when it is sent away for longer than a minute", async () => {
    const { send, seen, waits } = harness(answer(429, { "retry-after": "3600" }));
    expect((await send("always")).status).toBe(429);
    expect(seen).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  test("reads a date in Retry-After by the server's own clock", async () => {
    const { send, waits } = harness(
      answer(503, { date: "Tue, 05 May 2026 09:00:00 GMT", "retry-after": "Tue, 05 May 2026 09:00:04 GMT" }),
      answer(200),
    );
    await send("always");
    expect(waits[0]?.ms).toBe(4000);
  });

  test("a body is sent whole each time", async () => {
    const { send, seen } = harness(answer(503), failure("ECONNRESET"), answer(204));
    await send("always", { method: "PATCH", body: "ä".repeat(50_000) });
    expect(seen.map((one) => [one.method, one.body.length])).toEqual(
      ["PATCH", "PATCH", "PATCH"].map((method) => [method, 50_000]),
    );
  });

  test("an attempt that never ends counts as a time-out", async () => {
    const { send, seen } = harness("hang", answer(200));
    expect((await send("always", {}, { attemptMs: 20 })).status).toBe(200);
    expect(seen).toHaveLength(2);
  });
});

describe("ifRefused", () => {
  test.each([
    ["429", answer(429)],
    ["ENOTFOUND", failure("ENOTFOUND")],
    ["EAI_AGAIN", failure("EAI_AGAIN", { syscall: "getaddrinfo" })],
    ["ECONNREFUSED", failure("ECONNREFUSED", { syscall: "connect" })],
    ["ETIMEDOUT on connect", failure("ETIMEDOUT", { syscall: "connect" })],
    ["a refusal inside a cause", new TypeError("fetch failed", { cause: failure("ECONNREFUSED") })],
    ["all addresses refused", new AggregateError([failure("ECONNREFUSED", { syscall: "connect" })])],
  ])("repeats what the server cannot have acted on: %s", async (_, step) => {
    const { send, seen } = harness(step, answer(201));
    expect((await send("ifRefused", { method: "POST", body: "{}" })).status).toBe(201);
    expect(seen).toHaveLength(2);
  });

  test.each([
    ["ECONNRESET", failure("ECONNRESET")],
    ["ETIMEDOUT while reading", failure("ETIMEDOUT", { syscall: "read" })],
    ["ETIMEDOUT of unknown origin", failure("ETIMEDOUT")],
    ["a route that vanished in mid-exchange", failure("EHOSTUNREACH", { syscall: "read" })],
    ["something unknown", new Error("?")],
  ])("hands the ambiguous back: %s", async (_, step) => {
    const { send, seen } = harness(step);
    await expect(send("ifRefused", { method: "POST" })).rejects.toBe(step);
    expect(seen).toHaveLength(1);
  });

  test.each([502, 503, 504])("hands %i back", async (status) => {
    const { send, seen } = harness(answer(status));
    expect((await send("ifRefused", { method: "POST" })).status).toBe(status);
    expect(seen).toHaveLength(1);
  });

  test("hands our own time limit back", async () => {
    const { send } = harness("hang");
    await expect(send("ifRefused", {}, { attemptMs: 10 })).rejects.toMatchObject({ name: "TimeoutError" });
  });
});

test("an aborted request is not sent, not repeated, and rejects with the reason", async () => {
  const reason = new AppError("INTERRUPTED", {});
  const before = harness(answer(200));
  await expect(before.send("always", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(before.seen).toHaveLength(0);

  const controller = new AbortController();
  const during = harness("hang");
  const pending = during.send("always", { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 5);
  await expect(pending).rejects.toBe(reason);
  expect(during.seen).toHaveLength(1);
});

test("an abort ends the wait between two attempts", async () => {
  const reason = new AppError("INTERRUPTED", {});
  const controller = new AbortController();
  const server = script(answer(503));
  const clock: Clock = {
    now: () => new Date(),
    sleep: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason as Error));
        controller.abort(reason);
      }),
  };
  const send = retrying(server.fetch, { clock });
  const request = new Request("https://graph.example/", { signal: controller.signal });
  await expect(send(request, "always")).rejects.toBe(reason);
  expect(server.seen).toHaveLength(1);
});
