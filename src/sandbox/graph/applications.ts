import { Hono } from "hono";
import { cloudOf } from "../clouds.ts";
import { isGuest, membersMayRegister } from "../personas.ts";
import type { Application, AppRole } from "../state.ts";
import { isRecord, type World } from "../world.ts";
import { mergeApplication, newApplication } from "./application-body.ts";
import { checkApplication } from "./application-rules.ts";
import { answerObject, contextOf, type GraphContext, type GraphEnv, urlOf } from "./environment.ts";
import { badRequest, notFound } from "./errors.ts";
import { parseFilter } from "./filter.ts";
import { existingApplication, findApplication, isVisible, parseKey } from "./lookup.ts";
import { page, parseQuery, project } from "./query.ts";
import { type Caller, hasRole, PERMISSIONS, ROLES_FOR, requirePermission, requireRole } from "./rights.ts";
import { issueSecret } from "./secrets.ts";

const FILTERABLE = {
  displayName: "eq",
  appId: "eq",
  uniqueName: "eq",
  applicationTemplateId: "eq",
  tags: "any",
  identifierUris: "any",
} as const;

/** `/applications`: list, read, create, update, upsert, delete, owners. */
export function applicationRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  routes.get("/applications", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readApplications);
    const query = parseQuery("application", urlOf(c), "list");
    const matches = parseFilter(query.filter, FILTERABLE);
    const { indexDelayMs } = world.behaviour;
    const indexed = world.history
      .indexed("applications", world.state.applications, indexDelayMs)
      .filter((application) => isVisible(world, application.id));
    return c.json(
      page(
        query,
        indexed.filter(matches).map((found) => shownApplication(world, found)),
      ),
    );
  });
  routes.get("/applications/:key", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readApplications);
    const query = parseQuery("application", urlOf(c), "one");
    const application = findApplication(world, c.req.param("key"));
    return c.json({
      "@odata.context": contextOf(c, "applications/$entity"),
      ...project(query, shownApplication(world, application)),
    });
  });
  routes.post("/applications", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeApplications);
    requireMayCreate(world, c.get("caller"));
    return answerObject(c, "application", create(world, c.get("caller"), c.get("body")), 201);
  });
  routes.patch("/applications/:key", (c) => updateOrUpsert(world, c));
  routes.delete("/applications/:key", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeApplications);
    const application = findApplication(world, c.req.param("key"));
    requireRole(world, c.get("caller"), ROLES_FOR.writeApplication, application.owners);
    softDelete(world, application);
    return c.body(null, 204);
  });
  routes.get("/applications/:key/owners", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readApplications);
    const { owners } = findApplication(world, c.req.param("key"));
    const value = world.state.users.filter(({ id }) => owners.includes(id));
    return c.json({ value: value.map((user) => ({ "@odata.type": "#microsoft.graph.user", ...user })) });
  });
  routes.post("/applications/:key/owners/$ref", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeApplications);
    const application = findApplication(world, c.req.param("key"));
    requireRole(world, c.get("caller"), ROLES_FOR.writeApplication, application.owners);
    addOwner(world, application, c.get("body")["@odata.id"]);
    world.changed = true;
    return c.body(null, 204);
  });
  return routes;
}

/** An application as a read shows it: secrets made a moment ago are missing from it. */
function shownApplication(world: World, application: Application): Application {
  const { credentialDelayMs } = world.behaviour;
  const shown = application.passwordCredentials.filter(({ keyId }) =>
    world.history.settled(keyId, credentialDelayMs),
  );
  return {
    ...application,
    appRoles: withOrigin(application),
    passwordCredentials: shown,
    keyCredentials: withoutKeys(application),
  };
}

/** Graph says of each app role where it was defined, and does not take that back. */
function withOrigin({ appRoles }: Application): AppRole[] {
  return appRoles.map((role) => ({ ...role, origin: "Application" }));
}

/** Graph keeps the certificates of an application to itself. */
function withoutKeys({ keyCredentials }: Application): object[] {
  return (keyCredentials as object[]).map((credential) => ({ ...credential, key: null }));
}

function requireMayCreate(world: World, caller: Caller): void {
  const member = caller.kind === "person" && !isGuest(world, caller.objectId);
  if (member && membersMayRegister(world)) return;
  requireRole(world, caller, ROLES_FOR.createApplication);
}

