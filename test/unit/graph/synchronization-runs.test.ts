import { describe, expect, test } from "vitest";
import { parseExpressions } from "../../../src/graph/synchronization-expressions.ts";
import { readLogs } from "../../../src/graph/synchronization-logs.ts";
import { provisionOnDemand } from "../../../src/graph/synchronization-on-demand.ts";
import { guid } from "../../support/builders.ts";
import { functionSource } from "../../support/schemas.ts";
import { batchOf, failure, graphError, inOrder, methodAndPath, ORIGIN, world } from "./helpers.ts";

const SP = guid(1);
const OLD = { servicePrincipalId: SP, isNew: false };
const JOB = `/servicePrincipals/${SP}/synchronization/jobs/scim.1`;
const ANN = { ruleId: "rule", subject: { objectId: guid(7), objectTypeName: "User" as const } };

describe("expressions", () => {
  const JOIN = 'Join(" ", [givenName], [surname])';
  const BAD = "Jion([x])";

  test("in one batch: what Graph made of them as it came, and what it says of a bad one", async () => {
    const source = { ...functionSource(JOIN), unknownToUs: { deep: true } };
    const { context, asked } = world((request) =>
      batchOf(request, ({ body }) =>
        (body as { expression: string }).expression === JOIN
          ? {
              status: 200,
              body: {
                parsingSucceeded: true,
                evaluationSucceeded: false,
                parsedExpression: source,
                error: null,
              },
            }
          : {
              status: 200,
              body: {
                parsingSucceeded: false,
                parsedExpression: null,
                error: { message: "unknown function" },
              },
            },
      ),
    );
    expect([...(await parseExpressions(context, OLD, "scim.1", [JOIN, BAD, JOIN]))]).toEqual([
      [JOIN, { ok: true, source }],
      [BAD, { ok: false, error: "unknown function" }],
    ]);
    const item = expect.objectContaining({ method: "POST", url: `${JOB}/schema/parseExpression` });
    expect(asked[0]?.body).toEqual({ requests: [item, item] });
  });

  test("none are no request; more than a batch takes are two", async () => {
    const answer = { status: 200, body: { parsingSucceeded: true, parsedExpression: functionSource("F()") } };
    const { context, asked } = world((request) => batchOf(request, () => answer));
    expect((await parseExpressions(context, OLD, "scim.1", [])).size).toBe(0);
    expect(asked).toEqual([]);
    const texts = Array.from({ length: 25 }, (_one, index) => `F("${index}")`);
    expect((await parseExpressions(context, OLD, "scim.1", texts)).size).toBe(25);
    expect(asked).toHaveLength(2);
  });

  test("an item that failed in passing is asked again, for asking changes nothing", async () => {
    let count = 0;
    const { context, asked } = world((request) =>
      batchOf(request, () => {
        count += 1;
        return count === 1
          ? { status: 503 }
          : { status: 200, body: { parsingSucceeded: true, parsedExpression: functionSource("F()") } };
      }),
    );
    expect((await parseExpressions(context, OLD, "scim.1", ["F()"])).get("F()")?.ok).toBe(true);
    expect(asked).toHaveLength(2);
  });

  test("of a new job: those that are not known yet are asked again, and no others", async () => {
    const asking: string[][] = [];
    const unknown = graphError(404, "Request_ResourceNotFound");
    const known = { status: 200, body: { parsingSucceeded: true, parsedExpression: functionSource("F()") } };
    const { context, waits } = world((request) => {
      const { requests, expression } = request.body as {
        requests?: { body: { expression: string } }[];
        expression?: string;
      };
      asking.push(requests?.map(({ body }) => body.expression) ?? [expression ?? ""]);
      if (!requests) return asking.length < 4 ? unknown : known;
      return batchOf(request, ({ body }) =>
        (body as { expression: string }).expression === "G()" ? unknown : known,
      );
    });
    const target = { ...OLD, isNew: true };
    const parsed = await parseExpressions(context, target, "scim.1", ["F()", "G()"]);
    expect([...parsed.keys()]).toEqual(["F()", "G()"]);
    expect(asking).toEqual([["F()", "G()"], ["G()"], ["G()"], ["G()"]]);
    expect(waits.map(({ reason }) => reason)).toEqual(["replication", "replication"]);
    const conflict = graphError(409, "Conflict");
    const never = world((request) =>
      request.path === "/$batch" ? batchOf(request, () => conflict) : conflict,
    );
    expect(await failure(parseExpressions(never.context, target, "scim.1", ["F()"]))).toMatchObject({
      code: "NOT_REPLICATED",
    });
  });

  test.each([
    ["a refusal", graphError(403, "Authorization_RequestDenied"), "GRAPH_FORBIDDEN"],
    ["an answer without a verdict", { status: 200, body: {} }, "GRAPH_UNAVAILABLE"],
  ])("%s is a failure", async (_name, answer, code) => {
    const { context } = world((request) => batchOf(request, () => answer));
    expect(await failure(parseExpressions(context, OLD, "scim.1", ["F()"]))).toMatchObject({ code });
  });

  test("a success without an expression is none", async () => {
    const answer = { status: 200, body: { parsingSucceeded: true, parsedExpression: null } };
    const { context } = world((request) => batchOf(request, () => answer));
    expect((await parseExpressions(context, OLD, "scim.1", ["F()"])).get("F()")).toEqual({
      ok: false,
      error: "",
    });
  });
});

