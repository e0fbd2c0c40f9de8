import { expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { runInProcess, type TestRunOptions, testTenant } from "../support/run.ts";
import {
  type Answer,
  altering,
  answering,
  at,
  failing,
  stranger,
  type Variation,
} from "../support/stranger.ts";

/*
 * Tenants that keep to Graph's contract and differ from the simulated one where it leaves room: everything that is
 * done about provisioning works there just the same, and a second run finds nothing to do.
 */

const MEGAN = "megan.bowen@contoso.com";
const PLATFORM = [
  "webRedirectUri=https://web.vendor.example/back",
  "installedRedirectUri=https://app.vendor.example/back",
  "tenantUrl=https://scim.vendor.example/scim",
  "role=Admin",
];
const FLAGS = ["--template", "scim-oidc-platform", ...PLATFORM.flatMap((one) => ["--set", one])];

const JOBS = at("POST", /\/synchronization\/jobs$/);
const JOB_READ = at("GET", /\/synchronization\/jobs(\/[^/]+)?$/);
const SECRETS = at("GET", /\/synchronization\/secrets$/);
const SAVE = at("PUT", /\/synchronization\/secrets$/);
const SCHEMA = at("GET", /\/jobs\/[^/]+\/schema$/);
const WRITE_SCHEMA = at("PUT", /\/jobs\/[^/]+\/schema$/);
const PARSE = at("POST", /\/parseExpression$/);
const ON_DEMAND = at("POST", /\/provisionOnDemand$/);
const INLINE = at("POST", /\/synchronization\/jobs\/validateCredentials$/);
const GROUPS = at("GET", /^\/groups$/);
const RESTART = at("POST", /\/jobs\/[^/]+\/restart$/);
const START = at("POST", /\/jobs\/[^/]+\/(start|restart)$/);

type Json = Readonly<Record<string, unknown>>;

/** Every object of a value, from the inside out. */
function each(value: unknown, change: (one: Json) => Json): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => each(one, change));
  if (typeof value !== "object" || value === null) return value;
  return change(Object.fromEntries(Object.entries(value).map(([name, one]) => [name, each(one, change)])));
}

function without(one: Json, ...names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(one).filter(([name]) => !names.includes(name)));
}

const isMapping = (one: Json) => "targetAttributeName" in one;
const isSource = (one: Json) => "expression" in one;
const isAttribute = (one: Json) => "mutability" in one;
/** Rules before and after the one that counts. */
const STRANGE_RULES = [
  { id: "r0", name: null, editable: false, priority: 1, objectMappings: [] },
  { id: "r1", name: "X", editable: true, priority: 2, objectMappings: [] },
];

function schemaAs(change: (schema: unknown) => unknown, restore: (schema: unknown) => unknown): Variation[] {
  return [
    altering(SCHEMA, change),
    { accept: (call) => (WRITE_SCHEMA(call) ? restore(call.body) : call.body) },
  ];
}

