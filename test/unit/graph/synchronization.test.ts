import { describe, expect, test } from "vitest";
import {
  createJob,
  pauseJob,
  readJob,
  readProvisioning,
  readSchema,
  restartJob,
  startJob,
  writeCredentials,
  writeSchema,
} from "../../../src/graph/synchronization.ts";
import { Secret } from "../../../src/secret.ts";
import { guid } from "../../support/builders.ts";
import { schema } from "../../support/schemas.ts";
import {
  batchOf,
  failure,
  graphError,
  type Handler,
  inOrder,
  methodAndPath,
  RESET,
  type Reply,
  world,
} from "./helpers.ts";

const SP = guid(1);
const OLD = { servicePrincipalId: SP, isNew: false };
const NEW = { servicePrincipalId: SP, isNew: true };
const PATH = `/servicePrincipals/${SP}/synchronization`;
const JOB_ID = "scim.0123456789abcdef0123456789abcdef.x";
const JOB = `${PATH}/jobs/${JOB_ID}`;
const NEVER = "0001-01-01T00:00:00Z";
const TOKEN = 'q"Tok/en+1==';

const FRESH = {
  id: JOB_ID,
  templateId: "scim",
  schedule: { expiration: null, interval: "PT40M", state: "Disabled" },
  status: {
    code: "Paused",
    lastExecution: null,
    lastSuccessfulExecution: null,
    quarantine: null,
    steadyStateFirstAchievedTime: NEVER,
    synchronizedEntryCountByType: [],
  },
};
const ok = (body: unknown): Reply => ({ status: 200, body });
const list = (...value: object[]) => ({ status: 200, body: { value } });
const DONE: Reply = { status: 204 };
const UNKNOWN = graphError(404, "Request_ResourceNotFound");

