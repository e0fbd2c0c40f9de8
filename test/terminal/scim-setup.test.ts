import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import { inTerminal, piped } from "../support/program.ts";
import { KEYS } from "../support/pty.ts";
import { serve } from "../support/served.ts";

const outpost = serve();
const TOKEN = "token-that-nobody-sees";
const FLAGS = [
  "scim",
  "setup",
  "--template=flexwhere",
  `--tenant-id=${EXAMPLE.tenantId}`,
  "--app-name=FlexWhere SCIM",
  "--user=megan.bowen@contoso.com",
];

test.each([60, 90])("the token is typed unseen, and provisioning runs, at %i columns", async (cols) => {
  const place = outpost();
  const pty = inTerminal(place, FLAGS, { cols });
  await pty.until(/Secret token from the vendor/);
  pty.type(`${TOKEN}${KEYS.enter}`);
  await pty.until(/Go ahead\?/);
  pty.type(`y${KEYS.enter}`);
  expect(await pty.exit(), pty.screen()).toBe(0);
  const screen = pty.screen().replaceAll(/\s+/g, " ");
  expect(screen).toContain('Done: "FlexWhere SCIM" is registered, and its users are being provisioned.');
  expect(screen).toContain("Tell FlexWhere that the first users have arrived");
  expect(pty.raw()).not.toContain(TOKEN);
  const journals = readdirSync(join(place.folder, ".."), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => readFileSync(join(one.parentPath, one.name), "utf8"));
  expect(journals.join("\n")).toContain('"command":"scim setup"');
  expect(journals.join("\n")).not.toContain(TOKEN);
});

test("piped in: one document on standard output, and the token nowhere", async () => {
  const place = outpost();
  const run = await piped(place, [...FLAGS, "--yes", "--json"], { input: TOKEN });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout)).toMatchObject({ provisioning: { outcome: "running" } });
  expect(run.stdout + run.stderr).not.toContain(TOKEN);
});
