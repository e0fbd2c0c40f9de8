import { describe, expect, test } from "vitest";
import type { AttributeMapping, SynchronizationSchema } from "../../../src/provisioning/types.ts";
import { scimServer } from "../../support/scim-server.ts";
import { errorOf, valueOf } from "./helpers.ts";
import {
  assign,
  credentials,
  type Provisioned,
  provisionable,
  schemaAt,
  TENANT_URL,
  TOKEN,
  withJob,
} from "./provisioning-helpers.ts";

const CYCLE = 40 * 60_000;
const DAY = 24 * 60 * 60_000;
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

function idOf({ sandbox }: Provisioned, name: string): string {
  const found = [...sandbox.state.users, ...sandbox.state.groups].find(
    ({ displayName }) => displayName === name,
  );
  return String(found?.id);
}

function held({ sandbox }: Provisioned, url = TENANT_URL) {
  const target = sandbox.state.scimTargets?.[url];
  return { users: target?.users ?? [], groups: target?.groups ?? [] };
}

async function statusOf(tenant: Provisioned, job: string) {
  return (await tenant.graph("GET", job)).body["status"] as Record<string, Record<string, unknown>>;
}

async function started(
  tenant: Provisioned,
  names: readonly string[],
  more: Record<string, string> = {},
): Promise<string> {
  const job = await withJob(tenant, more);
  for (const name of names) expect((await assign(tenant, idOf(tenant, name))).status).toBe(201);
  expect((await tenant.graph("POST", `${job}/start`)).status).toBe(204);
  return job;
}

/** Changes the mapping of users and writes the schema back. */
async function remap(tenant: Provisioned, job: string, change: (mappings: AttributeMapping[]) => void) {
  const schema = await schemaAt(tenant, job);
  change(userMappings(schema));
  expect((await tenant.graph("PUT", `${job}/schema`, schema)).status).toBe(204);
}

function userMappings(schema: SynchronizationSchema): AttributeMapping[] {
  const mapping = schema.synchronizationRules[0]?.objectMappings.find(
    ({ sourceObjectName }) => sourceObjectName === "User",
  );
  return mapping?.attributeMappings as AttributeMapping[];
}

