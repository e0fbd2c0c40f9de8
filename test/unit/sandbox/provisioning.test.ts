import { describe, expect, test } from "vitest";
import type {
  AttributeDefinition,
  AttributeMapping,
  SynchronizationSchema,
} from "../../../src/provisioning/types.ts";
import { errorOf, valueOf } from "./helpers.ts";
import {
  credentials,
  NOTIFICATION,
  provisionable,
  schemaAt,
  TENANT_URL,
  TOKEN,
  withJob,
} from "./provisioning-helpers.ts";

const bearer = (token: string, baseAddress = TENANT_URL) => ({
  templateId: "scim",
  useSavedCredentials: false,
  credentials: [
    { key: "BaseAddress", value: baseAddress },
    { key: "SecretToken", value: token },
  ],
});

describe("credentials", () => {
  test("are saved whole and shown with the token masked", async () => {
    const tenant = await provisionable();
    expect((await tenant.graph("PUT", `${tenant.path}/secrets`, credentials())).status).toBe(204);
    expect(valueOf(await tenant.graph("GET", `${tenant.path}/secrets`))).toEqual([
      { key: "BaseAddress", value: TENANT_URL },
      { key: "SyncNotificationSettings", value: NOTIFICATION },
      { key: "SyncAll", value: "false" },
      { key: "SecretToken", value: "*" },
    ]);
    expect(JSON.stringify(tenant.sandbox.state)).not.toContain(TOKEN);
  });

  test.each([
    ["BaseAddress", undefined],
    ["SyncNotificationSettings", undefined],
    ["SyncAll", undefined],
    ["SecretToken", undefined],
    ["SyncAll", "yes"],
    ["SyncNotificationSettings", "{}"],
    ["SyncNotificationSettings", "not json"],
  ])("are dropped and nobody is told: %s %j", async (key, value) => {
    const tenant = await provisionable();
    const dropped = await tenant.graph("PUT", `${tenant.path}/secrets`, credentials({ [key]: value }));
    expect(dropped.status).toBe(204);
    expect(valueOf(await tenant.graph("GET", `${tenant.path}/secrets`))).toEqual([]);
  });

  test("an incomplete write leaves the earlier ones; empty texts clear them", async () => {
    const tenant = await provisionable();
    await tenant.graph("PUT", `${tenant.path}/secrets`, credentials());
    await tenant.graph(
      "PUT",
      `${tenant.path}/secrets`,
      credentials({ SyncAll: undefined, BaseAddress: "https://a.b" }),
    );
    expect(valueOf(await tenant.graph("GET", `${tenant.path}/secrets`))[0]).toEqual({
      key: "BaseAddress",
      value: TENANT_URL,
    });
    const empty = { value: credentials().value.map(({ key }) => ({ key, value: "" })) };
    await tenant.graph("PUT", `${tenant.path}/secrets`, empty);
    expect(valueOf(await tenant.graph("GET", `${tenant.path}/secrets`))).toEqual([]);
  });

  test("unknown keys, and two ways of signing in at once, are errors of the service", async () => {
    const tenant = await provisionable();
    const unknown = await tenant.graph("PUT", `${tenant.path}/secrets`, credentials({ Token: "x" }));
    expect([unknown.status, errorOf(unknown)]).toEqual([
      500,
      expect.objectContaining({ code: "InternalError", message: "Requested value 'Token' was not found." }),
    ]);
    const both = credentials({ AuthenticationType: "OAuth2ClientCredentialsGrant" });
    expect((await tenant.graph("PUT", `${tenant.path}/secrets`, both)).status).toBe(500);
  });

  test("can be read late", async () => {
    const tenant = await provisionable({ provisioningDelayMs: 5000 });
    await tenant.graph("PUT", `${tenant.path}/secrets`, credentials());
    expect(valueOf(await tenant.graph("GET", `${tenant.path}/secrets`))).toEqual([]);
    tenant.clock.move(5000);
    expect(valueOf(await tenant.graph("GET", `${tenant.path}/secrets`))).toHaveLength(4);
  });
});

