import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { shippedJson } from "../support/builders.ts";
import { fakePorts } from "../support/fake-ports.ts";
import { runInProcess, testTenant } from "../support/run.ts";

type Json = Record<string, unknown>;

const ESC = "\u001B";
const LARGE = "x".repeat(5 * 1024 * 1024);
const VALUES = ["--yes", "--no-input", `--tenant-id=${EXAMPLE.tenantId}`, "--hostname=https://a.contoso.com"];

/** A shipped file with other values at some paths. */
function changed(file: string, changes: Readonly<Json>): Json {
  const json = shippedJson(file);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const parent = keys.reduce<unknown>((at, key) => (at as Json)[key], json);
    (parent as Json)[last] = value;
  }
  return json;
}

/** Runs a command in a folder with these files, and sees that it changes nothing. */
async function tried(argv: readonly string[], files: Readonly<Record<string, unknown>>) {
  const { folder } = fakePorts();
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  const tenant = testTenant();
  const requests: string[] = [];
  const run = await runInProcess(argv, tenant, {
    folder,
    through: (fetch) => (request) => {
      requests.push(request.url);
      return fetch(request);
    },
  });
  expect(requests).toEqual([]);
  expect(tenant.state.applications).toEqual([]);
  expect(readdirSync(folder).toSorted()).toEqual(Object.keys(files).toSorted());
  expect(run.stdout + run.stderr).not.toMatch(/[\u001B\u0007]|This is a bug/);
  return run;
}

const REDIRECT = "applications.0.web.redirectUris.0";

/** What a template may not hold, and the place that has to be named. */
const BAD_TEMPLATES: readonly (readonly [string, Json, string])[] = [
  ["an unknown key", { colour: "red" }, "colour"],
  [
    "an unknown key inside",
    { "applications.0.clientSecret.value": "x" },
    "applications.0.clientSecret.value",
  ],
  ["a wrong type", { title: 7 }, "title"],
  ["a list in the place of a text", { "nextSteps.0": [] }, "nextSteps.0"],
  ["no application", { applications: [] }, "applications"],
  ["an unknown placeholder", { "applications.0.displayName": "{name}" }, "applications.0.displayName"],
  ["a placeholder that is not known yet", { [REDIRECT]: "{hostname}/{appId}" }, REDIRECT],
  ["the link in a text for the screen", { "nextSteps.0": "{clientSecretLink}" }, "nextSteps.0"],
  ["http", { [REDIRECT]: "http://a.contoso.com/x" }, REDIRECT],
  ["a fragment", { [REDIRECT]: "{hostname}/#x" }, REDIRECT],
  ["a wildcard", { [REDIRECT]: "https://*.contoso.com/" }, REDIRECT],
  ["a redirect URI of 257 characters", { [REDIRECT]: `{hostname}/${"x".repeat(246)}` }, REDIRECT],
  ["credentials", { [REDIRECT]: "https://user:word@a.contoso.com/" }, REDIRECT],
  ["a control character", { title: `empower${ESC}[2J` }, "title"],
  ["text turned round", { "nextSteps.0": "a\u202Eb" }, "nextSteps.0"],
  ["an add-on elsewhere", { addOns: ["../x"] }, "addOns.0"],
  ["a variant elsewhere", { scimVariant: "../x" }, "scimVariant"],
  ["a name with a slash", { name: "acme/desk" }, "name"],
  ["a hand-over file elsewhere", { "applications.0.handover.fileName": "../x.json" }, "fileName"],
];

const BAD_ADD_ONS: readonly (readonly [string, Json, string])[] = [
  ["an unknown key", { colour: "red" }, "colour"],
  [
    "a scope name of 121 characters",
    { "exposedApi.oauth2PermissionScopes.0.value": "x".repeat(121) },
    "exposedApi.oauth2PermissionScopes.0.value",
  ],
  ["a key that config.json has", { configKey: "tenantID" }, "configKey"],
  [
    "an unknown placeholder",
    { "exposedApi.identifierUris.0": "api://{clientSecretLink}" },
    "exposedApi.identifierUris.0",
  ],
];

describe.each([
  ["template", BAD_TEMPLATES, "empower.json"],
  ["add-on", BAD_ADD_ONS, "mails-online.json"],
] as const)("a bad %s", (_kind, cases, source) => {
  test.each(cases)("%s: is named, exit 2, and 3 from the check", async (_name, changes, place) => {
    const files = {
      "empower.json": shippedJson("empower.json"),
      "empower-scim.json": shippedJson("empower-scim.json"),
      "mails-online.json": shippedJson("mails-online.json"),
      [source]: changed(source, changes),
    };
    const run = await tried(["register", ...VALUES, "--template", "./empower.json"], files);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(source);
    expect(run.stderr).toMatch(new RegExp(`${place.replaceAll(".", "\\.")}:`));
    const check = await tried(["templates", "check", "./empower.json"], files);
    expect(check.exitCode).toBe(3);
    expect(check.stdout).toMatch(new RegExp(`${place.replaceAll(".", "\\.")}:`));
  });
});