describe("reading", () => {
  test("job and credentials in one round trip, the schema in one more", async () => {
    const secrets = [
      { key: "BaseAddress", value: "https://scim.example.com" },
      { key: "SecretToken", value: "*" },
      {
        key: "SyncNotificationSettings",
        value:
          '{"Enabled":true,"Recipients":"ops@x.dk","DeleteThresholdEnabled":true,"DeleteThresholdValue":500}',
      },
      { key: "SyncAll", value: "false" },
      { key: "SkipOutOfScopeDeletions", value: "True" },
      { key: "Oauth2ClientSecret", value: "*" },
      { key: "Domain", value: "" },
    ];
    const { context, asked } = world((request, count) =>
      count === 2
        ? ok(schema())
        : batchOf(request, ({ url }) => (url.endsWith("/jobs") ? list(FRESH) : list(...secrets))),
    );
    expect(await readProvisioning(context, SP)).toEqual({
      job: {
        id: JOB_ID,
        templateId: "scim",
        code: "Paused",
        schedule: "Disabled",
        interval: "PT40M",
        lastCycle: undefined,
        lastSuccessfulCycle: undefined,
        steadySince: undefined,
        quarantine: undefined,
        entries: [],
      },
      schema: schema(),
      credentials: {
        tenantUrl: "https://scim.example.com",
        hasToken: true,
        scope: "assigned",
        notification: "ops@x.dk",
        deleteThreshold: 500,
        kept: [{ key: "SkipOutOfScopeDeletions", value: "True" }],
        others: ["Oauth2ClientSecret"],
        hidden: [],
      },
    });
    expect(asked.map(methodAndPath)).toEqual(["POST /$batch", `GET ${JOB}/schema`]);
  });

  test.each<[string, Extract<Reply, { status: number }>]>([
    ["empty lists", list()],
    ["nothing at all", UNKNOWN],
  ])("%s: there is no provisioning", async (_name, answer) => {
    const { context, asked } = world((request) => batchOf(request, () => answer));
    expect(await readProvisioning(context, SP)).toMatchObject({
      job: undefined,
      schema: undefined,
      credentials: { hasToken: false, tenantUrl: undefined, scope: undefined },
    });
    expect(asked).toHaveLength(1);
  });

  test("of several jobs it is the one for SCIM", async () => {
    const { context } = world((request, count) =>
      count === 2
        ? ok(schema())
        : batchOf(request, ({ url }) =>
            url.endsWith("/jobs")
              ? list({ ...FRESH, id: "other", templateId: "customappsso" }, FRESH)
              : list(),
          ),
    );
    expect((await readProvisioning(context, SP)).job?.id).toBe(JOB_ID);
  });

  test("notifications that are off notify nobody; settings that are no JSON are none", async () => {
    const off = '{"Enabled":false,"Recipients":"ops@x.dk","DeleteThresholdEnabled":false}';
    for (const value of [off, "{"]) {
      const saved = list({ key: "SyncNotificationSettings", value }, { key: "SyncAll", value: "True" });
      const { context } = world((request) =>
        batchOf(request, ({ url }) => (url.endsWith("/jobs") ? list() : saved)),
      );
      expect((await readProvisioning(context, SP)).credentials).toMatchObject({
        notification: undefined,
        deleteThreshold: undefined,
        scope: "all",
        hasToken: false,
      });
    }
  });

  test.each<[string, readonly object[], object]>([
    [
      "left out but for the address",
      [{ key: "BaseAddress", value: "https://scim.example.com" }],
      { hasToken: true, scope: undefined, hidden: ["scope", "notification"] },
    ],
    [
      "masked",
      ["SecretToken", "SyncAll", "SyncNotificationSettings"]
        .map((key): object => ({ key, value: "*" }))
        .concat({ key: "BaseAddress", value: "https://scim.example.com" }),
      { hasToken: true, scope: undefined, hidden: ["scope", "notification"] },
    ],
    [
      "with another proof than a token",
      [
        { key: "BaseAddress", value: "https://scim.example.com" },
        { key: "Oauth2ClientSecret", value: "*" },
        { key: "SyncAll", value: "false" },
      ],
      { hasToken: false, scope: "assigned", hidden: ["notification"] },
    ],
    ["cleared", [{ key: "BaseAddress", value: "" }], { hasToken: false, hidden: [] }],
  ])("credentials that are %s", async (_name, secrets, wanted) => {
    const { context } = world((request) =>
      batchOf(request, ({ url }) => (url.endsWith("/jobs") ? list() : list(...secrets))),
    );
    expect((await readProvisioning(context, SP)).credentials).toMatchObject(wanted);
  });

  test("what may not be read is a refusal", async () => {
    const { context } = world((request) =>
      batchOf(request, () => graphError(403, "Authorization_RequestDenied")),
    );
    expect(await failure(readProvisioning(context, SP))).toMatchObject({
      code: "GRAPH_FORBIDDEN",
      facts: { action: "readProvisioning" },
    });
  });

  test("a job in quarantine, with its cycles", async () => {
    const execution = {
      state: "EntryLevelErrors",
      timeBegan: "2026-03-01T10:00:00Z",
      timeEnded: NEVER,
      countImported: 5,
      countEntitled: 4,
      countExported: 3,
      countEscrowed: 1,
      error: { code: "X", message: "Y", tenantActionable: true },
    };
    const quarantine = {
      reason: "EncounteredQuarantineException",
      seriesBegan: "2026-02-01T00:00:00Z",
      currentBegan: "2026-03-01T00:00:00Z",
      nextAttempt: "2026-03-02T00:00:00Z",
      seriesCount: 2,
      error: { code: "SystemForCrossDomainIdentityManagementInvalidCredentials", message: "no" },
    };
    const status = {
      ...FRESH.status,
      code: "Quarantine",
      lastExecution: execution,
      quarantine,
      synchronizedEntryCountByType: [{ key: "User to User", value: 7 }],
    };
    const { context } = world(inOrder(ok({ ...FRESH, status })));
    expect(await readJob(context, OLD, JOB_ID)).toMatchObject({
      code: "Quarantine",
      lastCycle: {
        state: "EntryLevelErrors",
        began: "2026-03-01T10:00:00Z",
        ended: undefined,
        counts: { imported: 5, entitled: 4, exported: 3, escrowed: 1 },
        error: { code: "X", message: "Y" },
      },
      quarantine: {
        reason: "EncounteredQuarantineException",
        since: "2026-03-01T00:00:00Z",
        nextAttempt: "2026-03-02T00:00:00Z",
        count: 2,
        error: { code: "SystemForCrossDomainIdentityManagementInvalidCredentials", message: "no" },
      },
      entries: [{ kind: "User to User", count: 7 }],
    });
  });

  test("a job that is gone, and one of which nothing is told", async () => {
    const { context } = world(inOrder(UNKNOWN, ok({ id: "x" })));
    expect(await readJob(context, OLD, JOB_ID)).toBeUndefined();
    expect(await readJob(context, OLD, "x")).toMatchObject({ code: "NotConfigured", schedule: "Disabled" });
  });

  test.each([
    ["a rule without mappings", { ...schema(), synchronizationRules: [{ id: "1", editable: true }] }],
    ["no directories", { synchronizationRules: [] }],
    ["a text", "{"],
  ])("a schema that is none is never written back: %s", async (_name, body) => {
    const { context } = world(() => ({ status: 200, body }));
    expect(await failure(readSchema(context, OLD, JOB_ID))).toMatchObject({ code: "GRAPH_UNAVAILABLE" });
  });
});

