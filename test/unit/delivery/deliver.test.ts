import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { deliver } from "../../../src/delivery/deliver.ts";
import { readForm } from "../../../src/delivery/form.ts";
import type { ServiceProfile } from "../../../src/delivery/profile.ts";
import { Secret } from "../../../src/secret.ts";
import { fakePorts } from "../../support/fake-ports.ts";
import { failure, page, type SnapPassOptions, snapPass } from "./snappass.ts";

const WEEK = 604_800;
const SECRET = "xY8Q~a+b&c=d%41 e~ü'\"<\\";

async function open(options: SnapPassOptions) {
  // The form is read without the fault: it belongs to what comes after.
  let armed = false;
  const server = snapPass({ ...options, twist: (...seen) => (armed ? options.twist?.(...seen) : undefined) });
  const ports = fakePorts(server);
  const profile = await readForm(ports, server.service);
  server.requests.length = 0;
  armed = true;
  const send = (more: Partial<ServiceProfile> = {}) =>
    deliver(ports, { ...profile, ...more }, new Secret(SECRET), WEEK);
  return { server, ports, profile, send };
}

test("one POST and one look give a link whose end is known", async () => {
  const { server, ports, send } = await open({});
  const delivered = await send();
  expect(delivered.link.reveal()).toMatch(/^https:\/\/pass\.example\/snappass[0-9a-f]{32}~A{42}0%3D$/);
  expect([delivered.storedAt, delivered.lifetimeSeconds]).toEqual([ports.clock.now(), WEEK]);
  expect(delivered.expiresAt.toISOString()).toBe("2026-03-08T12:00:00.000Z");
  expect([...server.stored.values()]).toEqual([SECRET]);
  expect(server.requests.map((one) => [one.method, one.accept])).toEqual([
    ["POST", "application/json"],
    ["HEAD", "text/html"],
  ]);
  expect(server.requests[1]?.path).toMatch(/^\/snappass[0-9a-f]{32}$/);
});

test("the link does not print", async () => {
  const { send } = await open({});
  const delivered = await send();
  expect(inspect(delivered, { depth: null, showHidden: true }) + JSON.stringify(delivered)).not.toContain(
    "AAAA",
  );
});

test("an old server answers with a page, and its links are left alone", async () => {
  const { server, send } = await open({ json: false, burnsOnGet: true, lifetimes: ["Week", "Day"] });
  const delivered = await send();
  expect(delivered.link.reveal()).toContain("snappass");
  expect(server.requests.map((one) => one.method)).toEqual(["POST"]);
});

test("a server without JSON that offers two weeks is looked at", async () => {
  const { server, send } = await open({ json: false });
  await send();
  expect(server.requests.map((one) => one.method)).toEqual(["POST", "HEAD"]);
});

test("an answer in JSON proves a version whose links may be looked at", async () => {
  const { server, send } = await open({ lifetimes: ["Week"] });
  await send();
  expect(server.requests.map((one) => one.method)).toEqual(["POST", "HEAD"]);
});

test("a service under a path keeps it", async () => {
  const { server, send } = await open({ prefix: "/tools/snap/" });
  expect((await send()).link.reveal()).toContain("https://pass.example/tools/snap/snappass");
  expect(server.requests.map((one) => one.path.startsWith("/tools/snap/"))).toEqual([true, true]);
});

