import { describe, expect, test } from "vitest";
import type { Config } from "../../../src/settings/config.ts";
import {
  type FlagValue,
  isSettled,
  type KnownValues,
  missingInputs,
  resolveValues,
  type ValueSources,
} from "../../../src/settings/known-values.ts";
import { SIGN_IN_WAYS } from "../../../src/settings/sign-in.ts";
import { shippedAddOn, shippedTemplate } from "../../support/builders.ts";

const TEMPLATE = shippedTemplate();
const flag = (value: FlagValue["value"], path = "--flag"): FlagValue => ({ value, source: "flag", path });
const variable = (value: string | boolean): FlagValue => ({ value, source: "environment", path: "VARIABLE" });
const EXAMPLES = { tenant: "contoso.example", hostname: "https://sandbox.example" };

function resolve(sources: Partial<Omit<ValueSources, "config">> & { config?: Partial<Config> } = {}) {
  return resolveValues({
    flags: {},
    templates: [TEMPLATE],
    addOns: [shippedAddOn()],
    examples: undefined,
    inCloudShell: false,
    ways: SIGN_IN_WAYS,
    ...sources,
    config: { addOns: {}, inputs: {}, ...sources.config },
  });
}

test("without anything given, the template decides and the rest is unknown", () => {
  expect(resolve()).toEqual({
    known: {
      tenant: undefined,
      appName: { value: "empower", source: "template" },
      hostname: undefined,
      addOns: { "mails-online": { value: false, source: "template" } },
      oneTimePasswordService: undefined,
      linkLifetimeSeconds: 31 * 86_400,
      secretLifetime: { amount: 24, unit: "months" },
      needsHostname: true,
      inputs: [],
      groupSync: true,
      implicitFlow: true,
      groups: undefined,
      notifications: new Map(),
      appId: undefined,
      signInClientId: undefined,
      auth: "auto",
      bringsTenant: false,
      ways: SIGN_IN_WAYS,
      cloud: "global",
    },
    faults: [],
    hostnameReducedTo: undefined,
  });
});

const GUID = "1b4e28ba-2fa1-4d11-a3bb-0123456789ab";
const pick = (name: keyof KnownValues) => (known: KnownValues) => known[name];
const sourced = (value: string, source: string) => ({ value, source });

/** Name, flag, how it is given, config, what each gives. */
const PRECEDENCE: [string, string, string, Partial<Config>, (known: KnownValues) => unknown, unknown[]][] = [
  [
    "tenant",
    "tenant-id",
    GUID.toUpperCase(),
    { tenantID: "config.example" },
    pick("tenant"),
    [sourced(GUID, "flag"), sourced("config.example", "config"), sourced("contoso.example", "example")],
  ],
  [
    "hostname",
    "hostname",
    "https://flag.example/",
    { hostname: "https://config.example" },
    pick("hostname"),
    [
      sourced("https://flag.example", "flag"),
      sourced("https://config.example", "config"),
      sourced("https://sandbox.example", "example"),
    ],
  ],
  [
    "app name",
    "app-name",
    " flag ",
    { appName: "config" },
    pick("appName"),
    [sourced("flag", "flag"), sourced("config", "config"), sourced("empower", "template")],
  ],
  [
    "service",
    "one-time-password-service",
    "https://flag.example",
    { oneTimePasswordServiceUri: "https://config.example" },
    pick("oneTimePasswordService"),
    ["https://flag.example/", "https://config.example/", undefined],
  ],
  [
    "link lifetime",
    "link-lifetime",
    "1d",
    { linkLifetime: "2d" },
    pick("linkLifetimeSeconds"),
    [86_400, 172_800, 31 * 86_400],
  ],
  [
    "secret lifetime",
    "secret-lifetime",
    "100y",
    { secretLifetime: "90d" },
    pick("secretLifetime"),
    [
      { amount: 100, unit: "years" },
      { amount: 90, unit: "days" },
      { amount: 24, unit: "months" },
    ],
  ],
];

