import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/settings/config.ts";
import { shipped } from "../../support/builders.ts";
import * as fc from "../../support/fc.ts";

const ADD_ONS = ["useMailsOnline"];
const parse = (value: unknown) => parseConfig(value, ADD_ONS);
const EMPTY = { config: { addOns: {}, inputs: {} }, faults: [], unknownKeys: [] };

const FULL = {
  tenantID: "1b4e28ba-2fa1-4d11-a3bb-0123456789ab",
  appName: "empower",
  hostname: "https://app.example.com",
  oneTimePasswordServiceUri: "https://onetimepass.example.com/",
  useSCIM: false,
  template: "empower",
  secretLifetime: "12m",
  linkLifetime: "7d",
  groupSync: false,
  implicitFlow: true,
  groups: ["Sales", "1b4e28ba-2fa1-4d11-a3bb-0123456789ab"],
};

test("everything set is given back, the add-ons' switches apart", () => {
  expect(parse({ $schema: "./schemas/config.schema.json", ...FULL, useMailsOnline: true })).toEqual({
    config: { ...FULL, addOns: { useMailsOnline: true }, inputs: {} },
    faults: [],
    unknownKeys: [],
    ours: true,
  });
});

test.each([
  [
    "the shipped empty text",
    { tenantID: "", appName: "", hostname: "https://", oneTimePasswordServiceUri: "" },
  ],
  ["blanks", { tenantID: "  ", appName: "\t", hostname: " https:// ", secretLifetime: " " }],
])("%s means: not set", (_name, value) => {
  expect(parse(value)).toEqual({ ...EMPTY, ours: true });
});

test("a switch that is false is set", () => {
  expect(parse({ useMailsOnline: false, groupSync: false }).config).toEqual({
    groupSync: false,
    addOns: { useMailsOnline: false },
    inputs: {},
  });
});

test("everything wrong is listed at once, with the key, what was found and what it should be", () => {
  const { faults, unknownKeys, config } = parse({
    tenantID: "contoso",
    appName: 7,
    hostname: "http://app.example.com",
    useMailsOnline: "true",
    oneTimePasswordServiceUri: null,
    useSCIM: 1,
    secretLifetime: "2 years",
    tenantId: "x",
    colour: "red",
    groupSync: true,
  });
  expect(faults).toEqual([
    { path: "tenantID", found: '"contoso"', expected: "tenant" },
    { path: "appName", found: "7", expected: "text" },
    { path: "hostname", found: '"http://app.example.com"', expected: "httpsUrlNotHttp" },
    { path: "useMailsOnline", found: '"true"', expected: "boolean" },
    { path: "oneTimePasswordServiceUri", found: "null", expected: "text" },
    { path: "useSCIM", found: "1", expected: "boolean" },
    { path: "secretLifetime", found: '"2 years"', expected: "lifetime" },
    { path: "tenantId", found: '"x"', expected: "knownKey", suggestion: "tenantID" },
  ]);
  expect(unknownKeys).toEqual(["colour"]);
  expect(config).toEqual({ groupSync: true, addOns: {}, inputs: {} });
});

describe("a key that nobody knows", () => {
  test.each([
    ["tenantId", "tenantID"],
    ["tenant_id", "tenantID"],
    ["TENANTID", "tenantID"],
    ["tennantID", "tenantID"],
    ["appname", "appName"],
    ["hostName", "hostname"],
    ["useMailOnline", "useMailsOnline"],
    ["oneTimePasswordServiceURL", "oneTimePasswordServiceUri"],
    ["one-time-password-service-uri", "oneTimePasswordServiceUri"],
    ["useScim", "useSCIM"],
    ["schema", "$schema"],
    ["group", "groups"],
  ])("%s was meant to be %s", (key, suggestion) => {
    expect(parse({ [key]: "x" }).faults).toEqual([
      { path: key, found: '"x"', expected: "knownKey", suggestion },
    ]);
  });

  test.each(["colour", "name", "port", "scripts", "", "_", "id", "__proto__", "constructor", "日本"])(
    "%j is just unknown",
    (key) => {
      const value: unknown = JSON.parse(`{"appName":"x",${JSON.stringify(key)}:1}`);
      expect(parse(value)).toMatchObject({ faults: [], unknownKeys: [key], config: { appName: "x" } });
    },
  );
});