describe("on demand", () => {
  const answered = (key: unknown, value: unknown = null) => ({
    status: 200,
    body: { key: JSON.stringify(key), value: value === null ? null : JSON.stringify(value) },
  });
  const EVENT = {
    action: "Create",
    modifiedProperties: [
      { displayName: "userName", oldValue: null, newValue: "ann@x.dk" },
      { displayName: "active", oldValue: "False", newValue: true },
    ],
    provisioningSteps: [
      {
        name: "EntryImport",
        type: "Import",
        status: "Success",
        description: "Ann was found",
        details: { objectId: "1" },
      },
      {
        name: "EntryExportAdd",
        provisioningStepType: "export",
        status: "Success",
        description: "",
        details: null,
      },
    ],
    statusInfo: { status: "Success", errorCode: "", reason: "" },
    targetIdentity: { id: "42", displayName: "ann@x.dk", identityType: "User" },
  };

  test("one user: what was done, step by step", async () => {
    const { context, asked } = world(inOrder(answered({ result: "Success", details: {} }, EVENT)));
    expect(await provisionOnDemand(context, OLD, "scim.1", ANN)).toEqual({
      result: "success",
      action: "create",
      steps: [
        {
          name: "EntryImport",
          type: "import",
          status: "success",
          description: "Ann was found",
          details: { objectId: "1" },
        },
        { name: "EntryExportAdd", type: "export", status: "success", description: "", details: {} },
      ],
      changes: [
        { name: "userName", from: undefined, to: "ann@x.dk" },
        { name: "active", from: "False", to: "true" },
      ],
      error: undefined,
      target: "42",
      requestId: undefined,
      isRedundant: false,
    });
    expect(asked.map(methodAndPath)).toEqual([`POST ${JOB}/provisionOnDemand`]);
    expect(asked[0]?.body).toEqual({
      parameters: [{ ruleId: "rule", subjects: [{ objectId: guid(7), objectTypeName: "User" }] }],
    });
  });

  test("a group takes members along", async () => {
    const { context, asked } = world(inOrder(answered({ result: "Success" })));
    const subject = { objectId: guid(8), objectTypeName: "Group" as const, members: [guid(7)] };
    await provisionOnDemand(context, OLD, "scim.1", { ruleId: "rule", subject });
    expect(asked[0]?.body).toMatchObject({
      parameters: [{ subjects: [{ links: { members: [{ objectId: guid(7), objectTypeName: "User" }] } }] }],
    });
  });

  test.each([
    [
      { result: "Skipped", details: { errorCode: "RedundantExport", errorMessage: "same" } },
      null,
      "success",
      undefined,
    ],
    [
      { result: "Skipped", details: {} },
      { statusInfo: { errorCode: "RedundantExport" } },
      "success",
      undefined,
    ],
    [
      { result: "Skipped", details: { errorCode: "NotEffectivelyEntitled", errorMessage: "not assigned" } },
      null,
      "skipped",
      { code: "NotEffectivelyEntitled", reason: "not assigned" },
    ],
    [
      { result: "Failure", details: { errorCode: "SystemForX", errorMessage: "400" } },
      null,
      "failure",
      { code: "SystemForX", reason: "400" },
    ],
    [
      { result: "Failure" },
      { statusInfo: { errorCode: "E", reason: "why" } },
      "failure",
      { code: "E", reason: "why" },
    ],
    [{ result: "SomethingNew" }, null, "failure", undefined],
  ])("%j is %s", async (key, value, result, error) => {
    const { context } = world(inOrder(answered(key, value)));
    expect(await provisionOnDemand(context, OLD, "scim.1", ANN)).toMatchObject({ result, error });
  });

  test("a token that the vendor echoes is not shown", async () => {
    const said = "sent Bearer s3cr3t.Token to /Users";
    const event = {
      ...EVENT,
      provisioningSteps: [{ ...EVENT.provisioningSteps[0], description: said, details: { request: said } }],
      statusInfo: { errorCode: "E", reason: said },
    };
    const { context } = world(inOrder(answered({ result: "Failure" }, event)));
    const result = await provisionOnDemand(context, OLD, "scim.1", ANN);
    expect(JSON.stringify(result)).not.toContain("s3cr3t");
    expect(result.error?.reason).toBe("sent Bearer [secret] to /Users");
  });

  test.each([
    ["a key that is no JSON", { status: 200, body: { key: "{", value: null } }],
    ["no key", { status: 200, body: {} }],
  ])("%s is no answer", async (_name, answer) => {
    const { context } = world(inOrder(answer));
    expect(await failure(provisionOnDemand(context, OLD, "scim.1", ANN))).toMatchObject({
      code: "GRAPH_UNAVAILABLE",
    });
  });

  test("more than five in ten seconds wait for their turn, side by side or in a row", async () => {
    const sent: number[] = [];
    const start = new Date("2026-03-01T12:00:00.000Z").getTime();
    const { context, clock } = world(() => {
      sent.push(clock.now().getTime() - start);
      return answered({ result: "Success" });
    });
    await Promise.all(Array.from({ length: 12 }, () => provisionOnDemand(context, OLD, "scim.1", ANN)));
    await provisionOnDemand(context, OLD, "scim.1", ANN);
    expect(sent).toHaveLength(13);
    for (const [index, at] of sent.entries()) {
      const before = sent[index - 5];
      if (before !== undefined) expect(at - before).toBeGreaterThanOrEqual(10_000);
    }
    expect(sent.at(-1)).toBeLessThanOrEqual(20_000);
  });
});

