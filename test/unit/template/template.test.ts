import { describe, expect, test } from "vitest";
import { parseTemplate } from "../../../src/template/parse.ts";
import { fill, PLACEHOLDERS, unknownPlaceholders } from "../../../src/template/placeholders.ts";
import { AddOn, TemplateFile } from "../../../src/template/schema.ts";
import { shipped, shippedJson } from "../../support/builders.ts";
import * as fc from "../../support/fc.ts";

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

const TEXT_INPUT = { name: "a", question: "A?", format: "text", configKey: "a" };

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
  faultsOf(parseTemplate(TemplateFile, changed("empower.json", changes)));
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
    expect(Object.keys(empower?.application.handover?.entries ?? {})).toEqual([
      "TenantId",
      "clientId",
      "clientSecret",
      "createDateClientSecret",
      "expirationDateClientSecret",
    ]);
    expect(empower?.application.handover?.fileName).toBe("AppRegistrationInfo.json");
  });
});

test.each<[string, Record<string, unknown>, string]>([
  ["an unknown key", { colour: "red" }, "colour: "],
  ["an unknown key inside", { "applications.0.web.logoutUrl": "x" }, "applications.0.web.logoutUrl: "],
  [
    "an unknown key in a list",
    { "applications.0.permissions.1.id": "x" },
    "applications.0.permissions.1.id: ",
  ],
  ["a missing key", { title: undefined }, "title: "],
  ["another kind", { kind: "addOn" }, "kind: "],
  ["a name that is no slug", { name: "Empower!" }, "name: "],
  ["a name too long for the unique name", { name: "a".repeat(41) }, "name: "],
  ["a placeholder nobody knows", { "applications.0.displayName": "{name}" }, "applications.0.displayName: "],
  [
    "a placeholder not known yet",
    { "applications.0.web.redirectUris.0": "{hostname}/{appId}" },
    "applications.0.web.redirectUris.0: ",
  ],
  [
    "an unclosed brace",
    { "applications.0.handover.entries.TenantId": "{tenantId" },
    "applications.0.handover.entries.TenantId: ",
  ],
  ["the link in the next steps", { "nextSteps.0": "Open {clientSecretLink}" }, "nextSteps.0: "],
  ["an escape sequence", { title: `empower${ESC}[31m` }, "title: "],
  ["an escape sequence in a step", { "nextSteps.1": `${ESC}]52;c;eA==\u0007` }, "nextSteps.1: "],
  [
    "text turned round",
    { "applications.0.clientSecret.displayName": "a\u202Eb" },
    "applications.0.clientSecret.displayName: ",
  ],
  ["an empty text", { title: "  " }, "title: "],
  [
    "a foreign redirect URI",
    { "applications.0.web.redirectUris.0": "http://evil.example/" },
    "applications.0.web.redirectUris.0: ",
  ],
  ["no redirect URI", { "applications.0.web.redirectUris": [] }, "applications.0.web.redirectUris: "],
  [
    "another audience",
    { "applications.0.signInAudience": "AzureADMultipleOrgs" },
    "applications.0.signInAudience: ",
  ],
  [
    "a permission by id",
    { "applications.0.permissions.0.name": "{id}" },
    "applications.0.permissions.0.name: ",
  ],
  ["an API by name", { "applications.0.permissions.0.api": "Graph" }, "applications.0.permissions.0.api: "],
  [
    "a lifetime",
    { "applications.0.clientSecret.lifetime": "2 years" },
    "applications.0.clientSecret.lifetime: ",
  ],
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
  [
    "a file elsewhere",
    { "applications.0.handover.fileName": "../x.json" },
    "applications.0.handover.fileName: ",
  ],
  [
    "a key that is none",
    { "applications.0.handover.entries.a b": "x" },
    "applications.0.handover.entries.a b: ",
  ],
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
  [
    "a scope name of 121 characters",
    {
      "exposedApi.oauth2PermissionScopes.0.value": "x".repeat(121),
      "exposedApi.preAuthorizedApplications": [],
    },
    "exposedApi.oauth2PermissionScopes.0.value: ",
  ],
  [
    "a scope that it does not offer",
    { "exposedApi.preAuthorizedApplications.0.scopes": ["other"] },
    "exposedApi.preAuthorizedApplications.0.scopes: ",
  ],
  ["no scope", { "exposedApi.oauth2PermissionScopes": [] }, "exposedApi.oauth2PermissionScopes: "],
  [
    "a scope with an id",
    { "exposedApi.oauth2PermissionScopes.0.id": "x" },
    "exposedApi.oauth2PermissionScopes.0.id: ",
  ],
  [
    "a scope that begins with a dot",
    { "exposedApi.oauth2PermissionScopes.0.value": ".x", "exposedApi.preAuthorizedApplications": [] },
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

test.each<[string, Record<string, unknown>, string]>([
  ["a secret that nobody is handed", { "applications.0.handover": undefined }, "applications.0: "],
  ["a secret without a service", { oneTimePassword: undefined }, "applications.0: "],
  [
    "provisioning of a plain registration",
    {
      "applications.0.scim": {
        tenantUrl: "https://x.example/scim",
        scope: "assigned",
        groups: false,
        users: { mappings: [], exclusive: false },
      },
    },
    "applications.0.origin: ",
  ],
  ["an input that nobody declares", { "applications.0.web.redirectUris.0": "{input.back}" }, "inputs: "],
  [
    "choices of an input that is none",
    { inputs: [{ name: "x", question: "X?", format: "text", choices: ["a", "b"], configKey: "x" }] },
    "inputs.0: ",
  ],
])("what contradicts itself is refused: %s", (_name, changes, where) => {
  expect(templateFaults(changes)).toEqual([
    expect.stringMatching(new RegExp(`^${where.replaceAll(".", "\\.")}`)),
  ]);
});

test("several applications have keys of their own, and files or sections of their own", () => {
  const [application] = shippedJson("empower.json")["applications"] as [Record<string, object>];
  const both = (keys: (string | undefined)[], sections: (string | undefined)[]) =>
    templateFaults({
      applications: keys.map((key, index) => ({
        ...application,
        ...(key !== undefined && { key }),
        handover: { ...application["handover"], ...(sections[index] && { section: sections[index] }) },
      })),
    });
  expect(both(["one", "two"], ["first", "second"])).toEqual([]);
  expect(both(["one", "one"], ["first", "second"])).toHaveLength(2);
  expect(both(["one", undefined], ["first", "second"])).toHaveLength(1);
  expect(both(["one", "two"], [])).toHaveLength(2);
  expect(both(["one", "two"], ["first", "first"])).toHaveLength(2);
});

const REDIRECT = "applications.0.web.redirectUris.0";

test.each([
  ["http", "http://app.contoso.com/x"],
  ["a fragment", "{hostname}/x#y"],
  ["a fragment elsewhere", "https://other.contoso.com/#"],
  ["a wildcard", "{hostname}/*"],
  ["a wildcard in the name", "https://*.contoso.com/x"],
  ["credentials", "https://user:word@contoso.com/x"],
  ["credentials behind the URL", "{hostname}@evil.example/"],
  ["another host behind the URL", "{hostname}.evil.example/"],
  ["another host behind an input", "{input.a}.evil.example/"],
  ["a script", "javascript://x"],
  ["a space", "{hostname}/a b"],
  ["a sign that Entra refuses", "{hostname}/a(b)"],
  ["a backslash", "{hostname}/a\\b"],
  ["no host", "https:///x"],
  ["more than 256 characters", `{hostname}/${"x".repeat(246)}`],
])("a redirect URI with %s is refused where it stands", (_name, uri) => {
  for (const platform of ["web", "publicClient"]) {
    const path = `applications.0.${platform}.redirectUris`;
    const faults =
      platform === "web"
        ? templateFaults({ [REDIRECT]: uri })
        : templateFaults({ "applications.0.publicClient": { redirectUris: [uri] } });
    expect(new Set(faults.map((fault) => fault.split(": ")[0]))).toContain(`${path}.0`);
  }
});

test.each([
  ["web", "{hostname}/"],
  ["web", "https://other.contoso.com/sign-in?from=entra"],
  ["publicClient", "https://login.microsoftonline.com/common/oauth2/nativeclient"],
  ["publicClient", "http://localhost"],
  ["publicClient", "http://localhost:8400/back"],
  ["publicClient", "com.contoso.app://auth"],
])("a redirect URI of %s may be %s", (platform, uri) => {
  expect(
    templateFaults({
      [`applications.0.${platform}`]: {
        redirectUris: [uri],
        ...(platform === "web" && {
          implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
        }),
      },
    }),
  ).toEqual([]);
});

test("a redirect URI takes the whole address from an input of the format url, and from no other", () => {
  const input = { name: "base", question: "Base?", configKey: "base" };
  const withInput = (format: string) =>
    templateFaults({ inputs: [{ ...input, format }], [REDIRECT]: "{input.base}/back" });
  expect(withInput("url")).toEqual([]);
  expect(withInput("text")).toEqual([`${REDIRECT}: {"schema":"the input base is not of the format url"}`]);
});

test.each<[string, Record<string, unknown>, string]>([
  ["an add-on elsewhere", { addOns: ["../x"] }, "addOns.0: "],
  ["an add-on in a folder", { addOns: ["a/b"] }, "addOns.0: "],
  ["a variant elsewhere", { scimVariant: "..\\x" }, "scimVariant: "],
  ["a name with a slash", { name: "a/b" }, "name: "],
  [
    "a hand-over file elsewhere",
    { "applications.0.handover.fileName": "a/b.json" },
    "applications.0.handover",
  ],
  ["a second input of a name", { inputs: [TEXT_INPUT, TEXT_INPUT] }, "inputs.1.name: "],
  ["an input nobody declared", { "applications.0.displayName": "{input.x}" }, "inputs: "],
  [
    "a key that config.json has",
    { inputs: [{ ...TEXT_INPUT, configKey: "tenantID" }] },
    "inputs.0.configKey: ",
  ],
])("%s is refused where it stands", (_name, changes, where) => {
  const faults = templateFaults(changes);
  expect(faults).toHaveLength(1);
  expect(faults[0]?.startsWith(where)).toBe(true);
});

test("everything wrong is listed at once", () => {
  const faults = templateFaults({
    colour: "red",
    title: `${ESC}x`,
    "applications.0.displayName": "{a} and {b}",
    "oneTimePassword.linkLifetime": "soon",
    "nextSteps.0": 7,
  });
  expect(faults.map((fault) => fault.slice(0, fault.indexOf(":")))).toEqual([
    "applications.0.displayName",
    "applications.0.displayName",
    "colour",
    "nextSteps.0",
    "oneTimePassword.linkLifetime",
    "title",
  ]);
  expect(faults.filter((fault) => fault.startsWith("application"))).toEqual([
    'applications.0.displayName: {"schema":"no placeholder {a} here"}',
    'applications.0.displayName: {"schema":"no placeholder {b} here"}',
  ]);
});

test.each([null, [[]], "x", 7, true, undefined])("%j is no template", (json) => {
  const parsed = parseTemplate(TemplateFile, json);
  expect(parsed.ok ? "" : parsed.faults[0]?.path).toBe("(file)");
});

test("no JSON at all is a crash", () => {
  fc.assert(fc.property(fc.jsonValue(), (json) => !parseTemplate(TemplateFile, json).ok));
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
