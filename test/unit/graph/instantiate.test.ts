import { describe, expect, test } from "vitest";
import {
  type Instantiated,
  type InstantiateRequest,
  instantiateApplication,
} from "../../../src/graph/instantiate.ts";
import type { Behaviour } from "../../../src/sandbox/index.ts";
import { CLOUDS } from "../../../src/signin/cloud.ts";
import { guid } from "../../support/builders.ts";
import { world as tenantWorld } from "../sandbox/helpers.ts";
import { type Asked, failure, graphError, graphOf, inOrder, RESET, world } from "./helpers.ts";

const { nonGalleryTemplateId: TEMPLATE } = CLOUDS.global;
const MARK = "entra-app-registration-empower-scim-app-0a1b2c3d";
const REQUEST: InstantiateRequest = { templateId: TEMPLATE, displayName: "O'Brien", uniqueName: MARK };
const INSTANTIATE = `/applicationTemplates/${TEMPLATE}/instantiate`;

const page = (...value: unknown[]) => ({ status: 200, body: { value } });
const notFound = graphError(404, "Request_ResourceNotFound");

/** What happens to a request to instantiate, before it reaches the tenant or to its answer. */
type Fault = "lost" | "answer lost" | 404 | 429 | 503 | "page instead" | "pair missing" | "500 after";

function answerInstead(fault: Fault): Response {
  switch (fault) {
    case "lost":
    case "answer lost":
      throw RESET;
    case "page instead":
      return new Response("<html>a proxy's page</html>", { status: 200 });
    case "pair missing":
      return Response.json({}, { status: 201 });
    case "500 after":
      return Response.json({ error: { code: "InternalServerError" } }, { status: 500 });
    default:
      return Response.json({ error: { code: "NotFound", message: "" } }, { status: fault });
  }
}

/** A simulated tenant and a Graph client for it; the faults meet the requests to instantiate, in order. */
async function tenantWith(behaviour: Partial<Behaviour> = {}, faults: readonly Fault[] = []) {
  const tenant = tenantWorld(behaviour);
  const { sandbox, clock } = tenant;
  const left = [...faults];
  const paths: string[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    paths.push(`${request.method} ${pathname.replace("/v1.0", "")}`);
    const fault = pathname.endsWith(INSTANTIATE) ? left.shift() : undefined;
    if (fault === undefined) return sandbox.fetch(request);
    if (/after|answer|instead|missing/.test(String(fault))) await sandbox.fetch(request);
    return answerInstead(fault);
  };
  const { context, waits } = graphOf({ fetch, clock }, await tenant.signIn());
  return {
    ...tenant,
    waits,
    sent: () => paths.filter((path) => path === `POST ${INSTANTIATE}`).length,
    paths,
    run: async (more: Partial<InstantiateRequest> = {}) =>
      await instantiateApplication(context, { ...REQUEST, ...more }),
    /** As a run that was killed before it could mark what it made. */
    leave: async (displayName = REQUEST.displayName) => {
      const { body } = await tenant.graph("POST", INSTANTIATE, { displayName });
      return (body["application"] as { id: string }).id;
    },
  };
}

function made(outcome: Instantiated) {
  if (outcome.kind !== "instantiated") throw new Error(`no pair, but ${outcome.kind}`);
  return outcome;
}

test("whoever waits for both halves hears of them before they are marked, once", async () => {
  const { run, sandbox, paths } = await tenantWith();
  const heard: unknown[] = [];
  await run({ onMade: (pair) => void heard.push([pair, paths.at(-1)]) });
  const [{ id: objectId, appId } = {}] = sandbox.state.applications;
  const servicePrincipalId = sandbox.state.servicePrincipals[0]?.id;
  expect(heard).toEqual([[{ objectId, appId, servicePrincipalId }, `POST ${INSTANTIATE}`]]);
});

test("and where the answer was lost, once both were read", async () => {
  const { run, sandbox } = await tenantWith({}, ["answer lost"]);
  const heard: unknown[] = [];
  await run({ onMade: (pair) => void heard.push(pair) });
  const [{ id: objectId, appId } = {}] = sandbox.state.applications;
  expect(heard).toEqual([{ objectId, appId, servicePrincipalId: sandbox.state.servicePrincipals[0]?.id }]);
});

