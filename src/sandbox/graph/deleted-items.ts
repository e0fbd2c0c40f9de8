import { Hono } from "hono";
import type { DeletedItem } from "../state.ts";
import type { World } from "../world.ts";
import { type GraphEnv, urlOf } from "./environment.ts";
import { badRequest, GraphError, notFound } from "./errors.ts";
import { parseFilter } from "./filter.ts";
import { page, parseQuery } from "./query.ts";
import { PERMISSIONS, ROLES_FOR, requirePermission, requireRole } from "./rights.ts";

const FILTERABLE = { displayName: "eq", appId: "eq" } as const;

/** `/directory/deletedItems`: what was deleted in the last 30 days. */
export function deletedItemRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  for (const type of ["application", "servicePrincipal"] as const) {
    routes.get(`/directory/deletedItems/microsoft.graph.${type}`, (c) => {
      requirePermission(c.get("caller"), PERMISSIONS.readApplications);
      const query = parseQuery(type, urlOf(c), "list");
      const objects = world.state.deletedItems
        .filter((item) => item.type === type)
        .map(({ object }) => object)
        .filter(parseFilter(query.filter, FILTERABLE));
      return c.json(page(query, objects));
    });
  }
  routes.get("/directory/deletedItems/:id", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readApplications);
    return c.json(shown(findDeleted(world, c.req.param("id"))));
  });
  routes.post("/directory/deletedItems/:id/restore", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeApplications);
    requireRole(world, c.get("caller"), ROLES_FOR.restore);
    const item = findDeleted(world, c.req.param("id"));
    restore(world, item);
    return c.json(shown(item));
  });
  routes.delete("/directory/deletedItems/:id", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeApplications);
    requireRole(world, c.get("caller"), ROLES_FOR.restore);
    purge(world, findDeleted(world, c.req.param("id")));
    return c.body(null, 204);
  });
  return routes;
}

function findDeleted(world: World, id: string): DeletedItem {
  const item = world.state.deletedItems.find(({ object }) => object.id === id);
  if (item === undefined) throw notFound(id);
  return item;
}

function shown({ type, object }: DeletedItem) {
  const { owners: _, ...properties } = object;
  return { "@odata.type": `#microsoft.graph.${type}`, ...properties };
}

function restore(world: World, item: DeletedItem): void {
  const { state, history, behaviour } = world;
  const { appId } = item.object;
  if (item.type === "servicePrincipal") {
    if (!state.applications.some((application) => application.appId === appId)) {
      throw badRequest("The backing application of the service principal does not exist.");
    }
    if (state.servicePrincipals.some((principal) => principal.appId === appId)) {
      throw new GraphError(
        409,
        "Request_MultipleObjectsWithSameKeyValue",
        `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
      );
    }
  }
  const list = item.type === "application" ? "applications" : "servicePrincipals";
  history.writing(list, item.object.id, undefined, behaviour.indexDelayMs);
  item.object.deletedDateTime = null;
  state.deletedItems.splice(state.deletedItems.indexOf(item), 1);
  if (item.type === "application") state.applications.push(item.object);
  else state.servicePrincipals.push(item.object);
  world.changed = true;
}

function purge(world: World, item: DeletedItem): void {
  const { state } = world;
  state.deletedItems.splice(state.deletedItems.indexOf(item), 1);
  if (item.type === "application") {
    for (const { keyId } of item.object.passwordCredentials) delete state.secretHashes[keyId];
  } else {
    const { id } = item.object;
    state.appRoleAssignments = state.appRoleAssignments.filter(
      (one) => one.principalId !== id && one.resourceId !== id,
    );
    state.oauth2PermissionGrants = state.oauth2PermissionGrants.filter(
      (one) => one.clientId !== id && one.resourceId !== id,
    );
  }
  world.changed = true;
}
