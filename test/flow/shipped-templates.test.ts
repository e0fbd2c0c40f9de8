import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXAMPLE, type TenantState } from "../../src/sandbox/index.ts";
import type { Template } from "../../src/template/schema.ts";
import { needsHostname } from "../../src/template/units.ts";
import { shipped } from "../support/builders.ts";
import { fakePorts } from "../support/fake-ports.ts";
import { FAULTS, failing, recording } from "../support/faults.ts";
import { runInProcess, type TestRunOptions, type TestTenant, testTenant } from "../support/run.ts";

/*
 * What must hold for every template that the product ships, and for each with all of its add-ons: a file
 * that is put beside the others is tested by being there.
 */

interface Product {
  readonly name: string;
  readonly templates: readonly Template[];
  /** What a customer's `config.json` says. */
  readonly config: Readonly<Record<string, unknown>>;
}

const BACK = "https://{name}.vendor.example/back";
const KEYS = new Map(shipped().addOns.map(({ name, configKey }) => [name, configKey]));
const NAMES = [...new Set(shipped().templates.map(({ name }) => name))];
const PRODUCTS = NAMES.flatMap((name): [string, Product][] => {
  const templates = shipped().templates.filter((template) => template.name === name);
  const { addOns = [], inputs = [] } = templates[0] ?? {};
  const config = {
    template: name,
    tenantID: EXAMPLE.tenantId,
    ...(needsHostname(templates) && { hostname: "https://app.contoso.com" }),
    ...Object.fromEntries(
      inputs
        .filter((input) => input.default === undefined && !input.optional)
        .map((input) => [input.configKey, BACK.replace("{name}", input.name.toLowerCase())]),
    ),
  };
  const switches = addOns.map((addOn) => KEYS.get(addOn) ?? "");
  const all = Object.fromEntries(switches.map((key) => [key, true]));
  const plain: Product = { name, templates, config };
  const full: Product = { name, templates, config: { ...config, ...all } };
  return addOns.length > 0
    ? [
        [name, plain],
        [`${name} with ${addOns.join(", ")}`, full],
      ]
    : [[name, plain]];
});

const ALONE = ["--no-input", "--yes"];

/** Runs a command for a product, with the customer's config in the folder. */
async function runFor(
  { config }: Product,
  tenant: TestTenant,
  argv: readonly string[] = ALONE,
  options: TestRunOptions = {},
) {
  const folder = options.folder ?? fakePorts().folder;
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  return runInProcess(argv, tenant, { ...options, folder });
}

/** A tenant in which a product is registered. */
async function registered(product: Product) {
  const tenant = testTenant();
  const run = await runFor(product, tenant);
  expect(run.exitCode, run.stderr).toBe(0);
  // A later run is later.
  tenant.clock.advance(60_000);
  return { tenant, folder: run.folder };
}

/** Runs a command for each application of a product, by its key where there are several. */
async function forEach(
  product: Product,
  tenant: TestTenant,
  folder: string,
  command: readonly string[],
): Promise<number[]> {
  const codes: number[] = [];
  for (const { application } of product.templates) {
    const key = application.key === undefined ? [] : ["--application", application.key];
    const run = await runFor(product, tenant, [...command, ...key], { folder });
    codes.push(run.exitCode);
  }
  return codes;
}

/** The tenant but for what a trial of the one-time-password service leaves, and the consent of what is gone. */
function objectsOf({ state }: TestTenant) {
  const { oneTimePasswords: _trials, ...objects } = state;
  const isLive = (id: string) => state.servicePrincipals.some((principal) => principal.id === id);
  return structuredClone({
    ...objects,
    oauth2PermissionGrants: objects.oauth2PermissionGrants.filter(({ clientId }) => isLive(clientId)),
    appRoleAssignments: objects.appRoleAssignments.filter(({ principalId }) => isLive(principalId)),
  });
}