test("a pair is made, marked at once, and given as reads show it", async () => {
  const { run, sandbox, paths, sent } = await tenantWith();
  const { application, servicePrincipal, surplus } = made(await run());
  const [stored] = sandbox.state.applications;
  expect(application).toMatchObject({
    objectId: stored?.id,
    appId: stored?.appId,
    displayName: "O'Brien",
    uniqueName: MARK,
    tags: [MARK],
    // The answer to the request does not have this.
    web: { implicitGrantSettings: { enableIdTokenIssuance: true } },
  });
  expect(servicePrincipal).toMatchObject({
    id: sandbox.state.servicePrincipals[0]?.id,
    appId: stored?.appId,
    tags: expect.arrayContaining(["WindowsAzureActiveDirectoryIntegratedApp"]),
  });
  expect([surplus, sent()]).toEqual([[], 1]);
  const post = paths.indexOf(`POST ${INSTANTIATE}`);
  expect(paths[post + 1]).toBe(`PATCH /applications/${stored?.id}`);
});

describe("one pair is made, although", () => {
  test.each<[string, Partial<Behaviour>, readonly Fault[], number]>([
    ["404 is answered although it was made", { instantiate: "notFoundAlthoughCreated" }, [], 1],
    ["the list shows it late, too", { instantiate: "notFoundAlthoughCreated", indexDelayMs: 20_000 }, [], 1],
    [
      "it becomes visible late, too",
      { instantiate: "notFoundAlthoughCreated", visibilityDelayMs: 20_000 },
      [],
      1,
    ],
    ["the answer is lost", {}, ["answer lost"], 1],
    ["the answer is lost and the list late", { indexDelayMs: 20_000 }, ["answer lost"], 1],
    ["a page comes instead of the answer", {}, ["page instead"], 1],
    ["the answer lacks the pair", {}, ["pair missing"], 1],
    ["the service fails after it", {}, ["500 after"], 1],
    ["the request is lost", {}, ["lost"], 2],
    ["the service is busy", {}, [429], 2],
    ["the service is down", {}, [503], 2],
    ["the service is down for longer", {}, [503, 503, "lost"], 4],
    ["404 means what it says, once", {}, [404], 2],
  ])("%s", async (_name, behaviour, faults, sent) => {
    const tenant = await tenantWith(behaviour, faults);
    const { application, servicePrincipal, surplus } = made(await tenant.run());
    const { applications, servicePrincipals } = tenant.sandbox.state;
    expect([applications.length, servicePrincipals.length, tenant.sent()]).toEqual([1, 1, sent]);
    expect(application).toMatchObject({ objectId: applications[0]?.id, uniqueName: MARK, tags: [MARK] });
    expect(servicePrincipal.id).toBe(servicePrincipals[0]?.id);
    expect(surplus).toEqual([]);
  });
});

test("both halves are waited for, by reads that agree", async () => {
  const { run, waits, clock, paths } = await tenantWith({ visibilityDelayMs: 15_000 });
  const start = clock.now().getTime();
  const { application } = made(await run());
  // The service principal shows after 30 seconds.
  expect(clock.now().getTime() - start).toBeGreaterThan(30_000);
  expect(waits.every(({ reason }) => reason === "replication")).toBe(true);
  const reads = paths.filter((path) => path === `GET /servicePrincipals(appId='${application.appId}')`);
  expect(reads.length).toBeGreaterThanOrEqual(3);
});

test("an attempt that was sent again although it had worked leaves a surplus, which is named", async () => {
  // The list shows it only after the reads have agreed that there is none.
  const { run, sandbox, sent } = await tenantWith({ indexDelayMs: 40_000 }, ["answer lost"]);
  const { application, surplus } = made(await run());
  const [first, second] = sandbox.state.applications;
  expect([sent(), sandbox.state.applications.length]).toEqual([2, 2]);
  expect([first?.uniqueName, second?.uniqueName]).toEqual([null, MARK]);
  expect(application.objectId).toBe(second?.id);
  expect(surplus.map(({ objectId }) => objectId)).toEqual([first?.id]);
});

