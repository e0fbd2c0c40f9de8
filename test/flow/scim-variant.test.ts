import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Fetch } from "../../src/ports/index.ts";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { shippedJson } from "../support/builders.ts";
import { CTRL_C } from "../support/fake-ports.ts";
import { runInProcess, type TestTenant, testTenant, UNATTENDED } from "../support/run.ts";

const NON_GALLERY = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
const USER_READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";

/** What came of a run, as the tenant has it. */
function made({ state }: TestTenant) {
  return {
    applications: state.applications.map((application) => application.displayName).toSorted(),
    templates: [...new Set(state.applications.map((application) => application["applicationTemplateId"]))],
    principals: state.servicePrincipals.length,
    secrets: state.applications.map(({ passwordCredentials }) => passwordCredentials.length),
    scopes: state.oauth2PermissionGrants.map(({ scope }) => scope),
    roles: state.appRoleAssignments.length,
  };
}

const SCIM = {
  applications: ["empower SCIM"],
  templates: [NON_GALLERY],
  principals: 1,
  secrets: [1],
  scopes: ["User.Read"],
  roles: 0,
};

describe("useSCIM", () => {
  test("A7, B1, B3, B5: makes the provisioned variant with everything but the other permissions, and twice the same", async () => {
    const tenant = testTenant({ visibilityDelayMs: 4000, indexDelayMs: 4000 });
    const run = await runInProcess([...UNATTENDED, "--scim"], tenant);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(made(tenant)).toEqual(SCIM);
    expect(run.stderr).toContain("only people and groups who are assigned to it can sign in");
    const [application] = tenant.state.applications;
    expect(application?.web.redirectUris).toContain("https://app.contoso.com/empower/identityservice");
    expect(application?.["requiredResourceAccess"]).toEqual([
      {
        resourceAppId: "00000003-0000-0000-c000-000000000000",
        resourceAccess: [{ id: USER_READ, type: "Scope" }],
      },
    ]);
    expect(run.info?.["clientId"]).toBe(application?.appId);
    tenant.clock.advance(60_000);
    const again = await runInProcess([...UNATTENDED, "--scim"], tenant, { folder: run.folder });
    expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining("Nothing to do")]);
    const argv = ["verify", "--scim", "--no-input", "--tenant-id", EXAMPLE.tenantId];
    const verified = await runInProcess([...argv, "--hostname", "https://app.contoso.com"], tenant, {
      folder: run.folder,
    });
    expect(verified.exitCode, verified.stdout).toBe(0);
    // Without the variant it is another template's.
    const [command, , ...words] = argv;
    const plain = await runInProcess(
      [command ?? "", ...words, "--hostname", "https://app.contoso.com"],
      tenant,
    );
    expect([plain.exitCode, plain.stderr]).toEqual([
      2,
      expect.stringContaining("One that scim setup made is found with: --template empower-scim."),
    ]);
    const named = await runInProcess(["secret", "list", ...words, "--app-name", "empower SCIM"], tenant);
    expect(named.exitCode).toBe(2);
    expect(named.stderr).toContain('named "empower SCIM" made with another template.');
    expect(named.stderr).toContain(", template empower-scim)");
    // What Enter takes is not to take it over.
    const asked = await runInProcess(
      ["register", ...UNATTENDED.slice(2), "--app-name", "empower SCIM"],
      tenant,
      {
        answers: [
          { expect: /Mails Online/ },
          { expect: /made with another template; .* add --template empower-scim\. What now/ },
          { expect: /Name for the app/, answer: CTRL_C },
        ],
      },
    );
    expect([asked.exitCode, tenant.state.applications.length]).toEqual([130, 1]);
    const removed = await runInProcess(["remove", "--scim", "--yes", ...UNATTENDED.slice(1)], tenant);
    expect([removed.exitCode, tenant.state.applications.length]).toEqual([0, 0]);
    expect(removed.stderr).toContain("Users who were provisioned through it stay at the vendor");
  });

  test("of config.json is enough", async () => {
    const tenant = testTenant();
    const { folder } = await runInProcess(["--version"], tenant);
    writeFileSync(join(folder, "config.json"), JSON.stringify({ useSCIM: true }));
    const run = await runInProcess(UNATTENDED, tenant, { folder });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(made(tenant)).toEqual(SCIM);
  });

  test("a 404 although it was made does not make a second one", async () => {
    const tenant = testTenant({ instantiate: "notFoundAlthoughCreated", visibilityDelayMs: 3000 });
    const run = await runInProcess([...UNATTENDED, "--scim"], tenant);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(made(tenant)).toEqual(SCIM);
  });

  test("a run that was killed between making and marking it is taken up by the next", async () => {
    const tenant = testTenant();
    const killed: (fetch: Fetch) => Fetch = (fetch) => async (request) => {
      if (request.method === "PATCH") throw Object.assign(new Error("gone"), { code: "KILLED" });
      return fetch(request);
    };
    const first = await runInProcess([...UNATTENDED, "--scim"], tenant, { through: killed });
    expect(first.exitCode).not.toBe(0);
    expect(tenant.state.applications).toHaveLength(1);
    const second = await runInProcess([...UNATTENDED, "--scim"], tenant, { folder: first.folder });
    expect(second.exitCode, second.stderr).toBe(0);
    expect(made(tenant)).toEqual(SCIM);
  });

  test("what a killed run left is closed once it is found: a colleague's of that name is not taken up later", async () => {
    const tenant = testTenant();
    let isMarked = false;
    const killed: (fetch: Fetch) => Fetch = (fetch) => async (request) => {
      if (isMarked) throw Object.assign(new Error("gone"), { code: "KILLED" });
      isMarked = request.method === "PATCH";
      return fetch(request);
    };
    const { folder } = await runInProcess([...UNATTENDED, "--scim"], tenant, { through: killed });
    tenant.clock.advance(1000);
    expect((await runInProcess([...UNATTENDED, "--scim"], tenant, { folder })).exitCode).toBe(0);
    expect(made(tenant)).toEqual(SCIM);
    const [application] = tenant.state.applications;
    Object.assign(application ?? {}, { uniqueName: null, tags: [], passwordCredentials: [] });
    const third = await runInProcess([...UNATTENDED, "--scim"], tenant, { folder });
    expect(third.exitCode).toBe(2);
    expect(third.stderr).toContain(`--app-id ${application?.appId}`);
    expect(application?.passwordCredentials).toEqual([]);
  });

  test("who may register applications but not this one is told so beforehand, and of the role it takes", async () => {
    const tenant = testTenant({ roles: [] });
    const run = await runInProcess([...UNATTENDED, "--scim"], tenant);
    expect([run.exitCode, tenant.state.applications]).toEqual([5, []]);
    const [plan, failure] = run.stderr.split("✖");
    expect(plan).toMatch(/do not seem to allow creating.*\n.*Cloud Application Administrator/);
    expect(plan).not.toContain("go ahead all the same");
    expect(failure).toContain("Cloud Application Administrator");

    // The colleague makes it by hand: that one is not taken for what this run made.
    const other = testTenant();
    await runInProcess([...UNATTENDED, "--scim"], other);
    const [theirs] = other.state.applications;
    Object.assign(theirs ?? {}, { uniqueName: null, tags: [] });
    other.clock.advance(120_000);
    const again = await runInProcess([...UNATTENDED, "--scim"], other, { folder: run.folder });
    expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining(`--app-id ${theirs?.appId}`)]);
  });

  test("what an earlier attempt may have made is looked for, and that is said", async () => {
    const tenant = testTenant();
    let isLost = false;
    const losing: (fetch: Fetch) => Fetch = (fetch) => async (request) => {
      if (isLost || !request.url.endsWith("/instantiate")) return fetch(request);
      isLost = true;
      throw Object.assign(new Error("gone"), { code: "ECONNRESET" });
    };
    const run = await runInProcess([...UNATTENDED, "--scim"], tenant, { through: losing });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain("Making sure that an earlier attempt has not created it already");
    expect(made(tenant)).toEqual(SCIM);
  });

  test("a deleted one comes back with its enterprise application, which alone can be provisioned", async () => {
    const tenant = testTenant();
    const { folder } = await runInProcess([...UNATTENDED, "--scim"], tenant);
    const principals = structuredClone(tenant.state.servicePrincipals);
    tenant.clock.advance(60_000);
    await runInProcess(["remove", "--scim", "--yes", ...UNATTENDED.slice(1)], tenant, { folder });
    expect(tenant.state.servicePrincipals).toEqual([]);
    const argv = [...UNATTENDED, "--scim", "--deleted", "restore"];
    const run = await runInProcess(argv, tenant, { folder });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain("is restored, if it still can be");
    expect(tenant.state.servicePrincipals).toEqual(principals);
    expect(made(tenant)).toEqual(SCIM);
  });

  test("with an add-on, what the template of Entra's brought along stays", async () => {
    const tenant = testTenant();
    const run = await runInProcess([...UNATTENDED, "--scim", "--mails-online"], tenant);
    expect(run.exitCode, run.stderr).toBe(0);
    const [application] = tenant.state.applications;
    const scopes = application?.api.oauth2PermissionScopes.map(({ value }) => value);
    expect(scopes).toEqual(["user_impersonation", "access_as_user"]);
    const again = await runInProcess([...UNATTENDED, "--scim", "--mails-online"], tenant, {
      folder: run.folder,
    });
    expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining("Nothing to do")]);
  });

  test("a plain registration is never taken for one that can be provisioned", async () => {
    const tenant = testTenant();
    const plain = await runInProcess([...UNATTENDED, "--app-name", "empower SCIM"], tenant);
    expect(plain.exitCode).toBe(0);
    const [application] = tenant.state.applications;
    const run = await runInProcess([...UNATTENDED, "--scim", "--app-id", application?.appId ?? ""], tenant);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("made without provisioning");
  });
});