test.each([
  ["a text", "Sales"],
  ["something else among them", ["Sales", 7]],
  ["one without a name", ["Sales", " "]],
  ["a control character", ["Sa\u0007les"]],
  ["a name that no group has", ["x".repeat(257)]],
])("groups cannot be %s", (_name, groups) => {
  expect(parse({ groups }).faults).toMatchObject([{ path: "groups", expected: "groups" }]);
});

test("groups can be none at all", () => {
  expect(parse({ groups: [] }).config).toEqual({ groups: [], addOns: {}, inputs: {} });
});

test.each([
  ["another program's", { compilerOptions: {}, include: [] }, false],
  ["an empty one", {}, false],
  ["only $schema", { $schema: "https://json.schemastore.org/tsconfig" }, false],
  ["one of our keys, though not set", { appName: "" }, true],
  ["an add-on's key", { useMailsOnline: false }, true],
  ["a key typed wrong", { appname: "x" }, true],
])("%s file: ours is %s", (_name, value, ours) => {
  expect(parse(value).ours).toBe(ours);
});

test.each([
  ["a list", [], "[]"],
  ["null", null, "null"],
  ["text", "appName", '"appName"'],
  ["a number", 7, "7"],
  ["true", true, "true"],
  ["a long text", "x".repeat(100), `"${"x".repeat(76)}…`],
])("%s is no config", (_name, value, found) => {
  expect(parse(value)).toEqual({
    ...EMPTY,
    faults: [{ path: "(file)", found, expected: "object" }],
    ours: true,
  });
});

test("a key of a template's add-on is only known where the template has it", () => {
  expect(parseConfig({ useMailsOnline: true }, [])).toMatchObject({ unknownKeys: ["useMailsOnline"] });
  expect(parseConfig({ appName: "x" }, ["constructor", "toString"]).config.addOns).toEqual({});
});

test("a value nested a hundred thousand deep is a fault", () => {
  const deep: unknown = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
  expect(parse({ appName: deep }).faults).toEqual([{ path: "appName", found: "object", expected: "text" }]);
  expect(parse(deep).faults).toHaveLength(1);
});

test("nothing at all is a crash, and every key is a value, a fault or unknown", () => {
  const keys = fc.constantFrom(...Object.keys(FULL), ...ADD_ONS, "$schema", "tenantid", "__proto__", "x");
  const values = fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" }), fc.webUrl(), fc.boolean());
  const config = fc.dictionary(fc.oneof(keys, fc.string()), values);
  fc.assert(
    fc.property(fc.oneof(config, fc.anything()), (value) => {
      const parsed = parse(value);
      if (parsed.faults.some(({ path }) => path === "(file)")) return;
      const taken = [...Object.keys(parsed.config), ...Object.keys(parsed.config.addOns)];
      for (const key of Object.keys(value as object)) {
        const faulty = parsed.faults.some(({ path }) => path === key);
        const unknown = parsed.unknownKeys.includes(key);
        expect(
          Number(faulty) + Number(unknown) + Number(taken.includes(key) && key !== "addOns"),
        ).toBeLessThan(2);
      }
      for (const { found } of parsed.faults) expect(found?.length).toBeLessThanOrEqual(80);
    }),
    { numRuns: 200 },
  );
});

test("the config that is shipped sets nothing and has no fault", async () => {
  const { default: packaged } = await import("../../../config.json", { with: { type: "json" } });
  const keys = shipped().addOns.map(({ configKey }) => configKey);
  expect(parseConfig(packaged, keys)).toEqual({
    config: { useSCIM: false, addOns: { useMailsOnline: false }, inputs: {} },
    faults: [],
    unknownKeys: [],
    ours: true,
  });
});

test("a template's own inputs are keys of their own, and checked by their format", () => {
  const inputs = [
    { configKey: "backUrl", format: "url" as const },
    { configKey: "stage", format: "choice" as const, choices: ["test", "production"] },
  ];
  const parseWith = (value: unknown) => parseConfig(value, [], inputs);
  expect(parseWith({ backUrl: "https://x.example/back", stage: "TEST" })).toMatchObject({
    config: { inputs: { backUrl: "https://x.example/back", stage: "TEST" } },
    faults: [],
  });
  const faults = parseWith({ backUrl: "http://x.example", stage: "live" }).faults;
  expect(faults.map(({ path }) => path)).toEqual(["backUrl", "stage"]);
  expect(parseWith({ backUrl: "" }).config.inputs).toEqual({});
});