describe("logs", () => {
  const entry = (id: string, more: object = {}) => ({
    id,
    activityDateTime: "2026-03-01T10:00:00Z",
    provisioningAction: "create",
    provisioningStatusInfo: { status: "success", errorInformation: { errorCode: null, reason: null } },
    sourceIdentity: { id: guid(7), displayName: "Ann", identityType: "User", details: {} },
    targetIdentity: { id: "", displayName: "", identityType: "User" },
    provisioningSteps: [],
    modifiedProperties: [],
    cycleId: "c1",
    durationInMilliseconds: 12,
    ...more,
  });

  test("page by page, and no further than they are read", async () => {
    const next = `${ORIGIN}/v1.0/auditLogs/provisioning?$skiptoken=2`;
    const failed = {
      provisioningStatusInfo: {
        status: "failure",
        errorInformation: { errorCode: "E", reason: "why", recommendedAction: "do", errorCategory: "x" },
      },
    };
    const { context, asked } = world(
      inOrder(
        { status: 200, body: { value: [entry("1")], "@odata.nextLink": next } },
        { status: 200, body: { value: [entry("2", failed)] } },
      ),
    );
    const logs = readLogs(context, "scim.1");
    const first = await logs.next();
    expect(asked).toHaveLength(1);
    expect(first.value).toEqual({
      id: "1",
      at: "2026-03-01T10:00:00Z",
      action: "create",
      status: "success",
      error: undefined,
      source: { id: guid(7), displayName: "Ann", type: "User" },
      target: { id: "", displayName: "", type: "User" },
      steps: [],
      changes: [],
      cycleId: "c1",
      durationMs: 12,
    });
    const second = await logs.next();
    expect(second.value).toMatchObject({
      id: "2",
      error: { code: "E", reason: "why", recommendedAction: "do" },
    });
    expect((await logs.next()).done).toBe(true);
    expect(asked).toHaveLength(2);
  });

  test("are narrowed by what is asked for, each text one text", async () => {
    const { context, asked } = world(inOrder({ status: 200, body: { value: [] } }));
    const filter = {
      after: new Date("2026-03-01T10:00:00Z"),
      cycleId: "c'1",
      action: "create",
      status: "failure",
      order: "desc" as const,
    };
    expect((await readLogs(context, "scim.1 & more", filter).next()).done).toBe(true);
    const { searchParams } = new URL(asked[0]?.url ?? "");
    expect([...searchParams]).toEqual([
      [
        "$filter",
        "jobId eq 'scim.1 & more' and activityDateTime gt 2026-03-01T10:00:00.000Z and cycleId eq 'c''1'" +
          " and provisioningAction eq 'create' and provisioningStatusInfo/status eq 'failure'",
      ],
      ["$orderby", "activityDateTime desc"],
      ["$top", "100"],
    ]);
  });

  test("that may not be read are a refusal; another host is never asked", async () => {
    const refused = world(inOrder(graphError(403, "Authorization_RequestDenied")));
    expect(await failure(readLogs(refused.context, "j").next())).toMatchObject({ code: "GRAPH_FORBIDDEN" });
    const foreign = world(
      inOrder({ status: 200, body: { value: [entry("1")], "@odata.nextLink": "https://evil.example/x" } }),
    );
    const logs = readLogs(foreign.context, "j");
    await logs.next();
    expect(await failure(logs.next())).toMatchObject({ facts: { cause: "FOREIGN_HOST" } });
  });
});
