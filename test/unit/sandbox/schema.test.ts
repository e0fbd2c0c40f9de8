import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { propertiesOf, typeNames } from "../../../src/sandbox/graph/types.ts";

// Microsoft's own metadata lies beside the checkout on some machines; it is too large to keep here.
const SLICE = new URL("../../../../shared/reference/graph-v1.0-slice.csdl.xml", import.meta.url);

test("the table of types is Microsoft's", (context) => {
  let xml: string;
  try {
    xml = readFileSync(SLICE, "utf8");
  } catch {
    context.skip("Microsoft's schema is not here: nothing to compare the table of types with");
    return;
  }
  const names = typeNames();
  expect(names.length).toBeGreaterThan(25);
  for (const name of names) {
    const wanted = allProperties(xml, name);
    const table = [...(propertiesOf(name) ?? [])].map(
      ([property, { name: type, collection, nullable }]) =>
        `${property}:${collection ? `[${type}]` : type}${nullable ? "?" : ""}`,
    );
    // A collection is never null here, whatever the schema says of its items.
    expect({ name, properties: table.map(bare).sort() }).toEqual({
      name,
      properties: wanted.map(bare).sort(),
    });
  }
});

function bare(entry: string): string {
  return entry.includes("[") ? entry.replace(/\?$/, "") : entry;
}

function allProperties(xml: string, name: string): string[] {
  const block = new RegExp(`<(EntityType|ComplexType) Name="${name}"([^>]*?)(/>|>[\\s\\S]*?</\\1>)`).exec(
    xml,
  );
  if (block === null) throw new Error(`the schema has no ${name}`);
  const [text, , attributes = ""] = block;
  const own = [...text.matchAll(/<Property Name="([^"]+)" Type="([^"]+)"([^>]*)/g)].map(
    ([, property = "", type = "", rest = ""]) => {
      const short = type.replace(/^Collection\((.*)\)$/, "[$1]").replace(/Edm\.|graph\./, "");
      return `${property}:${short}${rest.includes('Nullable="false"') ? "" : "?"}`;
    },
  );
  const parent = /BaseType="graph\.(\w+)"/.exec(attributes)?.[1];
  return parent === undefined ? own : [...own, ...allProperties(xml, parent)];
}
