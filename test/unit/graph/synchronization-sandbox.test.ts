import { expect, test } from "vitest";
import {
  isProvisioned,
  listAssignments,
  pickUserRole,
  readAppRoles,
} from "../../../src/graph/assignments.ts";
import type { GraphContext, GraphWait } from "../../../src/graph/batch.ts";
import {
  createJob,
  type ProvisioningTarget,
  readJob,
  readProvisioning,
  readSchema,
  restartJob,
  startJob,
  writeCredentials,
  writeSchema,
} from "../../../src/graph/synchronization.ts";
import { validateCredentials } from "../../../src/graph/synchronization-connection.ts";
import { parseExpressions } from "../../../src/graph/synchronization-expressions.ts";
import { readLogs } from "../../../src/graph/synchronization-logs.ts";
import { provisionOnDemand } from "../../../src/graph/synchronization-on-demand.ts";
import { findUser, readUsers, type SourceUser } from "../../../src/graph/users.ts";
import { changeSchema, expressionsOf } from "../../../src/provisioning/change-schema.ts";
import { toDesiredProvisioning } from "../../../src/provisioning/desired.ts";
import { type Evaluated, evaluateMapping } from "../../../src/provisioning/mapping/evaluate.ts";
import { parseExpression, sourceAttributesOf } from "../../../src/provisioning/mapping/expression.ts";
import type { SchemaChange } from "../../../src/provisioning/schema-changes.ts";
import { rulePlaces } from "../../../src/provisioning/schema-places.ts";
import type { DesiredProvisioning, Job, LogEntry } from "../../../src/provisioning/types.ts";
import { Secret } from "../../../src/secret.ts";
import { parseInput } from "../../../src/settings/values.ts";
import type { Template } from "../../../src/template/schema.ts";
import { shipped } from "../../support/builders.ts";
import { scimServer } from "../../support/scim-server.ts";
import { type Provisioned, provisionable, TOKEN } from "../sandbox/provisioning-helpers.ts";
import { graphOf } from "./helpers.ts";

/* The same functions as against a transport that answers as the test says, here against the simulated service. */

function attributesIn(text: string): readonly string[] {
  const expression = parseExpression(text);
  return expression.kind === "fault" ? [] : sourceAttributesOf(expression);
}

function valueOf(evaluated: Evaluated): unknown {
  return evaluated.kind === "value" ? evaluated.value : evaluated;
}

async function contextOf(tenant: Provisioned): Promise<GraphContext & { readonly waits: GraphWait[] }> {
  const { clock, sandbox } = tenant;
  const scopes =
    "Synchronization.ReadWrite.All Application.ReadWrite.All AppRoleAssignment.ReadWrite.All Directory.Read.All User.Read.All AuditLog.Read.All";
  const { context, waits } = graphOf({ fetch: sandbox.fetch, clock }, await tenant.signIn(scopes));
  return { ...context, waits };
}

const PROVISIONED = shipped().templates.filter(({ application }) => application.scim);

const ANSWERS: Readonly<Record<string, string>> = {
  folders: "companyName",
  metadata: "costCentre=department, floor=physicalDeliveryOfficeName",
};

function desiredOf(template: Template): DesiredProvisioning {
  const inputs = (template.inputs ?? []).map((input) => {
    const text =
      ANSWERS[input.name] ??
      input.default ??
      (input.format === "url" || input.format === "installedUrl" ? "https://scim.vendor.example/scim" : "");
    const answer = parseInput(input)(text);
    if (!answer.ok) throw new Error(`${input.name}: ${text}`);
    return [input.name, answer.value];
  });
  const values = {
    appName: "Contoso",
    hostname: "https://app.contoso.com",
    inputs: Object.fromEntries(inputs) as Record<string, string>,
  };
  const parsed = toDesiredProvisioning(template, values, { notification: "ops@contoso.com" });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.desired;
}

async function mapped(
  context: GraphContext,
  target: ProvisioningTarget,
  job: Job,
  desired: DesiredProvisioning,
): Promise<readonly SchemaChange[]> {
  const parsed = await parseExpressions(context, target, job.id, expressionsOf(desired));
  const result = changeSchema(await readSchema(context, target, job.id), desired, parsed);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  if (result.changes.length > 0) await writeSchema(context, target, job.id, result.schema);
  return result.changes;
}

