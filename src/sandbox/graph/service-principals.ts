import { Hono } from "hono";
import type { ServicePrincipal } from "../state.ts";
import type { World } from "../world.ts";
import { answerObject, contextOf, type GraphEnv, urlOf } from "./environment.ts";
import { badRequest, forbidden, GraphError } from "./errors.ts";
import { parseFilter } from "./filter.ts";
import { findOwnServicePrincipal, isVisible, parseKey, servicePrincipalId } from "./lookup.ts";
import { page, parseQuery, project } from "./query.ts";
import { type Caller, hasRole, PERMISSIONS, ROLES_FOR, requirePermission, requireRole } from "./rights.ts";
import {
  graphServicePrincipalView,
  otherServicePrincipalById,
  servicePrincipalView,
  withOthers,
} from "./service-principal-view.ts";
import { checkBody } from "./validate.ts";

const FILTERABLE = { appId: "eq", displayName: "eq", tags: "any" } as const;
const WRITABLE = new Set([
  "accountEnabled",
  "alternativeNames",
  "appRoleAssignmentRequired",
  "description",
  "homepage",
  "loginUrl",
  "logoutUrl",
  "notes",
  "notificationEmailAddresses",
  "preferredSingleSignOnMode",
  "samlSingleSignOnSettings",
  "tags",
]);

/** `/servicePrincipals`: list, read, create, update, delete. */
export function servicePrincipalRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  routes.get("/servicePrincipals", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readApplications);
    const query = parseQuery("servicePrincipal", urlOf(c), "list");
    const own = world.history
      .indexed("servicePrincipals", world.state.servicePrincipals, world.behaviour.indexDelayMs)
      .filter(({ id }) => isVisible(world, id))
      .map((principal) => servicePrincipalView(world, principal));
    const named = [graphServicePrincipalView(world), ...own];
    if (query.filter === undefined) return c.json(page(query, withOthers(world, named)));
    return c.json(page(query, named.filter(parseFilter(query.filter, FILTERABLE))));
  });
  routes.get("/servicePrincipals/:key", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readApplications);
    const query = parseQuery("servicePrincipal", urlOf(c), "one");
    return c.json({
      "@odata.context": contextOf(c, "servicePrincipals/$entity"),
      ...project(query, view(world, c.req.param("key"))),
    });
  });
  routes.post("/servicePrincipals", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeApplications);
    const created = create(world, c.get("caller"), c.get("body"));
    return answerObject(c, "servicePrincipal", servicePrincipalView(world, created), 201);
  });
  routes.patch("/servicePrincipals/:key", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeApplications);
    const principal = changeable(world, c.get("caller"), c.req.param("key"));
    const body = writable(c.get("body"));
    world.history.writing("servicePrincipals", principal.id, principal, world.behaviour.indexDelayMs);
    Object.assign(principal, structuredClone(body));
    world.changed = true;
    return c.body(null, 204);
  });
  routes.delete("/servicePrincipals/:key", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeApplications);
    const principal = changeable(world, c.get("caller"), c.req.param("key"));
    const { state, history, behaviour, clock } = world;
    history.writing("servicePrincipals", principal.id, principal, behaviour.indexDelayMs);
    state.servicePrincipals.splice(state.servicePrincipals.indexOf(principal), 1);
    const deletedDateTime = clock.now().toISOString();
    state.deletedItems.push({ type: "servicePrincipal", object: { ...principal, deletedDateTime } });
    world.changed = true;
    return c.body(null, 204);
  });
  return routes;
}

function view(world: World, text: string): Record<string, unknown> {
  const other = otherServicePrincipalById(world, parseKey(text).value);
  if (other !== undefined) return other;
  const id = servicePrincipalId(world, text);
  if (id === world.state.graphServicePrincipalId) return graphServicePrincipalView(world);
  return servicePrincipalView(world, findOwnServicePrincipal(world, text));
}

function changeable(world: World, caller: Caller, text: string): ServicePrincipal {
  if (servicePrincipalId(world, text) === world.state.graphServicePrincipalId) throw forbidden();
  const principal = findOwnServicePrincipal(world, text);
  requireRole(world, caller, ROLES_FOR.writeApplication, principal.owners);
  return principal;
}

function writable(body: Record<string, unknown>): Record<string, unknown> {
  checkBody("servicePrincipal", body);
  for (const name of Object.keys(body)) {
    if (!WRITABLE.has(name) && !name.includes("@odata.")) {
      throw badRequest(`Property '${name}' is read-only and cannot be set.`);
    }
  }
  return Object.fromEntries(Object.entries(body).filter(([name]) => WRITABLE.has(name)));
}

function create(world: World, caller: Caller, body: Record<string, unknown>): ServicePrincipal {
  const { appId, ...others } = body;
  if (typeof appId !== "string") {
    throw badRequest("A value is required for property 'appId' of resource 'ServicePrincipal'.");
  }
  const properties = writable(others);
  const application = world.state.applications.find((candidate) => candidate.appId === appId);
  requireRole(world, caller, ROLES_FOR.createApplication, application?.owners ?? []);
  if (application === undefined || !isVisible(world, application.id)) {
    const message = `The appId '${appId}' of the service principal does not reference a valid application object.`;
    throw new GraphError(400, "Request_BadRequest", message, {
      details: [{ code: "NoBackingApplicationObject", message, target: "appId" }],
    });
  }
  if (world.state.servicePrincipals.some((principal) => principal.appId === appId)) {
    throw new GraphError(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
    );
  }
  const owners = hasRole(world, caller, ROLES_FOR.writeApplication) ? [] : [caller.objectId];
  return addServicePrincipal(world, { ...properties, appId, owners });
}

/** Puts a service principal into the tenant: Graph's defaults with what is given. */
export function addServicePrincipal(
  world: World,
  properties: Readonly<Record<string, unknown>> & { appId: string; owners: string[] },
  lateMs = 0,
): ServicePrincipal {
  const principal: ServicePrincipal = {
    id: world.ids.uuid(),
    accountEnabled: true,
    alternativeNames: [],
    appDescription: null,
    appRoleAssignmentRequired: false,
    applicationTemplateId: null,
    createdDateTime: world.clock.now().toISOString(),
    deletedDateTime: null,
    description: null,
    homepage: null,
    keyCredentials: [],
    loginUrl: null,
    logoutUrl: null,
    notes: null,
    notificationEmailAddresses: [],
    passwordCredentials: [],
    preferredSingleSignOnMode: null,
    servicePrincipalType: "Application",
    tags: [],
    ...structuredClone(properties),
  };
  world.history.writing("servicePrincipals", principal.id, undefined, world.behaviour.indexDelayMs);
  world.history.born(principal.id, lateMs);
  world.state.servicePrincipals.push(principal);
  world.changed = true;
  return principal;
}