/** What must be true in the end of every way there. */
function expectEachOnce({ templates }: Product, { state }: TestTenant, folder: string): void {
  const { applications, servicePrincipals, appRoleAssignments, oauth2PermissionGrants } = state;
  expect(applications).toHaveLength(templates.length);
  for (const application of applications) {
    const own = servicePrincipals.filter(({ appId }) => appId === application.appId);
    expect(own).toHaveLength(1);
    const template = templates.find(({ application: { displayName } }) =>
      application.displayName.endsWith(displayName.replace("{appName}", "")),
    );
    const { permissions = [], clientSecret, handover } = template?.application ?? {};
    const roles = appRoleAssignments.filter(({ principalId }) => principalId === own[0]?.id);
    expect(roles).toHaveLength(permissions.filter(({ type }) => type === "application").length);
    const scopes = oauth2PermissionGrants.filter(({ clientId }) => clientId === own[0]?.id);
    expect(scopes.flatMap(({ scope }) => scope.split(" "))).toEqual(
      permissions.filter(({ type }) => type === "delegated").map(({ name }) => name),
    );
    const secrets = application.passwordCredentials.map(({ keyId }) => `delivered-${keyId.slice(0, 8)}`);
    expect(secrets).toHaveLength(clientSecret ? 1 : 0);
    expect(application.tags).toEqual(expect.arrayContaining(secrets));
    if (handover) expect(readdirSync(folder)).toContain(handover.fileName);
  }
}

/** Takes away what there is of a redirect URI, an app role and the tag, and says whether each is back. */
function damage({ applications, servicePrincipals }: TenantState): () => unknown[] {
  const [application] = applications;
  const [principal] = servicePrincipals;
  if (!application || !principal) throw new Error("nothing was registered");
  const uri = application.web.redirectUris.shift();
  const role = application.appRoles.find(({ value }) => value !== null);
  application.appRoles = application.appRoles.filter((one) => one !== role);
  const { tags } = principal;
  principal.tags = [];
  return () => [
    uri === undefined || application.web.redirectUris.includes(uri),
    role === undefined ||
      application.appRoles.some(({ value, id }) => value === role.value && id === role.id),
    tags.some((tag) => principal.tags.includes(tag)),
  ];
}