test("loopback may do without TLS", async () => {
  const { send } = await open({ origin: "http://127.0.0.1:5000" });
  expect((await send()).link.reveal()).toMatch(/^http:\/\/127\.0\.0\.1:5000\//);
});

describe("a link that cannot be trusted", () => {
  const swap = (pattern: RegExp | string, by: string) => (link: string) => link.replace(pattern, by);

  test.each<[string, (link: string) => string, string]>([
    ["plain http", swap("https:", "http:"), "untrustedLink"],
    ["another host", swap("pass.example", "evil.example"), "untrustedLink"],
    ["another port", swap("pass.example", "pass.example:8443"), "untrustedLink"],
    ["a host that only begins alike", swap("pass.example", "pass.example.evil.org"), "untrustedLink"],
    ["an internal address", swap("pass.example", "127.0.0.1:5000"), "untrustedLink"],
    ["credentials", swap("https://", "https://pass.example@"), "untrustedLink"],
    [
      "credentials before another host",
      swap("https://pass.example", "https://pass.example@evil.org"),
      "untrustedLink",
    ],
    ["a query", (link) => `${link}?x=1`, "untrustedLink"],
    ["an empty query", (link) => `${link}?`, "untrustedLink"],
    ["a fragment", (link) => `${link}#x`, "untrustedLink"],
    ["another path", swap("/snappass", "/other/snappass"), "untrustedLink"],
    ["a way out of the path", swap("/snappass", "/../snappass"), "untrustedLink"],
    ["cut short", (link) => link.slice(0, -10), "untrustedLink"],
    ["the last sign missing", (link) => link.replace("%3D", ""), "untrustedLink"],
    ["something after it", (link) => `${link}x`, "untrustedLink"],
    ["a line end in it", swap("~", "~\n"), "untrustedLink"],
    ["a backslash", swap("https://pass.example/", "https:\\\\pass.example\\"), "untrustedLink"],
    ["no URL", () => "see below", "untrustedLink"],
    ["a script", () => "javascript:alert(1)", "untrustedLink"],
    ["nothing", () => "", "unknownService"],
    ["no key in it", (link) => link.replace(/~.*/, ""), "unencrypted"],
  ])("%s", async (_, link, reason) => {
    const { server, send } = await open({ link });
    await expect(send()).rejects.toMatchObject({ code: "ONE_TIME_PASSWORD_UNUSABLE", facts: { reason } });
    expect(server.requests.map((one) => one.method)).toEqual(["POST"]);
  });

  test.each([
    ["raw signs", (link: string): string => link.replace("%3D", "=")],
    ["a quoted tilde", (link: string): string => link.replace("~", "%7E")],
    ["a prefix of its own", (link: string): string => link.replace("snappass", "my.app-1_")],
    ["no prefix", (link: string): string => link.replace("snappass", "")],
  ])("but %s are fine", async (_, link) => {
    const { send } = await open({
      link,
      twist: ({ method }) => (method === "HEAD" ? new Response(null) : undefined),
    });
    await expect(send()).resolves.toBeDefined();
  });
});

describe("an answer that is none", () => {
  test.each<[string, () => Response, object]>([
    [
      "a redirect",
      () => new Response(null, { status: 308, headers: { location: "http://pass.example/" } }),
      { reason: "redirects" },
    ],
    ["a redirect on the same host", () => new Response(null, { status: 301 }), { reason: "redirects" }],
    ["400", () => page("", 400), { reason: "failing", detail: "400" }],
    ["413", () => page("", 413), { reason: "failing", detail: "413" }],
    ["500: its store is down", () => page("", 500), { reason: "failing", detail: "500" }],
    ["201", () => Response.json({ link: "x" }, { status: 201 }), { reason: "failing", detail: "201" }],
    ["the form again", () => page('<option value="Two Weeks">'), { reason: "unknownService" }],
    [
      "a log-in page",
      () => page('<input id="user" value="https://pass.example/x">'),
      { reason: "unknownService" },
    ],
    [
      "broken JSON",
      () => new Response('{"link":"https', { headers: { "content-type": "application/json" } }),
      { reason: "unknownService" },
    ],
    ["JSON without a link", () => Response.json([]), { reason: "unknownService" }],
    ["JSON null", () => Response.json(null), { reason: "unknownService" }],
    ["a link that is no text", () => Response.json({ link: 7, ttl: WEEK }), { reason: "unknownService" }],
    ["an answer without end", () => page("x".repeat(70_000)), { reason: "unknownService" }],
  ])("%s", async (_, response, facts) => {
    const { server, send } = await open({
      twist: ({ method }) => (method === "POST" ? response() : undefined),
    });
    await expect(send()).rejects.toMatchObject({ facts: { service: "https://pass.example", ...facts } });
    expect(server.requests).toHaveLength(1);
  });

  test.each([3600, "604800", null, undefined])("a life time of %j instead of a week", async (ttl) => {
    const { send } = await open({ ttl: () => ttl });
    await expect(send()).rejects.toMatchObject({ facts: { reason: "wrongLifetime" } });
  });

  test("a life time it does not offer is not asked for", async () => {
    const { server, send } = await open({ lifetimes: ["Day"] });
    await expect(send()).rejects.toMatchObject({ facts: { reason: "wrongLifetime" } });
    expect(server.requests).toEqual([]);
  });
});

describe("failures on the way", () => {
  test.each(["ECONNRESET", "ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT"])(
    "a value stored twice is harmless, so %s is tried again",
    async (code) => {
      const { server, send } = await open({ twist: (_, count) => (count === 1 ? failure(code) : undefined) });
      await expect(send()).resolves.toBeDefined();
      expect(server.requests.map((one) => one.method)).toEqual(["POST", "POST", "HEAD"]);
    },
  );

  test("three tries, then it is unreachable", async () => {
    const { server, send } = await open({ twist: () => failure("ECONNRESET") });
    await expect(send()).rejects.toMatchObject({ facts: { reason: "unreachable", detail: "ECONNRESET" } });
    expect(server.requests).toHaveLength(3);
  });

  test("a look that fails on the way is taken again, and is not an answer", async () => {
    const { server, send } = await open({
      twist: ({ method }, count) => (method === "HEAD" && count < 4 ? failure("ECONNRESET") : undefined),
    });
    await expect(send()).resolves.toBeDefined();
    expect(server.requests.map((one) => one.method)).toEqual(["POST", "HEAD", "HEAD", "HEAD"]);
  });

  test.each<[number, object]>([
    [404, { reason: "notStored" }],
    [500, { reason: "failing", detail: "500" }],
    [302, { reason: "redirects" }],
  ])("a look answered with %i", async (status, facts) => {
    const { send } = await open({
      twist: ({ method }) => (method === "HEAD" ? new Response(null, { status }) : undefined),
    });
    await expect(send()).rejects.toMatchObject({ facts });
  });

  test("a firewall that does not let HEAD through proves nothing either way", async () => {
    const { send } = await open({
      twist: ({ method }) => (method === "HEAD" ? new Response(null, { status: 405 }) : undefined),
    });
    await expect(send()).resolves.toBeDefined();
  });

  test("an interruption is passed on as it is", async () => {
    const { ports, profile } = await open({});
    const reason = new Error("stop");
    const options = { signal: AbortSignal.abort(reason) };
    await expect(deliver(ports, profile, new Secret(SECRET), WEEK, options)).rejects.toBe(reason);
  });
});

test("no failure carries the secret, its link or a request", async () => {
  const twists: SnapPassOptions[] = [
    { link: (link) => link.replace("https", "http") },
    { link: (link) => link.slice(0, -1) },
    { twist: () => Object.assign(failure("ECONNRESET"), { request: { body: `password=${SECRET}` } }) },
    { twist: ({ body }) => page(body, 500) },
    { twist: ({ method }) => (method === "HEAD" ? new Response(null, { status: 404 }) : undefined) },
  ];
  for (const twist of twists) {
    const { send } = await open(twist);
    const error: unknown = await send().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ONE_TIME_PASSWORD_UNUSABLE" });
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/xY8Q|AAAA|snappass|password=/);
  }
});
