import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { secretHash } from "../signin/client-credentials.ts";
import type { PasswordCredential } from "../state.ts";
import { isRecord, type World } from "../world.ts";
import { contextOf, type GraphEnv } from "./environment.ts";
import { badRequest, GraphError, invalidValue } from "./errors.ts";
import { findApplication } from "./lookup.ts";
import { PERMISSIONS, ROLES_FOR, requirePermission, requireRole } from "./rights.ts";
import { checkBody } from "./validate.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
const ASKABLE = new Set(["displayName", "startDateTime", "endDateTime", "customKeyIdentifier"]);
const POLICY_ID = "5b9fcb2f-3a53-4d1c-8f52-0f4f7c1f3c11";
const DAY_MS = 86_400_000;

/** `addPassword` and `removePassword`. */
export function secretRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  routes.post("/applications/:key/addPassword", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeApplications);
    const application = findApplication(world, c.req.param("key"));
    requireRole(world, c.get("caller"), ROLES_FOR.writeApplication, application.owners);
    const { passwordCredential, ...others } = c.get("body");
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) {
      throw badRequest(
        `The parameter '${unknown}' in the request payload is not a valid parameter for the operation 'addPassword'.`,
      );
    }
    if (passwordCredential !== undefined && passwordCredential !== null && !isRecord(passwordCredential)) {
      throw invalidValue("passwordCredential", "Application");
    }
    const { stored, answer } = issueSecret(world, passwordCredential ?? {});
    world.history.writing("applications", application.id, application, world.behaviour.indexDelayMs);
    application.passwordCredentials.push(stored);
    world.changed = true;
    return c.json({
      "@odata.context": contextOf(c, "microsoft.graph.passwordCredential"),
      ...answer,
    });
  });
  routes.post("/applications/:key/removePassword", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeApplications);
    const application = findApplication(world, c.req.param("key"));
    requireRole(world, c.get("caller"), ROLES_FOR.writeApplication, application.owners);
    const { keyId } = c.get("body");
    const index = application.passwordCredentials.findIndex((credential) => credential.keyId === keyId);
    if (typeof keyId !== "string" || index < 0) throw badRequest("No password credential found with keyId.");
    world.history.writing("applications", application.id, application, world.behaviour.indexDelayMs);
    application.passwordCredentials.splice(index, 1);
    delete world.state.secretHashes[keyId];
    world.changed = true;
    return c.body(null, 204);
  });
  return routes;
}

/** Makes a client secret: what the tenant keeps (a hash), and the answer that shows it this once. */
export function issueSecret(world: World, asked: Record<string, unknown>) {
  checkBody("passwordCredential", asked);
  for (const name of Object.keys(asked)) {
    if (name === "keyId") throw badRequest("KeyId is not supported when creating a password credential.");
    if (name === "secretText") {
      throw badRequest("New password credentials must be generated using service actions.");
    }
    if (!ASKABLE.has(name)) throw badRequest(`Property '${name}' is read-only and cannot be set.`);
  }
  const start =
    typeof asked["startDateTime"] === "string" ? new Date(asked["startDateTime"]) : world.clock.now();
  const end =
    typeof asked["endDateTime"] === "string" ? new Date(asked["endDateTime"]) : twoYearsAfter(start);
  if (end.getTime() <= Math.max(start.getTime(), world.clock.now().getTime())) {
    throw invalidValue("endDateTime", "Application", "The end date must lie after the start date.");
  }
  checkPolicy(world, (end.getTime() - start.getTime()) / DAY_MS);
  const secretText = newSecretText();
  const stored: PasswordCredential = {
    customKeyIdentifier: null,
    displayName: typeof asked["displayName"] === "string" ? asked["displayName"] : null,
    endDateTime: end.toISOString(),
    hint: secretText.slice(0, 3),
    keyId: world.ids.uuid(),
    secretText: null,
    startDateTime: start.toISOString(),
  };
  world.state.secretHashes[stored.keyId] = secretHash(secretText);
  world.history.born(stored.keyId);
  return { stored, answer: { ...stored, secretText } };
}

function checkPolicy({ behaviour }: World, days: number): void {
  const policy = behaviour.secretPolicy;
  if (policy === undefined) return;
  if (policy === "blocked") {
    throw new GraphError(
      400,
      "CredentialTypeNotAllowedAsPerAppPolicy",
      `Credential type not allowed as per assigned policy '${POLICY_ID}'.`,
    );
  }
  if (days > policy.maxDays) {
    throw new GraphError(
      400,
      "CredentialInvalidLifetimeAsPerAppPolicy",
      `Credential lifetime exceeds the max value allowed as per assigned policy '${POLICY_ID}'.`,
    );
  }
}

function twoYearsAfter(start: Date): Date {
  const end = new Date(start);
  end.setUTCFullYear(end.getUTCFullYear() + 2);
  return end;
}

/** 40 characters that need no quoting anywhere, in the form Microsoft's secrets have today. */
function newSecretText(): string {
  const letters = [...randomBytes(37)].map((byte) => ALPHABET[byte % ALPHABET.length] ?? "A").join("");
  return `${letters.slice(0, 3)}8Q~${letters.slice(3)}`;
}
