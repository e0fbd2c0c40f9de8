import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const windows = process.platform === "win32";
/** What is in a checkout beside its own files. */
const NOT_THE_PRODUCT = ["node_modules", "dist", "coverage", ".git"];

/** The program as a user gets it. */
export interface Product {
  /** The packed tarball. */
  readonly tarball: string;
  /** The folder it was installed in, with the `node_modules` that came of it. */
  readonly folder: string;
  /** The installed package. */
  readonly packageFolder: string;
  /** The installed program's file, for `node`. */
  readonly bin: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    product: Product;
  }
}

/** Builds, packs and installs what the checkout holds now, away from it: a stale `dist/` tests nothing. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "entra-app-registration-product-")));
  const clean = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    project.provide("product", await makeProduct(folder));
  } catch (error) {
    await clean();
    throw error;
  }
  return clean;
}

/** Makes the product in an empty folder. */
async function makeProduct(folder: string): Promise<Product> {
  const source = join(folder, "source");
  await cp(root, source, {
    recursive: true,
    filter: (path) => !NOT_THE_PRODUCT.some((name) => path === join(root, name)),
  });
  await run(process.execPath, [join(root, "scripts/build.mjs"), "--into", join(source, "dist")]);
  await npm(["pack", "--ignore-scripts", "--pack-destination", folder], source);
  const packed = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
  if (packed === undefined) throw new Error("npm pack made no tarball");
  const tarball = join(folder, packed);
  const installed = join(folder, "installed");
  await mkdir(installed);
  await writeFile(join(installed, "package.json"), '{ "private": true }\n');
  await npm(["install", "--offline", "--no-audit", "--no-fund", tarball], installed);
  await rm(source, { recursive: true, force: true });
  const packageFolder = join(installed, "node_modules/entra-app-registration");
  const bin = join(packageFolder, "bin/entra-app-registration.js");
  return { tarball, folder: installed, packageFolder, bin };
}

/** Runs npm; on Windows it is a script that only a shell can start. */
export async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await run("npm", [...args], { cwd, shell: windows });
  return stdout;
}
