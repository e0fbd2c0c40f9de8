import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EXIT_CODES } from "../../src/errors.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

test("docs/errors.md explains each error code, under the exit code that it has", () => {
  const sections = read("docs/errors.md").split(/^## Exit code /m);
  const explained = sections.flatMap((section) =>
    [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code = ""]) => [code, parseInt(section, 10)]),
  );
  expect(Object.fromEntries(explained)).toEqual(EXIT_CODES);
});

test("no command that people are shown asks a registry for the package", () => {
  const docs = readdirSync(new URL("docs/", root)).filter((name) => name.endsWith(".md"));
  const templates = readdirSync(new URL("templates/", root));
  const files = [
    "README.md",
    ...docs.map((name) => `docs/${name}`),
    ...templates.map((name) => `templates/${name}`),
  ];
  const asking = files.filter((path) => /npx (?!\.\/)[\w-]*entra-app-registration/.test(read(path)));
  expect(asking).toEqual([]);
});