const VARIATIONS: Readonly<Record<string, () => readonly Variation[]>> = {
  "with properties that nobody knows": () => [
    {
      accept: (call) => each(call.body, (one) => without(one, "@odata.type", "ofTomorrow")),
      alter: (call, answer) =>
        !call.path.includes("/synchronization/") || answer.status >= 300
          ? answer
          : {
              ...answer,
              body: each(answer.body, (one) => ({ ...one, "@odata.type": "#x", ofTomorrow: [{ a: null }] })),
            },
    },
  ],
  "with no parameters where there are none": () =>
    schemaAs(
      (schema) =>
        each(schema, (one) =>
          isSource(one) && Array.isArray(one["parameters"]) && one["parameters"].length === 0
            ? { ...one, parameters: null }
            : one,
        ),
      (schema) =>
        each(schema, (one) => (isSource(one) ? { ...one, parameters: one["parameters"] ?? [] } : one)),
    ),
  "with bare mappings and attributes": () =>
    schemaAs(
      (schema) =>
        each(schema, (one) => {
          if (isAttribute(one))
            return { name: one["name"], type: one["type"], multivalued: one["multivalued"] };
          return isMapping(one) ? without(one, "flowType", "exportMissingReferences") : one;
        }),
      (schema) =>
        each(schema, (one) => {
          if (isMapping(one)) return { flowType: "Always", exportMissingReferences: false, ...one };
          return "multivalued" in one ? { ...BARE, ...one } : one;
        }),
    ),
  "with other rules beside the one": () =>
    schemaAs(
      (schema) =>
        each(schema, (one) =>
          Array.isArray(one["synchronizationRules"])
            ? {
                ...one,
                synchronizationRules: [...STRANGE_RULES, ...(one["synchronizationRules"] as unknown[])],
              }
            : one,
        ),
      (schema) =>
        each(schema, (one) =>
          Array.isArray(one["synchronizationRules"])
            ? { ...one, synchronizationRules: one["synchronizationRules"].slice(STRANGE_RULES.length) }
            : one,
        ),
    ),
  "with directories by themselves": () => {
    let directories: unknown;
    return [
      altering(SCHEMA, (schema) => {
        ({ directories } = schema as Json);
        return without(schema as Json, "directories");
      }),
      {
        instead: (call) =>
          at("GET", /\/schema\/directories$/)(call)
            ? { status: 200, body: { value: directories } }
            : undefined,
      },
    ];
  },
  "with everything in another order": () =>
    schemaAs(
      (schema) => each(schema, reversed),
      (schema) => schema,
    ),
  "with a job of an id that is no word": () => {
    const odd = (text: string) => text.replaceAll(/scim\.([0-9a-f]{32})\.([0-9a-f-]{36})/g, "scim #$1 $2+ü%");
    const even = (text: string) => text.replaceAll(/scim #([0-9a-f]{32}) ([0-9a-f-]{36})\+ü%/g, "scim.$1.$2");
    const through = (value: unknown, write: (text: string) => string): unknown =>
      value === undefined ? undefined : (JSON.parse(write(JSON.stringify(value))) as unknown);
    return [
      {
        address: even,
        accept: ({ body: sent }) => through(sent, even),
        alter: (_call, answer) => ({ ...answer, body: through(answer.body, odd) }),
      },
    ];
  },
  "with a job that tells little of itself": () => [
    altering(JOB_READ, (jobs) =>
      each(jobs, (one) => ("interval" in one ? without(one, "state") : without(one, "templateId"))),
    ),
  ],
  "with counts in texts": () => [
    altering(JOB_READ, (jobs) =>
      each(jobs, (one) =>
        Object.fromEntries(
          Object.entries(one).map(([name, value]) => [
            name,
            typeof value === "number" ? String(value) : value,
          ]),
        ),
      ),
    ),
  ],
  "that refuses the job it made": () => [
    { alter: (call, answer) => (JOBS(call) ? failure(400, "InvalidOperation", "x") : answer) },
  ],
  "that tests no connection without a job": () => [failing(INLINE, failure(404, "ResourceNotFound"))],
  "that tests none without a job, and says it otherwise": () => [failing(INLINE, failure(400, "BadRequest"))],
  "that shows of a secret nothing": () => [
    altering(SECRETS, (secrets) =>
      each(secrets, (one) => (one["value"] === "*" ? { ...one, value: null } : one)),
    ),
  ],
  "that leaves out of the credentials what is not the address": () => [
    altering(SECRETS, (secrets) => {
      const { value, ...rest } = secrets as { readonly value: readonly Json[] };
      return { ...rest, value: value.filter(({ key }) => key === "BaseAddress") };
    }),
  ],
  "that masks all of the credentials but the address": () => [
    altering(SECRETS, (secrets) =>
      each(secrets, (one) => ("key" in one && one["key"] !== "BaseAddress" ? { ...one, value: "*" } : one)),
    ),
  ],
  "that drops credentials, twice": () => [answering(SAVE, { status: 204 }, 2)],
  "that starts nothing for a while": () => [
    answering(START, failure(403, "Authorization_RequestDenied"), 1),
    answering(START, failure(409, "Conflict"), 3),
  ],
  "in which a restart starts nothing": () => {
    let isStarted = true;
    return [
      {
        instead: (call) => {
          if (RESTART(call)) isStarted = false;
          if (START(call) && !RESTART(call)) isStarted = true;
          return undefined;
        },
      },
      altering(JOB_READ, (jobs) =>
        each(jobs, (one) => ("interval" in one && !isStarted ? { ...one, state: "Disabled" } : one)),
      ),
    ];
  },
  "that reads what is said to be there": () => [
    {
      instead: (call) =>
        call.body === undefined && call.headers.has("content-type")
          ? failure(400, "BadRequest", "Unable to read JSON request payload.")
          : undefined,
    },
  ],
  "that knows names as they are written, and no lists of them": () => [
    {
      instead: ({ query }) =>
        /%20in%20\(/.test(query) ? failure(400, "Request_UnsupportedQuery") : undefined,
      alter: (call, answer) =>
        GROUPS(call) && !call.query.includes("Finance") ? { ...answer, body: { value: [] } } : answer,
    },
  ],
  "that tells only who the members of a group are": () => [
    failing(at("GET", /\/members\/microsoft\.graph\.user$/), failure(404, "ResourceNotFound")),
    altering(at("GET", /\/members$/), (page) => each(page, (one) => without(one, "@odata.type"))),
  ],
  "that refuses attributes of several values": () => [
    {
      instead: (call) =>
        WRITE_SCHEMA(call) && hasSeveralValues(call.body)
          ? failure(400, "SchemaInvalid", "Attribute cannot be multivalued.")
          : undefined,
    },
  ],
  "that drops attributes of several values and says nothing": () => [
    {
      accept: (call) =>
        WRITE_SCHEMA(call)
          ? each(call.body, (one) => withoutItems(withoutItems(one, "attributes"), "attributeMappings"))
          : call.body,
    },
  ],
  "that maps attributes of several values and does not show them": () => [
    altering(SCHEMA, (schema) => each(schema, (one) => withoutItems(one, "attributes"))),
  ],
  "that writes the outcome of a run in capitals": () => [
    altering(ON_DEMAND, (pair) =>
      each(pair, (one) => ({ key: capitals(one["key"]), value: capitals(one["value"]) })),
    ),
  ],
  "that takes expressions one by one": () => [
    {
      instead: (call) =>
        PARSE(call) && !call.headers.has("client-request-id") ? failure(404, "ResourceNotFound") : undefined,
    },
  ],
  "that is throttled at the first of every request": () => [
    {
      instead: ({ earlier }) =>
        earlier === 0 ? { ...failure(429, "TooManyRequests"), headers: { "Retry-After": "0" } } : undefined,
    },
  ],
};

const BARE = {
  anchor: false,
  apiExpressions: [],
  caseExact: false,
  defaultValue: null,
  flowNullValues: false,
  metadata: [],
  mutability: "ReadWrite",
  referencedObjects: [],
  required: false,
};

/** Of the vendor's own attributes, as against those of SCIM. */
function hasSeveralValues(schema: unknown): boolean {
  let found = false;
  each(schema, (one) => {
    found ||= one["multivalued"] === true && String(one["name"]).includes(":CustomExtensionName:");
    return one;
  });
  return found;
}

/** Without those of a list that are about the vendor's attribute of several values. */
function withoutItems(one: Json, list: "attributes" | "attributeMappings"): Json {
  const items = one[list];
  if (!Array.isArray(items)) return one;
  const name = list === "attributes" ? "name" : "targetAttributeName";
  return {
    ...one,
    [list]: (items as readonly Json[]).filter(
      (item) => !String(item[name]).includes(":CustomExtensionName:"),
    ),
  };
}

function failure(status: number, code: string, message = ""): Answer {
  return { status, body: { error: { code, message, innererror: { date: "2026-11-20T12:00:00" } } } };
}

/** Rules keep their order, which means something. */
function reversed(one: Json): Json {
  const names = new Set(["directories", "objects", "attributes", "objectMappings", "attributeMappings"]);
  return Object.fromEntries(
    Object.entries(one).map(([name, value]) => [
      name,
      names.has(name) && Array.isArray(value) ? value.toReversed() : value,
    ]),
  );
}

function capitals(json: unknown): string {
  const upper = each(JSON.parse(String(json)), (one) =>
    Object.fromEntries(
      Object.entries(one).map(([name, value]) => [name.slice(0, 1).toUpperCase() + name.slice(1), value]),
    ),
  );
  return JSON.stringify(upper);
}

const COMMANDS = [
  ["test"],
  ["status"],
  ["provision", MEGAN],
  ["logs"],
  ["pause", "--yes"],
  ["start", "--yes"],
  ["restart", "--yes", "--clear-state"],
  ["preview", "--user", MEGAN],
  ["preview", "--group", "Finance"],
  ["assign", "--user", "Grady.Archie@contoso.com", "--group", "Finance", "--yes"],
  ["assign", "--members-of", "Finance", "--yes"],
] as const;

test.each(Object.entries(VARIATIONS))("a tenant %s", async (_name, variations) => {
  const tenant = testTenant();
  const { through } = stranger(variations());
  const scim = (words: readonly string[], options: TestRunOptions = {}) =>
    runInProcess(["scim", ...words, ...FLAGS, "--no-input", "--tenant-id", EXAMPLE.tenantId], tenant, {
      through,
      ...options,
    });
  const setUp = ["setup", "--yes", "--user", MEGAN];
  const first = await scim(setUp, { piped: "token-of-the-vendor" });
  expect(first.exitCode, first.stderr).toBe(0);
  const { folder } = first;
  tenant.clock.advance(60_000);
  const again = await scim([...setUp, "--json"], { folder });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ changed: false });
  for (const words of COMMANDS) {
    tenant.clock.advance(30_000);
    const run = await scim(words, { folder });
    expect(run.exitCode, `${words[0]}: ${run.stderr}`).toBe(0);
  }
  const verified = await runInProcess(
    ["verify", ...FLAGS, "--no-input", "--tenant-id", EXAMPLE.tenantId],
    tenant,
    { folder, through },
  );
  expect(verified.stdout).not.toContain("✖");
  expect(verified.exitCode, verified.stdout).toBe(0);
});

