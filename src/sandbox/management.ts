import { Hono } from "hono";
import { cloudOf } from "./clouds.ts";
import type { World } from "./world.ts";

const SUBSCRIPTION = "5d0c8a4b-7e16-4f93-a2d8-0b9c3e6f1a75";

/** Azure Resource Manager, as far as the Azure CLI asks it on signing in. */
export function managementRoutes(world: World): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    const refused = refusal(world, new URL(c.req.url).hostname, c.req.header("Authorization"));
    if (refused !== undefined) return c.json({ error: refused }, 401);
    if (c.req.query("api-version") === undefined) {
      const message = "The api-version query parameter (?api-version=) is required for all requests.";
      return c.json({ error: { code: "MissingApiVersionParameter", message } }, 400);
    }
    return await next();
  });
  app.get("/tenants", (c) => {
    const { tenantId, tenantName, verifiedDomains } = world.state;
    const tenant = {
      id: `/tenants/${tenantId}`,
      tenantId,
      tenantCategory: "Home",
      displayName: tenantName,
      defaultDomain: verifiedDomains[0],
      domains: verifiedDomains,
      tenantType: "AAD",
    };
    return c.json({ value: [tenant] });
  });
  app.get("/subscriptions", (c) => {
    const value = world.behaviour.azureSubscription ? [subscription(world)] : [];
    return c.json({ value, count: { type: "Total", value: value.length } });
  });
  app.notFound((c) => {
    const message = "No HTTP resource was found that matches the request URI.";
    return c.json({ error: { code: "NotFound", message } }, 404);
  });
  return app;
}

function subscription({ state: { tenantId } }: World) {
  return {
    id: `/subscriptions/${SUBSCRIPTION}`,
    subscriptionId: SUBSCRIPTION,
    tenantId,
    displayName: "Azure subscription 1",
    state: "Enabled",
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "PayAsYouGo_2014-09-01",
      spendingLimit: "Off",
    },
    authorizationSource: "RoleBased",
    managedByTenants: [],
  };
}

function refusal(world: World, host: string, header: string | undefined) {
  const token = /^Bearer (.+)$/i.exec(header ?? "")?.[1];
  if (token === undefined) {
    const message = "Authentication failed. The 'Authorization' header is missing.";
    return { code: "AuthenticationFailed", message };
  }
  const claims = world.tokens.readAccess(token);
  if (claims === undefined) {
    return { code: "InvalidAuthenticationToken", message: "The access token is invalid." };
  }
  const { managementHost, managementAudiences } = cloudOf(world);
  if (host !== managementHost || !managementAudiences.includes(claims.aud.replace(/\/$/, ""))) {
    const message = `The access token has been obtained for wrong audience or resource '${claims.aud}'.`;
    return { code: "InvalidAuthenticationTokenAudience", message };
  }
  if (claims.exp > world.clock.now().getTime() / 1000) return undefined;
  return { code: "ExpiredAuthenticationToken", message: "The access token expiry is in the past." };
}
