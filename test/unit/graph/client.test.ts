import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { failure, inOrder, ORIGIN, REFUSED, RESET, world } from "./helpers.ts";

const OK = { status: 200, body: { value: [] } };
const claims = '{"access_token":{}}';
const CHALLENGE = `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;

test("a request carries the token, its own id and what it was given", async () => {
  const { graph, asked } = world(inOrder({ ...OK, headers: { "request-id": "r-1" } }));
  const answer = await graph.send({
    method: "PATCH",
    path: "/applications(uniqueName='a%2Fb')",
    body: { displayName: "x" },
    headers: { Prefer: "create-if-missing" },
  });
  expect(answer).toEqual({
    status: 200,
    body: { value: [] },
    isMalformed: false,
    requestId: "r-1",
    retryAfter: undefined,
  });
  expect(asked[0]).toMatchObject({
    method: "PATCH",
    url: `${ORIGIN}/v1.0/applications(uniqueName='a%2Fb')`,
    body: { displayName: "x" },
  });
  const { headers } = asked[0] ?? { headers: new Headers() };
  expect(headers.get("authorization")).toBe("Bearer first");
  expect(headers.get("prefer")).toBe("create-if-missing");
  expect(headers.get("client-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers.get("content-type")).toContain("application/json");
});

test.each(["GET", "POST", "PATCH", "DELETE"] as const)(
  "%s is sent as it is, also without a body",
  async (method) => {
    const { graph, paths } = world(inOrder({ status: 204 }));
    expect(await graph.send({ method, path: "/x" })).toMatchObject({ status: 204, body: undefined });
    expect(paths()).toEqual([`${method} /x`]);
  },
);

test.each([400, 403, 404, 409, 418])("%i is an answer, not a failure", async (status) => {
  const { graph } = world(inOrder({ status, body: { error: { code: "x" } } }));
  expect(await graph.send({ method: "POST", path: "/x" })).toMatchObject({
    status,
    body: { error: { code: "x" } },
  });
});

test.each([
  ["a page", "<html>log in</html>", true],
  ["half an answer", '{"value":[', true],
  ["nothing", undefined, false],
])("%s instead of JSON is no body", async (_name, body, isMalformed) => {
  const { graph } = world(inOrder({ status: 200, body }));
  expect(await graph.send({ method: "GET", path: "/x" })).toMatchObject({ body: undefined, isMalformed });
});

describe("the token goes nowhere else", () => {
  test("the next page of the same host is read", async () => {
    const { graph, asked } = world(inOrder(OK));
    await graph.send({ method: "GET", path: `${ORIGIN}/v1.0/users?$skiptoken=a%2Fb` });
    expect(asked[0]?.url).toBe(`${ORIGIN}/v1.0/users?$skiptoken=a%2Fb`);
  });

  test.each([
    "https://evil.example/v1.0/users",
    "https://graph.example.evil.example/v1.0/users",
    "https://graph.example@evil.example/v1.0/users",
    "https://graph.example:8443/v1.0/users",
    "https://evil.example/v1.0/https://graph.example/",
  ])("%s is refused unsent", async (path) => {
    const { graph, asked } = world(inOrder(OK));
    const error = await failure(graph.send({ method: "GET", path }));
    expect(error).toMatchObject({ code: "NETWORK", facts: { cause: "FOREIGN_HOST" } });
    expect(asked).toEqual([]);
  });
});

describe("a token that is refused", () => {
  test.each([
    ["with claims", { "www-authenticate": CHALLENGE }, claims],
    ["without", {}, undefined],
  ])("is renewed once, %s", async (_name, headers, wanted) => {
    const { graph, asked, renewals } = world(inOrder({ status: 401, headers }, OK));
    expect((await graph.send({ method: "POST", path: "/x", body: { a: 1 } })).status).toBe(200);
    expect(renewals).toEqual([wanted]);
    expect(asked.map((one) => one.headers.get("authorization"))).toEqual(["Bearer first", "Bearer second"]);
    expect(asked.map((one) => one.body)).toEqual([{ a: 1 }, { a: 1 }]);
  });

  test("and refused again is the answer", async () => {
    const { graph, asked, renewals } = world(inOrder({ status: 401 }, { status: 401 }));
    expect((await graph.send({ method: "GET", path: "/x" })).status).toBe(401);
    expect([asked.length, renewals.length]).toEqual([2, 1]);
  });

  test.each(["getToken", "renewToken"] as const)(
    "the sign-in's own failure stays what it is (%s)",
    async (name) => {
      const problem = new AppError("SIGN_IN_FAILED", {
        problem: "sessionExpired",
        way: "device-code",
        tenant: "t",
        clientId: "c",
        cloud: "global",
        scopes: [],
      });
      const { graph } = world(inOrder({ status: 401 }), {
        tokens: { [name]: () => Promise.reject(problem) },
      });
      expect(await failure(graph.send({ method: "GET", path: "/x" }))).toBe(problem);
    },
  );
});

describe("what the transport repeats", () => {
  test.each([
    ["a throttled write", "POST", { status: 429, headers: { "retry-after": "3" } }, 2],
    ["a write that never arrived", "POST", REFUSED, 2],
    ["a write of unknown fate", "POST", { status: 503 }, 1],
    ["a failing read", "GET", { status: 503 }, 2],
    ["a read cut off", "GET", RESET, 2],
  ] as const)("%s", async (_name, method, first, times) => {
    const { graph, asked } = world((_asked, count) => (count === 1 ? first : OK));
    await graph.send({ method, path: "/x" });
    expect(asked).toHaveLength(times);
  });

  test("a write cut off is a NETWORK failure with its cause", async () => {
    const { graph, asked } = world(inOrder(RESET));
    expect(await failure(graph.send({ method: "POST", path: "/x" }))).toMatchObject({
      code: "NETWORK",
      facts: { host: "graph.example", cause: "ECONNRESET" },
    });
    expect(asked).toHaveLength(1);
  });
});
