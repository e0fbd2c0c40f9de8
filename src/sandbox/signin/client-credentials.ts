import { createHash } from "node:crypto";
import { cloudOf } from "../clouds.ts";
import { graphPermissions } from "../graph/permissions.ts";
import type { Application } from "../state.ts";
import type { World } from "../world.ts";
import { checkAssertion } from "./assertion.ts";
import { unknownClient } from "./clients.ts";
import { SignInError } from "./errors.ts";

/** sha256 of a client secret: what is kept of it. */
export function secretHash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Signs a registered application in by its secret or its certificate and says which Graph app roles it has. */
export function clientCredentials(world: World, form: URLSearchParams) {
  const clientId = (form.get("client_id") ?? "").toLowerCase();
  const application = world.state.applications.find((candidate) => candidate.appId === clientId);
  if (
    application === undefined ||
    !world.history.settled(application.id, world.behaviour.visibilityDelayMs)
  ) {
    throw unknownClient(world, clientId);
  }
  if (form.get("scope") !== `https://${cloudOf(world).graphHost}/.default`) {
    throw new SignInError(
      "invalid_scope",
      1002012,
      `The provided value for scope ${form.get("scope") ?? ""} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  }
  if (form.has("client_assertion")) checkAssertion(world, application, form);
  else checkSecret(world, application, form.get("client_secret"));
  const principal = world.state.servicePrincipals.find((candidate) => candidate.appId === clientId);
  if (principal === undefined) {
    throw new SignInError(
      "unauthorized_client",
      7000229,
      `The client application ${clientId} is missing service principal in the tenant ${world.state.tenantId}.`,
    );
  }
  const roles = world.state.appRoleAssignments
    .filter((assignment) => assignment.principalId === principal.id)
    .filter((assignment) => assignment.resourceId === world.state.graphServicePrincipalId)
    .filter((assignment) => world.history.settled(assignment.id, world.behaviour.consentDelayMs))
    .flatMap(({ appRoleId }) => graphPermissions("Role").filter(({ id }) => id === appRoleId))
    .map(({ value }) => value);
  return { appId: clientId, objectId: principal.id, roles };
}

function checkSecret(world: World, application: Application, secret: string | null): void {
  if (secret === null || secret === "") {
    throw new SignInError(
      "invalid_client",
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
      { status: 401 },
    );
  }
  const hash = secretHash(secret);
  const credential = application.passwordCredentials.find(
    ({ keyId }) => world.state.secretHashes[keyId] === hash,
  );
  if (
    credential === undefined ||
    !world.history.settled(credential.keyId, world.behaviour.secretUsableDelayMs)
  ) {
    throw new SignInError(
      "invalid_client",
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${application.appId}'.`,
      { status: 401 },
    );
  }
  if (Date.parse(credential.endDateTime) <= world.clock.now().getTime()) {
    throw new SignInError(
      "invalid_client",
      7000222,
      `The provided client secret keys for app '${application.appId}' are expired. Visit the Azure portal to create new keys for your app.`,
      { status: 401 },
    );
  }
}