test("there are templates with provisioning", () => {
  expect(PROVISIONED.length).toBeGreaterThanOrEqual(5);
});

test.each(
  PROVISIONED.map((template) => [`${template.name} ${template.application.key ?? ""}`, template] as const),
)(
  "%s, from an application of this moment to a job that runs; once more there is nothing to change",
  async (_name, template) => {
    const server = await scimServer({ token: TOKEN });
    const tenant = await provisionable(
      { synchronizationDelayMs: 9000, provisioningDelayMs: 5000 },
      { scimFetch: server.fetch },
    );
    const context = await contextOf(tenant);
    const target = { servicePrincipalId: tenant.principalId, isNew: true };
    const desired = desiredOf(template);
    const endpoint = { tenantUrl: desired.tenantUrl, token: new Secret(TOKEN) };

    const refused = await validateCredentials(context, target, { ...endpoint, token: new Secret("wrong") });
    expect(refused).toMatchObject({ ok: false, problem: "refused" });
    expect(await validateCredentials(context, target, endpoint)).toEqual({ ok: true });
    const job = await createJob(context, target);
    if (!job) throw new Error("no job");
    await writeCredentials(context, target, {
      ...endpoint,
      scope: desired.scope,
      notification: desired.notification,
      deleteThreshold: 500,
      kept: [{ key: "SkipOutOfScopeDeletions", value: "True" }],
    });
    expect(await mapped(context, target, job, desired)).not.toEqual([]);
    expect(await validateCredentials(context, target, { jobId: job.id, templateId: job.templateId })).toEqual(
      { ok: true },
    );
    await startJob(context, target, job.id);
    expect(context.waits.some(({ reason }) => reason === "replication")).toBe(true);

    tenant.clock.move(60_000);
    const now = await readProvisioning(context, tenant.principalId);
    expect(now.credentials).toEqual({
      tenantUrl: desired.tenantUrl,
      hasToken: true,
      scope: desired.scope,
      notification: "ops@contoso.com",
      deleteThreshold: 500,
      kept: [{ key: "SkipOutOfScopeDeletions", value: "True" }],
      others: [],
      hidden: [],
    });
    expect(now.job).toMatchObject({ id: job.id, schedule: "Active", quarantine: undefined });
    expect(await mapped(context, { ...target, isNew: false }, job, desired)).toEqual([]);
    const live = rulePlaces(await readSchema(context, target, job.id));
    const users = Object.fromEntries(
      (live?.user.mapping.attributeMappings ?? []).map((one) => [
        one.targetAttributeName,
        one.source?.expression,
      ]),
    );
    const wanted = Object.fromEntries(desired.users.mappings.map((one) => [one.target, one.source]));
    expect(users).toMatchObject(wanted);
    // What is the vendor's whole table is the whole table (E3); every other keeps what Entra proposes.
    expect(Object.keys(users).length > Object.keys(wanted).length).toBe(!desired.users.exclusive);
    expect(live?.group?.mapping.enabled).toBe(desired.groups);
    expect((await createJob(context, { ...target, isNew: false }))?.id).toBe(job.id);
    await restartJob(context, { ...target, isNew: false }, job.id, "asPortal");
    expect((await readJob(context, target, job.id))?.schedule).toBe("Active");
  },
);

