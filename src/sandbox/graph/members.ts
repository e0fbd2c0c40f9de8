import { Hono } from "hono";
import type { Group, Person } from "../state.ts";
import type { World } from "../world.ts";
import { shownOf, view } from "./directory.ts";
import { contextOf, type GraphEnv, urlOf } from "./environment.ts";
import { badRequest, forbidden, notFound } from "./errors.ts";
import { referredMember } from "./groups.ts";
import { isVisible } from "./lookup.ts";
import { page, parseQuery } from "./query.ts";
import {
  type Caller,
  PERMISSIONS,
  ROLES_FOR,
  requireMember,
  requirePermission,
  requireRole,
} from "./rights.ts";

const MOST_AT_ONCE = 20;

/** `/groups/{id}/members`: read, add, remove. */
export function memberRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  routes.get("/groups/:id/members", (c) => {
    const group = readable(world, c.get("caller"), c.req.param("id"));
    const people = byId(world);
    const rows = (group.members ?? []).flatMap((id) => people.get(id) ?? []);
    const query = parseQuery("user", urlOf(c), "list");
    const names = query.select ?? [];
    const shown = page(
      query,
      rows.map((row) => ("userPrincipalName" in row ? view(c.get("caller"))(row as Person) : row)),
    );
    const types = rows.slice(query.skip, query.skip + query.top);
    return c.json({
      ...shown,
      "@odata.context": contextOf(c, "directoryObjects"),
      value: shown.value.map((row, index) => ({
        "@odata.type": `#microsoft.graph.${"userPrincipalName" in (types[index] ?? {}) ? "user" : "group"}`,
        ...(names.length === 0 || names.includes("id") ? row : { ...row, id: types[index]?.id }),
      })),
    });
  });
  routes.get("/groups/:id/members/microsoft.graph.user", (c) => {
    const caller = c.get("caller");
    const group = readable(world, caller, c.req.param("id"));
    requirePermission(caller, caller.kind === "app" ? PERMISSIONS.readUsersAsApp : PERMISSIONS.readUsers);
    const members = new Set(group.members ?? []);
    const rows = world.state.users.filter(({ id }) => members.has(id)).map(view(caller));
    return c.json(page(shownOf(parseQuery("user", urlOf(c), "list")), rows));
  });
  routes.post("/groups/:id/members/$ref", (c) => {
    const group = changeable(world, c.get("caller"), c.req.param("id"));
    const { "@odata.id": reference, ...others } = c.get("body");
    if (typeof reference !== "string" || Object.keys(others).length > 0) {
      throw badRequest("The request must have the property '@odata.id' and nothing else.");
    }
    add(world, group, [referredMember(world, reference, "members")]);
    return c.body(null, 204);
  });
  routes.patch("/groups/:id", (c) => {
    const group = changeable(world, c.get("caller"), c.req.param("id"));
    const { "members@odata.bind": references, ...others } = c.get("body");
    if (!Array.isArray(references) || Object.keys(others).length > 0) {
      throw badRequest("The service does not currently support this update of a group.");
    }
    if (references.length > MOST_AT_ONCE) {
      throw badRequest(`The number of references exceeds the limit of ${MOST_AT_ONCE}.`);
    }
    add(
      world,
      group,
      references.map((reference) => referredMember(world, String(reference), "members")),
    );
    return c.body(null, 204);
  });
  routes.delete("/groups/:id/members/:member/$ref", (c) => {
    const group = changeable(world, c.get("caller"), c.req.param("id"));
    const members = group.members ?? [];
    if (!members.includes(c.req.param("member"))) throw notFound(c.req.param("member"));
    group.members = members.filter((id) => id !== c.req.param("member"));
    world.changed = true;
    return c.body(null, 204);
  });
  return routes;
}

function byId({ state }: World): ReadonlyMap<string, Person | Group> {
  return new Map([...state.users, ...state.groups].map((one) => [one.id, one]));
}

function readable(world: World, caller: Caller, id: string): Group {
  requirePermission(caller, PERMISSIONS.readGroups);
  requireMember(world, caller);
  return find(world, id);
}

function changeable(world: World, caller: Caller, id: string): Group {
  requirePermission(caller, PERMISSIONS.writeGroupMembers);
  const group = find(world, id);
  requireRole(world, caller, ROLES_FOR.createGroup, group.owners);
  requireOpen(caller, group);
  return group;
}

/** Whether members can be changed here at all: not where a rule, Exchange or another directory decides. */
function requireOpen(caller: Caller, group: Group): void {
  const types = (group["groupTypes"] as readonly string[] | undefined) ?? [];
  if (types.includes("DynamicMembership")) throw forbidden();
  if (group["isAssignableToRole"] === true) requirePermission(caller, ["RoleManagement.ReadWrite.Directory"]);
  if (group["onPremisesSyncEnabled"] === true) {
    throw badRequest(
      "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.",
    );
  }
  if (group.mailEnabled && !types.includes("Unified")) {
    throw badRequest("Cannot Update a mail-enabled security groups and or distribution list.");
  }
}

function find(world: World, id: string): Group {
  const group = world.state.groups.find((one) => one.id === id.toLowerCase());
  if (group === undefined || !isVisible(world, group.id)) throw notFound(id);
  return group;
}

/** All of them or none. */
function add(world: World, group: Group, ids: readonly string[]): void {
  const members = new Set(group.members ?? []);
  if (ids.some((id) => members.has(id)) || new Set(ids).size !== ids.length) {
    throw badRequest(
      "One or more added object references already exist for the following modified properties: 'members'.",
    );
  }
  group.members = [...members, ...ids];
  world.changed = true;
}