test.each(PRECEDENCE)(
  "%s: flag before config before the rest",
  (_name, name, text, config, read, expected) => {
    const flags = { [name]: flag(text) };
    expect([
      read(resolve({ flags, config, examples: EXAMPLES }).known),
      read(resolve({ config, examples: EXAMPLES }).known),
      read(resolve({ examples: EXAMPLES }).known),
    ]).toEqual(expected);
  },
);

test.each(["group-sync", "implicit-flow"] as const)("the switch %s", (name) => {
  const key = name === "group-sync" ? "groupSync" : "implicitFlow";
  expect(resolve().known[key]).toBe(true);
  expect(resolve({ config: { [key]: false } }).known[key]).toBe(false);
  expect(resolve({ config: { [key]: false }, flags: { [name]: flag(true) } }).known[key]).toBe(true);
  expect(resolve({ config: { [key]: true }, flags: { [name]: variable(false) } }).known[key]).toBe(false);
});

test("an add-on: flag before config before off", () => {
  const config = { addOns: { useMailsOnline: true } };
  const read = (sources: Parameters<typeof resolve>[0]) => resolve(sources).known.addOns["mails-online"];
  expect(read({ config })).toEqual({ value: true, source: "config" });
  expect(read({ config, flags: { "mails-online": flag(false) } })).toEqual({ value: false, source: "flag" });
  expect(read({ flags: { "mails-online": variable(true) } })).toEqual({ value: true, source: "environment" });
});

test("ids come from flags alone", () => {
  const flags = { "app-id": flag(GUID.toUpperCase()), "sign-in-client-id": variable(GUID) };
  expect(resolve({ flags }).known).toMatchObject({ appId: GUID, signInClientId: GUID });
});

test("every bad flag is a fault with what was typed, and nothing is taken for it", () => {
  const flags = {
    "tenant-id": flag("contoso", "--tenant-id"),
    hostname: { value: "http://x", source: "environment", path: "ENTRA_APP_REGISTRATION_HOSTNAME" },
    "app-name": flag("", "--app-name"),
    "app-id": flag("x", "--app-id"),
    "secret-lifetime": flag("101y", "--secret-lifetime"),
    "one-time-password-service": flag("http://x.example", "--one-time-password-service"),
  } as const;
  expect(resolve({ flags }).faults).toEqual(
    expect.arrayContaining([
      { path: "--tenant-id", found: "contoso", expected: "tenant" },
      { path: "ENTRA_APP_REGISTRATION_HOSTNAME", found: "http://x", expected: "httpsUrlNotHttp" },
      { path: "--app-name", found: "", expected: "appName" },
      { path: "--app-id", found: "x", expected: "guid" },
      { path: "--secret-lifetime", found: "101y", expected: "lifetime" },
      { path: "--one-time-password-service", found: "http://x.example", expected: "serviceUrl" },
    ]),
  );
  expect(resolve({ flags }).faults).toHaveLength(6);
  expect(resolve({ flags }).known).toMatchObject({
    tenant: undefined,
    hostname: undefined,
    appId: undefined,
  });
});

describe("a hostname with a path", () => {
  test.each([
    ["from a flag", { flags: { hostname: flag("https://x.example/a") } }, "https://x.example"],
    ["from the config", { config: { hostname: "https://y.example/a/b?c" } }, "https://y.example"],
    ["whole", { config: { hostname: "https://y.example/" } }, undefined],
    [
      "in the config, hidden by a flag",
      { flags: { hostname: flag("https://x.example") }, config: { hostname: "https://y.example/a" } },
      undefined,
    ],
  ])("%s", (_name, sources, reducedTo) => {
    expect(resolve(sources).hostnameReducedTo).toBe(reducedTo);
  });
});

test("only a flag or a variable settles a question", () => {
  expect(
    ["flag", "environment", "config", "template", "example"].map((source) =>
      isSettled({ value: "x", source } as { value: string; source: "flag" }),
    ),
  ).toEqual([true, true, false, false, false]);
  expect(isSettled(undefined)).toBe(false);
});

test("what nobody gave is named with its flag and its key", () => {
  const { defaults: _defaults, ...rest } = TEMPLATE;
  expect(missingInputs(resolve({ templates: [{ ...rest, defaults: {} }] }).known)).toEqual([
    { flag: "--tenant-id", configKey: "tenantID" },
    { flag: "--app-name", configKey: "appName" },
    { flag: "--hostname", configKey: "hostname" },
  ]);
  expect(missingInputs(resolve({ examples: EXAMPLES }).known)).toEqual([]);
});

