import { Hono } from "hono";
import { signedInPerson, type World } from "../world.ts";
import { clientCredentials } from "./client-credentials.ts";
import { grantedScopes } from "./clients.ts";
import { type DeviceCodes, pollDeviceCode, startDeviceCode } from "./device-code.ts";
import { SignInError, signInErrorBody } from "./errors.ts";
import { type Claims, encode, unsignedToken } from "./tokens.ts";

export const SIGN_IN_HOST = "login.microsoftonline.com";
export const GRAPH_HOST = "graph.microsoft.com";

const TOKEN_LIFETIME_SECONDS = 3599;
const PLAIN_MEMBER = "b79fbf4d-3ef9-4689-8143-76b194e85509";
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/** The sign-in service: discovery, device code and tokens. */
export function signInRoutes(world: World): Hono {
  const app = new Hono();
  const codes: DeviceCodes = new Map();
  app.onError((error, c) => {
    if (!(error instanceof SignInError)) throw error;
    const ids = {
      trace: world.ids.uuid(),
      correlation: c.req.query("client-request-id") ?? world.ids.uuid(),
    };
    c.header("x-ms-request-id", ids.trace);
    return c.json(signInErrorBody(error, world.clock.now(), ids), error.status);
  });
  app.get("/common/discovery/instance", (c) =>
    c.json({
      tenant_discovery_endpoint: `https://${SIGN_IN_HOST}/common/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: [
        {
          preferred_network: SIGN_IN_HOST,
          preferred_cache: "login.windows.net",
          aliases: [SIGN_IN_HOST, "login.windows.net", "login.microsoft.com", "sts.windows.net"],
        },
      ],
    }),
  );
  app.get("/:tenant/v2.0/.well-known/openid-configuration", (c) => {
    const tenantId = requireTenant(world, c.req.param("tenant"));
    const base = `https://${SIGN_IN_HOST}/${tenantId}`;
    return c.json({
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      tenant_region_scope: "EU",
      cloud_instance_name: "microsoftonline.com",
      msgraph_host: GRAPH_HOST,
    });
  });
  app.post("/:tenant/oauth2/v2.0/devicecode", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    requireTenant(world, c.req.param("tenant"));
    return c.json(startDeviceCode(world, codes, form));
  });
  app.post("/:tenant/oauth2/v2.0/token", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    requireTenant(world, c.req.param("tenant"));
    switch (form.get("grant_type")) {
      // MSAL sends the short word, RFC 8628 the long one; the service takes both.
      case "device_code":
      case "urn:ietf:params:oauth:grant-type:device_code":
        return c.json(personToken(world, pollDeviceCode(world, codes, form), form.get("scope")));
      case "refresh_token":
        return c.json(personToken(world, refreshingClient(world, form), form.get("scope")));
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

function requireTenant(world: World, tenant: string): string {
  const { tenantId, verifiedDomains } = world.state;
  const name = tenant.toLowerCase();
  if (name === tenantId || name === "organizations" || name === "common" || verifiedDomains.includes(name)) {
    return tenantId;
  }
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

function refreshingClient(world: World, form: URLSearchParams): string {
  const refresh = world.tokens.readRefresh(form.get("refresh_token") ?? "");
  if (refresh === undefined || refresh.clientId !== form.get("client_id")) {
    throw new SignInError(
      "invalid_grant",
      700082,
      "The refresh token has expired or was not issued to this client.",
    );
  }
  return refresh.clientId;
}

function baseClaims(world: World, clientId: string): Omit<Claims, "oid" | "sub"> {
  const now = Math.floor(world.clock.now().getTime() / 1000);
  const { tenantId } = world.state;
  return {
    aud: `https://${GRAPH_HOST}`,
    iss: `https://sts.windows.net/${tenantId}/`,
    tid: tenantId,
    appid: clientId,
    iat: now,
    nbf: now,
    exp: now + TOKEN_LIFETIME_SECONDS,
    ver: "1.0",
  };
}

function personToken(world: World, clientId: string, scope: string | null) {
  const granted = grantedScopes(world, clientId, scope);
  const { id: oid, userPrincipalName: upn, displayName: name } = signedInPerson(world.state);
  const { tenantId } = world.state;
  const base = baseClaims(world, clientId);
  const access: Claims = {
    ...base,
    oid,
    sub: oid,
    upn,
    name,
    idtyp: "user",
    scp: ["openid", "profile", "email", ...granted].join(" "),
    wids: [...world.behaviour.roles, PLAIN_MEMBER],
  };
  const identity = {
    aud: clientId,
    iss: `https://${SIGN_IN_HOST}/${tenantId}/v2.0`,
    tid: tenantId,
    iat: base.iat,
    nbf: base.nbf,
    exp: base.exp,
    oid,
    sub: oid,
    name,
    preferred_username: upn,
    ver: "2.0",
  };
  const names = granted.map((value) => `https://${GRAPH_HOST}/${value}`);
  return {
    token_type: "Bearer",
    scope: ["openid", "profile", "email", ...names].join(" "),
    expires_in: TOKEN_LIFETIME_SECONDS,
    ext_expires_in: TOKEN_LIFETIME_SECONDS,
    access_token: world.tokens.issueAccess(access),
    refresh_token: world.tokens.issueRefresh(clientId),
    id_token: unsignedToken(identity),
    client_info: encode({ uid: oid, utid: tenantId }),
  };
}

function appToken(world: World, app: { appId: string; objectId: string; roles: string[] }) {
  const claims: Claims = {
    ...baseClaims(world, app.appId),
    oid: app.objectId,
    sub: app.objectId,
    idtyp: "app",
    ...(app.roles.length === 0 ? {} : { roles: app.roles }),
  };
  return {
    token_type: "Bearer",
    expires_in: TOKEN_LIFETIME_SECONDS,
    ext_expires_in: TOKEN_LIFETIME_SECONDS,
    access_token: world.tokens.issueAccess(claims),
  };
}
