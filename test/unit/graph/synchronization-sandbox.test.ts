import { expect, test } from "vitest";
import type { GraphContext, GraphWait } from "../../../src/graph/batch.ts";
import { createGraph } from "../../../src/graph/client.ts";
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
import { findUser } from "../../../src/graph/users.ts";
import { retrying } from "../../../src/http/retry.ts";
import { changeSchema, expressionsOf } from "../../../src/provisioning/change-schema.ts";
import { toDesiredProvisioning } from "../../../src/provisioning/desired.ts";
import type { SchemaChange } from "../../../src/provisioning/schema-changes.ts";
import type { DesiredProvisioning, Job } from "../../../src/provisioning/types.ts";
import { Secret } from "../../../src/secret.ts";
import { parseInput } from "../../../src/settings/values.ts";
import type { Template } from "../../../src/template/schema.ts";
import { shipped } from "../../support/builders.ts";
import { scimServer } from "../../support/scim-server.ts";
import { countedIds } from "../sandbox/helpers.ts";
import { type Provisioned, provisionable, TOKEN } from "../sandbox/provisioning-helpers.ts";

/* The same functions as against a transport that answers as the test says, here against the simulated service. */

async function contextOf(tenant: Provisioned): Promise<GraphContext & { readonly waits: GraphWait[] }> {
  const { clock, sandbox } = tenant;
  const waits: GraphWait[] = [];
  const scopes = "Synchronization.ReadWrite.All Application.ReadWrite.All User.Read.All";
  const token = new Secret(await tenant.signIn(scopes));
  const graph = createGraph({
    fetch: retrying(sandbox.fetch, { clock }),
    tokens: {
      account: {
        way: "token",
        username: "",
        tenantId: "",
        roles: undefined,
        scopes: undefined,
        clientId: "",
      },
      getToken: async () => token,
      renewToken: async () => token,
    },
    ids: countedIds(),
    origin: "https://graph.microsoft.com",
  });
  return { graph, clock, onWait: (wait) => void waits.push(wait), waits };
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
      (input.format === "url" ? "https://scim.vendor.example/scim" : "");
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
    });
    expect(now.job).toMatchObject({ id: job.id, schedule: "Active", quarantine: undefined });
    expect(await mapped(context, { ...target, isNew: false }, job, desired)).toEqual([]);
    expect((await createJob(context, { ...target, isNew: false }))?.id).toBe(job.id);
    await restartJob(context, { ...target, isNew: false }, job.id, "asPortal");
    expect((await readJob(context, target, job.id))?.schedule).toBe("Active");
  },
);

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