test("F6: what a tenant drops is written once from a machine, and then named", async () => {
  const tenant = testTenant();
  const { through, calls } = stranger(
    VARIATIONS["that drops attributes of several values and says nothing"]?.() ?? [],
  );
  const argv = ["scim", "setup", ...FLAGS, "--user", MEGAN, "--yes", "--no-input", "--no-proof"];
  const scim = (words: readonly string[], options: TestRunOptions = {}) =>
    runInProcess([...argv, "--tenant-id", EXAMPLE.tenantId, ...words], tenant, { through, ...options });
  const writes = () => calls.filter(WRITE_SCHEMA).length;
  const { folder, ...first } = await scim([], { piped: "token-of-the-vendor" });
  expect(first.exitCode, first.stderr).toBe(0);
  expect(first.stderr).toMatch(
    /Microsoft Entra did not keep these attributes .*:CustomExtensionName:folders/,
  );
  const second = await scim([], { folder });
  expect([second.exitCode, second.stdout], second.stderr).toEqual([
    0,
    expect.stringContaining("Nothing to do"),
  ]);
  expect(second.stderr).toMatch(/not written again: \S+:CustomExtensionName:folders/);
  expect(writes()).toBe(1);
  const verified = await runInProcess(
    ["verify", ...FLAGS, "--no-input", "--tenant-id", EXAMPLE.tenantId],
    tenant,
    {
      folder,
      through,
    },
  );
  expect(verified.exitCode, verified.stdout).toBe(0);
  expect(verified.stdout).toMatch(/:folders was written by an earlier run/);

  // What differs besides is written, without it.
  const [schema] = Object.values(tenant.state.provisioning ?? {}).map(({ job }) => job?.schema);
  const mappings = schema?.synchronizationRules[0]?.objectMappings ?? [];
  Object.assign(mappings.find(({ sourceObjectName }) => sourceObjectName === "User") ?? {}, {
    enabled: false,
  });
  const third = await scim([], { folder });
  expect(third.exitCode, third.stderr).toBe(0);
  expect(third.stderr).toContain("~ users are provisioned");
  expect(third.stderr).not.toContain("+ new attribute");
  expect(writes()).toBe(2);

  // Another machine cannot know: once from there.
  const other = await scim([]);
  expect(other.stderr).toContain("+ new attribute");
  const again = await scim([], { folder: other.folder });
  expect(again.stdout, again.stderr).toContain("Nothing to do");
});

