import { expect, test } from "vitest";
import { propertiesOf } from "../../../src/sandbox/graph/types.ts";
import { REGISTER_SCOPES, world } from "./helpers.ts";
import { provisionable, schemaAt, withJob } from "./provisioning-helpers.ts";

const VALUES = [
  null,
  "",
  "x",
  "https://app.contoso.com/",
  0,
  -1.5,
  true,
  [],
  [null],
  ["x"],
  [1],
  [{}],
  [[]],
  {},
  { x: 1 },
  { id: null },
  [{ id: "3f1c2a52-0a4b-4f0e-9b3c-6a1e6f0d2b11" }],
];

/** Each property with each value; inside of it, too, as far as the types are not in themselves again. */
function bodies(type: string, above: readonly string[] = []): Record<string, unknown>[] {
  return [...(propertiesOf(type) ?? [])].flatMap(([name, property]) => {
    const values = VALUES.map((value) => ({ [name]: value }));
    const isDone = propertiesOf(property.name) === undefined || above.includes(property.name);
    const nested = isDone ? [] : bodies(property.name, [...above, type]);
    return [...values, ...nested.map((body) => ({ [name]: property.collection ? [body] : body }))];
  });
}

const GROUP = { displayName: "G", mailNickname: "g", mailEnabled: false, securityEnabled: true };

test("no body makes Graph's part fall over, and what is refused changes nothing", async () => {
  const tenant = world();
  const scopes = `${REGISTER_SCOPES} Group.ReadWrite.All`;
  await tenant.signIn(scopes);
  const created = await tenant.graph("POST", "/applications", { displayName: "App" });
  const application = `/applications/${String(created.body["id"])}`;
  const principal = await tenant.graph("POST", "/servicePrincipals", { appId: created.body["appId"] });
  const graph = `/servicePrincipals/${tenant.sandbox.state.graphServicePrincipalId}`;
  const targets: [string, string, string, (body: Record<string, unknown>) => unknown][] = [
    ["application", "POST", "/applications", (body) => ({ displayName: "B", ...body })],
    ["application", "PATCH", application, (body) => body],
    ["servicePrincipal", "POST", "/servicePrincipals", (body) => body],
    ["servicePrincipal", "PATCH", `/servicePrincipals/${String(principal.body["id"])}`, (body) => body],
    ["oAuth2PermissionGrant", "POST", "/oauth2PermissionGrants", (body) => body],
    ["appRoleAssignment", "POST", `${graph}/appRoleAssignedTo`, (body) => body],
    ["passwordCredential", "POST", `${application}/addPassword`, (body) => ({ passwordCredential: body })],
    ["passwordCredential", "POST", `${application}/removePassword`, (body) => body],
    ["group", "POST", "/groups", (body) => body],
    ["group", "POST", "/groups", (body) => ({ ...GROUP, ...body })],
  ];
  for (const [type, method, path, shape] of targets) {
    for (const body of bodies(type)) {
      const before = JSON.stringify(tenant.sandbox.state);
      const { status } = await tenant.graph(method, path, shape(body));
      expect({ path, body, known: [200, 201, 204, 400, 404, 409].includes(status) }).toEqual({
        path,
        body,
        known: true,
      });
      // What was made is thrown away again, or the state would grow with every body.
      if (status === 201) {
        tenant.sandbox.state.applications.length = 1;
        tenant.sandbox.state.groups.length = 2;
      }
      if (status >= 400) expect(JSON.stringify(tenant.sandbox.state)).toBe(before);
    }
  }
});

const WHOLE = new Set(["attributeMapping", "synchronizationJobSubject"]);

function hasNested(body: Record<string, unknown>): boolean {
  return Object.values(body).some((value) => {
    const [inner] = [value].flat();
    return (
      typeof inner === "object" &&
      inner !== null &&
      !VALUES.some((one) => JSON.stringify(one) === JSON.stringify(value))
    );
  });
}

test("no body makes the provisioning service fall over, and what is refused changes nothing", async () => {
  const tenant = await provisionable();
  const job = await withJob(tenant);
  const schema = await schemaAt(tenant, job);
  const [rule] = schema.synchronizationRules;
  const { path } = tenant;
  const mapped = (body: Record<string, unknown>) => ({
    ...schema,
    synchronizationRules: [
      { ...rule, objectMappings: [rule?.objectMappings[0], { ...rule?.objectMappings[1], ...body }] },
    ],
  });
  const attribute = (body: Record<string, unknown>) =>
    mapped({ attributeMappings: [...(rule?.objectMappings[1]?.attributeMappings ?? []), body] });
  const directory = (body: Record<string, unknown>) => ({
    ...schema,
    directories: [schema.directories[0], { ...schema.directories[1], ...body }],
  });
  const pair = "synchronizationSecretKeyStringValuePair";
  const targets: [string, string, string, (body: Record<string, unknown>) => unknown][] = [
    ["synchronizationSchema", "PUT", `${job}/schema`, (body) => ({ ...schema, ...body })],
    [
      "synchronizationRule",
      "PUT",
      `${job}/schema`,
      (body) => ({ ...schema, synchronizationRules: [{ ...rule, ...body }] }),
    ],
    ["objectMapping", "PUT", `${job}/schema`, mapped],
    ["attributeMapping", "PUT", `${job}/schema`, attribute],
    ["directoryDefinition", "PUT", `${job}/schema`, directory],
    [pair, "PUT", `${path}/secrets`, (body) => ({ value: [body] })],
    [
      pair,
      "POST",
      `${path}/jobs/validateCredentials`,
      (body) => ({ templateId: "scim", credentials: [body] }),
    ],
    [
      "synchronizationJobApplicationParameters",
      "POST",
      `${job}/provisionOnDemand`,
      (body) => ({ parameters: [body] }),
    ],
    [
      "synchronizationJobSubject",
      "POST",
      `${job}/provisionOnDemand`,
      (body) => ({ parameters: [{ ruleId: rule?.id, subjects: [body] }] }),
    ],
    [
      "attributeDefinition",
      "POST",
      `${job}/schema/parseExpression`,
      (body) => ({ expression: "[mail]", testInputObject: body }),
    ],
    ["synchronizationJobRestartCriteria", "POST", `${job}/restart`, (criteria) => ({ criteria })],
  ];
  const known = [200, 204, 400, 404, 500];
  for (const [type, method, address, shape] of targets) {
    // Rules and object mappings hold the others, which are tried by themselves.
    const all = WHOLE.has(type) ? bodies(type) : bodies(type).filter((body) => !hasNested(body));
    for (const body of all) {
      tenant.clock.move(10_000);
      const before = JSON.stringify(tenant.sandbox.state);
      const { status } = await tenant.graph(method, address, shape(body));
      expect({ address, body, known: known.includes(status) }).toEqual({ address, body, known: true });
      const isUnchanged = JSON.stringify(tenant.sandbox.state) === before;
      if (status >= 400) expect({ address, body, isUnchanged }).toEqual({ address, body, isUnchanged: true });
      else if (method === "PUT") await tenant.graph("PUT", `${job}/schema`, schema);
      else if (address.endsWith("/restart")) await tenant.graph("POST", `${job}/pause`);
    }
  }
}, 300_000);
