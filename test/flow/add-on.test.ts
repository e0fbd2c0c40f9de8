import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Fetch } from "../../src/ports/index.ts";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { shippedJson } from "../support/builders.ts";
import { runInProcess, testTenant, UNATTENDED } from "../support/run.ts";

const ON_TENANT = ["--yes", "--no-input", "--tenant-id", EXAMPLE.tenantId];
const OFFICE = "ea5a67f6-b6f3-4338-b240-c655ddc3cc8e";

async function registered() {
  const tenant = testTenant();
  const { folder } = await runInProcess(UNATTENDED, tenant);
  const [application] = tenant.state.applications;
  if (!application) throw new Error("no application");
  return { tenant, folder, application };
}

describe("mails-online", () => {
  test("A15: is added to a registration that is there, and nothing else is touched", async () => {
    const { tenant, application } = await registered();
    const before = structuredClone(application);
    const run = await runInProcess(["mails-online", ...ON_TENANT], tenant);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(application.identifierUris).toEqual([`api://app.contoso.com/${application.appId}`]);
    expect(application.api).toMatchObject({
      requestedAccessTokenVersion: 2,
      oauth2PermissionScopes: [{ value: "access_as_user" }],
      preAuthorizedApplications: [{ appId: OFFICE }],
    });
    const { identifierUris: _uris, api: _api, ...rest } = application;
    const { identifierUris: _old, api: _oldApi, ...untouched } = before;
    expect(rest).toEqual(untouched);

    const again = await runInProcess(["mails-online", ...ON_TENANT], tenant);
    expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining("Nothing to do")]);
    const verify = [
      "verify",
      "--mails-online",
      ...ON_TENANT.slice(1),
      "--hostname",
      "https://app.contoso.com",
    ];
    expect((await runInProcess(verify, tenant)).exitCode).toBe(0);
  });

  test("keeps the id of a scope that exists, and the customer's own clients", async () => {
    const { tenant, application } = await registered();
    const id = "11111111-2222-4333-8444-555555555555";
    const client = { appId: "00000000-0000-4000-8000-00000000c11e", delegatedPermissionIds: [id] };
    const [text, type] = ["access as user", "User"];
    const scope = { id, value: "access_as_user", type, isEnabled: true };
    const consents = { adminConsentDisplayName: text, adminConsentDescription: text };
    const own = { ...scope, ...consents, userConsentDisplayName: null, userConsentDescription: null };
    Object.assign(application.api, { oauth2PermissionScopes: [own], preAuthorizedApplications: [client] });
    const run = await runInProcess(["mails-online", ...ON_TENANT], tenant);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(application.api.oauth2PermissionScopes.map((one) => one["id"])).toEqual([id]);
    expect(application.api.preAuthorizedApplications.map(({ appId }) => appId)).toEqual([
      client.appId,
      OFFICE,
    ]);
  });

  test.each([
    [
      "HostNameNotOnVerifiedDomain",
      "Values of identifierUris property must use a verified domain.",
      /not of a domain that this tenant has verified/,
    ],
    [
      "Request_BadRequest",
      "Failed to add identifier URI api://x. All newly added URIs must contain a tenant verified domain, tenant ID, or app ID, as per the default tenant policy of your organization.",
      /A policy of this tenant/,
    ],
  ])("a refused address (%s) gives the reason and the way out", async (code, message, said) => {
    const { tenant } = await registered();
    const refusing: (fetch: Fetch) => Fetch = (fetch) => async (request) => {
      const text = request.method === "PATCH" ? await request.clone().text() : "";
      if (!text.includes("identifierUris")) return fetch(request);
      return Response.json({ error: { code, message } }, { status: 400 });
    };
    const run = await runInProcess(["mails-online", ...ON_TENANT], tenant, { through: refusing });
    expect(run.exitCode).toBe(5);
    expect(run.stderr).toMatch(said);
  });

  test("without a registration says so; of a product without it, too", async () => {
    const none = await runInProcess(["mails-online", ...ON_TENANT], testTenant());
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining("no app registration named")]);
    const other = await runInProcess(["mails-online", "--template", "flexwhere", ...ON_TENANT], testTenant());
    expect([other.exitCode, other.stderr]).toEqual([2, expect.stringContaining("has no part of the name")]);
  });
});

describe("a template that asks for too much", () => {
  async function withPermission(name: string, type: string, ...argv: string[]) {
    const tenant = testTenant();
    const { folder } = await runInProcess(["--version"], tenant);
    const json = shippedJson("empower.json");
    const [application] = json["applications"] as { permissions: object[] }[];
    application?.permissions.push({ api: "00000003-0000-0000-c000-000000000000", type, name });
    const file = { ...json, addOns: [], scimVariant: undefined };
    writeFileSync(join(folder, "greedy.json"), JSON.stringify(file));
    const run = await runInProcess([...UNATTENDED, "--template", "./greedy.json", ...argv], tenant, {
      folder,
    });
    return { run, tenant };
  }

  test.each([
    ["Directory.ReadWrite.All", "application"],
    ["RoleManagement.ReadWrite.Directory", "delegated"],
    ["Mail.Read", "application"],
    ["Files.ReadWrite.All", "application"],
  ])("%s (%s) is refused with the reason, before anybody signs in", async (name, type) => {
    const { run, tenant } = await withPermission(name, type);
    expect([run.exitCode, tenant.requests.length]).toEqual([2, 0]);
    expect(run.stderr).toContain(`${name} (${type}): with it the app could`);
    expect(run.stderr).toContain("--allow-high-privilege");
  });

  test("is taken where that was said, and Mail.Read of the signed-in person is nothing to ask about", async () => {
    const allowed = await withPermission(
      "Directory.ReadWrite.All",
      "application",
      "--allow-high-privilege",
      "--dry-run",
    );
    expect([allowed.run.exitCode, allowed.run.stderr]).toEqual([
      0,
      expect.stringContaining("Directory.ReadWrite.All"),
    ]);
    const own = await withPermission("Mail.Read", "delegated", "--dry-run");
    expect(own.run.stderr).not.toContain("too powerful");
  });
});