describe("other vendors", () => {
  test("D1: flexwhere: an application to be provisioned, without a secret", async () => {
    const tenant = testTenant();
    const argv = ["--template", "flexwhere", "--yes", "--no-input", "--tenant-id", EXAMPLE.tenantId];
    const run = await runInProcess(argv, tenant);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).not.toContain("these keys are not known");
    expect(made(tenant)).toMatchObject({ applications: ["FlexWhere SCIM"], secrets: [0], scopes: [] });
    expect(run.stdout).toContain("somebody there does a last step by hand");
    expect(existsSync(join(run.folder, "AppRegistrationInfo.json"))).toBe(false);
    const again = await runInProcess(argv, tenant, { folder: run.folder });
    expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining("Nothing to do")]);
    expect(again.stdout).not.toContain("secret");
    const rotate = await runInProcess(["secret", "rotate", ...argv], tenant);
    expect([rotate.exitCode, rotate.stderr]).toEqual([2, expect.stringContaining("no client secret")]);
  });

  test("E1: andmoney: two applications in one run, one question, and each on its own when one fails", async () => {
    const argv = ["--template", "andmoney", "--json", "--yes", "--no-input", "--tenant-id", EXAMPLE.tenantId];
    const tenant = testTenant();
    const failing: (fetch: Fetch) => Fetch = (fetch) => async (request) => {
      const isOfRooms =
        request.url.endsWith("/instantiate") && (await request.clone().text()).includes("rooms");
      return isOfRooms ? new Response("{}", { status: 403 }) : fetch(request);
    };
    const first = await runInProcess(argv, tenant, { through: failing });
    expect(first.exitCode).toBe(5);
    expect(made(tenant).applications).toEqual(["&Money booking advisors"]);
    expect(first.stderr).toContain('"&Money booking advisors" is registered, client ID');
    const [advisors] = tenant.state.applications;
    expect(JSON.parse(first.stdout)).toMatchObject({
      error: { code: "GRAPH_FORBIDDEN" },
      applications: [{ displayName: "&Money booking advisors", changed: true, appId: advisors?.appId }],
    });
    const second = await runInProcess(argv, tenant, { folder: first.folder });
    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.stderr.match(/This will change/g)).toHaveLength(1);
    expect(made(tenant)).toMatchObject({
      applications: ["&Money booking advisors", "&Money booking rooms"],
      principals: 2,
    });
    const document = JSON.parse(second.stdout) as {
      applications: { displayName: string; changed: boolean }[];
    };
    expect(document.applications.map(({ displayName, changed }) => [displayName, changed])).toEqual([
      ["&Money booking advisors", false],
      ["&Money booking rooms", true],
    ]);
    const verify = ["verify", ...argv.filter((one) => one !== "--yes")];
    for (const more of [[], ["--application", "rooms"]]) {
      const verified = await runInProcess([...verify, ...more], tenant);
      expect(verified.exitCode, verified.stderr).toBe(0);
    }
  });

  test("F2, F7: the SCIM and OpenID Connect platform: other platforms, app roles, a file of its own", async () => {
    const tenant = testTenant();
    const { folder } = await runInProcess(["--version"], tenant);
    const config = {
      webRedirectUri: "https://web.vendor.example/back",
      installedRedirectUri: "https://app.vendor.example/back",
      scimTenantUrl: "https://scim.vendor.example/scim",
    };
    writeFileSync(
      join(folder, "customer.json"),
      JSON.stringify({ ...config, template: "scim-oidc-platform" }),
    );
    const argv = ["--config", "customer.json", "--yes", "--no-input", "--tenant-id", EXAMPLE.tenantId];
    const run = await runInProcess(argv, tenant, { folder });
    expect(run.exitCode, run.stderr).toBe(0);
    const [application] = tenant.state.applications;
    const roles = application?.["appRoles"] as { value: string | null }[];
    expect(roles.map(({ value }) => value)).toEqual(
      expect.arrayContaining(["ReadOnly", "User", "Admin", "EnterpriseAdmin"]),
    );
    expect(application?.["publicClient"]).toEqual({ redirectUris: [config.installedRedirectUri] });
    const info = JSON.parse(readFileSync(join(folder, "OpenIdConnectInfo.json"), "utf8")) as Record<
      string,
      string
    >;
    expect(Object.keys(info)).toEqual([
      "clientId",
      "issuer",
      "clientSecret",
      "createDateClientSecret",
      "expirationDateClientSecret",
    ]);
    expect(info["issuer"]).toBe(`https://login.microsoftonline.com/${EXAMPLE.tenantId}`);
    const again = await runInProcess(argv, tenant, { folder });
    expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining("Nothing to do")]);
    // Its addresses come from the vendor: a new secret asks for no URL of the customer's.
    const rotated = await runInProcess(["secret", "rotate", ...argv], tenant, { folder });
    expect(rotated.exitCode, rotated.stderr).toBe(0);
    expect(application?.passwordCredentials).toHaveLength(2);
  });

  test("an input that nobody gave is named before anybody signs in", async () => {
    const tenant = testTenant();
    const argv = ["--template", "scim-oidc-platform", "--yes", "--no-input", "--tenant-id", EXAMPLE.tenantId];
    const run = await runInProcess(argv, tenant);
    expect([run.exitCode, tenant.requests.length]).toEqual([2, 0]);
    expect(run.stderr).toContain('"webRedirectUri"');
  });

  test("inputs by --set: good ones are used, others are named with what was expected", async () => {
    const argv = ["--template", "scim-oidc-platform", "--yes", "--no-input", "--tenant-id", EXAMPLE.tenantId];
    const good = ["webRedirectUri", "installedRedirectUri", "tenantUrl"].flatMap((name) => [
      "--set",
      `${name}=https://vendor.example/${name}?a=b`,
    ]);
    const tenant = testTenant();
    const run = await runInProcess([...argv, ...good, "--set", "userType=premium"], tenant);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(tenant.state.applications[0]?.web.redirectUris).toEqual([
      "https://vendor.example/webRedirectUri?a=b",
    ]);
    const bad = [
      "--set",
      "userType=Gold",
      "--set",
      "colour=red",
      "--set",
      "webRedirectUri=http://x.example/",
    ];
    const refused = await runInProcess([...argv, ...bad], testTenant());
    expect(refused.exitCode).toBe(2);
    for (const named of ["userType", "colour", "webRedirectUri"]) expect(refused.stderr).toContain(named);
    expect(refused.stderr).toContain("not http:");
  });

  test.each([
    ["http://localhost", 0],
    ["http://127.0.0.1:8400/back", 0],
    ["vendorapp://auth", 0],
    ["http://app.vendor.example/back", 2],
    ["javascript://x", 2],
    ["vendorapp://*", 2],
  ])("F2: the installed app comes back to %s: exit %i", async (uri, code) => {
    const tenant = testTenant();
    const given = [
      `installedRedirectUri=${uri}`,
      "webRedirectUri=https://w.example/",
      "tenantUrl=https://s.example/",
    ];
    const argv = ["--template", "scim-oidc-platform", "--yes", "--no-input", "--tenant-id", EXAMPLE.tenantId];
    const run = await runInProcess([...argv, ...given.flatMap((one) => ["--set", one])], tenant);
    expect(run.exitCode, run.stderr).toBe(code);
    const registered = tenant.state.applications.map(({ publicClient }) => publicClient.redirectUris);
    expect(registered).toEqual(code === 0 ? [[uri]] : []);
  });
});

