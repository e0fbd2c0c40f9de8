import type { System } from "../ports/index.ts";
import { isGuid } from "../settings/values.ts";

export interface CloudShell {
  /** Where the shell gives out tokens; undefined where it says nothing, or nothing on this machine. */
  readonly endpoint: string | undefined;
  /** The tenant that the shell was opened in, a GUID. */
  readonly tenantId: string | undefined;
}

/** Azure Cloud Shell, where this program runs in one. */
export function detectCloudShell(environment: System["environment"]): CloudShell | undefined {
  const { AZUREPS_HOST_ENVIRONMENT: host = "", ACC_CLOUD: cloud, MSI_ENDPOINT: endpoint } = environment;
  if (!host.startsWith("cloud-shell") && !(cloud && endpoint)) return undefined;
  const tenantId = environment["ACC_TID"]?.toLowerCase() ?? "";
  return {
    endpoint: endpoint !== undefined && isLoopback(endpoint) ? endpoint : undefined,
    tenantId: isGuid(tenantId) ? tenantId : undefined,
  };
}

function isLoopback(endpoint: string): boolean {
  return URL.canParse(endpoint) && ["localhost", "127.0.0.1", "[::1]"].includes(new URL(endpoint).hostname);
}