test("one user on demand: who is assigned arrives as mapped, once more is a success, and the logs tell it", async () => {
  const server = await scimServer({ token: TOKEN });
  const tenant = await provisionable({}, { scimFetch: server.fetch });
  const context = await contextOf(tenant);
  const target = { servicePrincipalId: tenant.principalId, isNew: true };
  const template = PROVISIONED.find(({ application }) => application.scim?.users.exclusive);
  if (!template) throw new Error("no template with a table of its own");
  const desired = desiredOf(template);
  const job = await createJob(context, target);
  if (!job) throw new Error("no job");
  await writeCredentials(context, target, {
    ...desired,
    token: new Secret(TOKEN),
    deleteThreshold: undefined,
    kept: [],
  });
  await mapped(context, target, job, desired);
  const people: SourceUser[] = [];
  for await (const user of readUsers(context, { kind: "all" }, ["displayName"])) {
    if (user.accountEnabled) people.push(user);
  }
  const [ann, ben] = people;
  if (!ann || !ben) throw new Error("nobody in the tenant");
  const role = pickUserRole(await readAppRoles(context, tenant.principalId), desired.appRole);
  await tenant.graph("POST", `/servicePrincipals/${tenant.principalId}/appRoleAssignedTo`, {
    principalId: ann.id,
    resourceId: tenant.principalId,
    appRoleId: role?.id,
  });
  const assigned: string[] = [];
  for await (const one of listAssignments(context, tenant.principalId)) {
    if (isProvisioned(one)) assigned.push(one.principalId);
  }
  expect(assigned).toEqual([ann.id]);

  const ruleId = rulePlaces(await readSchema(context, target, job.id))?.rule.id ?? "";
  const send = (objectId: string) =>
    provisionOnDemand(context, target, job.id, { ruleId, subject: { objectId, objectTypeName: "User" } });
  const first = await send(ann.id);
  expect(first).toMatchObject({ result: "success", action: "create", error: undefined });
  expect(first.steps.map(({ type }) => type)).toContain("export");
  const attributes = [...new Set(desired.users.mappings.flatMap(({ source }) => attributesIn(source)))];
  const source = (await findUser(context, ann.id, attributes))?.attributes ?? {};
  const userName = desired.users.mappings.find(({ target: name }) => name === "userName");
  const [arrived] = server.at(desired.tenantUrl).users;
  expect(arrived?.["userName"]).toBe(userName && valueOf(evaluateMapping(userName, source)));
  expect(await send(ann.id)).toMatchObject({ result: "success", isRedundant: true });
  expect(await send(ben.id)).toMatchObject({ result: "skipped" });
  expect(server.at(desired.tenantUrl).users).toHaveLength(1);

  tenant.clock.move(30 * 60_000);
  const entries: LogEntry[] = [];
  for await (const entry of readLogs(context, job.id)) entries.push(entry);
  expect(entries.map(({ status }) => status)).toEqual(["success", "skipped", "skipped"]);
  expect(entries[0]).toMatchObject({ action: "create", source: { id: ann.id }, error: undefined });
});

test("mappings of attributes that nobody has are told before anything is written, with what was meant", async () => {
  const tenant = await provisionable();
  const context = await contextOf(tenant);
  const target = { servicePrincipalId: tenant.principalId, isNew: true };
  const job = await createJob(context, target);
  if (!job) throw new Error("no job");
  const [template] = PROVISIONED;
  if (!template) throw new Error("no template");
  const mapping = { default: undefined, matchingPriority: undefined, apply: "always" as const };
  const desired = {
    ...desiredOf(template),
    users: {
      exclusive: false,
      mappings: [
        { ...mapping, target: "titel", source: "[jobTitle]" },
        { ...mapping, target: "displayName", source: "ToUpper([displayNam])" },
        { ...mapping, target: "externalId", source: "Splt([mail])" },
      ],
    },
  };
  const parsed = await parseExpressions(context, target, job.id, expressionsOf(desired));
  const result = changeSchema(await readSchema(context, target, job.id), desired, parsed);
  expect(result).toEqual({
    problems: [
      {
        kind: "badExpression",
        target: "externalId",
        source: "Splt([mail])",
        detail: expect.stringContaining("Splt"),
      },
      { kind: "unknownSource", target: "displayName", attribute: "displayNam", near: ["displayName"] },
      { kind: "unknownTarget", target: "titel", near: ["title"] },
    ],
  });
});

test("somebody of the tenant is found with their attributes", async () => {
  const tenant = await provisionable();
  const context = await contextOf(tenant);
  const answer = await tenant.graph("GET", "/users?$top=1");
  const [first] = answer.body["value"] as { id: string; userPrincipalName: string }[];
  const found = await findUser(context, first?.userPrincipalName ?? "", [
    "objectId",
    "givenName",
    "IsSoftDeleted",
  ]);
  expect(found).toMatchObject({ id: first?.id, attributes: { objectId: first?.id, IsSoftDeleted: false } });
  expect(await findUser(context, "nobody@contoso.com")).toBeUndefined();
});
