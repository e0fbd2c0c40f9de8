import { Hono } from "hono";
import { ListIndex } from "../list-index.ts";
import { randomText } from "../signin/tokens.ts";
import type { AppRole, AppRoleAssignment } from "../state.ts";
import { assignmentKey, type World } from "../world.ts";
import { answerObject, type GraphEnv, urlOf } from "./environment.ts";
import { badRequest, forbidden, notFound } from "./errors.ts";
import { parseFilter } from "./filter.ts";
import { isServicePrincipal, isVisible, servicePrincipalId } from "./lookup.ts";
import { GRAPH_APP_ID, graphPermissions } from "./permissions.ts";
import { page, parseQuery, type Rows } from "./query.ts";
import { type Caller, PERMISSIONS, ROLES_FOR, requirePermission, requireRole } from "./rights.ts";
import { checkBody } from "./validate.ts";

const DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000";
/** Which end of an assignment a path names, and what its list can be filtered by. */
const SIDES = {
  appRoleAssignedTo: { end: "resourceId", filterable: { principalDisplayName: "eq" } },
  appRoleAssignments: { end: "principalId", filterable: { resourceId: "eqExact" } },
} as const;

/** App role assignments from both ends: application permissions, and people or groups of an app. */
export function assignmentRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  for (const [side, { end, filterable }] of Object.entries(SIDES)) {
    routes.get(`/servicePrincipals/:key/${side}`, (c) => {
      requirePermission(c.get("caller"), PERMISSIONS.readApplications);
      const query = parseQuery("appRoleAssignment", urlOf(c), "list");
      const id = servicePrincipalId(world, c.req.param("key"));
      const found = live(world).filter((assignment) => assignment[end] === id);
      // Only what a page shows is made, unless a filter has to look at all of it.
      const rows: Rows =
        query.filter === undefined
          ? { length: found.length, at: (index) => shownAt(world, found, index) }
          : found.map((assignment) => shown(world, assignment)).filter(parseFilter(query.filter, filterable));
      return c.json(page(query, rows));
    });
    routes.post(`/servicePrincipals/:key/${side}`, (c) => {
      const id = servicePrincipalId(world, c.req.param("key"));
      const body = c.get("body");
      if (body[end] !== undefined && body[end] !== id) throw badRequest("Not a valid reference update.");
      const created = assign(world, c.get("caller"), body);
      return answerObject(c, "appRoleAssignment", shown(world, created), 201);
    });
    routes.delete(`/servicePrincipals/:key/${side}/:id`, (c) => {
      const id = servicePrincipalId(world, c.req.param("key"));
      const { appRoleAssignments } = world.state;
      const one = world.index.assignments.find(appRoleAssignments, c.req.param("id"));
      const found = one !== undefined && one[end] === id && isLive(world, one) ? one : undefined;
      requireMayAssign(world, c.get("caller"), found?.resourceId ?? id);
      if (found === undefined) throw notFound(c.req.param("id"));
      const { assignments, assigned } = world.index;
      ListIndex.remove(appRoleAssignments, found, [assignments, assigned]);
      world.changed = true;
      return c.body(null, 204);
    });
  }
  return routes;
}

function live(world: World): AppRoleAssignment[] {
  const isThere = servicePrincipalCheck(world);
  return world.state.appRoleAssignments.filter((one) => endsThere(one, isThere));
}

function isLive(world: World, one: AppRoleAssignment): boolean {
  return endsThere(one, servicePrincipalCheck(world));
}

function endsThere(
  { principalId, principalType, resourceId }: AppRoleAssignment,
  isThere: (id: string) => boolean,
): boolean {
  return isThere(resourceId) && (principalType !== "ServicePrincipal" || isThere(principalId));
}

function servicePrincipalCheck({ state }: World): (id: string) => boolean {
  const principals = new Set(state.servicePrincipals.map(({ id }) => id));
  principals.add(state.graphServicePrincipalId);
  return (id) => principals.has(id);
}

function shownAt(world: World, list: readonly AppRoleAssignment[], index: number): object | undefined {
  const one = list[index];
  return one === undefined ? undefined : shown(world, one);
}

function requireMayAssign(world: World, caller: Caller, resourceId: string): void {
  const toGraph = resourceId === world.state.graphServicePrincipalId;
  const enough =
    caller.permissions.has("AppRoleAssignment.ReadWrite.All") &&
    PERMISSIONS.readApplications.some((permission) => caller.permissions.has(permission));
  // Application.ReadWrite.All alone is listed as enough, but says of itself that it manages no consent.
  if (!enough && (toGraph || !caller.permissions.has("Application.ReadWrite.All"))) throw forbidden();
  requireRole(world, caller, toGraph ? ROLES_FOR.assignGraphAppRole : ROLES_FOR.assignAppRole);
}