describe("cycles", () => {
  test("the first brings whoever is assigned, with what is mapped", async () => {
    const tenant = await provisionable();
    const job = await started(tenant, ["Megan Bowen", "Pradeep Gupta"]);
    const status = await statusOf(tenant, job);
    expect(status).toMatchObject({
      code: "Active",
      quarantine: null,
      lastExecution: { state: "Succeeded", countEntitled: 2, countExported: 2, countEscrowed: 0 },
      synchronizedEntryCountByType: [{ key: "User to User", value: 2 }],
    });
    const [megan] = held(tenant).users;
    expect(megan).toMatchObject({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
      userName: "megan.bowen@contoso.com",
      active: true,
      displayName: "Megan Bowen",
      title: "Marketing Manager",
      externalId: "megan.bowen",
      name: { givenName: "Megan", familyName: "Bowen", formatted: "Megan Bowen" },
      emails: [{ type: "work", value: "megan.bowen@contoso.com" }],
      addresses: [{ type: "work", formatted: "Seattle", locality: "Seattle", postalCode: "98101" }],
      phoneNumbers: [
        { type: "work", value: "+1 206 555 0112" },
        { type: "mobile", value: "+1 206 555 0102" },
      ],
      [ENTERPRISE]: { employeeNumber: "1002", department: "Marketing" },
    });
  });

  test("come every 40 minutes, and send nothing where nothing changed", async () => {
    const tenant = await provisionable();
    const job = await started(tenant, ["Megan Bowen"]);
    const first = await statusOf(tenant, job);
    tenant.clock.move(CYCLE - 1);
    expect((await statusOf(tenant, job))["lastExecution"]).toEqual(first["lastExecution"]);
    tenant.clock.move(1);
    const second = await statusOf(tenant, job);
    expect(second["lastExecution"]).toMatchObject({ countExported: 0, state: "Succeeded" });
    tenant.clock.move(10 * CYCLE);
    const last = await statusOf(tenant, job);
    expect(last["lastExecution"]?.["timeBegan"]).toBe(tenant.clock.now().toISOString());
    expect(held(tenant).users).toHaveLength(1);
  });

  test("follow changes, switch off whoever leaves, and delete whoever is gone", async () => {
    const tenant = await provisionable();
    const job = await started(tenant, ["Megan Bowen", "Pradeep Gupta"]);
    await statusOf(tenant, job);
    const { state } = tenant.sandbox;
    Object.assign(state.users[1] ?? {}, { jobTitle: "Director" });
    tenant.clock.move(CYCLE);
    await statusOf(tenant, job);
    expect(held(tenant).users[0]).toMatchObject({ title: "Director", active: true });
    state.appRoleAssignments = state.appRoleAssignments.slice(1);
    tenant.clock.move(CYCLE);
    await statusOf(tenant, job);
    expect(held(tenant).users.map(({ active }) => active)).toEqual([false, true]);
    await assign(tenant, idOf(tenant, "Megan Bowen"));
    state.users.splice(2, 1);
    tenant.clock.move(CYCLE);
    await statusOf(tenant, job);
    expect(held(tenant).users.map(({ userName, active }) => [userName, active])).toEqual([
      ["megan.bowen@contoso.com", true],
    ]);
    const actions = Object.values(state.provisioning ?? {}).flatMap(({ job: one }) =>
      (one?.logs ?? []).map(({ provisioningAction }) => provisioningAction),
    );
    expect(actions).toEqual(["create", "create", "update", "disable", "update", "delete"]);
  });

  test("leave out default access, the disabled, and groups in groups; members of a group follow", async () => {
    const tenant = await provisionable();
    const { state } = tenant.sandbox;
    state.groups[1]?.members?.push(idOf(tenant, "Ben Walters"), idOf(tenant, "All Employees"));
    const job = await started(tenant, ["Finance"]);
    state.appRoleAssignments.push({
      id: "default",
      appRoleId: "00000000-0000-0000-0000-000000000000",
      principalId: idOf(tenant, "Megan Bowen"),
      principalType: "User",
      resourceId: tenant.principalId,
      createdDateTime: "2026-11-20T10:00:00Z",
    });
    const status = await statusOf(tenant, job);
    expect(held(tenant).users.map(({ userName }) => userName)).toEqual(["pradeep.gupta@contoso.com"]);
    expect(held(tenant).groups).toMatchObject([
      { displayName: "Finance", members: [{ value: held(tenant).users[0]?.id }] },
    ]);
    expect(status["lastExecution"]).toMatchObject({ countEntitled: 2, countExported: 2 });
    const skipped = valueOf(
      await tenant.graph("GET", "/auditLogs/provisioning?$filter=provisioningStatusInfo/status eq 'skipped'"),
    );
    expect(
      skipped.map((item) => (item["sourceIdentity"] as { displayName: string }).displayName).toSorted(),
    ).toEqual(["Ben Walters", "Megan Bowen"]);
    if (state.groups[1] !== undefined) state.groups[1].members = [];
    tenant.clock.move(CYCLE);
    await statusOf(tenant, job);
    expect(held(tenant).groups).toMatchObject([{ displayName: "Finance", members: [] }]);
    expect(held(tenant).users).toMatchObject([{ active: false }]);
  });

  test("everybody, where the scope is all; from all to assigned counts from a restart on", async () => {
    const tenant = await provisionable();
    const job = await started(tenant, ["Megan Bowen"], { SyncAll: "true" });
    await statusOf(tenant, job);
    // Everybody but the one who is disabled.
    expect(held(tenant).users).toHaveLength(6);
    expect(held(tenant).groups).toHaveLength(2);
    await tenant.graph("PUT", `${tenant.path}/secrets`, credentials({ SyncAll: "false" }));
    tenant.clock.move(CYCLE);
    await statusOf(tenant, job);
    expect(held(tenant).users.every(({ active }) => active)).toBe(true);
    await tenant.graph("POST", `${job}/restart`, { criteria: { resetScope: "" } });
    await statusOf(tenant, job);
    expect(held(tenant).users.filter(({ active }) => active)).toMatchObject([
      { userName: "megan.bowen@contoso.com" },
    ]);
    expect(held(tenant).groups).toEqual([]);
  });

  test("constants, defaults, and what flows only when somebody is made", async () => {
    const tenant = await provisionable();
    const job = await withJob(tenant);
    await remap(tenant, job, (mappings) => {
      const title = mappings.findIndex(({ targetAttributeName }) => targetAttributeName === "title");
      const [old] = mappings.splice(title, 1);
      if (old === undefined) throw new Error("title is not mapped");
      const source = { type: "Attribute", name: "companyName", expression: "[companyName]", parameters: [] };
      const constant = { type: "Constant", name: "x", expression: '"x"', parameters: [] };
      mappings.push(
        { ...old, targetAttributeName: "userType", source, defaultValue: "Standard" },
        { ...old, targetAttributeName: "nickName", source: constant },
        { ...old, targetAttributeName: "title", flowType: "ObjectAddOnly" },
      );
    });
    await assign(tenant, idOf(tenant, "Megan Bowen"));
    await assign(tenant, idOf(tenant, "Grady Archie"));
    await tenant.graph("POST", `${job}/start`);
    await statusOf(tenant, job);
    expect(held(tenant).users.map(({ userType, nickName }) => [userType, nickName])).toEqual([
      ["Premium", "x"],
      ["Standard", "x"],
    ]);
    Object.assign(tenant.sandbox.state.users[1] ?? {}, { jobTitle: "New", companyName: "Standard" });
    tenant.clock.move(CYCLE);
    await statusOf(tenant, job);
    expect(held(tenant).users[0]).toMatchObject({ userType: "Standard", title: "Marketing Manager" });
  });

  test("whoever is at the endpoint already is found by the matching attribute", async () => {
    const tenant = await provisionable();
    const authorization = { Authorization: `Bearer ${TOKEN}` };
    const schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
    const body = JSON.stringify({ schemas, userName: "MEGAN.bowen@contoso.com", displayName: "Old" });
    await tenant.send(`${TENANT_URL}/Users`, { method: "POST", headers: authorization, body });
    await statusOf(tenant, await started(tenant, ["Megan Bowen"]));
    expect(held(tenant).users).toHaveLength(1);
    expect(held(tenant).users[0]).toMatchObject({ displayName: "Megan Bowen", active: true });
  });

  test("whoever was deleted at the endpoint comes back with a restart, or on demand, not by itself", async () => {
    const tenant = await provisionable();
    const job = await started(tenant, ["Megan Bowen", "Pradeep Gupta"]);
    await statusOf(tenant, job);
    const users = tenant.sandbox.state.scimTargets?.[TENANT_URL]?.users ?? [];
    users.splice(0, 2);
    tenant.clock.move(CYCLE);
    await statusOf(tenant, job);
    expect(held(tenant).users).toEqual([]);
    const ruleId = (await schemaAt(tenant, job)).synchronizationRules[0]?.id;
    const subjects = [{ objectId: idOf(tenant, "Megan Bowen"), objectTypeName: "User" }];
    const parameters = [{ ruleId, subjects }];
    expect((await tenant.graph("POST", `${job}/provisionOnDemand`, { parameters })).status).toBe(200);
    expect(held(tenant).users).toHaveLength(1);
    await tenant.graph("POST", `${job}/restart`, { criteria: { resetScope: "Watermark" } });
    await statusOf(tenant, job);
    expect(held(tenant).users.map(({ userName }) => userName)).toEqual([
      "megan.bowen@contoso.com",
      "pradeep.gupta@contoso.com",
    ]);
  });

  test("an endpoint that fails for users leaves them to be tried again", async () => {
    const tenant = await provisionable({ scimTarget: "failsUsers" });
    const job = await started(tenant, ["Megan Bowen"]);
    expect(await statusOf(tenant, job)).toMatchObject({
      code: "Active",
      lastExecution: { state: "EntryLevelErrors", countEscrowed: 1 },
    });
    tenant.sandbox.behaviour.scimTarget = "works";
    tenant.clock.move(CYCLE);
    expect((await statusOf(tenant, job))["lastExecution"]).toMatchObject({
      state: "Succeeded",
      countExported: 1,
    });
  });

  test("too many deletions at once stop everything", async () => {
    const tenant = await provisionable();
    const SyncNotificationSettings =
      '{"Enabled":false,"DeleteThresholdEnabled":true,"DeleteThresholdValue":1}';
    const job = await started(tenant, ["Megan Bowen", "Pradeep Gupta"], { SyncNotificationSettings });
    await statusOf(tenant, job);
    tenant.sandbox.state.appRoleAssignments = [];
    tenant.clock.move(CYCLE);
    expect(await statusOf(tenant, job)).toMatchObject({
      code: "Quarantine",
      quarantine: { reason: "TooManyDeletes" },
    });
    expect(held(tenant).users.every(({ active }) => active)).toBe(true);
  });
});

