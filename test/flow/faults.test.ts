import { describe, expect, test } from "vitest";
import type { Fetch } from "../../src/ports/index.ts";
import { COMPLETE, census, runInProcess, tally, testTenant, UNATTENDED } from "../support/run.ts";

/** What can happen to one request; `dead` ones stay so for the rest of the run, as a kill would. */
const FAULTS: Readonly<Record<string, { acts: boolean; dead?: true; answer?: () => Response }>> = {
  "429": { acts: false, answer: () => answer(429, "{}", { "retry-after": "1" }) },
  "503": { acts: false, answer: () => answer(503, "{}", { "retry-after": "2" }) },
  "503 after it acted": { acts: true, answer: () => answer(503, "") },
  "504 after it acted": { acts: true, answer: () => answer(504, "<html>gateway time-out</html>") },
  "reset before it acted": { acts: false },
  "reset after it acted": { acts: true },
  "page of a proxy": { acts: false, answer: () => answer(200, "<html>log in</html>") },
  "truncated answer": { acts: true, answer: () => answer(200, '{"id":"') },
  "expired token": {
    acts: false,
    answer: () => answer(401, '{"error":{"code":"InvalidAuthenticationToken","message":"Expired."}}'),
  },
  "not replicated": {
    acts: false,
    answer: () => answer(404, '{"error":{"code":"Request_ResourceNotFound","message":"does not exist"}}'),
  },
  "dead from before it acted": { acts: false, dead: true },
  "dead from after it acted": { acts: true, dead: true },
};

function answer(status: number, body: string, headers: Record<string, string> = {}): Response {
  const type = body.startsWith("<") ? "text/html" : "application/json";
  return new Response(body, { status, headers: { "content-type": type, ...headers } });
}

/** Names a request by what it does, the same in every run. */
function nameOf({ method, url }: Request): string {
  const { host, pathname } = new URL(url);
  const path = host === "graph.microsoft.com" || host === "login.microsoftonline.com" ? pathname : "/…";
  return `${method} ${host}${path.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "{id}")}`;
}

/** Counts equal requests, so that each has a name of its own. */
function named(onRequest: (name: string, request: Request, fetch: Fetch) => Promise<Response>) {
  const seen = new Map<string, number>();
  return (fetch: Fetch): Fetch =>
    (request) => {
      const name = nameOf(request);
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return onRequest(`${name} #${count}`, request, fetch);
    };
}

async function faultlessRequests(): Promise<string[]> {
  const names: string[] = [];
  const tenant = testTenant({ deviceCodePolls: 1 });
  const run = await runInProcess(UNATTENDED, tenant, {
    through: named((name, request, fetch) => {
      names.push(name);
      return fetch(request);
    }),
  });
  expect(run.exitCode).toBe(0);
  return names;
}

const requests = await faultlessRequests();

describe.each(Object.entries(FAULTS))("%s", (_fault, { acts, dead, answer: faulty }) => {
  test.each(requests)("at %s: the next run ends as if nothing had happened", async (target) => {
    const tenant = testTenant({ deviceCodePolls: 1 });
    let isDead = false;
    const first = await runInProcess(UNATTENDED, tenant, {
      through: named(async (name, request, fetch) => {
        if (isDead) throw reset();
        if (name !== target) return fetch(request);
        if (acts) await fetch(request.clone());
        if (faulty) return faulty();
        isDead = dead === true;
        throw reset();
      }),
    });
    expect(first.stderr).not.toMatch(/This is a bug[\s\S]*/);
    expect([0, 4, 6, 8]).toContain(first.exitCode);
    if (first.exitCode === 0) {
      // The file makes a secret delivered; the mark on the app may be left to the next run, which says so.
      const { delivered, ...rest } = tally(tenant, first);
      expect(COMPLETE).toMatchObject(rest);
      expect(delivered === 1 || /could not be noted/.test(first.stderr)).toBe(true);
    }

    const second = await runInProcess(UNATTENDED, tenant, { folder: first.folder });
    expect(second.stderr).not.toMatch(/✖/);
    expect(second.exitCode).toBe(0);
    expect(census(tenant, second)).toEqual(COMPLETE);
  });
});

describe("a tenant that takes its time", () => {
  test.each([
    ["new objects", { visibilityDelayMs: 15_000 }],
    ["lists", { indexDelayMs: 60_000 }],
    ["secrets in reads", { credentialDelayMs: 60_000 }],
    ["secrets at sign-in", { secretUsableDelayMs: 8000 }],
    ["consent", { consentDelayMs: 8000 }],
    [
      "everything",
      { visibilityDelayMs: 9000, indexDelayMs: 9000, secretUsableDelayMs: 9000, consentDelayMs: 9000 },
    ],
    ["throttling", { throttle: 6, retryAfterSeconds: 3 }],
    ["throttling without a time", { throttle: 4 }],
  ])("%s: waited out, visibly", async (_what, behaviour) => {
    const tenant = testTenant(behaviour);
    const run = await runInProcess(UNATTENDED, tenant);
    expect(run.stderr).not.toMatch(/✖/);
    expect(run.exitCode).toBe(0);
    tenant.clock.advance(120_000);
    expect(census(tenant, run)).toEqual(COMPLETE);
  });
});

function reset(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}
