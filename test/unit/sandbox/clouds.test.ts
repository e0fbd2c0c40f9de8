import { describe, expect, test } from "vitest";
import { type CloudName, EXAMPLE } from "../../../src/sandbox/index.ts";
import { COMMAND_LINE_TOOLS, claimsOf, errorOf, form, type World, world } from "./helpers.ts";

const CLOUDS: readonly [CloudName, string, string][] = [
  ["global", "login.microsoftonline.com", "graph.microsoft.com"],
  ["usgov", "login.microsoftonline.us", "graph.microsoft.us"],
  ["usgov-dod", "login.microsoftonline.us", "dod-graph.microsoft.us"],
  ["china", "login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn"],
  ["china", "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn"],
];

async function signIn(tenant: World, login: string, scope: string, name: string = EXAMPLE.tenantId) {
  const base = `https://${login}/${name}/oauth2/v2.0`;
  const code = await tenant.send(`${base}/devicecode`, form({ client_id: COMMAND_LINE_TOOLS, scope }));
  if (code.status !== 200) return code;
  const fields = { client_id: COMMAND_LINE_TOOLS, grant_type: "device_code", scope };
  return await tenant.send(
    `${base}/token`,
    form({ ...fields, device_code: String(code.body["device_code"]) }),
  );
}

async function get(tenant: World, token: unknown, url: string) {
  return await tenant.send(url, { headers: { Authorization: `Bearer ${String(token)}` } });
}

describe.each(CLOUDS)("a tenant in %s, by %s", (cloud, login, graph) => {
  test("tokens are for its own Graph, and everybody else's refuses them", async () => {
    const tenant = world({ cloud });
    const { body } = await signIn(tenant, login, `https://${graph}/Application.ReadWrite.All offline_access`);
    expect(body["scope"]).toBe(`openid profile email https://${graph}/Application.ReadWrite.All`);
    expect(claimsOf(body["access_token"])["aud"]).toBe(`https://${graph}`);
    for (const [, , host] of CLOUDS) {
      const answer = await get(tenant, body["access_token"], `https://${host}/v1.0/applications`);
      if (host === graph) expect(answer.status).toBe(200);
      else expect([answer.status, errorOf(answer).code]).toEqual([401, "InvalidAuthenticationToken"]);
    }
  });

  test("every address in an answer is of its own Graph", async () => {
    const tenant = world({ cloud, servicePrincipals: 3 });
    const { body } = await signIn(tenant, login, "Application.Read.All");
    const list = await get(
      tenant,
      body["access_token"],
      `https://${graph}/v1.0/servicePrincipals?$select=id&$top=1`,
    );
    expect(String(list.body["@odata.nextLink"])).toMatch(new RegExp(`^https://${graph}/v1.0/`));
    expect(String(list.body["@odata.context"])).toMatch(new RegExp(`^https://${graph}/v1.0/`));
    const batch = await tenant.send(`https://${graph}/v1.0/$batch`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${String(body["access_token"])}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ requests: [{ id: "1", method: "GET", url: "/applications" }] }),
    });
    expect(batch.body["responses"]).toEqual([
      expect.objectContaining({
        status: 200,
        body: { "@odata.context": `https://${graph}/v1.0/$metadata#applications`, value: [] },
      }),
    ]);
  });

  test("another cloud's scopes and sign-in hosts do not know it", async () => {
    for (const [other, host, elsewhere] of CLOUDS) {
      if (elsewhere === graph) continue;
      const scoped = await signIn(world({ cloud }), login, `https://${elsewhere}/User.Read`);
      expect(scoped.body["error_codes"]).toEqual([500011]);
      const lost = await signIn(world({ cloud: other }), login, "User.Read");
      // Both American clouds sign in at one host.
      if (host !== login) expect([lost.status, lost.body["error_codes"]]).toEqual([400, [90002]]);
    }
  });
});

test.each([
  ["global", "login.microsoftonline.com", "microsoftonline.com", "graph.microsoft.com", undefined],
  ["usgov", "login.microsoftonline.us", "microsoftonline.us", "graph.microsoft.us", "DODCON"],
  ["usgov-dod", "login.microsoftonline.us", "microsoftonline.us", "dod-graph.microsoft.us", "DOD"],
  [
    "china",
    "login.partner.microsoftonline.cn",
    "partner.microsoftonline.cn",
    "microsoftgraph.chinacloudapi.cn",
    undefined,
  ],
] as const)(
  "the global host knows where a tenant of %s lives",
  async (cloud, login, instance, graph, sub) => {
    const path = `/${EXAMPLE.tenantDomain}/v2.0/.well-known/openid-configuration`;
    const tenant = world({ cloud });
    const { status, body } = await tenant.send(`https://login.microsoftonline.com${path}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ cloud_instance_name: instance, msgraph_host: graph });
    expect(body["tenant_region_sub_scope"]).toBe(sub);
    expect(body["token_endpoint"]).toBe(`https://${login}/${EXAMPLE.tenantId}/oauth2/v2.0/token`);
    const foreign = cloud === "china" ? "login.microsoftonline.us" : "login.chinacloudapi.cn";
    expect((await tenant.send(`https://${foreign}${path}`)).body["error_codes"]).toEqual([90002]);
  },
);

test("a code of another cloud, asked for without a tenant, is never approved", async () => {
  const answer = await signIn(
    world({ cloud: "usgov" }),
    "login.microsoftonline.com",
    "User.Read",
    "organizations",
  );
  expect(answer.body["error"]).toBe("authorization_pending");
});

test("an owner is named by an address of this cloud's Graph", async () => {
  const tenant = world({ cloud: "china" });
  const { body } = await signIn(tenant, "login.chinacloudapi.cn", "Application.ReadWrite.All");
  const [owner] = tenant.sandbox.state.users;
  const create = async (host: string) =>
    (
      await tenant.send("https://microsoftgraph.chinacloudapi.cn/v1.0/applications", {
        method: "POST",
        headers: {
          Authorization: `Bearer ${String(body["access_token"])}`,
          "Content-Type": "application/json",
        },
        body: JSON.stringify({
          displayName: "App",
          "owners@odata.bind": [`https://${host}/v1.0/directoryObjects/${owner?.id ?? ""}`],
        }),
      })
    ).status;
  expect(await create("graph.microsoft.com")).toBe(400);
  expect(await create("microsoftgraph.chinacloudapi.cn")).toBe(201);
});