describe.each(PRODUCTS)("%s", (_title, product) => {
  test("the plan says what will be made, and a dry run writes nothing", async () => {
    const tenant = testTenant();
    const before = objectsOf(tenant);
    const run = await runFor(product, tenant, ["--no-input", "--dry-run"]);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(objectsOf(tenant)).toEqual(before);
    const [, plan = ""] = /(This will change[\s\S]*)\nJournal of this run/.exec(run.stderr) ?? [];
    expect(plan.replaceAll(run.folder, "<folder>")).toMatchSnapshot();
  });

  test("registered, then nothing to do, nothing written and nothing missing", async () => {
    const { tenant, folder } = await registered(product);
    expectEachOnce(product, tenant, folder);
    const before = objectsOf(tenant);
    const count = tenant.requests.length;
    const again = await runFor(product, tenant, ALONE, { folder });
    expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining("Nothing to do")]);
    expect(objectsOf(tenant)).toEqual(before);
    const writes = tenant.requests.slice(count).filter(({ method, url }) => {
      const { host, pathname } = new URL(url);
      return host === "graph.microsoft.com" && method !== "GET" && !pathname.endsWith("/$batch");
    });
    expect(writes).toEqual([]);
    const codes = await forEach(product, tenant, folder, ["verify", "--no-input"]);
    expect(codes).toEqual(product.templates.map(() => 0));
  });

  test("what was taken away is put back, what the customer added stays", async () => {
    const { tenant, folder } = await registered(product);
    const whole = structuredClone(tenant.state.applications[0]);
    const isBack = damage(tenant.state);
    const [application] = tenant.state.applications;
    const role = {
      id: "5f3c1f0a-52a3-4f0e-9a55-1d8a7c0f2b11",
      value: "Customer.Own",
      displayName: "Customer's own",
      description: "Customer's own",
      allowedMemberTypes: ["User"],
      isEnabled: true,
    };
    application?.web.redirectUris.push("https://customer.example/own");
    application?.tags.push("customer");
    application?.appRoles.push(role);
    const codes = await forEach(product, tenant, folder, ["verify", "--no-input"]);
    // Side by side, so in either order: one of them was damaged.
    expect(codes.toSorted((one, other) => one - other)).toEqual([...codes.slice(1).map(() => 0), 3]);
    const repaired = await runFor(product, tenant, ALONE, { folder });
    expect(repaired.exitCode, repaired.stderr).toBe(0);
    expect(isBack()).toEqual([true, true, true]);
    const sorted = (list: readonly string[] = []) => list.toSorted();
    const after = tenant.state.applications[0];
    const uris = [...(whole?.web.redirectUris ?? []), "https://customer.example/own"];
    expect(sorted(after?.web.redirectUris)).toEqual(sorted(uris));
    expect(after?.appRoles).toHaveLength((whole?.appRoles.length ?? 0) + 1);
    expect(after?.appRoles).toContainEqual(role);
    expect(after?.tags).toEqual([...(whole?.tags ?? []), "customer"]);
    expect(after?.passwordCredentials).toEqual(whole?.passwordCredentials);
  });

  test("removed without a trace in other things, and registered again once the old one may go", async () => {
    const stranger = await registered(product);
    for (const application of stranger.tenant.state.applications) {
      application.displayName = `theirs, ${application.displayName}`;
      application.uniqueName = null;
      application.tags = [];
    }
    const { tenant, folder } = stranger;
    tenant.clock.advance(60_000);
    const theirs = objectsOf(tenant);
    expect((await runFor(product, tenant, [...ALONE, "--new-secret"], { folder })).exitCode).toBe(0);
    expect(tenant.state.applications).toHaveLength(2 * product.templates.length);
    const codes = await forEach(product, tenant, folder, ["remove", ...ALONE]);
    expect(codes).toEqual(product.templates.map(() => 0));
    const { deletedItems, secretHashes: _hashes, ...left } = objectsOf(tenant);
    const { deletedItems: _none, secretHashes: _theirHashes, ...others } = theirs;
    expect(left).toEqual(others);
    expect(deletedItems.filter(({ type }) => type === "application")).toHaveLength(product.templates.length);

    tenant.clock.advance(60_000);
    const unasked = await runFor(product, tenant, ALONE, { folder });
    expect([unasked.exitCode, unasked.stderr]).toEqual([2, expect.stringContaining("--deleted")]);
    expect(tenant.state.applications).toHaveLength(product.templates.length);
    const again = await runFor(product, tenant, [...ALONE, "--deleted", "purge"], { folder });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(tenant.state.applications).toHaveLength(2 * product.templates.length);
  });
});

/** `faults.test.ts` has all of them for the plain registration; these tell most about a template. */
const TELLING = ["503 after it acted", "not replicated", "dead from after it acted"];
/** Each with everything it can have. */
const FULLEST = PRODUCTS.filter(([, { name }], index) => PRODUCTS[index + 1]?.[1].name !== name);

describe.each(FULLEST)("%s, with a fault at every request", (_title, product) => {
  test.each(Object.entries(FAULTS).filter(([name]) => TELLING.includes(name)))(
    "%s: the next run completes it",
    async (_fault, fault) => {
      const names: string[] = [];
      await runFor(product, testTenant(), ALONE, { through: recording(names) });
      for (const target of names) {
        const tenant = testTenant();
        const first = await runFor(product, tenant, ALONE, { through: failing(target, fault) });
        expect([0, 2, 4, 6, 8], `${target}\n${first.stderr}`).toContain(first.exitCode);
        expect(first.stderr).not.toContain("This is a bug");
        tenant.clock.advance(60_000);
        const second = await runFor(product, tenant, ALONE, { folder: first.folder });
        expect(second.exitCode, `${target}\n${second.stderr}`).toBe(0);
        expectEachOnce(product, tenant, first.folder);
      }
    },
    300_000,
  );
});