test("groups come from the flag before the config, none twice, and what is no group is named", () => {
  const config = { groups: ["Sales ", GUID, "SALES"] };
  expect(resolve({ config }).known.groups).toEqual({ value: ["Sales", GUID], source: "config" });
  const named = resolve({ config, flags: { group: flag(["A", "a", "B, C"]) } });
  expect(named.known.groups).toEqual({ value: ["A", "B, C"], source: "flag" });
  const none = resolve({ config, flags: { group: flag(false) } });
  expect(none.known.groups).toEqual({ value: [], source: "flag" });
  expect(resolve({ config: { groups: [] } }).known.groups).toBeUndefined();
  const bad = ["", "x".repeat(257), "a\u0007b", "a\u202Eb", "\uD800"];
  expect(resolve({ flags: { group: flag([...bad, "good"], "--group") } })).toMatchObject({
    known: { groups: { value: ["good"], source: "flag" } },
    faults: bad.map((found) => ({ path: "--group", found, expected: "group" })),
  });
});

test("an input of the template's own: flag before config before template, and a wrong one is a fault", () => {
  const input = { name: "stage", question: "Stage?", format: "choice", choices: ["test", "live"] } as const;
  const inputs = [{ ...input, choices: [...input.choices], default: "live", configKey: "deskStage" }];
  const templates = [{ ...TEMPLATE, inputs }];
  const valueOf = (sources: Parameters<typeof resolve>[0]) =>
    resolve({ templates, ...sources }).known.inputs[0]?.value;
  const set = flag(["stage=test"], "--set");
  const config = { inputs: { deskStage: "test" } };
  expect(valueOf({ flags: { set }, config })).toEqual({ value: "test", source: "flag" });
  expect(valueOf({ config })).toEqual({ value: "test", source: "config" });
  expect(valueOf({})).toEqual({ value: "live", source: "template" });
  expect(resolve({ templates, flags: { set: flag(["stage=beta", "x=y"], "--set") } }).faults).toEqual([
    { path: "--set stage", found: "beta", expected: { oneOf: ["test", "live"] } },
    { path: "--set", found: "x=y", expected: { oneOf: ["stage=…"] } },
  ]);
  expect(resolve({ flags: { set } }).faults).toMatchObject([{ expected: "noInput" }]);
});

test("F8: pairs add up, whether flag, variable or config gives them; an input left open is empty", () => {
  const inputs = [
    { name: "more", question: "More?", format: "pairs" as const, optional: true, configKey: "deskMore" },
    {
      name: "from",
      question: "From?",
      format: "attribute" as const,
      optional: true,
      default: "jobTitle",
      configKey: "deskFrom",
    },
  ];
  const templates = [{ ...TEMPLATE, inputs }];
  const resolved = (sources: Parameters<typeof resolve>[0]) => {
    const { known, faults } = resolve({ templates, ...sources });
    return { values: known.inputs.map(({ value }) => value?.value), faults };
  };
  const set = (...texts: string[]) => ({ flags: { set: flag(texts, "--set") } });
  expect(resolved({})).toEqual({ values: ["", "jobTitle"], faults: [] });
  expect(resolved(set("more=a=mail", "more=b=department,c=city", "from=none")).values).toEqual([
    "a=mail, b=department, c=city",
    "",
  ]);
  expect(resolved({ config: { inputs: { deskMore: "a=mail", deskFrom: "none" } } }).values).toEqual([
    "a=mail",
    "",
  ]);
  expect(resolved({ ...set("more=b=mail"), config: { inputs: { deskMore: "a=mail" } } }).values[0]).toBe(
    "b=mail",
  );
  expect(resolved(set("more=a=mail", "more=A=city")).faults).toEqual([
    { path: "--set more", found: "A=city", expected: "pairsOnce" },
  ]);
  expect(missingInputs(resolve({ templates }).known).map(({ configKey }) => configKey)).not.toContain(
    "deskMore",
  );
});
