import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTemplate } from "../../../src/template/parse.ts";
import { fill, PLACEHOLDERS, unknownPlaceholders } from "../../../src/template/placeholders.ts";
import { AddOn, Template } from "../../../src/template/schema.ts";
import { shipped, shippedJson } from "../../support/builders.ts";

const ESC = "\u001B";

/** A copy of the JSON with other values at some paths; `undefined` takes the key out. */
function changed(file: string, changes: Record<string, unknown>): Record<string, unknown> {
  const json = shippedJson(file);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const parent = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], json);
    if (value === undefined) delete (parent as Record<string, unknown>)[last];
    else (parent as Record<string, unknown>)[last] = value;
  }
  return json;
}

/** The faults as `path: message`, sorted. */
function faultsOf(result: ReturnType<typeof parseTemplate>): string[] {
  if (result.ok) return [];
  return result.faults
    .map(
      ({ path, expected }) =>
        `${path}: ${typeof expected === "object" ? JSON.stringify(expected) : expected}`,
    )
    .toSorted();
}

const templateFaults = (changes: Record<string, unknown>) =>
  faultsOf(parseTemplate(Template, changed("empower.json", changes)));
const addOnFaults = (changes: Record<string, unknown>) =>
  faultsOf(parseTemplate(AddOn, changed("mails-online.json", changes)));

describe("what is shipped", () => {
  const { templates, addOns } = shipped();

  test("is there and parses", () => {
    expect(templates.map(({ name }) => name)).toContain("empower");
    expect(addOns.map(({ name }) => name)).toContain("mails-online");
  });

  test("names only add-ons that are shipped, and scopes that the add-on offers", () => {
    const known = addOns.map(({ name }) => name);
    expect(templates.flatMap((template) => template.addOns).filter((name) => !known.includes(name))).toEqual(
      [],
    );
    for (const { exposedApi } of addOns) {
      const values = exposedApi.oauth2PermissionScopes.map(({ value }) => value);
      const asked = exposedApi.preAuthorizedApplications.flatMap(({ scopes }) => scopes);
      expect(asked.filter((scope) => !values.includes(scope))).toEqual([]);
    }
  });

  test("writes empower's five keys in the vendor's order", () => {
    const empower = templates.find(({ name }) => name === "empower");
    expect(Object.keys(empower?.handover.entries ?? {})).toEqual([
      "TenantId",
      "clientId",
      "clientSecret",
      "createDateClientSecret",
      "expirationDateClientSecret",
    ]);
    expect(empower?.handover.fileName).toBe("AppRegistrationInfo.json");
  });
});

test.each<[string, Record<string, unknown>, string]>([
  ["an unknown key", { colour: "red" }, "(file): "],
  ["an unknown key inside", { "application.web.logoutUrl": "https://x" }, "application.web: "],
  ["an unknown key in a list", { "application.permissions.1.id": "x" }, "application.permissions.1: "],
  ["a missing key", { title: undefined }, "title: "],
  ["another kind", { kind: "addOn" }, "kind: "],
  ["a name that is no slug", { name: "Empower!" }, "name: "],
  ["a name too long for the unique name", { name: "a".repeat(41) }, "name: "],
  ["a placeholder nobody knows", { "application.displayName": "{name}" }, "application.displayName: "],
  [
    "a placeholder not known yet",
    { "application.web.redirectUris.0": "{hostname}/{appId}" },
    "application.web.redirectUris.0: ",
  ],
  ["an unclosed brace", { "handover.entries.TenantId": "{tenantId" }, "handover.entries.TenantId: "],
  [
    "the link in the next steps",
    { "handover.nextSteps.0": "Open {clientSecretLink}" },
    "handover.nextSteps.0: ",
  ],
  ["an escape sequence", { title: `empower${ESC}[31m` }, "title: "],
  [
    "an escape sequence in a step",
    { "handover.nextSteps.1": `${ESC}]52;c;eA==\u0007` },
    "handover.nextSteps.1: ",
  ],
  [
    "text turned round",
    { "application.clientSecret.displayName": "a\u202Eb" },
    "application.clientSecret.displayName: ",
  ],
  ["an empty text", { title: "  " }, "title: "],
  [
    "a foreign redirect URI",
    { "application.web.redirectUris.0": "https://evil.example/" },
    "application.web.redirectUris.0: ",
  ],
  ["no redirect URI", { "application.web.redirectUris": [] }, "application.web.redirectUris: "],
  [
    "another audience",
    { "application.signInAudience": "AzureADMultipleOrgs" },
    "application.signInAudience: ",
  ],
  ["a permission by id", { "application.permissions.0.name": "{id}" }, "application.permissions.0.name: "],
  ["an API by name", { "application.permissions.0.api": "Graph" }, "application.permissions.0.api: "],
  ["a lifetime", { "application.clientSecret.lifetime": "2 years" }, "application.clientSecret.lifetime: "],
  [
    "a service on http",
    { "oneTimePassword.services.0": "http://x.example/" },
    "oneTimePassword.services.0: ",
  ],
  [
    "a service without a slash",
    { "oneTimePassword.services.0": "https://x.example" },
    "oneTimePassword.services.0: ",
  ],
  ["no service", { "oneTimePassword.services": [] }, "oneTimePassword.services: "],
  ["a file elsewhere", { "handover.fileName": "../x.json" }, "handover.fileName: "],
  ["a key that is none", { "handover.entries.a b": "x" }, "handover.entries.a b: "],
])("%s is refused where it stands", (_name, changes, where) => {
  const faults = templateFaults(changes);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(new RegExp(`^${where.replaceAll(/[().]/g, "\\$&")}\\{"schema":".+"\\}$`));
});

