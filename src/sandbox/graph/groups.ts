import { Hono } from "hono";
import { cloudOf } from "../clouds.ts";
import { isGuest, membersMayRegister } from "../personas.ts";
import type { Group } from "../state.ts";
import type { World } from "../world.ts";
import { answerObject, type GraphEnv, urlOf } from "./environment.ts";
import { badRequest, forbidden, GraphError, invalidValue, notFound, objectConflict } from "./errors.ts";
import { parseFilter } from "./filter.ts";
import { isVisible } from "./lookup.ts";
import { page, parseQuery, project } from "./query.ts";
import { type Caller, hasRole, PERMISSIONS, ROLES_FOR, requireMember, requirePermission } from "./rights.ts";
import { parseSearch } from "./search.ts";
import { checkBody } from "./validate.ts";

const FILTERABLE = { id: "eqIn", displayName: "eqIn", mailNickname: "eqIn" } as const;
const REQUIRED = ["displayName", "mailEnabled", "mailNickname", "securityEnabled"];
const MOST_OWNERS = 20;

/** `/groups`: list, search, read, create. */
export function groupRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  routes.get("/groups", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readGroups);
    requireMember(world, c.get("caller"));
    const query = parseQuery("group", urlOf(c), "list", ["$search"]);
    const found = parseSearch(urlOf(c), ["displayName"], c.req.raw.headers);
    const matches = parseFilter(query.filter, FILTERABLE);
    const { groups } = world.state;
    const shown = world.history
      .indexed("groups", groups, world.behaviour.indexDelayMs)
      .filter(({ id }) => isVisible(world, id));
    return c.json(
      page(
        query,
        shown.filter((group) => matches(group) && found(group)),
      ),
    );
  });
  routes.get("/groups/:id", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readGroups);
    requireMember(world, c.get("caller"));
    const group = world.state.groups.find(({ id }) => id === c.req.param("id").toLowerCase());
    if (group === undefined || !isVisible(world, group.id)) throw notFound(c.req.param("id"));
    return c.json(project(parseQuery("group", urlOf(c), "one"), group));
  });
  routes.post("/groups", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeGroups);
    requireMayCreate(world, c.get("caller"));
    return answerObject(c, "group", create(world, c.get("caller"), c.get("body")), 201);
  });
  return routes;
}

function requireMayCreate(world: World, caller: Caller): void {
  const member = caller.kind === "person" && !isGuest(world, caller.objectId);
  if (member && membersMayRegister(world)) return;
  if (!hasRole(world, caller, ROLES_FOR.createGroup)) throw forbidden();
}

function create(world: World, caller: Caller, body: Record<string, unknown>): Group {
  checkBody("group", body);
  for (const property of REQUIRED) {
    if (body[property] === undefined || body[property] === null || body[property] === "") {
      throw badRequest(`A value is required for property '${property}' of resource 'Group'.`);
    }
  }
  const displayName = String(body["displayName"]);
  const mailNickname = String(body["mailNickname"]);
  if (displayName.length > 256) throw invalidValue("displayName", "Group");
  if (
    mailNickname.length > 64 ||
    !/^[\x20-\x7e]+$/.test(mailNickname) ||
    /[@()\\[\]";:<>, ]/.test(mailNickname)
  )
    throw invalidValue("mailNickname", "Group");
  if (body["mailEnabled"] !== false || body["securityEnabled"] !== true) {
    throw badRequest(
      "The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.",
    );
  }
  const taken = world.state.groups.some(
    (group) => group.mailNickname?.toLowerCase() === mailNickname.toLowerCase(),
  );
  if (taken) throw objectConflict("mailNickname");
  const group: Group = {
    groupTypes: [],
    ...Object.fromEntries(Object.entries(body).filter(([name]) => !name.includes("@odata."))),
    id: world.ids.uuid(),
    createdDateTime: world.clock.now().toISOString(),
    displayName,
    mailNickname,
    description: typeof body["description"] === "string" ? body["description"] : null,
    mailEnabled: false,
    securityEnabled: true,
    owners: ownersOf(world, caller, body["owners@odata.bind"]),
    members: membersOf(world, body),
  };
  world.history.writing("groups", group.id, undefined, world.behaviour.indexDelayMs);
  world.history.born(group.id);
  world.state.groups.push(group);
  world.changed = true;
  return group;
}

/** The owners a new group gets; whoever is no administrator is one by themselves and may not be named again. */
function ownersOf(world: World, caller: Caller, named: unknown): string[] {
  const references = Array.isArray(named) ? named.map(String) : [];
  if (references.length > MOST_OWNERS) {
    throw badRequest(`The number of references exceeds the limit of ${MOST_OWNERS}.`);
  }
  const owners = references.map((reference) => referredUser(world, reference));
  if (caller.kind === "person" && !hasRole(world, caller, ROLES_FOR.createGroup))
    owners.push(caller.objectId);
  if (new Set(owners).size !== owners.length) {
    throw badRequest("Request contains a property with duplicate values.");
  }
  return owners;
}

/** The members a new group begins with; owners and members together are limited. */
function membersOf(world: World, body: Record<string, unknown>): string[] {
  const named = listed(body["members@odata.bind"]);
  if (named.length + listed(body["owners@odata.bind"]).length > MOST_OWNERS) {
    throw badRequest(`The number of references exceeds the limit of ${MOST_OWNERS}.`);
  }
  const members = named.map((reference) => referredMember(world, reference, "members"));
  if (new Set(members).size !== members.length) {
    throw badRequest("Request contains a property with duplicate values.");
  }
  return members;
}

function listed(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function referredUser(world: World, reference: string): string {
  const id = referredId(world, reference, "owners");
  if (!world.state.users.some((user) => user.id === id)) throw notFound(id);
  return id;
}

/** The person or group that an address of this cloud's Graph names; 404 where there is none. */
export function referredMember(world: World, reference: string, property: string): string {
  const id = referredId(world, reference, property);
  const { state, index } = world;
  const isKnown = (index.users.find(state.users, id) ?? index.groups.find(state.groups, id)) !== undefined;
  if (!isKnown || !isVisible(world, id)) throw notFound(id);
  return id;
}

function referredId(world: World, reference: string, property: string): string {
  const [prefix, id] = reference.split(/\/(?:directoryObjects|users|groups)\/(?=[0-9a-f-]{36}$)/i);
  if (id === undefined || prefix !== `https://${cloudOf(world).graphHost}/v1.0`) {
    throw new GraphError(400, "BadRequest", `Invalid URL format specified in @odata.bind for '${property}'.`);
  }
  return id;
}
