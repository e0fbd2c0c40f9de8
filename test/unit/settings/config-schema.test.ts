import { describe, expect, test } from "vitest";
import * as z from "zod";
import { CONFIG_KEYS, parseConfig } from "../../../src/settings/config.ts";
import { toConfigSchema } from "../../../src/settings/config-schema.ts";
import { shipped } from "../../support/builders.ts";

const { addOns, templates } = shipped();
const inputs = templates.flatMap((template) => template.inputs ?? []);
const KEYS = addOns.map(({ configKey }) => configKey);
const json = toConfigSchema({ addOns, inputs }) as Parameters<typeof z.fromJSONSchema>[0] & object;
const values = z.fromJSONSchema(json);
// Zod leaves this part of a schema out.
const { anyOf: names } = json.propertyNames as { anyOf: readonly { enum?: string[]; pattern?: string }[] };
const isName = (key: string) =>
  names.some(
    ({ enum: known = [], pattern }) =>
      known.includes(key) || (pattern !== undefined && new RegExp(pattern, "u").test(key)),
  );

/** Whether an editor has nothing against a file. */
const accepts = (file: Record<string, unknown>) =>
  values.safeParse(file).success && Object.keys(file).every(isName);

/** Values of every kind, good and bad, each tried under each key. */
const VALUES: readonly unknown[] = [
  "",
  "  ",
  "https://",
  " https://App.Contoso.com/x?y#z ",
  "HTTPS://app.contoso.com:8443",
  "http://app.contoso.com",
  "https://*.contoso.com",
  "contoso.com",
  " Contoso.onmicrosoft.com",
  "contoso",
  "1B4E28BA-2FA1-4D11-A3BB-0123456789AB",
  "24m",
  " 2Y ",
  "2 years",
  "0d",
  "empower",
  "./vendor.json",
  7,
  null,
  true,
  false,
  {},
  [],
  ["Sales"],
  ["Sales", 7],
  [""],
];

describe("the schema of config.json", () => {
  test.each([...Object.keys(CONFIG_KEYS), ...KEYS])("takes for %s whatever the program takes", (key) => {
    const taken = VALUES.filter((value) => parseConfig({ [key]: value }, KEYS).faults.length === 0);
    expect(taken).not.toEqual([]);
    expect(taken.filter((value) => !accepts({ [key]: value }))).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["tenantID", "contoso"],
    ["tenantID", 7],
    ["hostname", "http://app.contoso.com"],
    ["hostname", "https://*.contoso.com"],
    ["secretLifetime", "2 years"],
    ["linkLifetime", "0d"],
    ["useSCIM", "true"],
    ["useMailsOnline", "true"],
    ["groups", "Sales"],
    ["groups", ["Sales", 7]],
    ["tenantId", "contoso.com"],
    ["TENANT_ID", "contoso.com"],
    ["use-scim", false],
    ["schema", "./config.schema.json"],
  ])("refuses %s: %j, as the program does", (key, value) => {
    expect(accepts({ [key]: value })).toBe(false);
    expect(parseConfig({ [key]: value }, KEYS).faults).not.toEqual([]);
  });

  test("leaves room for what a template declares that is not shipped", () => {
    expect(accepts({ useChat: true, stage: "live" })).toBe(true);
  });
});
