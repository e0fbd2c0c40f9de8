import { Hono } from "hono";
import { contextOf, type GraphEnv } from "../graph/environment.ts";
import { badRequest, GraphError } from "../graph/errors.ts";
import { isEnumValue } from "../graph/provisioning-types.ts";
import { isRecord, type World } from "../world.ts";
import { connectionFault, type Endpoint, savedEndpoint, sentEndpoint } from "./connection.ts";
import { credentialsKey, isSettled, jobOf, permitted, readPairs } from "./rules.ts";
import { provisioningOf, type SavedKeys } from "./state.ts";
import { hashOf } from "./target.ts";

const SECRET_KEYS = new Set([
  "SecretToken",
  "Password",
  "AppKey",
  "ClientSecret",
  "ConsumerSecret",
  "TokenKey",
  "Oauth2AccessToken",
  "Oauth2RefreshToken",
  "Oauth2ClientSecret",
  "Oauth2AuthorizationCode",
  "ConnectionString",
]);
const NEEDED = ["BaseAddress", "SyncNotificationSettings", "SyncAll"];
const OAUTH = ["AuthenticationType", "Oauth2ClientId", "Oauth2ClientSecret", "Oauth2TokenExchangeUri"];

/** `synchronization/secrets` and `validateCredentials`. */
export function credentialRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  const path = "/servicePrincipals/:key/synchronization";
  routes.get(`${path}/secrets`, (c) => {
    const { id } = permitted(world, c, "read");
    return c.json({
      "@odata.context": contextOf(c, "Collection(microsoft.graph.synchronizationSecretKeyStringValuePair)"),
      value: masked(visibleKeys(world, id)),
    });
  });
  routes.put(`${path}/secrets`, (c) => {
    const { id } = permitted(world, c, "write");
    const { value, ...others } = c.get("body");
    const [unknown] = Object.keys(others).filter((name) => !name.includes("@odata."));
    if (unknown !== undefined) throw badRequest(`Invalid property '${unknown}'.`);
    write(world, id, toValues(readPairs(value)));
    return c.body(null, 204);
  });
  // With or without a job; the test is the same.
  routes.post(`${path}/jobs/validateCredentials`, async (c) => {
    const { id } = permitted(world, c, "write");
    if (typeof c.get("body")["templateId"] !== "string") throw missing("templateId");
    await validate(world, id, c.get("body"));
    return c.body(null, 204);
  });
  routes.post(`${path}/jobs/:job/validateCredentials`, async (c) => {
    const principal = permitted(world, c, "write");
    jobOf(world, principal, c.req.param("job"));
    await validate(world, principal.id, c.get("body"));
    return c.body(null, 204);
  });
  return routes;
}

function toValues(pairs: readonly { key: string; value: string }[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const { key, value } of pairs) {
    if (!isEnumValue("synchronizationSecret", key)) {
      throw new GraphError(500, "InternalError", `Requested value '${key}' was not found.`);
    }
    if (values.has(key)) throw badRequest(`The key '${key}' is there more than once.`);
    values.set(key, value);
  }
  if (values.has("SecretToken") && OAUTH.some((key) => values.has(key))) {
    throw new GraphError(500, "InternalError", "An error occurred while processing the credentials.");
  }
  return values;
}

/** Replaces everything; what is not complete is dropped, and nobody is told: SCIM onboarding agent, e.4. */
function write(world: World, id: string, values: ReadonlyMap<string, string>): void {
  const state = provisioningOf(world, id);
  const isClearing = [...values.values()].every((value) => value === "");
  if (!isClearing && !isComplete(values)) return;
  const { history, behaviour, scim } = world;
  history.writing("credentials", id, { id, saved: state.credentials }, behaviour.provisioningDelayMs);
  history.born(credentialsKey(id));
  const token = values.get("SecretToken") ?? "";
  scim.tokens.delete(id);
  if (token !== "") scim.tokens.set(id, token);
  state.credentials = isClearing
    ? undefined
    : {
        values: Object.fromEntries([...values].filter(([key]) => !SECRET_KEYS.has(key))),
        secretKeys: [...values.keys()].filter((key) => SECRET_KEYS.has(key)),
        tokenHash: token === "" ? undefined : hashOf(token),
      };
  world.changed = true;
}

function isComplete(values: ReadonlyMap<string, string>): boolean {
  const proofs = values.has("AuthenticationType") ? OAUTH : ["SecretToken"];
  return (
    [...NEEDED, ...proofs].every((key) => (values.get(key) ?? "") !== "") &&
    /^(true|false)$/i.test(values.get("SyncAll") ?? "") &&
    isNotification(values.get("SyncNotificationSettings") ?? "")
  );
}

function isNotification(text: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  if (!isRecord(value)) return false;
  const { Enabled, Recipients, DeleteThresholdEnabled, DeleteThresholdValue } = value;
  return (
    typeof Enabled === "boolean" &&
    typeof DeleteThresholdEnabled === "boolean" &&
    (!Enabled || (typeof Recipients === "string" && Recipients.includes("@"))) &&
    (!DeleteThresholdEnabled || typeof DeleteThresholdValue === "number")
  );
}

/** What a read shows: for a while, what was there before. */
function visibleKeys(world: World, id: string): SavedKeys | undefined {
  const live = { id, saved: provisioningOf(world, id).credentials };
  const [shown] = world.history.indexed("credentials", [live], world.behaviour.provisioningDelayMs);
  return shown?.saved;
}

function masked(saved: SavedKeys | undefined): { key: string; value: string }[] {
  if (saved === undefined) return [];
  return [
    ...Object.entries(saved.values).map(([key, value]) => ({ key, value })),
    ...saved.secretKeys.map((key) => ({ key, value: "*" })),
  ];
}

async function validate(world: World, id: string, body: Record<string, unknown>): Promise<void> {
  const fault = await connectionFault(world, endpointOf(world, id, body));
  if (fault !== undefined) throw new GraphError(400, "CredentialValidationUnavailable", fault);
}

function endpointOf(world: World, id: string, body: Record<string, unknown>): Endpoint {
  const { templateId, useSavedCredentials = false, credentials, applicationIdentifier: _, ...others } = body;
  const [unknown] = Object.keys(others).filter((name) => !name.includes("@odata."));
  if (unknown !== undefined) {
    throw badRequest(
      `The parameter '${unknown}' in the request payload is not a valid parameter for the operation 'validateCredentials'.`,
    );
  }
  if (typeof useSavedCredentials !== "boolean") throw badRequest("useSavedCredentials must be a boolean.");
  if (templateId !== undefined && typeof templateId !== "string")
    throw badRequest("templateId must be a string.");
  if (useSavedCredentials) {
    const isThere = isSettled(world, credentialsKey(id));
    const saved = isThere ? savedEndpoint(world, id, provisioningOf(world, id).credentials) : undefined;
    if (saved === undefined) throw missing("credentials");
    return saved;
  }
  if (credentials === undefined) throw missing("credentials");
  const sent = sentEndpoint(toValues(readPairs(credentials)));
  if (sent === undefined) throw missing("credentials");
  return sent;
}

function missing(name: string): GraphError {
  return new GraphError(
    400,
    "RequestMissingRequiredParameter",
    `The required parameter '${name}' is missing.`,
  );
}