describe("quarantine", () => {
  test("follows refused credentials, is tried daily, and ends with a restart or after four weeks", async () => {
    const tenant = await provisionable({ scimTarget: "refusesToken" });
    const job = await started(tenant, ["Megan Bowen"]);
    expect(await statusOf(tenant, job)).toMatchObject({
      code: "Quarantine",
      countSuccessiveCompleteFailures: 1,
      lastExecution: { state: "Failed" },
      quarantine: {
        reason: "EncounteredQuarantineException",
        seriesCount: 1,
        error: { code: "SystemForCrossDomainIdentityManagementInvalidCredentials" },
      },
    });
    tenant.clock.move(CYCLE);
    expect((await statusOf(tenant, job))["quarantine"]).toMatchObject({ seriesCount: 1 });
    tenant.clock.move(DAY);
    expect((await statusOf(tenant, job))["quarantine"]).toMatchObject({ seriesCount: 2 });
    tenant.sandbox.behaviour.scimTarget = "works";
    await tenant.graph("POST", `${job}/restart`, {});
    expect(await statusOf(tenant, job)).toMatchObject({ code: "Active", quarantine: null });
    tenant.sandbox.behaviour.scimTarget = "down";
    tenant.clock.move(CYCLE);
    Object.assign(tenant.sandbox.state.users[1] ?? {}, { jobTitle: "New" });
    expect((await statusOf(tenant, job))["code"]).toBe("Quarantine");
    for (let week = 0; week < 5; week += 1) {
      tenant.clock.move(7 * DAY);
      await statusOf(tenant, job);
    }
    expect((await tenant.graph("GET", job)).body["schedule"]).toMatchObject({ state: "Disabled" });
  });
});

