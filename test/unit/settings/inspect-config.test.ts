import { expect, test } from "vitest";
import { type ConfigWarning, inspectConfig, type Product } from "../../../src/settings/inspect-config.ts";
import { shippedAddOn, shippedTemplate } from "../../support/builders.ts";

const product = {
  templates: [shippedTemplate()],
  addOns: [shippedAddOn()],
  inputs: [],
  scimVariant: undefined,
};
const inspect = (json: unknown, changes: Partial<Product> = {}) =>
  inspectConfig(json, { ...product, ...changes });
const SERVICES = shippedTemplate().oneTimePassword?.services ?? [];
const TENANT = "1b4e28ba-2fa1-4d11-a3bb-0123456789ab";

test("a config that sets everything it can leaves nothing to say", () => {
  const [service] = SERVICES;
  const json = {
    tenantID: TENANT,
    appName: "empower",
    hostname: "https://app.contoso.com",
    useMailsOnline: true,
    oneTimePasswordServiceUri: service,
  };
  expect(inspect(json)).toEqual({ faults: [], warnings: [], asked: [] });
});

test.each<[Record<string, unknown>, ConfigWarning]>([
  [{ tenantID: " Contoso.com" }, { kind: "tenantIsDomain", path: "tenantID", domain: "contoso.com" }],
  [
    { appName: "x", colour: "red" },
    { kind: "unknownKey", path: "colour" },
  ],
  [
    { hostname: "https://app.contoso.com/start" },
    { kind: "hostnameReduced", path: "hostname", origin: "https://app.contoso.com" },
  ],
  [{ $schema: "./tsconfig.schema.json" }, { kind: "notOurs", path: "(file)" }],
])("%j is odd", (json, warning) => {
  expect(inspect(json)).toMatchObject({ faults: [], warnings: [warning] });
});

test("a one-time-password host is known by the template, whatever path stands behind it", () => {
  const [service = ""] = SERVICES;
  expect(inspect({ oneTimePasswordServiceUri: `${service}own` }).warnings).toEqual([]);
  expect(inspect({ oneTimePasswordServiceUri: "https://otp.contoso.com" }).warnings).toEqual([
    {
      kind: "unknownService",
      path: "oneTimePasswordServiceUri",
      host: "otp.contoso.com",
      known: SERVICES.map((known) => new URL(known).host),
    },
  ]);
});

test("what is faulty is a fault, and neither odd nor left to the customer", () => {
  const { faults, warnings, asked } = inspect({
    tenantID: "x",
    hostname: "http://app.contoso.com",
    oneTimePasswordServiceUri: "x",
    appName: "",
  });
  expect(faults.map(({ path }) => path)).toEqual(["tenantID", "hostname", "oneTimePasswordServiceUri"]);
  expect(warnings).toEqual([]);
  expect(asked).toEqual(["appName"]);
});

test("what the product cannot use is a fault of the config", () => {
  const host = Array.from({ length: 4 }, () => "a".repeat(60)).join(".");
  expect(inspect({ hostname: `https://${host}`, useSCIM: true }).faults).toMatchObject([
    { path: "hostname", expected: "urlForRedirect" },
    { path: "useSCIM", expected: "withoutScim" },
  ]);
  expect(inspect({ useSCIM: true }, { scimVariant: "acme-scim" }).faults).toEqual([]);
});

test("an input of the product's own is left open where neither the file nor the template gives a value", () => {
  const input = { name: "stage", question: "Stage?", format: "choice", choices: ["test", "live"] } as const;
  const inputs = [
    { ...input, choices: [...input.choices], configKey: "stage" },
    { ...input, choices: [...input.choices], name: "other", configKey: "other", default: "test" },
  ];
  expect(inspect({ appName: "x", tenantID: TENANT, stage: "" }, { inputs }).asked).toEqual([
    "hostname",
    "stage",
  ]);
  expect(inspect({ stage: "beta" }, { inputs }).faults).toMatchObject([{ path: "stage" }]);
});
