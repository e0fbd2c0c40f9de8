import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

/*
 * What the product has to do stands in docs/requirements.md. Whoever looks for the proof of one of its lines finds a
 * test whose title, or a comment above it, begins with the line's ID and a colon; several have commas between.
 */

const ROOT = resolve(import.meta.dirname, "../../..");
const PAGE = readFileSync(join(ROOT, "docs/requirements.md"), "utf8");
const IDS = [...PAGE.matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, id = ""]) => id);

const TESTS = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => readFileSync(join(ROOT, "test", name), "utf8"));

/** The IDs with which titles and comments begin. */
function namedIn(source: string): string[] {
  return [...source.matchAll(/(?:["'`]|\/\/ |\* )([A-Z]\d+(?:(?:, | and )[A-Z]\d+)*): /g)].flatMap(
    ([, ids = ""]) => ids.split(/, | and /),
  );
}

const NAMED = new Set(TESTS.flatMap(namedIn));

test("the page has every requirement once", () => {
  const last = (section: string) =>
    Math.max(...IDS.filter((id) => id.startsWith(section)).map((id) => Number(id.slice(1))));
  expect(IDS).toHaveLength(new Set(IDS).size);
  expect(["A", "B", "C", "D", "E", "F"].map(last)).toEqual([15, 6, 2, 6, 6, 8]);
  expect(IDS).toHaveLength(43);
});

test("every requirement is named by a test", () => {
  expect(IDS.filter((id) => !NAMED.has(id))).toEqual([]);
});

test("no test names a requirement that there is not", () => {
  expect([...NAMED].filter((id) => !IDS.includes(id))).toEqual([]);
});
