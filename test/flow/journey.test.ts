import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { labelled } from "../../src/settings/values.ts";
import type { Template } from "../../src/template/schema.ts";
import { shipped } from "../support/builders.ts";
import { runInProcess, testTenant } from "../support/run.ts";

const { templates } = shipped();
const variants = new Set(templates.map(({ scimVariant }) => scimVariant));

/** Each product, and those that have one in their variant with provisioning. */
const JOURNEYS = [...new Set(templates.map(({ name }) => name))]
  .filter((name) => !variants.has(name))
  .flatMap((name) => {
    const units = templates.filter((template) => template.name === name);
    const variant = templates.filter((template) => template.name === units[0]?.scimVariant);
    const addOns = units[0]?.addOns ?? [];
    return [
      { name, wanted: [] as string[], units },
      ...(addOns.length > 0 ? [{ name, wanted: addOns.map((addOn) => `--${addOn}`), units }] : []),
      ...(variant.length > 0 ? [{ name, wanted: ["--scim"], units: variant }] : []),
    ];
  });

/** An answer to each question that only this product asks and that has no default. */
function answers([{ inputs = [] } = { inputs: [] }]: readonly Pick<Template, "inputs">[]): string[] {
  return inputs
    .filter((input) => input.default === undefined && !input.optional)
    .map(({ name, format, choices }) => {
      const value = /url$/i.test(format)
        ? `https://vendor.example/${name}`
        : labelled(choices?.[0] ?? name).label;
      return `--set=${name}=${value}`;
    });
}

test.each(JOURNEYS)(
  "$name $wanted: from config init to what is handed over, and then nothing to do",
  async ({ name, wanted, units }) => {
    const tenant = testTenant();
    const own = answers(templates.filter((template) => template.name === name));
    const init = await runInProcess(
      [
        "config",
        "init",
        "--no-input",
        `--template=${name}`,
        `--tenant-id=${EXAMPLE.tenantId}`,
        "--app-name=Contoso",
        "--hostname=https://app.contoso.com",
        ...wanted,
        ...own,
      ],
      tenant,
    );
    expect(init.exitCode, init.stderr).toBe(0);
    const { folder } = init;
    const checked = await runInProcess(["config", "check"], tenant, { folder });
    expect(checked).toMatchObject({ exitCode: 0, stderr: "" });
    expect(checked.stdout).not.toMatch(/✖|!/);

    // The customer has the file and types nothing.
    const run = await runInProcess(["--yes", "--no-input"], tenant, { folder });
    expect(run.exitCode, run.stderr).toBe(0);
    // Side by side, so in either order.
    expect(tenant.state.applications.map(({ displayName }) => displayName).toSorted()).toEqual(
      units.map(({ application }) => application.displayName.replace("{appName}", "Contoso")).toSorted(),
    );
    const handedOver = units.flatMap(({ application: { handover } }) => handover ?? []);
    for (const { fileName, entries } of handedOver) {
      const file = JSON.parse(readFileSync(join(folder, fileName), "utf8")) as Record<string, string>;
      expect(Object.keys(file)).toEqual(Object.keys(entries));
      expect(Object.values(file).join()).not.toMatch(/[{}]/);
      const link = Object.values(file).find((value) => value.startsWith("https://") && tenant.reveal(value));
      expect(link).toBeDefined();
    }
    expect(readdirSync(folder).toSorted()).toEqual(
      ["config.json", ...handedOver.map(({ fileName }) => fileName)].toSorted(),
    );
    expect(run.stdout).not.toMatch(/[{}]/);

    const again = await runInProcess(["--yes", "--no-input"], tenant, { folder });
    expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining("Nothing to do")]);
  },
);