describe("testing a connection", () => {
  test("sends what Entra sends, and takes the first token it is shown", async () => {
    const tenant = await provisionable();
    const path = `${tenant.path}/jobs/validateCredentials`;
    expect((await tenant.graph("POST", path, bearer(TOKEN))).status).toBe(204);
    const other = await tenant.graph("POST", path, bearer("another"));
    expect([other.status, errorOf(other).code]).toEqual([400, "CredentialValidationUnavailable"]);
    expect(errorOf(other).message).toContain("Response Status Code: Unauthorized");
    const direct = await tenant.send(`${TENANT_URL}/Users`, {
      headers: { Authorization: `Bearer ${TOKEN}` },
    });
    expect([direct.status, direct.body["totalResults"]]).toEqual([200, 0]);
    expect((await tenant.send(`${TENANT_URL}/Users`)).status).toBe(401);
  });

  test.each([
    [{ scimTarget: "refusesToken" }, "Unauthorized"],
    [{ scimTarget: "down" }, "Unable to connect to the remote server"],
    [{ scimTarget: "slow" }, "timed out"],
    [{ scimTarget: "notScim" }, "does not conform to the SCIM protocol"],
  ] as const)("%j", async (behaviour, words) => {
    const tenant = await provisionable(behaviour);
    const answer = await tenant.graph("POST", `${tenant.path}/jobs/validateCredentials`, bearer(TOKEN));
    expect([answer.status, errorOf(answer).code]).toEqual([400, "CredentialValidationUnavailable"]);
    expect(errorOf(answer).message).toContain(words);
  });

  test.each([
    "http://scim.vendor.example",
    "https://localhost/scim",
    "https://10.0.0.5/scim",
    "https://[::1]/scim",
    "x",
  ])("Entra cannot reach %s", async (address) => {
    const tenant = await provisionable();
    const answer = await tenant.graph(
      "POST",
      `${tenant.path}/jobs/validateCredentials`,
      bearer(TOKEN, address),
    );
    expect([answer.status, errorOf(answer).code]).toEqual([400, "CredentialValidationUnavailable"]);
  });

  test("neither an answer that breaks off nor a token that no header takes breaks the service", async () => {
    const broken = new ReadableStream({ start: (stream) => stream.error(new Error("reset")) });
    const tenant = await provisionable(
      {},
      { scimFetch: async () => await Promise.resolve(new Response(broken)) },
    );
    for (const token of [TOKEN, "t\u20acken", "two\nlines"]) {
      const answer = await tenant.graph("POST", `${tenant.path}/jobs/validateCredentials`, bearer(token));
      expect([answer.status, errorOf(answer).code]).toEqual([400, "CredentialValidationUnavailable"]);
      expect(errorOf(answer).message).not.toContain(token);
    }
  });

  test("a token that begins with wrong is refused, unless the endpoint takes any", async () => {
    const tenant = await provisionable();
    const path = `${tenant.path}/jobs/validateCredentials`;
    expect((await tenant.graph("POST", path, bearer("wrong-one"))).status).toBe(400);
    expect((await tenant.graph("POST", path, bearer(TOKEN))).status).toBe(204);
    tenant.sandbox.behaviour.scimTarget = "acceptsAnyToken";
    expect((await tenant.graph("POST", path, bearer("wrong-one"))).status).toBe(204);
  });

  test("saved credentials are tested with and without a job", async () => {
    const tenant = await provisionable();
    const saved = { templateId: "scim", useSavedCredentials: true };
    const early = await tenant.graph("POST", `${tenant.path}/jobs/validateCredentials`, saved);
    expect([early.status, errorOf(early).code]).toEqual([400, "RequestMissingRequiredParameter"]);
    const job = await withJob(tenant);
    expect((await tenant.graph("POST", `${tenant.path}/jobs/validateCredentials`, saved)).status).toBe(204);
    expect(
      (await tenant.graph("POST", `${job}/validateCredentials`, { useSavedCredentials: true })).status,
    ).toBe(204);
    await tenant.graph("PUT", `${tenant.path}/secrets`, credentials({ SecretToken: "*" }));
    expect((await tenant.graph("POST", `${job}/validateCredentials`, saved)).status).toBe(400);
  });

  test("what it needs must be there", async () => {
    const tenant = await provisionable();
    const path = `${tenant.path}/jobs/validateCredentials`;
    const codes = [];
    for (const body of [{}, { templateId: "scim" }, { templateId: "scim", credentials: [] }]) {
      codes.push(errorOf(await tenant.graph("POST", path, body)).code);
    }
    expect(codes).toEqual(Array.from({ length: 3 }, () => "RequestMissingRequiredParameter"));
  });
});

