import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Files } from "../../src/ports/index.ts";
import { nodeFiles } from "../../src/ports/node/files.ts";
import { temporaryFolder } from "../support/fake-ports.ts";
import {
  COMPLETE,
  census,
  runInProcess,
  type TestRun,
  type TestTenant,
  tally,
  testTenant,
  UNATTENDED,
} from "../support/run.ts";

const HANDOVER = "AppRegistrationInfo.json";

function workFolder(): string {
  const folder = join(temporaryFolder(), "work");
  mkdirSync(folder);
  return folder;
}

/** Fails writes whose path matches, with a code of Node's. */
function failing(paths: RegExp, code: string, operations: readonly (keyof Files)[]): Partial<Files> {
  const refuse = (path: string): Promise<never> =>
    Promise.reject(Object.assign(new Error(`${code}: write '${path}'`), { code }));
  const all: Partial<Files> = {
    writeAtomic: (path, text) => (paths.test(path) ? refuse(path) : nodeFiles.writeAtomic(path, text)),
    append: (path, text) => (paths.test(path) ? refuse(path) : nodeFiles.append(path, text)),
    ensureFolder: (path) => (paths.test(path) ? refuse(path) : nodeFiles.ensureFolder(path)),
    list: (path) => (paths.test(path) ? refuse(path) : nodeFiles.list(path)),
    read: (path, most) => (paths.test(path) ? refuse(path) : nodeFiles.read(path, most)),
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => operations.includes(name as keyof Files)));
}

/** The live secrets, each with whether one of the links opens to it. Links open once. */
function secretsOf({ state, reveal }: TestTenant, links: readonly (string | undefined)[]) {
  const hashes = links
    .map((link) => (link === undefined ? undefined : reveal(link)))
    .flatMap((value) => (value === undefined ? [] : [createHash("sha256").update(value).digest("hex")]));
  return (state.applications[0]?.passwordCredentials ?? []).map(({ keyId, displayName }) => ({
    keyId,
    displayName: displayName ?? "",
    delivered: hashes.includes(state.secretHashes[keyId] ?? ""),
  }));
}

describe("a full disk", () => {
  test("shows before anything is created, where it is full from the start", async () => {
    const tenant = testTenant();
    const full = failing(/work/, "ENOSPC", ["writeAtomic"]);
    const run = await runInProcess(UNATTENDED, tenant, { files: full });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/ENOSPC|full|space/i);
    expect(tenant.requests).toEqual([]);
    expect(readdirSync(run.folder)).toEqual([]);
  });

  test("when the hand-over file is due: the secret is removed again, and the next run completes", async () => {
    const tenant = testTenant();
    const full = failing(/AppRegistrationInfo/, "ENOSPC", ["writeAtomic"]);
    const run = await runInProcess(UNATTENDED, tenant, { files: full });
    expect(run.exitCode).toBe(6);
    expect(run.stderr).not.toMatch(/This is a bug/);
    expect(tenant.state.applications[0]?.passwordCredentials).toEqual([]);
    expect(existsSync(join(run.folder, HANDOVER))).toBe(false);
    const next = await runInProcess(UNATTENDED, tenant, { folder: run.folder });
    expect(next.exitCode).toBe(0);
    expect(census(tenant, next)).toEqual(COMPLETE);
  });

  test("for the journal: said once, and the run completes without it", async () => {
    const tenant = testTenant();
    const full = failing(/entra-app-registration\/journal/, "ENOSPC", ["append", "ensureFolder"]);
    const run = await runInProcess(UNATTENDED, tenant, { files: full });
    expect(run.exitCode).toBe(0);
    expect(run.stderr.split("\n").filter((line) => /journal/i.test(line))).toHaveLength(1);
    const next = await runInProcess(UNATTENDED, tenant, { folder: run.folder, files: full });
    expect(next.stdout).toMatch(/Nothing to do/);
    expect(census(tenant, next)).toEqual(COMPLETE);
  });

  test.each([1, 2, 3, 5, 8, 13, 21])("for the journal from its line %d on", async (room) => {
    const tenant = testTenant();
    let lines = 0;
    const append: Files["append"] = async (path, text) => {
      lines += 1;
      if (lines >= room) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      await nodeFiles.append(path, text);
    };
    const run = await runInProcess(UNATTENDED, tenant, { files: { append } });
    expect(run.exitCode).toBe(0);
    const next = await runInProcess(UNATTENDED, tenant, { folder: run.folder });
    expect(next.stdout).toMatch(/Nothing to do/);
    expect(census(tenant, next)).toEqual(COMPLETE);
  });
});

