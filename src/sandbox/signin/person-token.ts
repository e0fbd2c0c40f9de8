import { cloudOf } from "../clouds.ts";
import { outsider, rolesOf } from "../personas.ts";
import type { Person } from "../state.ts";
import { isRecord, type World } from "../world.ts";
import { type Granted, grantScopes } from "./scopes.ts";
import { type Claims, encode, unsignedToken } from "./tokens.ts";

const TOKEN_LIFETIME_SECONDS = 3599;
const PLAIN_MEMBER = "b79fbf4d-3ef9-4689-8143-76b194e85509";

/** What every access token of this tenant says. */
export function baseClaims(world: World, clientId: string, audience: string): Omit<Claims, "oid" | "sub"> {
  const now = Math.floor(world.clock.now().getTime() / 1000);
  const { tenantId } = world.state;
  return {
    aud: audience,
    iss: `https://${cloudOf(world).issuerHost}/${tenantId}/`,
    tid: tenantId,
    appid: clientId,
    iat: now,
    nbf: now,
    exp: now + TOKEN_LIFETIME_SECONDS,
    ver: "1.0",
  };
}

/** An access token for a person. */
export function issueForPerson(
  world: World,
  to: { clientId: string; person: Person; granted: Granted; claims?: string | null },
): { token: string; claims: Claims } {
  const { id, userPrincipalName: upn, displayName: name, userType } = to.person;
  const outside = userType === "Guest" ? outsider("guest") : undefined;
  const wanted = readClaims(to.claims);
  const claims: Claims = {
    ...baseClaims(world, to.clientId, to.granted.audience),
    oid: id,
    sub: id,
    upn,
    unique_name: outside?.address ?? upn,
    name,
    idtyp: "user",
    ...(outside === undefined ? {} : { idp: outside.identityProvider, email: outside.address }),
    scp: ["openid", "profile", "email", ...to.granted.scopes].join(" "),
    wids: [...rolesOf(world, id), ...(outside === undefined ? [PLAIN_MEMBER] : [])],
    ...(wanted.capabilities.length === 0 ? {} : { xms_cc: wanted.capabilities }),
  };
  const token = world.tokens.issueAccess(claims);
  if (wanted.answers) world.tokens.answersChallenge(token);
  return { token, claims };
}

/** The answer of the token endpoint to a person's client. */
export function personToken(
  world: World,
  to: { clientId: string; person: Person; browser: boolean; form: URLSearchParams },
) {
  const { clientId, person } = to;
  const { id: personId } = person;
  const granted = grantScopes(world, {
    clientId,
    personId,
    scope: to.form.get("scope"),
    browser: to.browser,
  });
  const { token, claims } = issueForPerson(world, { ...to, granted, claims: to.form.get("claims") });
  const identity = {
    aud: clientId,
    iss: `https://${cloudOf(world).signInHosts[0]}/${claims.tid}/v2.0`,
    tid: claims.tid,
    iat: claims.iat,
    nbf: claims.nbf,
    exp: claims.exp,
    oid: personId,
    sub: personId,
    name: person.displayName,
    preferred_username: claims.unique_name,
    ...(claims.idp === undefined ? {} : { idp: claims.idp, email: claims.email }),
    ver: "2.0",
  };
  return {
    token_type: "Bearer",
    scope: ["openid", "profile", "email", ...granted.scopes.map((name) => granted.prefix + name)].join(" "),
    expires_in: TOKEN_LIFETIME_SECONDS,
    ext_expires_in: TOKEN_LIFETIME_SECONDS,
    access_token: token,
    refresh_token: world.tokens.issueRefresh({ clientId, personId }),
    id_token: unsignedToken(identity),
    client_info: encode({ uid: personId, utid: claims.tid }),
  };
}

/** The answer of the token endpoint to an application. */
export function appToken(world: World, app: { appId: string; objectId: string; roles: string[] }) {
  const claims: Claims = {
    ...baseClaims(world, app.appId, `https://${cloudOf(world).graphHost}`),
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

/** Reads the `claims` parameter: what the client says it can do, and whether it answers a challenge. */
function readClaims(text: string | null | undefined): { capabilities: string[]; answers: boolean } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text ?? "{}");
  } catch {
    parsed = {};
  }
  const wanted = isRecord(parsed) && isRecord(parsed["access_token"]) ? parsed["access_token"] : {};
  const named = isRecord(wanted["xms_cc"]) ? wanted["xms_cc"]["values"] : [];
  return {
    capabilities: Array.isArray(named) ? named.filter((name) => typeof name === "string") : [],
    answers: isRecord(wanted["nbf"]) && wanted["nbf"]["essential"] === true,
  };
}