describe("the schema", () => {
  test("is read and written back letter by letter, what nobody knows included", async () => {
    const text = JSON.stringify({
      ...schema(),
      "@odata.context": "https://x/$metadata",
      unknown: { deep: [1, null, "ø"] },
    });
    let written = "";
    const { context, asked } = world((request) => {
      if (request.method === "GET") return { status: 200, body: text };
      written = JSON.stringify(request.body);
      return DONE;
    });
    await writeSchema(context, OLD, JOB_ID, await readSchema(context, OLD, JOB_ID));
    expect(written).toBe(text);
    expect(asked.map(methodAndPath)).toEqual([`GET ${JOB}/schema`, `PUT ${JOB}/schema`]);
  });

  test("is written again where the answer was lost, and a refusal is Graph's own", async () => {
    const lost = world(inOrder(RESET, { status: 503 }, DONE));
    await writeSchema(lost.context, OLD, JOB_ID, schema());
    expect(lost.asked).toHaveLength(3);
    const refused = world(inOrder(graphError(400, "InvalidSchema", "unknown attribute x")));
    expect(await failure(writeSchema(refused.context, OLD, JOB_ID, schema()))).toMatchObject({
      code: "GRAPH_REFUSED",
      facts: { action: "changeMappings", detail: "unknown attribute x" },
    });
    expect(refused.asked).toHaveLength(1);
  });
});