test.each<[string, Record<string, unknown>, string]>([
  ["a config key that is none", { configKey: "Use Mails" }, "configKey: "],
  [
    "the secret link in a URI",
    { "exposedApi.identifierUris.0": "api://{clientSecretLink}" },
    "exposedApi.identifierUris.0: ",
  ],
  [
    "a token version 3",
    { "exposedApi.requestedAccessTokenVersion": 3 },
    "exposedApi.requestedAccessTokenVersion: ",
  ],
  ["no scope", { "exposedApi.oauth2PermissionScopes": [] }, "exposedApi.oauth2PermissionScopes: "],
  [
    "a scope with an id",
    { "exposedApi.oauth2PermissionScopes.0.id": "x" },
    "exposedApi.oauth2PermissionScopes.0: ",
  ],
  [
    "a scope that begins with a dot",
    { "exposedApi.oauth2PermissionScopes.0.value": ".x" },
    "exposedApi.oauth2PermissionScopes.0.value: ",
  ],
  [
    "a client that is no GUID",
    { "exposedApi.preAuthorizedApplications.0.appId": "Office" },
    "exposedApi.preAuthorizedApplications.0.appId: ",
  ],
])("in an add-on %s is refused where it stands", (_name, changes, where) => {
  const faults = addOnFaults(changes);
  expect(faults).toHaveLength(1);
  expect(faults[0]?.startsWith(where)).toBe(true);
});

test("everything wrong is listed at once", () => {
  const faults = templateFaults({
    colour: "red",
    title: `${ESC}x`,
    "application.displayName": "{a} and {b}",
    "oneTimePassword.linkLifetime": "soon",
    "handover.nextSteps.0": 7,
  });
  expect(faults.map((fault) => fault.slice(0, fault.indexOf(":")))).toEqual([
    "(file)",
    "application.displayName",
    "application.displayName",
    "handover.nextSteps.0",
    "oneTimePassword.linkLifetime",
    "title",
  ]);
  expect(faults.filter((fault) => fault.startsWith("application"))).toEqual([
    'application.displayName: {"schema":"no placeholder {a} here"}',
    'application.displayName: {"schema":"no placeholder {b} here"}',
  ]);
});

test.each([null, [[]], "x", 7, true, undefined])("%j is no template", (json) => {
  const parsed = parseTemplate(Template, json);
  expect(parsed.ok ? "" : parsed.faults[0]?.path).toBe("(file)");
});

test("no JSON at all is a crash", () => {
  fc.assert(fc.property(fc.jsonValue(), (json) => !parseTemplate(Template, json).ok));
});

describe("placeholders", () => {
  const names = fc.constantFrom(...Object.values(PLACEHOLDERS).flat());

  test.each([
    ["{hostname}/{host}", []],
    ["{host", ["{"]],
    ["host}", ["}"]],
    ["{}", ["{}"]],
    ["{{host}}", ["{", "}"]],
    ["{ host }", ["{ host }"]],
    ["{appId} {constructor}", ["{appId}", "{constructor}"]],
    ["no braces", []],
  ])("%j has %j too many", (text, unknown) => {
    expect(unknownPlaceholders(text, "settings")).toEqual(unknown);
  });

  test("a value with braces in it is never expanded", () => {
    fc.assert(
      fc.property(names, names, (name, inner) => {
        const filled = fill(`<{${name}}>`, { [name]: `{${inner}}`, [inner]: `{${inner}}` });
        expect(filled).toBe(`<{${inner}}>`);
      }),
    );
    expect(fill("{appName}/{appId}", { appName: "{appId}{appName}", appId: "7" })).toBe("{appId}{appName}/7");
  });

  test("a value is put in as it is, whatever it holds", () => {
    fc.assert(
      fc.property(names, fc.string(), (name, value) => {
        expect(fill(`a{${name}}b`, { [name]: value })).toBe(`a${value}b`);
      }),
    );
    expect(fill("{appName}", { appName: "$& $1 $$ $`" })).toBe("$& $1 $$ $`");
  });

  test("what nobody gave a value stays, also where every object has such a property", () => {
    expect(fill("{appId} {constructor} {toString} {hostname}", { hostname: "x" })).toBe(
      "{appId} {constructor} {toString} x",
    );
  });
});