describe("folders and files in the way", () => {
  test("an output folder that may not be written to ends the run before the sign-in", async () => {
    const tenant = testTenant();
    const files = failing(/work/, "EACCES", ["writeAtomic"]);
    const run = await runInProcess(UNATTENDED, tenant, { files });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(run.folder);
    expect(tenant.requests).toEqual([]);
  });

  test.skipIf(process.platform === "win32" || process.getuid?.() === 0)("really read-only", async () => {
    const tenant = testTenant();
    const folder = workFolder();
    chmodSync(folder, 0o500);
    const run = await runInProcess(UNATTENDED, tenant, { folder });
    chmodSync(folder, 0o700);
    expect(run.exitCode).toBe(2);
    expect(tenant.requests).toEqual([]);
  });

  test("an output folder that is not there, and one that is a file", async () => {
    const tenant = testTenant();
    const folder = workFolder();
    writeFileSync(join(folder, "file"), "");
    for (const output of ["missing", "file"]) {
      const run = await runInProcess([...UNATTENDED, "--output", output], tenant, { folder });
      expect(run.exitCode).toBe(2);
      expect(run.stderr).toContain(output);
    }
    expect(tenant.requests).toEqual([]);
  });

  test.each([
    ["another app's", JSON.stringify({ TenantId: "other", clientId: "other", clientSecret: "other" })],
    ["no JSON", "not ours"],
    ["an empty one", ""],
    ["JSON of another kind", "[1,2,3]"],
  ])("a file in the place of ours, %s, is kept under a dated name", async (_kind, content) => {
    const tenant = testTenant();
    const folder = workFolder();
    writeFileSync(join(folder, HANDOVER), content);
    const run = await runInProcess(UNATTENDED, tenant, { folder });
    expect(run.exitCode).toBe(0);
    const kept = join(folder, "AppRegistrationInfo.2026-11-20.json");
    expect(readFileSync(kept, "utf8")).toBe(content);
    expect(run.stderr).toContain(kept);
    expect(census(tenant, run)).toEqual(COMPLETE);
  });

  test("a folder in the place of the file is kept, with what is in it", async () => {
    const tenant = testTenant();
    const folder = workFolder();
    mkdirSync(join(folder, HANDOVER));
    writeFileSync(join(folder, HANDOVER, "inside.txt"), "precious");
    const run = await runInProcess(UNATTENDED, tenant, { folder });
    expect(run.exitCode).toBe(0);
    expect(readFileSync(join(folder, "AppRegistrationInfo.2026-11-20.json/inside.txt"), "utf8")).toBe(
      "precious",
    );
    expect(census(tenant, run)).toEqual(COMPLETE);
  });

  test.skipIf(process.platform === "win32").each([
    ["another app's file", JSON.stringify({ TenantId: "other", clientId: "other" })],
    ["something else", "precious"],
    ["nothing at all", undefined],
  ])("a symbolic link in the place of the file, to %s, is not followed", async (_what, content) => {
    const tenant = testTenant();
    const folder = workFolder();
    const target = join(folder, "..", "target.json");
    if (content !== undefined) writeFileSync(target, content);
    symlinkSync(target, join(folder, HANDOVER));
    const run = await runInProcess(UNATTENDED, tenant, { folder });
    expect(run.exitCode).toBe(0);
    expect(existsSync(target) ? readFileSync(target, "utf8") : undefined).toBe(content);
    expect(lstatSync(join(folder, HANDOVER)).isSymbolicLink()).toBe(false);
    expect(statSync(join(folder, HANDOVER)).mode & 0o777).toBe(0o600);
    expect(census(tenant, run)).toEqual(COMPLETE);
  });

  test.skipIf(process.platform === "win32")(
    "a symbolic link to a file of the same app is replaced, its target untouched",
    async () => {
      const tenant = testTenant();
      const first = await runInProcess(UNATTENDED, tenant);
      const folder = workFolder();
      const target = join(folder, "..", "target.json");
      const content = readFileSync(join(first.folder, HANDOVER), "utf8");
      writeFileSync(target, content);
      symlinkSync(target, join(folder, HANDOVER));
      const run = await runInProcess([...UNATTENDED, "--new-secret"], tenant, { folder });
      expect(run.exitCode).toBe(0);
      expect(readFileSync(target, "utf8")).toBe(content);
      expect(lstatSync(join(folder, HANDOVER)).isSymbolicLink()).toBe(false);
      const links = [first.info?.["clientSecret"], run.info?.["clientSecret"]];
      expect(secretsOf(tenant, links).map(({ delivered }) => delivered)).toEqual([true, true]);
    },
  );

  test.each(["list", "read"] as const)("a journal folder that cannot be read (%s)", async (operation) => {
    const tenant = testTenant();
    const files = failing(/entra-app-registration\/journal/, "EACCES", [operation]);
    const first = await runInProcess(UNATTENDED, tenant, { files });
    expect(first.exitCode).toBe(0);
    const next = await runInProcess(UNATTENDED, tenant, { folder: first.folder, files });
    expect(next.stdout).toMatch(/Nothing to do/);
    expect(census(tenant, next)).toEqual(COMPLETE);
  });
});

