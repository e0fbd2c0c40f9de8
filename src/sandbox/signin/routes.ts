import { Hono } from "hono";
import { worldOf } from "../homes.ts";
import { outsider, personOf, signedInPerson } from "../personas.ts";
import type { World } from "../world.ts";
import { AuthorizationCodes } from "./authorization-code.ts";
import { authorize } from "./authorize.ts";
import { clientCredentials } from "./client-credentials.ts";
import { type DeviceCodes, pollDeviceCode, startDeviceCode } from "./device-code.ts";
import { SignInError, signInErrorBody } from "./errors.ts";
import { appToken, personToken } from "./person-token.ts";
import { refusal } from "./refusals.ts";
import {
  instanceDiscovery,
  isHome,
  isShared,
  landing,
  openidConfiguration,
  requireTenant,
} from "./tenants.ts";

/** The sign-in service of every cloud: discovery, device code, browser and tokens. */
export function signInRoutes(world: World): Hono {
  const app = new Hono();
  const codes: DeviceCodes = new Map();
  const agreements = new AuthorizationCodes();
  app.onError((error, c) => {
    if (!(error instanceof SignInError)) throw error;
    const ids = {
      trace: world.ids.uuid(),
      correlation: c.req.query("client-request-id") ?? world.ids.uuid(),
    };
    c.header("x-ms-request-id", ids.trace);
    return c.json(signInErrorBody(error, world.clock.now(), ids), error.status);
  });
  app.get("/common/discovery/instance", (c) => c.json(instanceDiscovery(hostOf(c.req.url))));
  app.get("/:tenant/v2.0/.well-known/openid-configuration", (c) =>
    c.json(openidConfiguration(world, hostOf(c.req.url), c.req.param("tenant"))),
  );
  app.post("/:tenant/oauth2/v2.0/devicecode", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const host = hostOf(c.req.url);
    requireTenant(world, host, c.req.param("tenant"));
    return c.json(startDeviceCode(world, codes, form, !isHome(world, host)));
  });
  app.get("/:tenant/oauth2/v2.0/authorize", (c) => authorize(world, agreements, new URL(c.req.url)));
  app.post("/:tenant/oauth2/v2.0/token", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const host = hostOf(c.req.url);
    requireTenant(world, host, c.req.param("tenant"));
    switch (form.get("grant_type")) {
      // MSAL sends the short word, RFC 8628 the long one; the service takes both.
      case "device_code":
      case "urn:ietf:params:oauth:grant-type:device_code": {
        const tenant = c.req.param("tenant");
        const clientId = pollDeviceCode(world, codes, form, tenant);
        const home = landing(world, tenant);
        return c.json(personToken(home, { clientId, person: signedInPerson(home), browser: true, form }));
      }
      case "authorization_code": {
        const agreement = agreements.redeem(form, world.clock.now().getTime());
        if (!form.has("scope")) form.set("scope", agreement.scope);
        const home = worldOf(world, agreement.personId);
        const to = { clientId: agreement.clientId, person: personOf(home, agreement.personId) };
        return c.json(personToken(home, { ...to, browser: false, form }));
      }
      case "refresh_token":
        return c.json(renewed(world, c.req.param("tenant"), form));
      case "client_credentials":
        return c.json(appToken(world, clientCredentials(world, form)));
      default:
        throw new SignInError(
          "unsupported_grant_type",
          70003,
          "The app requested an unsupported grant type.",
        );
    }
  });
  app.notFound((c) => c.text("Not found", 404));
  return app;
}

function hostOf(url: string): string {
  return new URL(url).hostname;
}

/** Answers a refresh token, as long as nothing has ended the session. */
function renewed(world: World, tenant: string, form: URLSearchParams) {
  const session = world.tokens.readRefresh(form.get("refresh_token") ?? "");
  if (session === undefined || session.clientId !== form.get("client_id")) {
    throw new SignInError(
      "invalid_grant",
      700082,
      "The refresh token has expired or was not issued to this client.",
    );
  }
  const { clientId, personId } = session;
  const { refresh, persona } = world.behaviour;
  if (refresh !== "works") throw refusal(world, refresh, clientId);
  const from = worldOf(world, personId);
  // Whoever comes from elsewhere may go on as the guest they are here.
  const to = isShared(tenant) ? from : world;
  if (to !== from && outsider(persona)?.invited !== true) {
    throw refusal(world, "accountNotInTenant", clientId);
  }
  const person = to === from ? personOf(to, personId) : signedInPerson(to);
  return personToken(to, { clientId, person, browser: false, form });
}