describe("jobs", () => {
  test("there are two templates, and scim is the default", async () => {
    const tenant = await provisionable();
    const templates = valueOf(await tenant.graph("GET", `${tenant.path}/templates`));
    expect(templates.map(({ id, default: isDefault }) => [id, isDefault])).toEqual([
      ["scim", true],
      ["customappsso", false],
    ]);
  });

  test("query options are refused, as everywhere where they would be ignored", async () => {
    const tenant = await provisionable();
    expect((await tenant.graph("GET", `${tenant.path}/jobs?$filter=id eq 'x'`)).status).toBe(400);
  });

  test("one each, disabled at first, deleted for good", async () => {
    const tenant = await provisionable();
    const job = await tenant.graph("POST", `${tenant.path}/jobs`, { templateId: "scim" });
    expect(job.status).toBe(201);
    expect(job.body).toMatchObject({
      id: expect.stringMatching(/^scim\.[0-9a-f]{32}\.[0-9a-f-]{36}$/),
      schedule: { state: "Disabled", interval: "PT40M" },
      status: { code: "Paused", lastExecution: null, steadyStateFirstAchievedTime: "0001-01-01T00:00:00Z" },
    });
    expect((await tenant.graph("POST", `${tenant.path}/jobs`, { templateId: "scim" })).status).toBe(409);
    const path = `${tenant.path}/jobs/${String(job.body["id"])}`;
    expect((await tenant.graph("GET", path)).status).toBe(200);
    expect((await tenant.graph("DELETE", path)).status).toBe(204);
    expect((await tenant.graph("GET", path)).status).toBe(404);
    expect(valueOf(await tenant.graph("GET", `${tenant.path}/jobs`))).toEqual([]);
  });

  test("not for an app that was not instantiated, an unknown template, or a tenant without the licence", async () => {
    const tenant = await provisionable();
    const { body } = await tenant.graph("POST", "/applications", { displayName: "Plain" });
    const plain = await tenant.graph("POST", "/servicePrincipals", { appId: body["appId"] });
    const path = `/servicePrincipals/${String(plain.body["id"])}/synchronization`;
    expect(valueOf(await tenant.graph("GET", `${path}/templates`))).toEqual([]);
    expect((await tenant.graph("POST", `${path}/jobs`, { templateId: "scim" })).status).toBe(400);
    expect((await tenant.graph("POST", `${tenant.path}/jobs`, { templateId: "other" })).status).toBe(400);
    tenant.sandbox.behaviour.licence = "free";
    expect((await tenant.graph("POST", `${tenant.path}/jobs`, { templateId: "scim" })).status).toBe(403);
  });

  test("a start needs credentials, and those must have arrived", async () => {
    const tenant = await provisionable({ provisioningDelayMs: 5000 });
    const job = await withJob(tenant);
    expect((await tenant.graph("GET", job)).status).toBe(404);
    expect((await tenant.graph("POST", `${job}/start`)).status).toBe(404);
    tenant.clock.move(5000);
    await tenant.graph("PUT", `${tenant.path}/secrets`, credentials());
    expect((await tenant.graph("POST", `${job}/start`)).status).toBe(409);
    tenant.clock.move(5000);
    expect((await tenant.graph("POST", `${job}/start`)).status).toBe(204);
    expect((await tenant.graph("GET", job)).body["schedule"]).toMatchObject({ state: "Active" });
    expect((await tenant.graph("POST", `${job}/pause`)).status).toBe(204);
    expect((await tenant.graph("GET", job)).body["status"]).toMatchObject({ code: "Paused" });
  });

  test.each([
    [undefined, 204],
    [{ resetScope: "" }, 204],
    [{ resetScope: "Watermark, Escrows, QuarantineState" }, 204],
    [{ resetScope: "Full" }, 204],
    [{ resetScope: "None" }, 400],
    [{ resetScope: "ConnectorDataStore" }, 400],
    [{ resetScope: "Everything" }, 400],
    [{ scope: "Full" }, 400],
    ["Full", 400],
  ])("a restart with %j is %i", async (criteria, status) => {
    const tenant = await provisionable();
    const job = await withJob(tenant);
    const body = criteria === undefined ? {} : { criteria };
    expect((await tenant.graph("POST", `${job}/restart`, body)).status).toBe(status);
  });

  test("are a matter of permission, and of role or of owning the app", async () => {
    const tenant = await provisionable();
    const job = await withJob(tenant);
    const statuses = async (scopes: string) => {
      await tenant.signIn(`User.Read ${scopes}`);
      const read = await tenant.graph("GET", job);
      const write = await tenant.graph("POST", `${job}/pause`);
      return [read.status, write.status];
    };
    expect(await statuses("Application.ReadWrite.All")).toEqual([403, 403]);
    expect(await statuses("Synchronization.Read.All")).toEqual([200, 403]);
    tenant.sandbox.behaviour.persona = "cloudApplicationAdministrator";
    expect(await statuses("Synchronization.ReadWrite.All")).toEqual([200, 204]);
    tenant.sandbox.behaviour.persona = "user";
    expect(await statuses("Synchronization.ReadWrite.All")).toEqual([403, 403]);
    const person = tenant.sandbox.state.users.find(({ displayName }) => displayName === "Lidia Holloway");
    tenant.sandbox.state.applications[0]?.owners.push(String(person?.id));
    expect(await statuses("Synchronization.ReadWrite.All")).toEqual([200, 204]);
  });
});