describe("against a SCIM server of others", () => {
  test.each([
    [`${TENANT_URL}?aadOptscim062020`, "Succeeded", false],
    // Truth values as texts, which a strict server refuses: what the flag is for.
    [TENANT_URL, "EntryLevelErrors", true],
  ])("%s", async (BaseAddress, state, active) => {
    const server = await scimServer({ token: TOKEN });
    const tenant = await provisionable({}, { scimFetch: server.fetch });
    const job = await started(tenant, ["Megan Bowen", "Finance"], { BaseAddress });
    await statusOf(tenant, job);
    const people = server.at(TENANT_URL);
    expect(people.users).toMatchObject([
      {
        userName: "megan.bowen@contoso.com",
        active: true,
        emails: [{ type: "work", value: "megan.bowen@contoso.com" }],
        [ENTERPRISE]: { department: "Marketing", employeeNumber: "1002" },
      },
      { userName: "pradeep.gupta@contoso.com" },
    ]);
    expect(people.groups).toMatchObject([
      { displayName: "Finance", members: [{ value: people.users[1]?.["id"] }] },
    ]);
    const sent = server.requests.length;
    tenant.clock.move(CYCLE);
    await statusOf(tenant, job);
    expect(server.requests).toHaveLength(sent);
    tenant.sandbox.state.appRoleAssignments = tenant.sandbox.state.appRoleAssignments.slice(1);
    tenant.clock.move(CYCLE);
    expect((await statusOf(tenant, job))["lastExecution"]).toMatchObject({ state });
    expect(people.users[0]).toMatchObject({ active });
  });
});

