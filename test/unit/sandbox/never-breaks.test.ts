import { expect, test } from "vitest";
import { propertiesOf } from "../../../src/sandbox/graph/types.ts";
import { REGISTER_SCOPES, world } from "./helpers.ts";

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

function bodies(type: string): Record<string, unknown>[] {
  return [...(propertiesOf(type) ?? [])].flatMap(([name, property]) => {
    const values = VALUES.map((value) => ({ [name]: value }));
    const nested = propertiesOf(property.name) === undefined ? [] : bodies(property.name);
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