describe("the job", () => {
  test("that is there is taken; nothing is made", async () => {
    const { context, paths } = world(inOrder(list(FRESH)));
    expect((await createJob(context, OLD))?.id).toBe(JOB_ID);
    expect(paths()).toEqual([`GET ${PATH}/jobs`]);
  });

  test("is made from the template for SCIM; of a new application without looking", async () => {
    const { context, asked, paths } = world(inOrder({ status: 201, body: FRESH }));
    expect((await createJob(context, NEW))?.id).toBe(JOB_ID);
    expect(paths()).toEqual([`POST ${PATH}/jobs`]);
    expect(asked[0]?.body).toEqual({ templateId: "scim" });
  });

  test("is waited for while the new application is not known yet, and made once", async () => {
    let made = 0;
    const refusals = [UNKNOWN, graphError(403, "Authorization_RequestDenied"), graphError(409, "Conflict")];
    const { context, waits } = world((request) => {
      // Reads are answered so as well.
      if (request.method === "GET") return made === 0 ? (refusals[0] ?? list()) : list(FRESH);
      const refusal = refusals.shift();
      if (refusal) return refusal;
      made += 1;
      return { status: 201, body: FRESH };
    });
    expect((await createJob(context, NEW))?.id).toBe(JOB_ID);
    expect(made).toBe(1);
    expect(waits.map(({ reason }) => reason)).toEqual(["replication", "replication", "replication"]);
  });

  test.each<[string, Handler]>([
    ["the answer is lost", inOrder(RESET, list(FRESH))],
    ["the answer is a 504", inOrder({ status: 504 }, list(FRESH))],
    ["the answer denies what was made", inOrder(UNKNOWN, list(FRESH))],
    ["the answer is cut off", inOrder({ status: 201, body: '{"id":' }, list(FRESH))],
  ])("is looked for before it is made again: %s", async (_name, handler) => {
    const { context, paths } = world(handler);
    expect((await createJob(context, NEW))?.id).toBe(JOB_ID);
    expect(paths()).toEqual([`POST ${PATH}/jobs`, `GET ${PATH}/jobs`]);
  });

  test("of another template only where there is none for SCIM, and never of the outdated one", async () => {
    const refusal = graphError(400, "InvalidTemplate");
    const offered = [{ id: "customappsso" }, { id: "first" }, { id: "usual", default: true }];
    const { context, asked } = world(
      inOrder(list(), refusal, list(...offered), { status: 201, body: FRESH }),
    );
    expect((await createJob(context, OLD))?.id).toBe(JOB_ID);
    expect(asked.at(-1)?.body).toEqual({ templateId: "usual" });
    const none = world(inOrder(list(), refusal, list({ id: "customappsso" })));
    expect(await createJob(none.context, OLD)).toBeUndefined();
    const refused = world(inOrder(list(), refusal, list({ id: "scim" }), list()));
    expect(await failure(createJob(refused.context, OLD))).toMatchObject({ code: "GRAPH_REFUSED" });
  });

  test("is the one that is there after all where another one is refused", async () => {
    for (const refusal of [graphError(400, "InvalidOperation"), graphError(400, "Request_BadRequest")]) {
      const { context } = world(inOrder(list(), refusal, list({ id: "scim" }), list(FRESH)));
      expect((await createJob(context, OLD))?.id).toBe(JOB_ID);
    }
    const busy = world(inOrder(list(), graphError(409, "Conflict"), list(FRESH)));
    expect((await createJob(busy.context, OLD))?.id).toBe(JOB_ID);
  });

  test("that is not to be is a refusal after two minutes, and at once for an older application", async () => {
    const denied = graphError(403, "Authorization_RequestDenied", "Insufficient privileges");
    const { context, clock } = world((request) => (request.method === "GET" ? UNKNOWN : denied));
    const start = clock.now().getTime();
    expect(await failure(createJob(context, NEW))).toMatchObject({ code: "GRAPH_FORBIDDEN" });
    expect(clock.now().getTime() - start).toBeGreaterThan(120_000);
    const old = world(inOrder(list(), denied));
    expect(await failure(createJob(old.context, OLD))).toMatchObject({ code: "GRAPH_FORBIDDEN" });
    expect(old.waits).toEqual([]);
    const unknown = world(() => UNKNOWN);
    expect(await failure(startJob(unknown.context, NEW, JOB_ID))).toMatchObject({ code: "NOT_REPLICATED" });
  });

  test("a missing licence is not waited out", async () => {
    const { context, waits } = world(() =>
      graphError(403, "Authorization_RequestDenied", "Tenant has no premium license"),
    );
    expect(await failure(createJob(context, NEW))).toMatchObject({ code: "LICENCE_MISSING" });
    expect(waits).toEqual([]);
  });

  test("is started, paused and restarted", async () => {
    const { context, asked } = world(() => DONE);
    await startJob(context, OLD, JOB_ID);
    await pauseJob(context, OLD, JOB_ID);
    await restartJob(context, OLD, JOB_ID, "asPortal");
    await restartJob(context, OLD, JOB_ID, "quarantine");
    expect(asked.map(methodAndPath)).toEqual([
      `POST ${JOB}/start`,
      `POST ${JOB}/pause`,
      ...Array<string>(2).fill(`POST ${JOB}/restart`),
    ]);
    expect(asked.slice(2).map(({ body }) => body)).toEqual(
      ["QuarantineState, Watermark, Escrows", "QuarantineState"].map((resetScope) => ({
        criteria: { resetScope },
      })),
    );
  });

  test("an id is one part of the address, whatever it is", async () => {
    const { context, asked } = world(() => DONE);
    await startJob(context, OLD, "a/../b?c#d");
    expect(asked[0]?.url).toContain("/jobs/a%2F..%2Fb%3Fc%23d/start");
  });
});