/** What a config may not hold, and the key that has to be named. */
const BAD_CONFIGS: readonly (readonly [string, Json, string])[] = [
  ["a misspelt key", { tenantId: "x" }, "tenantId"],
  ["a wrong type", { appName: 7 }, "appName"],
  ["a text in the place of a switch", { useMailsOnline: "true" }, "useMailsOnline"],
  ["a control character", { appName: `x${ESC}[2J` }, "appName"],
  ["a name of 121 characters", { appName: "x".repeat(121) }, "appName"],
  ["http", { hostname: "http://a.contoso.com" }, "hostname"],
  ["a wildcard", { hostname: "https://*.contoso.com" }, "hostname"],
  ["credentials", { hostname: "https://user:word@a.contoso.com" }, "hostname"],
  ["an IP address", { hostname: "https://10.0.0.1" }, "hostname"],
  ["a service on http", { oneTimePasswordServiceUri: "http://otp.contoso.com" }, "oneTimePasswordServiceUri"],
  ["a lifetime that is none", { secretLifetime: "2 years" }, "secretLifetime"],
  ["a group that is none", { groups: ["\u0007"] }, "groups"],
];

describe("a bad config.json", () => {
  test.each(BAD_CONFIGS)("%s: is named, exit 2, and 3 from the check", async (_name, config, place) => {
    const files = { "config.json": config };
    const run = await tried(["register", "--yes", "--no-input"], files);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(new RegExp(`config\\.json has faults:\n +${place}:`));
    expect(run.stderr).not.toContain("word@");
    const check = await tried(["config", "check"], files);
    expect(check.exitCode).toBe(3);
    expect(check.stdout).toContain(`✖ ${place}:`);
  });

  test("an unknown key is said, and changes nothing", async () => {
    const { exitCode, stdout } = await tried(["config", "check"], {
      "config.json": { appName: "x", colour: 1 },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("! colour:");
  });

  test.each([
    ["a name with a slash", "acme/desk", 'template: is "acme/desk", must be a template'],
    ["a name that is none", "nope", 'template: is "nope", must be one of '],
    ["a template of 5 MB", "./large.json", 'template: is "./large.json", must be a template'],
  ])("%s is no template", async (_name, template, fault) => {
    const files = { "config.json": { appName: "x", template }, "large.json": JSON.stringify({ LARGE }) };
    expect((await tried(["register", ...VALUES], files)).exitCode).toBe(2);
    const check = await tried(["config", "check"], files);
    expect(check.exitCode).toBe(3);
    expect(check.stdout).toContain(fault);
  });
});

test.each([
  ["config.json", ["register", ...VALUES], ["config", "check"]],
  ["acme.json", ["register", ...VALUES, "--template", "./acme.json"], ["templates", "check", "./acme.json"]],
])("5 MB of %s are refused unread", async (name, register, check) => {
  const files = { [name]: JSON.stringify({ appName: LARGE }) };
  const run = await tried(register, files);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(new RegExp(`${name} is larger than 1 MB`));
  const checked = await tried(check, files);
  expect(checked.exitCode).toBe(3);
  expect(checked.stdout).toContain("(file): is larger than 1 MB");
});

test.each([
  [["scim", "setup", "--no-group", "--group", "Sales"], "--group cannot go with --no-group."],
  [["scim", "setup", "--new-group", "Sales", "--no-group"], "--no-group cannot go with --new-group."],
  [["scim", "setup", "--proof-user", "a@b.example", "--no-proof"], "--no-proof cannot go with --proof-user."],
  [["--mails-online", "--no-mails-online"], "--no-mails-online cannot go with --mails-online."],
  [["config", "init", "--no-scim", "--scim"], "--scim cannot go with --no-scim."],
  [["scim", "assign", "--file", "a.csv", "--file", "b.csv"], "--file names one list: put all names into it."],
])("%j contradicts itself", async (words, said) => {
  const tenant = testTenant();
  const run = await runInProcess(words, tenant);
  expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining(said)]);
  expect(tenant.requests).toEqual([]);
});

test.each([
  [
    ["scim", "setup", "--secret-token", "x"],
    "    npx ./entra-app-registration-0.0.0.tgz scim setup --help\n",
  ],
  [["scim", "statu"], "0.0.0.tgz scim --help\n"],
  [["scim", "--json"], "0.0.0.tgz scim --help\n"],
  [["scim", "assign"], "0.0.0.tgz scim assign --help\n"],
  [["scim", "provision"], "0.0.0.tgz scim provision --help\n"],
  [["secret", "list", "--nope"], "0.0.0.tgz secret list --help\n"],
  [["--nope"], "See all commands and flags with:\n    npx ./entra-app-registration-0.0.0.tgz --help\n"],
])("wrong usage of %j names the help that says more", async (words, help) => {
  const run = await runInProcess(words, testTenant());
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(help);
});
