import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { shipped } from "../../support/builders.ts";

const SRC = resolve(import.meta.dirname, "../../../src");

/** Microsoft's own, which any product may name. */
const MICROSOFTS = /(^|\.)(microsoft|microsoftonline|office)\.(com|us)$/;

/** What only a vendor can have thought of. */
function vendorWords(): { readonly names: string[]; readonly keys: string[] } {
  const { templates, addOns } = shipped();
  const texts = JSON.stringify([templates, addOns]);
  const hosts = [...texts.matchAll(/https:\/\/([a-z0-9.-]+)/g)].map(([, host]) => host ?? "");
  const paths = [...texts.matchAll(/\{(?:hostname|input\.\w+)\}(\/[\w/-]{3,})/g)].map(
    ([, path]) => path ?? "",
  );
  const products = [...templates, ...addOns].flatMap(({ name, title }) => [
    name,
    title.replaceAll(/[®&]/g, "").trim(),
  ]);
  const apis = addOns.map(({ exposedApi }) => exposedApi);
  const clients = apis.flatMap((api) => api.preAuthorizedApplications.map(({ appId }) => appId));
  const scopes = apis.flatMap((api) => api.oauth2PermissionScopes.map(({ value }) => value));
  const declared = [...addOns, ...templates.flatMap(({ inputs = [] }) => inputs)];
  return {
    names: [...products, ...hosts.filter((host) => !MICROSOFTS.test(host)), ...paths, ...clients],
    keys: [...declared.map(({ configKey }) => configKey), ...scopes],
  };
}

test("no vendor's name, host, path or key stands in the code: a vendor is a file", () => {
  const { names, keys } = vendorWords();
  expect(names).toEqual(expect.arrayContaining(["empower", "snappass.symplasson.de", "mails-online"]));
  expect(keys).toEqual(expect.arrayContaining(["useMailsOnline", "access_as_user"]));
  const files = readdirSync(SRC, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((entry) => {
    const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
    const inAnyCase = names.filter((name) => text.toLowerCase().includes(name.toLowerCase()));
    return [...new Set([...inAnyCase, ...keys.filter((key) => text.includes(key))])].map(
      (word) => `${entry.name}: ${word}`,
    );
  });
  expect(found).toEqual([]);
});