describe("one that was left behind", () => {
  test.each([
    ["", 0],
    [", by a clock that is ahead", 120_000],
  ])("is taken over where the journal knows that it was about to be made%s", async (_name, aheadMs) => {
    const tenant = await tenantWith({ indexDelayMs: 20_000 });
    const intendedAt = new Date(tenant.clock.now().getTime() + aheadMs);
    const id = await tenant.leave();
    const { application } = made(await tenant.run({ intendedAt }));
    expect(application).toMatchObject({ objectId: id, uniqueName: MARK, tags: [MARK] });
    expect([tenant.sent(), tenant.sandbox.state.applications.length]).toEqual([0, 1]);
  });

  test("is not looked for in vain for ever", async () => {
    const tenant = await tenantWith();
    made(await tenant.run({ intendedAt: tenant.clock.now() }));
    expect(tenant.sent()).toBe(1);
  });

  test.each<[string, (tenant: Awaited<ReturnType<typeof tenantWith>>) => Promise<Date | undefined>]>([
    [
      "no journal knows of it",
      async (tenant) => {
        await tenant.leave();
        return undefined;
      },
    ],
    [
      "it is older than the journal's intent",
      async (tenant) => {
        await tenant.leave();
        tenant.clock.move(600_000);
        return tenant.clock.now();
      },
    ],
    [
      "there are two of them",
      async (tenant) => {
        await tenant.leave();
        await tenant.leave();
        return tenant.clock.now();
      },
    ],
  ])("is asked about where %s", async (_name, prepare) => {
    const tenant = await tenantWith();
    const intendedAt = await prepare(tenant);
    const before = structuredClone(tenant.sandbox.state.applications);
    const outcome = await tenant.run({ intendedAt });
    expect(outcome).toMatchObject({
      kind: "namesakes",
      applications: before.map(({ id }) => ({ objectId: id })),
    });
    expect(tenant.sent()).toBe(0);
    expect(tenant.sandbox.state.applications).toEqual(before);
  });

  test("and is another, as a person said, is left alone", async () => {
    const tenant = await tenantWith({ instantiate: "notFoundAlthoughCreated" });
    const other = await leaveQuietly(tenant);
    const { application } = made(await tenant.run({ others: [other] }));
    expect(application.objectId).not.toBe(other);
    expect(tenant.sandbox.state.applications[0]).toMatchObject({ id: other, uniqueName: null, tags: [] });
  });

  async function leaveQuietly(tenant: Awaited<ReturnType<typeof tenantWith>>): Promise<string> {
    tenant.sandbox.behaviour.instantiate = "works";
    const id = await tenant.leave();
    tenant.sandbox.behaviour.instantiate = "notFoundAlthoughCreated";
    return id;
  }
});

test("applications of another name, without a template, or with a mark do not count", async () => {
  const tenant = await tenantWith();
  await tenant.leave("o'brien");
  await tenant.graph("POST", "/applications", { displayName: "O'Brien" });
  const id = await tenant.leave();
  await tenant.graph("PATCH", `/applications/${id}`, { tags: [MARK.replace("0a1b2c3d", "11111111")] });
  const named = await tenant.leave();
  await tenant.graph("PATCH", `/applications/${named}`, { uniqueName: "somebody-else's" });
  const { application } = made(await tenant.run());
  expect(tenant.sandbox.state.applications).toHaveLength(5);
  expect(tenant.sandbox.state.applications.at(-1)?.id).toBe(application.objectId);
});

describe("nothing is made where", () => {
  test("the unique name is taken", async () => {
    const tenant = await tenantWith();
    await tenant.graph("POST", "/applications", { displayName: "x", uniqueName: MARK });
    expect(await failure(tenant.run())).toMatchObject({ code: "CHANGED_MEANWHILE" });
    expect(tenant.sent()).toBe(0);
  });

  test("a deleted application holds it", async () => {
    const tenant = await tenantWith();
    const { body } = await tenant.graph("POST", "/applications", { displayName: "Old", uniqueName: MARK });
    await tenant.graph("DELETE", `/applications/${String(body["id"])}`);
    expect(await failure(tenant.run())).toMatchObject({
      code: "SOFT_DELETED",
      facts: { displayName: "Old", objectId: body["id"] },
    });
    expect(tenant.sent()).toBe(0);
  });

  test("the person may not", async () => {
    const tenant = await tenantWith({ persona: "applicationDeveloper" });
    expect(await failure(tenant.run())).toMatchObject({
      code: "GRAPH_FORBIDDEN",
      facts: { action: "instantiateApplication" },
    });
    expect(tenant.sent()).toBe(1);
  });

  test("the cloud has no such template", async () => {
    const tenant = await tenantWith();
    const error = await failure(tenant.run({ templateId: CLOUDS.china.nonGalleryTemplateId }));
    expect(error).toMatchObject({ code: "GRAPH_REFUSED", facts: { status: 404 } });
    expect(tenant.paths.filter((path) => path.startsWith("POST"))).toHaveLength(2);
    expect(tenant.sandbox.state.applications).toEqual([]);
  });

  test("the service stays down", async () => {
    const tenant = await tenantWith({}, Array<Fault>(9).fill(503));
    expect(await failure(tenant.run())).toMatchObject({ code: "GRAPH_UNAVAILABLE", facts: { status: 503 } });
    expect(tenant.sandbox.state.applications).toEqual([]);
  });
});

