import { cloudOf } from "../clouds.ts";
import { GRAPH_APP_ID, permissionByValue } from "../graph/permissions.ts";
import { ROLES, rolesOf } from "../personas.ts";
import type { World } from "../world.ts";
import { fixedScopes, mayManageAzure } from "./clients.ts";
import { SignInError } from "./errors.ts";
import { refusal } from "./refusals.ts";

const OPENID_SCOPES = ["openid", "profile", "email", "offline_access"];
const MAY_CONSENT: readonly string[] = [
  ROLES.globalAdministrator,
  ROLES.privilegedRoleAdministrator,
  ROLES.applicationAdministrator,
  ROLES.cloudApplicationAdministrator,
];

/** What a token is for. */
export interface Granted {
  readonly audience: string;
  /** What stands before a scope's name in an answer. */
  readonly prefix: string;
  readonly scopes: readonly string[];
}

interface Asked {
  readonly resource: "graph" | "management";
  /** As it was written, which management tokens take over as their audience. */
  readonly written: string;
  readonly values: readonly string[];
}

/** Checks what was asked for, without granting it. */
export function checkScopes(world: World, clientId: string, scope: string | null): void {
  const asked = readScopes(world, scope);
  requireOffered(asked, clientId);
}

/**
 * The permissions that come out of what was asked for. What nobody has consented to yet is consented to
 * by the person, where there is one at a browser and they may; a renewal finds nobody to ask.
 */
export function grantScopes(
  world: World,
  by: { clientId: string; personId: string; scope: string | null; browser: boolean },
): Granted {
  const asked = readScopes(world, by.scope);
  requireOffered(asked, by.clientId);
  if (asked.resource === "management") {
    return { audience: asked.written, prefix: `${asked.written}/`, scopes: ["user_impersonation"] };
  }
  const fixed = fixedScopes(by.clientId);
  const named = asked.values.filter((value) => value !== ".default");
  const granted = new Set(fixed ?? [...named, ...consented(world, by, named)]);
  if (fixed === undefined && asked.values.includes(".default")) granted.add("User.Read");
  for (const refused of world.behaviour.refusedScopes) granted.delete(refused);
  const audience = `https://${cloudOf(world).graphHost}`;
  return { audience, prefix: `${audience}/`, scopes: [...granted] };
}

/** Everything the client may have by now; the token carries it all, whatever was asked for. */
function consented(
  world: World,
  by: { clientId: string; personId: string; browser: boolean },
  named: readonly string[],
): Iterable<string> {
  const { consentedScopes } = world.behaviour;
  if (consentedScopes === "all") return [];
  const own = world.tokens.consents(by);
  const missing = named.filter((value) => !own.has(value) && !consentedScopes.includes(value));
  if (missing.length > 0 && !by.browser) throw refusal(world, "consentRequired", by.clientId);
  const mayConsent = rolesOf(world, by.personId).some((role) => MAY_CONSENT.includes(role));
  if (!mayConsent && missing.some((value) => permissionByValue("Scope", value)?.userConsent !== true)) {
    throw refusal(world, "adminApproval", by.clientId);
  }
  for (const value of missing) own.add(value);
  return [...consentedScopes, ...own];
}

function requireOffered({ resource, values }: Asked, clientId: string): void {
  const fixed = resource === "management" ? ["user_impersonation"] : fixedScopes(clientId);
  for (const value of values) {
    if (value === ".default" || fixed?.includes(value) === true) continue;
    if (resource === "graph" && permissionByValue("Scope", value) === undefined) {
      throw new SignInError(
        "invalid_client",
        650053,
        `The application asked for scope '${value}' that doesn't exist on the resource '${GRAPH_APP_ID}'. Contact the app vendor.`,
      );
    }
    if (fixed !== undefined) throw notPreauthorised(clientId);
  }
  if (resource === "management" && !mayManageAzure(clientId)) throw notPreauthorised(clientId);
}

function notPreauthorised(clientId: string): SignInError {
  return new SignInError(
    "invalid_client",
    65002,
    `Consent between first party application '${clientId}' and first party resource '${GRAPH_APP_ID}' must be configured via preauthorization - applications owned and operated by Microsoft must get approval from the API owner before requesting tokens for that API.`,
  );
}

function readScopes(world: World, scope: string | null): Asked {
  const parts = (scope ?? "").split(" ").filter((part) => part !== "" && !OPENID_SCOPES.includes(part));
  const read = parts.map((part) => readScope(world, part));
  const [first] = read;
  if (first === undefined) return { resource: "graph", written: "", values: [] };
  if (read.some(({ resource }) => resource !== first.resource)) {
    throw new SignInError(
      "invalid_scope",
      28000,
      `Provided value for the input parameter scope is not valid because it contains more than one resource. Scope ${scope ?? ""} is not valid.`,
    );
  }
  return { ...first, values: read.map(({ value }) => value) };
}

/** A bare name is a permission of Graph; any other begins with the API's own address in this cloud. */
function readScope(world: World, part: string) {
  const end = part.lastIndexOf("/");
  const written = part.slice(0, Math.max(end, 0));
  const value = part.slice(end + 1);
  const { graphHost, managementAudiences } = cloudOf(world);
  const resource = written.replace(/\/+$/, "");
  if (["", GRAPH_APP_ID, `https://${graphHost}`].includes(resource)) {
    return { resource: "graph", written, value } as const;
  }
  if (managementAudiences.includes(resource)) return { resource: "management", written, value } as const;
  throw new SignInError(
    "invalid_resource",
    500011,
    `The resource principal named ${resource} was not found in the tenant named ${world.state.tenantName}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
  );
}