describe("what vendors ask for besides", () => {
  const CUSTOM = "urn:ietf:params:scim:schemas:extension:2.0:Custom";
  const METADATA = "urn:ietf:params:scim:schemas:extension:2.0:Metadata";
  const attribute = (name: string, multivalued: boolean) => ({
    name,
    type: "String",
    multivalued,
    anchor: false,
    caseExact: false,
    defaultValue: null,
    flowNullValues: false,
    mutability: "ReadWrite",
    required: false,
    apiExpressions: [],
    metadata: [],
    referencedObjects: [],
  });

  test("attributes of their own, many values from one, and the role of the assignment arrive", async () => {
    const extensions = {
      [CUSTOM]: [{ name: "folders", multiValued: true }],
      [METADATA]: [{ name: "costCenter" }],
    };
    const server = await scimServer({ token: TOKEN, extensions });
    const tenant = await provisionable({}, { scimFetch: server.fetch });
    const job = await withJob(tenant, { BaseAddress: `${TENANT_URL}?aadOptscim062020` });
    const schema = await schemaAt(tenant, job);
    const user = schema.directories[1]?.objects.find(({ name }) => name === ENTERPRISE);
    const attributes = user?.attributes as object[];
    attributes.push(attribute(`${CUSTOM}:folders`, true), attribute(`${METADATA}:costCenter`, false));
    const [base] = userMappings(schema);
    if (base === undefined) throw new Error("nothing is mapped");
    const wanted = {
      [`${CUSTOM}:folders`]: 'Split([jobTitle], " ")',
      [`${METADATA}:costCenter`]: "[department]",
      'roles[primary eq "True"].value': "SingleAppRoleAssignment([appRoleAssignments])",
    };
    for (const [targetAttributeName, expression] of Object.entries(wanted)) {
      const { body } = await tenant.graph("POST", `${job}/schema/parseExpression`, { expression });
      const source = body["parsedExpression"] as AttributeMapping["source"];
      userMappings(schema).push({ ...base, targetAttributeName, source, matchingPriority: 0 });
    }
    expect((await tenant.graph("PUT", `${job}/schema`, schema)).status).toBe(204);
    await assign(tenant, idOf(tenant, "Megan Bowen"));
    await tenant.graph("POST", `${job}/start`);
    await statusOf(tenant, job);
    const { users } = server.at(TENANT_URL);
    expect(users).toMatchObject([
      {
        userName: "megan.bowen@contoso.com",
        roles: [{ primary: true, value: "User" }],
        [CUSTOM]: { folders: ["Marketing", "Manager"] },
        [METADATA]: { costCenter: "Marketing" },
      },
    ]);
    Object.assign(tenant.sandbox.state.users[1] ?? {}, {
      jobTitle: "Head",
      department: "Sales",
      mobilePhone: "1",
    });
    tenant.clock.move(CYCLE);
    expect((await statusOf(tenant, job))["lastExecution"]).toMatchObject({
      countExported: 1,
      countEscrowed: 0,
    });
    expect(users[0]).toMatchObject({ [CUSTOM]: { folders: ["Head"] }, [METADATA]: { costCenter: "Sales" } });
  });
});

describe("on demand", () => {
  async function provision(tenant: Provisioned, job: string, objectId: string, objectTypeName = "User") {
    const schema = await schemaAt(tenant, job);
    const parameters = [
      { ruleId: schema.synchronizationRules[0]?.id, subjects: [{ objectId, objectTypeName }] },
    ];
    const answer = await tenant.graph("POST", `${job}/provisionOnDemand`, { parameters });
    const read = (name: string) => {
      const text = answer.body[name];
      return JSON.parse(typeof text === "string" ? text : "{}") as Record<string, unknown>;
    };
    return { answer, key: read("key"), value: read("value") };
  }

  test("one user is made, then in step, whether the job runs or not", async () => {
    const tenant = await provisionable();
    const job = await withJob(tenant);
    await assign(tenant, idOf(tenant, "Megan Bowen"));
    const first = await provision(tenant, job, idOf(tenant, "Megan Bowen"));
    expect(first.answer.status).toBe(200);
    expect(first.key).toEqual({ result: "Success", details: { errorCode: null, errorMessage: null } });
    expect(first.value).toMatchObject({
      action: "Create",
      provisioningSteps: [
        { type: "import" },
        { type: "scoping", status: "success" },
        { type: "matching" },
        { type: "export" },
      ],
      targetIdentity: { id: held(tenant).users[0]?.id },
    });
    const again = await provision(tenant, job, idOf(tenant, "Megan Bowen"));
    expect(again.key).toMatchObject({ result: "Skipped", details: { errorCode: "RedundantExport" } });
  });

  test("whoever is not in scope is skipped, and a refused token fails", async () => {
    const tenant = await provisionable();
    const job = await withJob(tenant);
    const skipped = await provision(tenant, job, idOf(tenant, "Megan Bowen"));
    expect(skipped.key).toMatchObject({
      result: "Skipped",
      details: { errorCode: "NotEffectivelyEntitled" },
    });
    expect(JSON.stringify(skipped.value)).toContain('"Assigned to the application":"False"');
    await assign(tenant, idOf(tenant, "Megan Bowen"));
    tenant.sandbox.behaviour.scimTarget = "refusesToken";
    const refused = await provision(tenant, job, idOf(tenant, "Megan Bowen"));
    expect(refused.key).toMatchObject({
      result: "Failure",
      details: { errorCode: "SystemForCrossDomainIdentityManagementInvalidCredentials" },
    });
  });

  test("five in ten seconds, no more", async () => {
    const tenant = await provisionable();
    const job = await withJob(tenant);
    const statuses = [];
    for (let count = 0; count < 6; count += 1) {
      statuses.push((await provision(tenant, job, idOf(tenant, "Megan Bowen"))).answer);
    }
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(statuses[5]?.headers.get("Retry-After")).toBe("10");
    tenant.clock.move(10_000);
    expect((await provision(tenant, job, idOf(tenant, "Megan Bowen"))).answer.status).toBe(200);
  });

  test("what it does not take is refused", async () => {
    const tenant = await provisionable();
    const job = await withJob(tenant);
    expect((await provision(tenant, job, idOf(tenant, "Megan Bowen"), "user")).answer.status).toBe(400);
    expect((await provision(tenant, job, "10000000-0000-4000-8000-00000000ffff")).answer.status).toBe(404);
    tenant.clock.move(10_000);
    const bodies = [{}, { parameters: [] }, { parameters: [{ ruleId: "x", subjects: [] }] }, { rule: 1 }];
    for (const body of bodies)
      expect((await tenant.graph("POST", `${job}/provisionOnDemand`, body)).status).toBe(400);
  });

  test("an assignment counts after a while", async () => {
    const tenant = await provisionable({ assignmentDelayMs: 60_000 });
    const job = await withJob(tenant);
    await assign(tenant, idOf(tenant, "Megan Bowen"));
    expect((await provision(tenant, job, idOf(tenant, "Megan Bowen"))).key).toMatchObject({
      result: "Skipped",
    });
    tenant.clock.move(60_000);
    expect((await provision(tenant, job, idOf(tenant, "Megan Bowen"))).key).toMatchObject({
      result: "Success",
    });
  });
});