function create(world: World, caller: Caller, body: Record<string, unknown>): object {
  const application = newApplication(world, body);
  checkApplication(world, undefined, application);
  const owners = body["owners@odata.bind"];
  if (Array.isArray(owners)) for (const owner of owners) addOwner(world, application, owner);
  // Holders of the big roles are not added as owners, everybody else is.
  if (caller.kind === "person" && !hasRole(world, caller, ROLES_FOR.writeApplication)) {
    application.owners = [...new Set([...application.owners, caller.objectId])];
  }
  const secrets = (Array.isArray(body["passwordCredentials"]) ? body["passwordCredentials"] : []).map(
    (asked: unknown) => issueSecret(world, isRecord(asked) ? asked : {}),
  );
  application.passwordCredentials = secrets.map(({ stored }) => stored);
  addApplication(world, application);
  return {
    ...application,
    appRoles: withOrigin(application),
    keyCredentials: withoutKeys(application),
    passwordCredentials: secrets.map(({ answer }) => answer),
  };
}

/** Puts a checked application into the tenant. */
export function addApplication(world: World, application: Application): void {
  world.history.writing("applications", application.id, undefined, world.behaviour.indexDelayMs);
  world.history.born(application.id);
  world.state.applications.push(application);
  world.changed = true;
}

function updateOrUpsert(world: World, c: GraphContext) {
  const caller = c.get("caller");
  requirePermission(caller, PERMISSIONS.writeApplications);
  const text = c.req.param("key") ?? "";
  const key = parseKey(text);
  const mayCreate =
    key.property === "uniqueName" && /\bcreate-if-missing\b/i.test(c.req.header("Prefer") ?? "");
  const existing = existingApplication(world, key);
  if (existing === undefined && mayCreate) {
    requireMayCreate(world, caller);
    const body = c.get("body");
    if ("passwordCredentials" in body) throw secretsNotHere();
    if (body["uniqueName"] !== undefined && body["uniqueName"] !== key.value) {
      throw badRequest("The uniqueName of the body differs from the one of the address.");
    }
    return answerObject(c, "application", create(world, caller, { ...body, uniqueName: key.value }), 201);
  }
  // An upsert goes by the key itself and finds an application that other reads do not show yet.
  const application = mayCreate && existing !== undefined ? existing : findApplication(world, text);
  requireRole(world, caller, ROLES_FOR.writeApplication, application.owners);
  update(world, application, c.get("body"));
  return c.body(null, 204);
}

function update(world: World, application: Application, body: Record<string, unknown>): void {
  if ("passwordCredentials" in body) throw secretsNotHere();
  const next = mergeApplication(application, body);
  checkApplication(world, application, next);
  world.history.writing("applications", application.id, application, world.behaviour.indexDelayMs);
  // A new app role is copied to the service principal in its own time.
  const before = new Set(application.appRoles.map(({ id }) => id));
  for (const { id } of next.appRoles) if (!before.has(id)) world.history.born(id);
  Object.assign(application, next);
  world.changed = true;
}

function secretsNotHere() {
  return badRequest("New password credentials must be generated using service actions.");
}

function softDelete(world: World, application: Application): void {
  const { state, history, behaviour } = world;
  const deletedDateTime = world.clock.now().toISOString();
  history.writing("applications", application.id, application, behaviour.indexDelayMs);
  state.applications.splice(state.applications.indexOf(application), 1);
  state.deletedItems.push({ type: "application", object: { ...application, deletedDateTime } });
  const index = state.servicePrincipals.findIndex(({ appId }) => appId === application.appId);
  const [principal] = index < 0 ? [] : state.servicePrincipals.splice(index, 1);
  if (principal !== undefined) {
    history.writing("servicePrincipals", principal.id, principal, behaviour.indexDelayMs);
    state.deletedItems.push({ type: "servicePrincipal", object: { ...principal, deletedDateTime } });
  }
  world.changed = true;
}

function addOwner(world: World, application: Application, reference: unknown): void {
  const [prefix, id] = String(reference).split(/\/(?:directoryObjects|users)\/(?=[0-9a-f-]{36}$)/i);
  // Only this cloud's Graph can be referred to, by its full address.
  const home = `https://${cloudOf(world).graphHost}/v1.0`;
  if (id === undefined || prefix !== home) throw badRequest("The URI of an owner is not valid.");
  if (!world.state.users.some((user) => user.id === id)) throw notFound(id);
  if (application.owners.includes(id)) {
    throw badRequest(
      "One or more added object references already exist for the following modified properties: 'owners'.",
    );
  }
  application.owners.push(id);
}