describe("what a killed run left in the folder", () => {
  test("a temporary file with a link in it is gone after the next run, and no other file is", async () => {
    const tenant = testTenant();
    const folder = workFolder();
    const left = [
      `.${HANDOVER}.0a1b2c3d.tmp`,
      `..${HANDOVER}.0a1b2c3d.tmp.0a1b2c3d.tmp`,
      ".entra-app-registration-0a1b2c3d.tmp",
      "..entra-app-registration-0a1b2c3d.tmp.0a1b2c3d.tmp",
    ];
    const others = [".other.json.0a1b2c3d.tmp", "AppRegistrationInfo.2026-01-01.json", "notes.txt"];
    for (const name of [...left, ...others]) writeFileSync(join(folder, name), "{}");
    const run = await runInProcess(UNATTENDED, tenant, { folder });
    expect(run.exitCode).toBe(0);
    expect(readdirSync(folder).toSorted()).toEqual([HANDOVER, ...others].toSorted());
  });

  test("a dry run leaves it alone", async () => {
    const folder = workFolder();
    writeFileSync(join(folder, `.${HANDOVER}.0a1b2c3d.tmp`), "{}");
    await runInProcess([...UNATTENDED, "--dry-run"], testTenant(), { folder });
    expect(readdirSync(folder)).toHaveLength(1);
  });
});

describe("two runs at the same time in one folder", () => {
  /** One app, each grant once, and every live secret is behind a link or named in an output. */
  function expectSound(tenant: TestTenant, runs: readonly TestRun[]): void {
    const { secrets: _secrets, delivered: _delivered, clientId: _clientId, ...once } = COMPLETE;
    const { linkOpens: _linkOpens, ...expected } = once;
    expect(tally(tenant, { info: undefined })).toMatchObject(expected);
    const said = runs.map(({ stdout, stderr }) => stdout + stderr).join("\n");
    const links = [...said.matchAll(/https:\/\/onetimepass\S+~\S+/g)].map(([link]) => link);
    const untold = secretsOf(tenant, links).filter(
      ({ keyId, displayName, delivered }) =>
        !delivered && !said.includes(keyId) && !said.includes(displayName),
    );
    expect(untold).toEqual([]);
  }

  test.each([0, 1, 5, 20, 80])("begun %d turns apart", async (turns) => {
    const tenant = testTenant();
    const folder = workFolder();
    const first = runInProcess(UNATTENDED, tenant, { folder });
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resume) => setImmediate(resume));
    const runs = await Promise.all([first, runInProcess(UNATTENDED, tenant, { folder })]);
    for (const run of runs) {
      expect(run.stderr).not.toMatch(/This is a bug/);
      expect([0, 6, 8]).toContain(run.exitCode);
    }
    expect(runs.map(({ exitCode }) => exitCode)).toContain(0);
    expect(tenant.state.applications[0]?.passwordCredentials.length).toBeLessThanOrEqual(2);
    const next = await runInProcess(UNATTENDED, tenant, { folder });
    expect(next.exitCode).toBe(0);
    expectSound(tenant, [...runs, next]);
  });
});