describe("the provisioning logs", () => {
  test("are filtered, ordered, paged, late, and need a licence and a role", async () => {
    const tenant = await provisionable({ logDelayMs: 120_000 });
    const job = await started(tenant, ["All Employees"]);
    await statusOf(tenant, job);
    const jobId = job.split("/").at(-1) ?? "";
    const from = `/auditLogs/provisioning?$filter=jobId eq '${jobId}'`;
    expect(valueOf(await tenant.graph("GET", from))).toEqual([]);
    tenant.clock.move(120_000);
    const all = valueOf(await tenant.graph("GET", from));
    expect(all.length).toBeGreaterThan(5);
    expect(all.at(-1)).toMatchObject({ jobId, provisioningStatusInfo: { status: expect.any(String) } });
    const first = await tenant.graph("GET", `${from}&$top=4&$orderby=activityDateTime desc`);
    expect([valueOf(first).length, typeof first.body["@odata.nextLink"]]).toEqual([4, "string"]);
    const made = valueOf(await tenant.graph("GET", `${from} and provisioningAction eq 'create'`));
    expect(made.every((item) => item["provisioningAction"] === "create")).toBe(true);
    const later = `${from} and activityDateTime gt ${tenant.clock.now().toISOString()}`;
    expect(valueOf(await tenant.graph("GET", later))).toEqual([]);
    expect((await tenant.graph("GET", "/auditLogs/provisioning?$filter=contains(jobId,'x')")).status).toBe(
      400,
    );
    tenant.sandbox.behaviour.licence = "free";
    const free = await tenant.graph("GET", from);
    expect([free.status, errorOf(free).code]).toEqual([403, expect.stringMatching(/^Authentication_/)]);
    tenant.sandbox.behaviour.licence = "p1";
    tenant.sandbox.behaviour.persona = "user";
    await tenant.signIn("User.Read AuditLog.Read.All");
    expect((await tenant.graph("GET", from)).status).toBe(403);
  });
});

test("nothing of it is secret on disk, and a token that was lost with the process still opens the built-in endpoint", async () => {
  const tenant = await provisionable();
  const job = await started(tenant, ["Megan Bowen"]);
  await statusOf(tenant, job);
  const text = JSON.stringify(tenant.sandbox.state);
  expect(text).not.toContain(TOKEN);
  const later = await provisionable({}, { state: JSON.parse(text) as typeof tenant.sandbox.state });
  const id = idOf(later, "Megan Bowen");
  Object.assign(later.sandbox.state.users.find((one) => one.id === id) ?? {}, { jobTitle: "New" });
  later.clock.move(2 * CYCLE);
  await later.graph("GET", job);
  expect(held(later).users).toMatchObject([{ title: "New" }]);
});