describe("the schema", () => {
  type Draft = { -readonly [Key in keyof SynchronizationSchema]: SynchronizationSchema[Key] };
  const userMappings = (schema: Draft) =>
    schema.synchronizationRules[0]?.objectMappings.find(({ sourceObjectName }) => sourceObjectName === "User")
      ?.attributeMappings as AttributeMapping[];
  const targetUser = (schema: Draft) =>
    schema.directories
      .find(({ name }) => name === "customappsso")
      ?.objects.find(({ name }) => name.endsWith(":User"))?.attributes as AttributeDefinition[];
  const custom = {
    name: "urn:ietf:params:scim:schemas:extension:2.0:Custom:folders",
    type: "String",
    multivalued: true,
    anchor: false,
    caseExact: false,
    defaultValue: null,
    flowNullValues: false,
    mutability: "ReadWrite",
    required: false,
    apiExpressions: [],
    metadata: [],
    referencedObjects: [],
  };
  const mapped = (target: string, more: Partial<AttributeMapping> = {}): AttributeMapping => ({
    targetAttributeName: target,
    defaultValue: null,
    flowType: "Always",
    flowBehavior: "FlowWhenChanged",
    matchingPriority: 0,
    exportMissingReferences: false,
    source: { type: "Attribute", name: "companyName", expression: "[companyName]", parameters: [] },
    ...more,
  });

  test("of a new job maps what the documentation says", async () => {
    const tenant = await provisionable();
    const schema = await schemaAt(tenant, await withJob(tenant));
    const [rule] = schema.synchronizationRules;
    expect([rule?.["name"], rule?.editable, rule?.targetDirectoryName]).toEqual([
      "USERGROUP_OUTBOUND_USERGROUP",
      true,
      "customappsso",
    ]);
    expect(rule?.objectMappings.map(({ name, enabled }) => [name, enabled])).toEqual([
      ["Provision Azure Active Directory Groups", true],
      ["Provision Azure Active Directory Users", true],
    ]);
    const targets = userMappings(schema).map(({ targetAttributeName, source, matchingPriority }) => [
      targetAttributeName,
      source?.expression,
      matchingPriority,
    ]);
    expect(targets).toContainEqual(["userName", "[userPrincipalName]", 1]);
    expect(targets).toContainEqual(["externalId", "[mailNickname]", 0]);
    expect(targets).toContainEqual([
      "active",
      'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
      0,
    ]);
    expect(targets).toHaveLength(22);
  });

  test("is taken back as it was read, and changed", async () => {
    const tenant = await provisionable();
    const job = await withJob(tenant);
    const schema = await schemaAt(tenant, job);
    expect((await tenant.graph("PUT", `${job}/schema`, schema)).status).toBe(204);
    targetUser(schema).push(custom);
    userMappings(schema).push(mapped(custom.name));
    expect((await tenant.graph("PUT", `${job}/schema`, schema)).status).toBe(204);
    expect(await schemaAt(tenant, job)).toEqual(schema);
  });

  const refusals: [string, (schema: Draft) => void][] = [
    ["an unknown target attribute", (schema) => userMappings(schema).push(mapped(custom.name))],
    ["a target mapped twice", (schema) => userMappings(schema).push(mapped("displayName"))],
    [
      "an unknown source attribute",
      (schema) =>
        userMappings(schema).push(
          mapped("userType", {
            source: { type: "Attribute", name: "shoeSize", expression: "[shoeSize]", parameters: [] },
          }),
        ),
    ],
    [
      "an unknown source attribute inside a function",
      (schema) =>
        userMappings(schema).push(
          mapped("userType", {
            source: {
              type: "Function",
              name: "Not",
              expression: "Not([shoeSize])",
              parameters: [
                {
                  key: "source",
                  value: { type: "Attribute", name: "shoeSize", expression: "[shoeSize]", parameters: [] },
                },
              ],
            },
          }),
        ),
    ],
    [
      "an expression that was not parsed",
      (schema) =>
        userMappings(schema).push(
          mapped("userType", {
            source: { type: "Function", name: "Not", expression: "Not([IsSoftDeleted])", parameters: [] },
          }),
        ),
    ],
    [
      "a flow type nobody knows",
      (schema) => userMappings(schema).push(mapped("userType", { flowType: "Never" })),
    ],
    ["a property nobody knows", (schema) => userMappings(schema).push(mapped("userType", { extra: 1 }))],
    [
      "a mapping without a source",
      (schema) => userMappings(schema).push(mapped("userType", { source: null })),
    ],
    [
      "no matching attribute",
      (schema) => {
        const mappings = userMappings(schema);
        mappings.splice(
          0,
          mappings.length,
          ...mappings.filter(({ matchingPriority }) => matchingPriority === 0),
        );
      },
    ],
    [
      "an attribute of the target with half of its properties",
      (schema) => targetUser(schema).push({ name: custom.name, type: "String", multivalued: true }),
    ],
    ["a type nobody knows", (schema) => targetUser(schema).push({ ...custom, type: "Text" })],
    ["an attribute defined twice", (schema) => targetUser(schema).push({ ...custom, name: "displayName" })],
    ["a lost directory", (schema) => (schema.directories = schema.directories.slice(0, 1))],
    ["no directories", (schema) => Reflect.deleteProperty(schema, "directories")],
    ["no rule", (schema) => (schema.synchronizationRules = [])],
    [
      "a lost mapping of groups",
      (schema) =>
        (schema.synchronizationRules = schema.synchronizationRules.map((rule) => ({
          ...rule,
          objectMappings: rule.objectMappings.slice(1),
        }))),
    ],
  ];

  test.each(refusals)("is refused with %s, and stays as it was", async (_, change) => {
    const tenant = await provisionable();
    const job = await withJob(tenant);
    const before = await schemaAt(tenant, job);
    const sent = structuredClone(before);
    change(sent);
    const answer = await tenant.graph("PUT", `${job}/schema`, sent);
    expect([answer.status, errorOf(answer).code]).toEqual([
      400,
      expect.stringMatching(/^(SchemaInvalid|Request_BadRequest)$/),
    ]);
    expect(await schemaAt(tenant, job)).toEqual(before);
  });
});

describe("right after the app was made", () => {
  test("its provisioning answers 403, 404 and 409 for a while", async () => {
    const tenant = await provisionable({ visibilityDelayMs: 2000, synchronizationDelayMs: 30_000 });
    const statuses: number[] = [];
    for (let second = 0; second < 40; second += 4) {
      statuses.push((await tenant.graph("GET", `${tenant.path}/templates`)).status);
      tenant.clock.move(4000);
    }
    expect([...new Set(statuses)]).toEqual(
      [404, 403, 409, 200].toSorted((a, b) => statuses.indexOf(a) - statuses.indexOf(b)),
    );
    expect(statuses.at(-1)).toBe(200);
  });
});