describe("an answer that says a pair was made and shows none", () => {
  test("is never answered by a second request", async () => {
    const { context, asked } = world((one) => {
      if (one.method === "POST") return { status: 201, body: { application: { id: 1 } } };
      return one.path.includes("(uniqueName=") ? notFound : page();
    });
    expect(await failure(instantiateApplication(context, REQUEST))).toMatchObject({
      code: "GRAPH_UNAVAILABLE",
      facts: { status: 201 },
    });
    expect(asked.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  test("nor is anything sent where the list cannot be read", async () => {
    const { context, asked } = world(inOrder(notFound, page(), { status: 200, body: { value: "none" } }));
    expect(await failure(instantiateApplication(context, REQUEST))).toMatchObject({
      code: "GRAPH_UNAVAILABLE",
    });
    expect(asked.every(({ method }) => method === "GET")).toBe(true);
    expect(asked[2]?.path).toContain(
      `$filter=applicationTemplateId eq '${TEMPLATE}' and displayName eq 'O''Brien'`,
    );
  });
});

describe("a pair by answers of Graph's servers", () => {
  const bare = { id: guid(1), appId: guid(2), displayName: "O'Brien", tags: ["a"] };
  const marked = { ...bare, uniqueName: MARK, tags: ["a", MARK] };
  const principal = { id: guid(3), appId: guid(2) };

  /** The reads of both halves in turn; the last ones stay. */
  function servers(applications: object[], principals: (object | undefined)[], listed: object[] = []) {
    let lists = 0;
    return world(({ method, path }) => {
      if (method === "POST") {
        return listed.length > 0 ? notFound : { status: 201, body: { application: bare } };
      }
      if (method === "PATCH") return { status: 204 };
      if (path.startsWith("/applications?")) {
        lists += 1;
        return lists === 1 ? page() : page(...listed);
      }
      if (path.startsWith("/applications/")) {
        return { status: 200, body: applications.length > 1 ? applications.shift() : applications[0] };
      }
      if (path.startsWith("/servicePrincipals")) {
        const body = principals.length > 1 ? principals.shift() : principals[0];
        return body ? { status: 200, body } : notFound;
      }
      return path.includes("(") ? notFound : page();
    });
  }
  const readsOf = (asked: readonly Asked[]) =>
    asked.filter(({ path }) => path.startsWith("/servicePrincipals")).length;

  test.each<[string, object[], (object | undefined)[], number]>([
    ["at once", [marked], [principal], 1],
    ["at once, where the read was faster than the mark", [bare], [principal], 1],
    ["later, when two reads agree", [marked], [undefined, undefined, principal], 4],
    ["by one server first", [marked], [undefined, principal, undefined, principal], 5],
    ["without its mark at first", [bare, bare, marked], [undefined, principal], 4],
  ])("is given as it shows: %s", async (_name, applications, principals, reads) => {
    const { context, asked } = servers([...applications], [...principals]);
    const { application, servicePrincipal } = made(await instantiateApplication(context, REQUEST));
    expect([application.uniqueName, servicePrincipal.id]).toEqual([MARK, guid(3)]);
    expect(readsOf(asked)).toBe(reads);
  });

  test("that was made twice is the older one", async () => {
    const older = { ...bare, id: guid(8), createdDateTime: "2026-03-01T11:00:00Z" };
    const newer = { ...bare, id: guid(9), createdDateTime: "2026-03-01T11:00:01Z" };
    const { context, asked } = servers([marked], [principal], [newer, older]);
    await instantiateApplication(context, REQUEST);
    const patched = asked.filter(({ method }) => method === "PATCH");
    expect(patched.map(({ path, body }) => [path, body])).toEqual([
      [`/applications/${guid(8)}`, { uniqueName: MARK, tags: ["a", MARK] }],
    ]);
  });

  test("whose service principal never shows ends the wait, after the mark", async () => {
    const { context, asked, clock } = servers([marked], [undefined]);
    const start = clock.now().getTime();
    expect(await failure(instantiateApplication(context, REQUEST))).toMatchObject({
      code: "NOT_REPLICATED",
      facts: { action: "instantiateApplication" },
    });
    expect(clock.now().getTime() - start).toBeGreaterThan(120_000);
    expect(asked.filter(({ method }) => method === "PATCH").map(({ body }) => body)).toEqual([
      { uniqueName: MARK, tags: ["a", MARK] },
    ]);
  });
});
