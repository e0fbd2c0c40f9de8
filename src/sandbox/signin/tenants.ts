import { CLOUDS, type Cloud, cloudOf } from "../clouds.ts";
import { homeOf } from "../homes.ts";
import type { World } from "../world.ts";
import { SignInError } from "./errors.ts";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
/** Stand for whichever tenant the account is of. */
const SHARED = ["organizations", "common"];

/** Whether the host signs people of this tenant in: one of its cloud. */
export function isHome(world: World, host: string): boolean {
  return cloudOf(world).signInHosts.includes(host);
}

/** Whether a path leaves the tenant to the account. */
export function isShared(tenant: string): boolean {
  return SHARED.includes(tenant.toLowerCase());
}

/** The tenant that a sign-in ends in: the account's own, where the path leaves it to that. */
export function landing(world: World, tenant: string): World {
  return (isShared(tenant) ? homeOf(world) : undefined) ?? world;
}

/** The tenant of a path; another cloud's host has never heard of it. */
export function requireTenant(world: World, host: string, tenant: string): void {
  const { tenantId, verifiedDomains } = world.state;
  const name = tenant.toLowerCase();
  if (isShared(name)) return;
  if (isHome(world, host) && (name === tenantId || verifiedDomains.includes(name))) return;
  if (!GUID.test(tenant) && !DOMAIN.test(tenant)) {
    throw new SignInError(
      "invalid_request",
      900023,
      `Specified tenant identifier '${tenant}' is neither a valid DNS name, nor a valid external domain.`,
    );
  }
  throw new SignInError(
    "invalid_tenant",
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  );
}

/** `/.well-known/openid-configuration`: the global host knows the tenants of every cloud and says where they are. */
export function openidConfiguration(world: World, host: string, tenant: string) {
  const global: Cloud = CLOUDS.global;
  const cloud = cloudOf(world);
  const home = global.signInHosts.includes(host) ? cloud.signInHosts[0] : host;
  requireTenant(world, home, tenant);
  const base = `https://${isHome(world, host) ? host : home}/${world.state.tenantId}`;
  return {
    issuer: `https://${cloud.signInHosts[0]}/${world.state.tenantId}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    tenant_region_scope: cloud.regionScope,
    ...(cloud.regionSubScope === undefined ? {} : { tenant_region_sub_scope: cloud.regionSubScope }),
    cloud_instance_name: cloud.instanceName,
    msgraph_host: cloud.graphHost,
  };
}

/** `/common/discovery/instance`: which hosts belong together. */
export function instanceDiscovery(host: string) {
  return {
    tenant_discovery_endpoint: `https://${host}/common/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [
      network(CLOUDS.global.signInHosts[0], "login.windows.net", ["login.microsoft.com", "sts.windows.net"]),
      network(CLOUDS.china.signInHosts[0], CLOUDS.china.signInHosts[0], [CLOUDS.china.signInHosts[1]]),
      network(CLOUDS.usgov.signInHosts[0], "login.usgovcloudapi.net", []),
    ],
  };
}

function network(preferred: string, cache: string, others: readonly string[]) {
  return {
    preferred_network: preferred,
    preferred_cache: cache,
    aliases: [...new Set([preferred, cache, ...others])],
  };
}
