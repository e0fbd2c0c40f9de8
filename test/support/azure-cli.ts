import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Outpost } from "./served.ts";

/** Why a test that needs the Azure CLI is left out; undefined where there is one. */
export function azureCliMissing(): string | undefined {
  const { status } = spawnSync("az", ["version"], { stdio: "ignore", shell: process.platform === "win32" });
  return status === 0 ? undefined : "the Azure CLI is not installed on this machine";
}

/** The environment in which `az`, and whatever calls it, reaches the sandbox and keeps to the outpost. */
export function azureCliEnvironment({ env, root }: Outpost): Record<string, string> {
  return {
    ...env,
    AZURE_CONFIG_DIR: join(root, "azure"),
    AZURE_CORE_COLLECT_TELEMETRY: "false",
    AZURE_CORE_NO_COLOR: "true",
    REQUESTS_CA_BUNDLE: env["NODE_EXTRA_CA_CERTS"] ?? "",
  };
}

/** The same with somebody signed in to the sandbox's tenant, by device code. */
export async function signedInAzureCli(outpost: Outpost): Promise<Record<string, string>> {
  const env = azureCliEnvironment(outpost);
  const { tenantId } = outpost.sandbox.state;
  await az(env, ["login", "--use-device-code", "--allow-no-subscriptions", "--tenant", tenantId]);
  return env;
}

/** Runs `az` and reads what it prints; rejects, with `stderr`, where it fails. */
export async function az(env: Record<string, string>, words: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)("az", [...words, "--output", "json"], {
    env,
    shell: process.platform === "win32",
  });
  return stdout.trim() === "" ? undefined : (JSON.parse(stdout) as unknown);
}
