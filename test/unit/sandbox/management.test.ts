import { expect, test } from "vitest";
import { EXAMPLE } from "../../../src/sandbox/index.ts";
import { errorOf, form, LOGIN, world } from "./helpers.ts";

const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const MANAGEMENT = "https://management.azure.com";

test("Azure Resource Manager knows the tenant, for tokens that are meant for it", async () => {
  const tenant = world();
  const token = async (scope: string) => {
    const code = await tenant.send(`${LOGIN}/devicecode`, form({ client_id: AZURE_CLI, scope }));
    const fields = { client_id: AZURE_CLI, grant_type: "device_code", scope };
    const device = { device_code: String(code.body["device_code"]) };
    return (await tenant.send(`${LOGIN}/token`, form({ ...fields, ...device }))).body["access_token"];
  };
  const get = async (path: string, bearer: unknown) =>
    await tenant.send(`${MANAGEMENT}${path}`, { headers: { Authorization: `Bearer ${String(bearer)}` } });
  const azure = await token("https://management.core.windows.net//.default");
  const tenants = await get("/tenants?api-version=2019-11-01", azure);
  expect(tenants.body["value"]).toEqual([expect.objectContaining({ tenantId: EXAMPLE.tenantId })]);
  const subscriptions = async () =>
    (await get("/subscriptions?api-version=2019-11-01", azure)).body["value"] as unknown[];
  expect(await subscriptions()).toEqual([]);
  tenant.sandbox.behaviour.azureSubscription = true;
  expect(await subscriptions()).toEqual([expect.objectContaining({ state: "Enabled" })]);
  expect((await get("/tenants", azure)).status).toBe(400);
  expect((await get("/nothing?api-version=1", azure)).status).toBe(404);
  const graph = await token("https://graph.microsoft.com/.default");
  for (const [bearer, code] of [
    [graph, "InvalidAuthenticationTokenAudience"],
    ["a.b.c", "InvalidAuthenticationToken"],
  ]) {
    const refused = await get("/tenants?api-version=2019-11-01", bearer);
    expect([refused.status, errorOf(refused).code]).toEqual([401, code]);
  }
  expect((await tenant.send(`${MANAGEMENT}/tenants?api-version=2019-11-01`)).status).toBe(401);
  tenant.clock.move(3_600_000);
  expect(errorOf(await get("/tenants?api-version=2019-11-01", azure)).code).toBe(
    "ExpiredAuthenticationToken",
  );
});