test("what a tenant does not show of the credentials is named, and no reason to wait for a token", async () => {
  const tenant = testTenant();
  const hiding = altering(SECRETS, (secrets) => {
    const { value, ...rest } = secrets as { readonly value: readonly Json[] };
    return { ...rest, value: value.filter(({ key }) => !String(key).startsWith("Sync")) };
  });
  const { through } = stranger([hiding]);
  const argv = ["scim", "setup", "--template", "flexwhere", "--user", MEGAN, "--yes", "--no-input"];
  const scim = (words: readonly string[], options: TestRunOptions) =>
    runInProcess([...argv, "--tenant-id", EXAMPLE.tenantId, ...words], tenant, { through, ...options });
  const { folder, ...first } = await scim([], { piped: "token-of-the-vendor" });
  expect(first.exitCode, first.stderr).toBe(0);
  const second = await scim([], { folder });
  expect([second.exitCode, second.stdout], second.stderr).toEqual([
    0,
    expect.stringContaining("Nothing to do"),
  ]);
  expect(second.stderr).toContain('Microsoft does not show for "FlexWhere SCIM" who is provisioned;');
  const third = await scim(["--notify", "it@contoso.com"], { folder });
  expect(third.exitCode, third.stderr).toBe(0);
  expect(third.stderr).toContain("who is provisioned and to whom failures are reported");
  // With the token all of it is saved again.
  const last = await scim(["--notify", "it@contoso.com", "--new-secret-token"], {
    folder,
    piped: "token-of-the-vendor",
  });
  const [saved] = Object.values(tenant.state.provisioning ?? {});
  expect(last.exitCode, last.stderr).toBe(0);
  expect(saved?.credentials?.values["SyncNotificationSettings"]).toContain("it@contoso.com");
});

