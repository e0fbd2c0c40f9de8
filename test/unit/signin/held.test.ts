import { describe, expect, test } from "vitest";
import { EXAMPLE } from "../../../src/sandbox/index.ts";
import { Secret } from "../../../src/secret.ts";
import { GRAPH_COMMAND_LINE_TOOLS } from "../../../src/signin/cloud.ts";
import { signInWithDeviceCode } from "../../../src/signin/device-code.ts";
import { holding } from "../../../src/signin/held.ts";
import { testTenant } from "../../support/run.ts";

type Body = Record<string, unknown>;

/** What a token answer may look like, and still hold a token that is good. */
const ANSWERS: Record<string, (body: Body) => Body> = {
  "scopes written without their resource, and nothing to renew with": ({
    refresh_token: _gone,
    ...body
  }) => ({
    ...body,
    scope: String(body["scope"]).replaceAll("https://graph.microsoft.com/", ""),
  }),
  "fewer scopes than were asked for, and nothing to renew with": ({ refresh_token: _gone, ...body }) => ({
    ...body,
    scope: "https://graph.microsoft.com/Application.Read.All",
  }),
  "a short life, and nothing to renew with": ({ refresh_token: _gone, ...body }) => ({
    ...body,
    expires_in: 200,
  }),
  "nothing about the account": ({ id_token: _id, client_info: _info, refresh_token: _gone, ...body }) => body,
};

describe("the token of a device code is used for as long as it is good", () => {
  test.each(Object.entries(ANSWERS))("%s", async (_name, change) => {
    const tenant = testTenant();
    let tokens = 0;
    const source = await signInWithDeviceCode({
      fetch: async (request) => {
        const answer = await tenant.fetch(request);
        if (!new URL(request.url).pathname.endsWith("/token") || !answer.ok) return answer;
        tokens += 1;
        return Response.json(change((await answer.json()) as Body));
      },
      clock: tenant.clock,
      signal: new AbortController().signal,
      onCode: () => undefined,
      asked: {
        way: "device-code",
        tenant: EXAMPLE.tenantId,
        clientId: GRAPH_COMMAND_LINE_TOOLS,
        cloud: "global",
        scopes: ["User.Read", "Application.Read.All"],
      },
    });
    const first = (await source.getToken()).reveal();
    expect((await source.getToken()).reveal()).toBe(first);
    expect([source.account.username, tokens]).toEqual([expect.stringContaining("@"), 1]);
  });
});

test("a token is renewed a minute before it ends, and at once where a challenge came", async () => {
  let now = Date.parse("2026-11-21T12:00:00Z");
  const clock = { now: () => new Date(now), sleep: async () => undefined };
  const asked: (string | undefined)[] = [];
  const get = holding(
    clock,
    { token: new Secret("first"), endsAt: new Date(now + 300_000) },
    async (claims) => {
      asked.push(claims);
      return { token: new Secret(`new-${asked.length}`), endsAt: new Date(now + 3_600_000) };
    },
  );
  expect([(await get()).reveal(), asked]).toEqual(["first", []]);
  now += 250_000;
  expect([(await get()).reveal(), (await get()).reveal()]).toEqual(["new-1", "new-1"]);
  expect([(await get("{}")).reveal(), (await get()).reveal(), asked]).toEqual([
    "new-2",
    "new-2",
    [undefined, "{}"],
  ]);
});

test("without a date of its end the token in hand is not trusted", async () => {
  const clock = { now: () => new Date(), sleep: async () => undefined };
  const get = holding(clock, { token: new Secret("old"), endsAt: undefined }, async () => ({
    token: new Secret("new"),
    endsAt: undefined,
  }));
  expect((await get()).reveal()).toBe("new");
});