function assign(world: World, caller: Caller, body: Record<string, unknown>): AppRoleAssignment {
  checkBody("appRoleAssignment", body);
  const { principalId, resourceId, appRoleId, ...others } = body;
  const [readOnly] = Object.keys(others).filter((name) => !name.includes("@odata."));
  if (readOnly !== undefined) throw badRequest(`Property '${readOnly}' is read-only and cannot be set.`);
  if (typeof principalId !== "string" || typeof resourceId !== "string" || typeof appRoleId !== "string") {
    throw badRequest("One or more required properties are missing: principalId, resourceId, appRoleId.");
  }
  requireMayAssign(world, caller, resourceId);
  const principalType = typeOf(world, principalId);
  if (principalType === undefined || !isServicePrincipal(world, resourceId)) {
    throw badRequest("Not a valid reference update.");
  }
  if (principalType === "Group" && world.behaviour.licence === "free") {
    throw badRequest("Groups are not available for assignment due to the plan level of the tenant.");
  }
  requireRoleExists(world, { resourceId, appRoleId, principalType });
  const { appRoleAssignments } = world.state;
  if (world.index.assigned.find(appRoleAssignments, assignmentKey({ principalId, resourceId, appRoleId }))) {
    throw badRequest("Permission being assigned already exists on the object");
  }
  const createdDateTime = world.clock.now().toISOString();
  const created = { id: randomText(32), appRoleId, principalId, principalType, resourceId, createdDateTime };
  // Of the many that a large job makes, nobody ever asks.
  if (principalType === "ServicePrincipal" || world.behaviour.assignmentDelayMs > 0) {
    world.history.born(created.id);
  }
  appRoleAssignments.push(created);
  world.changed = true;
  return created;
}

function typeOf(world: World, id: string): AppRoleAssignment["principalType"] | undefined {
  if (isServicePrincipal(world, id)) return "ServicePrincipal";
  const { state, index } = world;
  if (index.users.find(state.users, id) !== undefined) return "User";
  const group = index.groups.find(state.groups, id);
  return group === undefined || !isVisible(world, group.id) ? undefined : "Group";
}

function requireRoleExists(
  world: World,
  wanted: Pick<AppRoleAssignment, "resourceId" | "appRoleId" | "principalType">,
): void {
  const member = wanted.principalType === "ServicePrincipal" ? "Application" : "User";
  const roles = rolesOf(world, wanted.resourceId).filter(
    (role) => role.isEnabled && role.allowedMemberTypes.includes(member) && isVisible(world, role.id),
  );
  // Default access exists only where the application has no role of its own for people.
  const good =
    wanted.appRoleId === DEFAULT_ACCESS
      ? roles.length === 0 && member === "User"
      : roles.some(({ id }) => id === wanted.appRoleId);
  if (!good) throw badRequest("Permission being assigned was not found on application");
}

function rolesOf(
  world: World,
  resourceId: string,
): Pick<AppRole, "id" | "isEnabled" | "allowedMemberTypes">[] {
  if (resourceId === world.state.graphServicePrincipalId) {
    return graphPermissions("Role").map(({ id }) => ({
      id,
      isEnabled: true,
      allowedMemberTypes: ["Application"],
    }));
  }
  const appId = world.state.servicePrincipals.find(({ id }) => id === resourceId)?.appId;
  return world.state.applications.find((application) => application.appId === appId)?.appRoles ?? [];
}

function shown(world: World, assignment: AppRoleAssignment): Record<string, unknown> {
  return {
    ...assignment,
    deletedDateTime: null,
    principalDisplayName: displayName(world, assignment.principalId),
    resourceDisplayName: displayName(world, assignment.resourceId),
  };
}

function displayName(world: World, id: string): string | null {
  const { state, index } = world;
  if (id === state.graphServicePrincipalId) return "Microsoft Graph";
  const person = index.users.find(state.users, id) ?? index.groups.find(state.groups, id);
  if (person !== undefined) return person.displayName;
  const appId = state.servicePrincipals.find((principal) => principal.id === id)?.appId;
  if (appId === GRAPH_APP_ID) return "Microsoft Graph";
  return state.applications.find((application) => application.appId === appId)?.displayName ?? null;
}