test("a tenant that restarts no job which never ran, and knows credentials late", async () => {
  const tenant = testTenant();
  const scim = (piped: string | undefined, variations: readonly Variation[], folder?: string) =>
    runInProcess(
      ["scim", "setup", "--template", "flexwhere", "--user", MEGAN, "--yes", "--no-input"].concat(
        "--tenant-id",
        EXAMPLE.tenantId,
      ),
      tenant,
      {
        through: stranger(variations).through,
        ...(folder !== undefined && { folder }),
        ...(piped !== undefined && { piped }),
      },
    );
  const { exitCode, folder } = await scim(undefined, []);
  expect(exitCode).toBe(7);
  tenant.clock.advance(3_600_000);
  // The job is an old one by now, and its credentials are new.
  const late = failure(403, "Authorization_RequestDenied");
  const variations = [answering(ON_DEMAND, late, 3), failing(RESTART, failure(400, "BadRequest"))];
  const second = await scim("token-of-the-vendor", variations, folder);
  expect(second.exitCode, second.stderr).toBe(0);
  tenant.clock.advance(60_000);
  const third = await scim(undefined, [], folder);
  expect(third.stdout).toContain("Nothing to do");
});

test("a connection that is refused where it takes a job to test it saves nothing", async () => {
  const tenant = testTenant();
  const refused = failure(400, "CredentialValidationUnavailable", "HTTP 401 Unauthorized");
  const { through, calls } = stranger([
    failing(INLINE, failure(404, "ResourceNotFound")),
    failing(at("POST", /\/jobs\/[^/]+\/validateCredentials$/), refused),
  ]);
  const argv = ["scim", "setup", "--template", "flexwhere", "--yes", "--no-input"];
  const run = await runInProcess([...argv, "--tenant-id", EXAMPLE.tenantId], tenant, {
    through,
    piped: "token-of-another-vendor",
  });
  expect(run.exitCode, run.stderr).toBe(3);
  expect(calls.filter(SAVE)).toEqual([]);
});
