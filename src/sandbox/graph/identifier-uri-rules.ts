import type { Application } from "../state.ts";
import type { World } from "../world.ts";
import { GraphError, invalidValue } from "./errors.ts";
import { requireFreeIdentifierUri, requireUnique } from "./unique.ts";

/**
 * The rules for application ID URIs: learn.microsoft.com entra/identity-platform/identifier-uri-restrictions.
 * The policy against plain `api://{string}` is taken to be on, as Microsoft has set it in many tenants.
 */
export function checkIdentifierUris(world: World, before: Application | undefined, next: Application): void {
  requireUnique(next.identifierUris);
  for (const uri of next.identifierUris) {
    if (before?.identifierUris.includes(uri) === true) continue;
    if (uri.length > 255 || uri.includes("*") || uri.endsWith("/") || !URL.canParse(uri)) {
      throw invalidValue("identifierUris", "Application");
    }
    requireFreeIdentifierUri(world, uri, next.id);
    requireOwnHost(world, uri, next);
  }
}

function requireOwnHost(world: World, uri: string, next: Application): void {
  const { tenantId, verifiedDomains } = world.state;
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(uri) ?? [];
  const [host = "", ...path] = rest.toLowerCase().split("/");
  const last = path.at(-1) ?? "";
  if (scheme === "api") {
    // api://{appId}, api://{tenantId}/…, api://…/{appId} are good everywhere.
    if (host === next.appId || host === tenantId || last === next.appId) return;
  }
  const verified = verifiedDomains.some((domain) => host === domain || host.endsWith(`.${domain}`));
  if ((scheme === "api" || scheme === "https") && verified) return;
  if (scheme === "https" || (scheme === "api" && host.includes("."))) {
    throw new GraphError(
      400,
      "HostNameNotOnVerifiedDomain",
      "Values of identifierUris property must use a verified domain of the organization or its subdomain.",
    );
  }
  // Applications that get version 2 tokens are exempt from the policy.
  if (next.api.requestedAccessTokenVersion === 2) return;
  throw new GraphError(
    400,
    "Request_BadRequest",
    `Failed to add identifier URI ${uri}. All newly added URIs must contain a tenant verified domain, tenant ID, or app ID, as per the default tenant policy of your organization.`,
  );
}