describe("credentials", () => {
  const KEPT = [{ key: "SkipOutOfScopeDeletions", value: "True" }];
  const full = {
    tenantUrl: "https://scim.example.com",
    token: new Secret(TOKEN),
    scope: "assigned" as const,
    notification: "ops@x.dk",
    deleteThreshold: 500,
    kept: KEPT,
  };

  test("are written whole, with what has to be repeated", async () => {
    const { context, asked } = world(inOrder(DONE));
    await writeCredentials(context, OLD, full);
    expect(asked.map(methodAndPath)).toEqual([`PUT ${PATH}/secrets`]);
    expect(asked[0]?.body).toEqual({
      value: [
        { key: "BaseAddress", value: "https://scim.example.com" },
        { key: "SecretToken", value: TOKEN },
        {
          key: "SyncNotificationSettings",
          value:
            '{"Enabled":true,"Recipients":"ops@x.dk","DeleteThresholdEnabled":true,"DeleteThresholdValue":500}',
        },
        { key: "SyncAll", value: "false" },
        ...KEPT,
      ],
    });
  });

  test("are written with all four keys where there is nothing to tell", async () => {
    const { context, asked } = world(inOrder(DONE));
    await writeCredentials(context, OLD, {
      ...full,
      scope: "all",
      notification: undefined,
      deleteThreshold: undefined,
      kept: [],
    });
    expect(asked[0]?.body).toEqual({
      value: [
        { key: "BaseAddress", value: "https://scim.example.com" },
        { key: "SecretToken", value: TOKEN },
        { key: "SyncNotificationSettings", value: '{"Enabled":false,"DeleteThresholdEnabled":false}' },
        { key: "SyncAll", value: "true" },
      ],
    });
  });

  test("a refusal that echoes the token does not show it", async () => {
    for (const echo of [
      TOKEN,
      JSON.stringify({ sent: TOKEN }),
      encodeURIComponent(TOKEN),
      JSON.stringify(JSON.stringify(TOKEN)),
    ]) {
      const { context } = world(inOrder(graphError(400, "Bad", `not taken: ${echo}`)));
      const error = await failure(writeCredentials(context, OLD, full));
      expect(error).toMatchObject({ code: "GRAPH_REFUSED", facts: { action: "writeCredentials" } });
      const shown = JSON.stringify(error) + (error as { facts: { detail: string } }).facts.detail;
      expect(shown).toContain("[secret]");
      expect(shown).not.toMatch(/Tok.{1,3}en/);
    }
  });

  test("a new application is waited for", async () => {
    const { context, asked } = world(inOrder(graphError(403, "Forbidden"), UNKNOWN, DONE));
    await writeCredentials(context, NEW, full);
    expect(asked).toHaveLength(3);
  });
});
