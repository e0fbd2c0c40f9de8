import { Hono } from "hono";
import { randomText } from "../signin/tokens.ts";
import type { PermissionGrant } from "../state.ts";
import type { World } from "../world.ts";
import { answerObject, type GraphContext, type GraphEnv, urlOf } from "./environment.ts";
import { badRequest, GraphError, invalidValue, notFound } from "./errors.ts";
import { parseFilter } from "./filter.ts";
import { isServicePrincipal, servicePrincipalId } from "./lookup.ts";
import { page, parseQuery, project } from "./query.ts";
import { PERMISSIONS, ROLES_FOR, requirePermission, requireRole } from "./rights.ts";
import { checkBody } from "./validate.ts";

const FILTERABLE = {
  clientId: "eqExact",
  resourceId: "eqExact",
  consentType: "eqExact",
  principalId: "eqExact",
} as const;
const LONGEST_SCOPE = 3850;

/** `/oauth2PermissionGrants`: delegated permissions that were consented to. */
export function grantRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  const list = (c: GraphContext, of: (grant: PermissionGrant) => boolean) => {
    requirePermission(c.get("caller"), PERMISSIONS.readGrants);
    const query = parseQuery("oAuth2PermissionGrant", urlOf(c), "list");
    const { indexDelayMs } = world.behaviour;
    const rows = world.history.indexed(
      "oauth2PermissionGrants",
      world.state.oauth2PermissionGrants,
      indexDelayMs,
    );
    return c.json(
      page(
        query,
        rows
          .filter((grant) => isLive(world, grant) && of(grant))
          .filter(parseFilter(query.filter, FILTERABLE)),
      ),
    );
  };
  routes.get("/oauth2PermissionGrants", (c) => list(c, () => true));
  routes.get("/servicePrincipals/:key/oauth2PermissionGrants", (c) => {
    const id = servicePrincipalId(world, c.req.param("key"));
    return list(c, ({ clientId }) => clientId === id);
  });
  routes.get("/oauth2PermissionGrants/:id", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readGrants);
    const query = parseQuery("oAuth2PermissionGrant", urlOf(c), "one");
    return c.json(project(query, find(world, c.req.param("id"))));
  });
  routes.post("/oauth2PermissionGrants", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeGrants);
    requireRole(world, c.get("caller"), ROLES_FOR.grantDelegated);
    return answerObject(c, "oAuth2PermissionGrant", create(world, c.get("body")), 201);
  });
  routes.patch("/oauth2PermissionGrants/:id", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeGrants);
    requireRole(world, c.get("caller"), ROLES_FOR.grantDelegated);
    const grant = find(world, c.req.param("id"));
    const body = c.get("body");
    checkBody("oAuth2PermissionGrant", body);
    const [other] = Object.keys(body).filter((name) => name !== "scope" && !name.includes("@odata."));
    if (other !== undefined) throw badRequest(`Property '${other}' is read-only and cannot be set.`);
    const scope = checkedScope(body["scope"]);
    world.history.writing("oauth2PermissionGrants", grant.id, grant, world.behaviour.indexDelayMs);
    grant.scope = scope;
    world.changed = true;
    return c.body(null, 204);
  });
  routes.delete("/oauth2PermissionGrants/:id", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.writeGrants);
    requireRole(world, c.get("caller"), ROLES_FOR.grantDelegated);
    const grant = find(world, c.req.param("id"));
    world.history.writing("oauth2PermissionGrants", grant.id, grant, world.behaviour.indexDelayMs);
    world.state.oauth2PermissionGrants = world.state.oauth2PermissionGrants.filter((one) => one !== grant);
    world.changed = true;
    return c.body(null, 204);
  });
  return routes;
}

function isLive(world: World, { clientId, resourceId }: PermissionGrant): boolean {
  return [clientId, resourceId].every((id) => isServicePrincipal(world, id));
}

function find(world: World, id: string): PermissionGrant {
  const grant = world.state.oauth2PermissionGrants.find((candidate) => candidate.id === id);
  if (grant === undefined || !isLive(world, grant)) throw notFound(id);
  return grant;
}

function checkedScope(scope: unknown): string {
  if (typeof scope !== "string" || scope.trim() === "") {
    throw badRequest("A value is required for property 'scope' of resource 'OAuth2PermissionGrant'.");
  }
  if (scope.length > LONGEST_SCOPE) throw invalidValue("scope", "OAuth2PermissionGrant");
  return scope;
}

function create(world: World, body: Record<string, unknown>): PermissionGrant {
  checkBody("oAuth2PermissionGrant", body);
  const { clientId, consentType, principalId = null, resourceId } = body;
  const scope = checkedScope(body["scope"]);
  for (const [name, value] of Object.entries({ clientId, consentType, resourceId })) {
    if (typeof value !== "string") {
      throw badRequest(`A value is required for property '${name}' of resource 'OAuth2PermissionGrant'.`);
    }
  }
  if (consentType !== "AllPrincipals" && consentType !== "Principal") {
    throw invalidValue("consentType", "OAuth2PermissionGrant");
  }
  const person = typeof principalId === "string" ? principalId : null;
  if ((consentType === "AllPrincipals") !== (person === null)) {
    throw invalidValue("principalId", "OAuth2PermissionGrant");
  }
  const [client, resource] = [String(clientId), String(resourceId)];
  for (const id of [client, resource]) if (!isServicePrincipal(world, id)) throw notFound(id);
  if (person !== null && !world.state.users.some(({ id }) => id === person)) throw notFound(person);
  const { oauth2PermissionGrants } = world.state;
  if (
    oauth2PermissionGrants.some(
      (one) => one.clientId === client && one.resourceId === resource && one.principalId === person,
    )
  ) {
    throw new GraphError(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.");
  }
  const grant = {
    id: randomText(36),
    clientId: client,
    consentType,
    principalId: person,
    resourceId: resource,
    scope,
  };
  world.history.writing("oauth2PermissionGrants", grant.id, undefined, world.behaviour.indexDelayMs);
  oauth2PermissionGrants.push(grant);
  world.changed = true;
  return grant;
}
