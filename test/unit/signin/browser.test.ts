import { expect, test } from "vitest";
import type { SignInAttempt } from "../../../src/errors.ts";
import type { RetryingFetch } from "../../../src/http/retry.ts";
import { EXAMPLE } from "../../../src/sandbox/index.ts";
import { signInWithBrowser } from "../../../src/signin/browser.ts";
import { GRAPH_COMMAND_LINE_TOOLS } from "../../../src/signin/cloud.ts";
import { browse } from "../../support/browser.ts";
import { type TestTenant, testTenant } from "../../support/run.ts";

const ASKED: SignInAttempt = {
  way: "browser",
  tenant: EXAMPLE.tenantId,
  clientId: GRAPH_COMMAND_LINE_TOOLS,
  cloud: "global",
  scopes: ["User.Read", "Application.Read.All"],
};

/** The sandbox at Microsoft's hosts, and this machine's loopback interface. */
function network({ fetch: answer }: TestTenant): RetryingFetch {
  return (request) => (request.url.startsWith("http://localhost") ? fetch(request) : answer(request));
}

function signIn(tenant: TestTenant, onPage: (url: string) => void, signal = new AbortController().signal) {
  return signInWithBrowser({
    fetch: network(tenant),
    clock: tenant.clock,
    asked: ASKED,
    onPage,
    signal,
    pages: { done: "<p>done</p>", failed: "<p>failed</p>" },
  });
}

/** The loopback address that a page sends its answer to. */
const answersTo = (page: string) => new URL(page).searchParams.get("redirect_uri") ?? "";

test("signs in, shows that it did, and gets further tokens without the browser", async () => {
  const tenant = testTenant();
  let shown: Promise<string> | undefined;
  const source = await signIn(tenant, (page) => {
    shown = browse(tenant.fetch, page);
  });
  expect(source.account).toMatchObject({
    way: "browser",
    tenantId: EXAMPLE.tenantId,
    clientId: GRAPH_COMMAND_LINE_TOOLS,
    scopes: expect.arrayContaining(["User.Read", "Application.Read.All"]) as unknown,
  });
  expect(["<p>done</p>", ""]).toContain(await shown);
  const token = await source.getToken();
  const renewed = await source.renewToken(undefined);
  expect(renewed.reveal()).not.toBe(token.reveal());
  expect(
    (await source.renewToken('{"access_token":{"acrs":{"essential":true,"value":"c1"}}}')).reveal(),
  ).not.toBe(renewed.reveal());
});

test("whoever does not come in time is not waited for, and the port is closed", async () => {
  const tenant = testTenant();
  let page = "";
  const signingIn = signInWithBrowser({
    fetch: network(tenant),
    clock: tenant.clock,
    asked: ASKED,
    onPage: (url) => {
      page = url;
    },
    signal: new AbortController().signal,
    limitMs: 1000,
    pages: { done: "<p>done</p>", failed: "<p>failed</p>" },
  });
  await expect(signingIn).rejects.toMatchObject({ code: "SIGN_IN_FAILED", facts: { problem: "expired" } });
  const isClosed = () =>
    fetch(answersTo(page)).then(
      () => false,
      () => true,
    );
  await expect.poll(isClosed).toBe(true);
});

test("a session that was withdrawn is said, and no page opens in the middle of work", async () => {
  const tenant = testTenant();
  const pages: string[] = [];
  const source = await signIn(tenant, (page) => {
    pages.push(page);
    void browse(tenant.fetch, page);
  });
  tenant.behaviour.refresh = "sessionRevoked";
  await expect(source.renewToken(undefined)).rejects.toMatchObject({
    code: "SIGN_IN_FAILED",
    facts: { problem: "sessionExpired", aadsts: "AADSTS50173" },
  });
  expect(pages).toHaveLength(1);
});

test("a refusal that comes back through the browser keeps its number", async () => {
  const tenant = testTenant({ browser: "consentDeclined" });
  const refused = signIn(tenant, (page) => void browse(tenant.fetch, page));
  await expect(refused).rejects.toMatchObject({
    facts: { problem: "consentDeclined", aadsts: "AADSTS65004" },
  });
});

test("giving up is answered at once, and the loopback port is closed", async () => {
  const tenant = testTenant({ browser: "abandoned" });
  const leaving = new AbortController();
  let page = "";
  const given = signIn(
    tenant,
    (url) => {
      page = url;
      setImmediate(() => leaving.abort(new Error("given up")));
    },
    leaving.signal,
  );
  await expect(given).rejects.toThrow("given up");
  const isClosed = () =>
    fetch(answersTo(page)).then(
      () => false,
      () => true,
    );
  await expect.poll(isClosed).toBe(true);
});
