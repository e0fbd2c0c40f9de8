import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadSettings } from "../../src/cli/settings.ts";
import { EXIT_CODES, isAppError } from "../../src/errors.ts";
import { checkConfig } from "../../src/flow/check-config.ts";
import type { Files } from "../../src/ports/index.ts";
import { nodeFiles } from "../../src/ports/node/files.ts";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { fakePorts } from "../support/fake-ports.ts";
import * as fc from "../support/fc.ts";
import { runInProcess, testTenant } from "../support/run.ts";

const KEYS = [
  "$schema",
  "tenantID",
  "appName",
  "hostname",
  "oneTimePasswordServiceUri",
  "useSCIM",
  "useMailsOnline",
  "template",
  "secretLifetime",
  "linkLifetime",
  "groupSync",
  "implicitFlow",
  "groups",
];
const VALUES: readonly unknown[] = [
  "",
  " ",
  true,
  false,
  null,
  0,
  [],
  {},
  "https://",
  "https://app.contoso.com",
  "https://app.contoso.com/with/path?and=query#and-fragment",
  "https://[::1]",
  "https://user:word@app.contoso.com",
  "http://localhost:8080/",
  "contoso.com",
  EXAMPLE.tenantId,
  "empower",
  "mails-online",
  "../config.json",
  "/",
  ".",
  "\0",
  "a".repeat(200),
  "24m",
  "0d",
  "100y",
  "99999999999999999999y",
  "7d",
  "__proto__",
  "🙂",
  "\u202e",
  ["Sales"],
];

const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...KEYS) },
  { weight: 1, arbitrary: fc.constantFrom("TenantId", "hostName", "scim", "__proto__", "constructor", "") },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
);
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 1, arbitrary: fc.webUrl({ withQueryParameters: true }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);
/** Written by hand, so that a key may come twice and `__proto__` is a key like any other. */
const nearlyValid = fc
  .array(fc.tuple(key, value), { maxLength: 6 })
  .map((pairs) => `{${pairs.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`).join()}}`);
const damaged = fc
  .tuple(nearlyValid, fc.nat({ max: 80 }), fc.string({ unit: "binary", maxLength: 3 }))
  .map(([text, at, junk]) => text.slice(0, at) + junk + text.slice(at + junk.length));
const text = fc.oneof(
  { weight: 6, arbitrary: nearlyValid },
  { weight: 2, arbitrary: damaged },
  { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
);
const encoded = fc
  .tuple(text, fc.constantFrom("utf8", "utf8 with mark", "utf16le"))
  .map(([content, encoding]) =>
    encoding === "utf16le"
      ? Buffer.from(`\uFEFF${content}`, "utf16le")
      : Buffer.from(encoding === "utf8" ? content : `\uFEFF${content}`, "utf8"),
  );
const content = fc.oneof(
  { weight: 8, arbitrary: encoded },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
);

/** Templates and the package are read once only. */
function remembering(config: () => Uint8Array): Files {
  const known = new Map<string, Promise<Uint8Array>>();
  return {
    ...nodeFiles,
    read: (path, most) => {
      if (path.endsWith("/work/config.json")) return Promise.resolve(config());
      const bytes = known.get(path) ?? nodeFiles.read(path, most);
      known.set(path, bytes);
      return bytes;
    },
  };
}

test("10,000 config files are understood or refused with what is wrong", { timeout: 300_000 }, async () => {
  const { system } = fakePorts();
  const file = join(system.currentFolder, "config.json");
  let bytes: Uint8Array = new Uint8Array();
  const ports = { files: remembering(() => bytes), system };
  const ended = { understood: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(content, async (config) => {
      bytes = config;
      const refusal = await loadSettings(ports, {}, undefined, () => undefined).then(
        () => undefined,
        (error: unknown) => error,
      );
      ended[refusal === undefined ? "understood" : "refused"] += 1;
      // What config check lets pass, a run takes, and the other way round.
      const { faults } = await checkConfig(ports, file, { named: undefined, fallback: "empower" });
      expect(faults.length === 0).toBe(refusal === undefined);
      if (refusal === undefined) return;
      if (!isAppError(refusal)) throw refusal;
      expect(EXIT_CODES[refusal.code]).toBe(2);
    }),
    { numRuns: 10_000 },
  );
  // Both ways are really walked.
  expect(Math.min(ended.understood, ended.refused)).toBeGreaterThan(1000);
});

test("whole runs with any config end well or say what is wrong", { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(content, async (config) => {
      const { folder } = fakePorts();
      writeFileSync(join(folder, "config.json"), config);
      const argv = [
        "--yes",
        "--no-input",
        `--tenant-id=${EXAMPLE.tenantId}`,
        "--hostname=https://a.contoso.com",
      ];
      const run = await runInProcess(argv, testTenant(), { folder });
      expect(run.stderr).not.toMatch(/This is a bug/);
      // 6: a one-time-password service of the config's own that is none.
      expect([0, 2, 6], run.stderr).toContain(run.exitCode);
      expect(run.exitCode === 0 ? run.stdout : run.stderr).toMatch(/\w{3}/);
    }),
    { numRuns: 150 },
  );
});