describe("two applications with a secret each", () => {
  /** A template of two, of which `handover` says where each is handed over. */
  function pair(handover: (key: string) => object): object {
    const json = shippedJson("empower.json");
    const [application] = json["applications"] as [Record<string, object>];
    const one = (key: string) => ({
      ...application,
      key,
      displayName: `{appName} ${key}`,
      handover: { ...application["handover"], ...handover(key) },
    });
    return {
      ...json,
      name: "pair",
      addOns: [],
      scimVariant: undefined,
      applications: [one("first"), one("second")],
    };
  }

  test.each([
    ["one file with a section each", (key: string) => ({ section: key }), ["AppRegistrationInfo.json"]],
    ["a file each", (key: string) => ({ fileName: `${key}.json` }), ["first.json", "second.json"]],
  ])("are handed over in %s, and twice changes nothing", async (_name, handover, names) => {
    const tenant = testTenant();
    const { folder } = await runInProcess(["--version"], tenant);
    writeFileSync(join(folder, "pair.json"), JSON.stringify(pair(handover)));
    const argv = [...UNATTENDED, "--template", "./pair.json"];
    const run = await runInProcess(argv, tenant, { folder });
    expect(run.exitCode, run.stderr).toBe(0);
    const texts = names.map((name) => readFileSync(join(folder, name), "utf8"));
    const links = texts.flatMap((text) => text.match(/https:\/\/[^"\s]+snappass[^"\s]+/g) ?? []);
    expect(links.map((link) => tenant.reveal(link)).every((secret) => secret !== undefined)).toBe(true);
    expect(new Set(links).size).toBe(2);
    for (const { appId } of tenant.state.applications) expect(texts.join("\n")).toContain(appId);

    // Without marks and journals the file alone proves that both were handed over.
    for (const application of tenant.state.applications) {
      application.tags = application.tags.filter((tag) => !tag.startsWith("delivered-"));
    }
    const again = await runInProcess(argv, tenant, { folder });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(tenant.state.applications.map(({ passwordCredentials }) => passwordCredentials.length)).toEqual([
      1, 1,
    ]);
    expect(names.map((name) => readFileSync(join(folder, name), "utf8"))).toEqual(texts);
  });

  test("are reminded of in one calendar, also where nothing else is to do and not by a dry run", async () => {
    const tenant = testTenant();
    const { folder } = await runInProcess(["--version"], tenant);
    writeFileSync(join(folder, "pair.json"), JSON.stringify(pair((key) => ({ section: key }))));
    const argv = [...UNATTENDED, "--template", "./pair.json", "--ics", "renew.ics"];
    const uids = () => readFileSync(join(folder, "renew.ics"), "utf8").match(/^UID:[0-9a-f-]+/gm);
    const run = await runInProcess(argv, tenant, { folder });
    const keys = tenant.state.applications.map(({ passwordCredentials: [one] }) => `UID:${one?.keyId}`);
    expect([run.exitCode, uids()], run.stderr).toEqual([0, keys]);
    expect(run.stderr.match(/Calendar reminder for 2028-10-21 written/g)).toHaveLength(1);
    rmSync(join(folder, "renew.ics"));
    await runInProcess([...argv, "--dry-run"], tenant, { folder });
    expect(existsSync(join(folder, "renew.ics"))).toBe(false);
    await runInProcess(argv, tenant, { folder });
    expect(uids()).toEqual(keys);
  });
});

test("what sets its provisioning up later stands there whole, and is taken", async () => {
  const tenant = testTenant();
  const run = await runInProcess([...UNATTENDED, "--template", "flexwhere", "--no-group-sync"], tenant);
  expect(run.exitCode, run.stderr).toBe(0);
  const [, command = ""] = /set provisioning up with it:\n +npx \S+ (scim setup .*)$/m.exec(run.stdout) ?? [];
  expect(command).toMatch(/^scim setup --tenant-id \S+ --app-name "FlexWhere SCIM" .*--template flexwhere /);
  expect(command).toContain("--no-group-sync");
  const words = [...command.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
  const next = await runInProcess([...words, "--dry-run", "--no-input"], tenant, { folder: run.folder });
  expect(next.exitCode, next.stderr).toBe(0);
});
