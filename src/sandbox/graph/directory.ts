import { createHash } from "node:crypto";
import { Hono } from "hono";
import { membersMayRegister, ROLES, rolesOf } from "../personas.ts";
import type { World } from "../world.ts";
import { type GraphEnv, urlOf } from "./environment.ts";
import { GraphError, notFound, unsupportedQuery } from "./errors.ts";
import { parseFilter } from "./filter.ts";
import { page, parseQuery, project } from "./query.ts";
import { PERMISSIONS, requireMember, requirePermission } from "./rights.ts";

/** The tenant itself, its people and its policies: read only. */
export function directoryRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  routes.get("/organization", (c) => {
    const caller = c.get("caller");
    requirePermission(caller, PERMISSIONS.readOrganization);
    const query = parseQuery("organization", urlOf(c), "list");
    // User.Read shows these three and leaves the rest null: learn.microsoft.com graph/api/organization-list.
    const whole = PERMISSIONS.readOrganizationWhole.some((permission) => caller.permissions.has(permission));
    return c.json(
      page(query, [
        { ...organization(world), ...(whole ? { tenantType: "AAD", countryLetterCode: "US" } : {}) },
      ]),
    );
  });
  routes.get("/me", (c) => {
    if (c.get("caller").kind === "app") throw delegatedOnly();
    requirePermission(c.get("caller"), PERMISSIONS.readMe);
    const person = world.state.users.find(({ id }) => id === c.get("caller").objectId);
    if (person === undefined) throw notFound(c.get("caller").objectId);
    return c.json(project(parseQuery("user", urlOf(c), "one"), person));
  });
  routes.get("/me/transitiveMemberOf/microsoft.graph.directoryRole", (c) => {
    const caller = c.get("caller");
    if (caller.kind === "app") throw delegatedOnly();
    requirePermission(caller, PERMISSIONS.readMe);
    const query = parseQuery("directoryRole", urlOf(c), "list");
    if (!query.count || c.req.header("ConsistencyLevel")?.toLowerCase() !== "eventual") {
      throw unsupportedQuery("The specified query requires $count and the ConsistencyLevel header.");
    }
    const named = PERMISSIONS.readRoleNames.some((permission) => caller.permissions.has(permission));
    return c.json(
      page(
        query,
        rolesOf(world, caller.objectId).map((role) => directoryRole(world, role, named)),
      ),
    );
  });
  routes.get("/users", (c) => {
    const caller = c.get("caller");
    requirePermission(caller, caller.kind === "app" ? PERMISSIONS.readUsersAsApp : PERMISSIONS.readUsers);
    requireMember(world, caller);
    const query = parseQuery("user", urlOf(c), "list");
    const matches = parseFilter(query.filter, {
      id: "eqIn",
      displayName: "eqIn",
      userPrincipalName: "eqIn",
      mail: "eqIn",
    });
    return c.json(page(query, world.state.users.filter(matches)));
  });
  routes.get("/users/:key", (c) => {
    const caller = c.get("caller");
    requirePermission(caller, caller.kind === "app" ? PERMISSIONS.readUsersAsApp : PERMISSIONS.readUsers);
    const key = c.req.param("key").toLowerCase();
    const user = world.state.users.find(
      ({ id, userPrincipalName }) => id === key || userPrincipalName.toLowerCase() === key,
    );
    if (user?.id !== caller.objectId) requireMember(world, caller);
    if (user === undefined) throw notFound(c.req.param("key"));
    return c.json(project(parseQuery("user", urlOf(c), "one"), user));
  });
  routes.get("/policies/authorizationPolicy", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readPolicies);
    const query = parseQuery("authorizationPolicy", urlOf(c), "one");
    return c.json(project(query, authorizationPolicy(world)));
  });
  routes.get("/policies/defaultAppManagementPolicy", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readPolicies);
    return c.json(appManagementPolicy(world));
  });
  return routes;
}

function delegatedOnly(): GraphError {
  return new GraphError(400, "BadRequest", "/me request is only valid with delegated authentication flow.");
}

function organization({ state }: World) {
  const last = state.verifiedDomains.length - 1;
  return {
    id: state.tenantId,
    displayName: state.tenantName,
    verifiedDomains: state.verifiedDomains.map((name, index) => ({
      capabilities: "Email, OfficeCommunicationsOnline",
      isDefault: index === 0,
      isInitial: index === last,
      name,
      type: "Managed",
    })),
  };
}

function directoryRole(world: World, template: string, named: boolean) {
  const hash = createHash("sha256")
    .update(world.state.tenantId + template)
    .digest("hex");
  const id = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ];
  const word = Object.entries(ROLES).find(([, role]) => role === template)?.[0] ?? "directoryRole";
  const displayName = word.replace(/([A-Z])/g, " $1").replace(/^./, (letter) => letter.toUpperCase());
  return {
    id: id.join("-"),
    ...(named ? { displayName, roleTemplateId: template, description: displayName } : {}),
  };
}

function authorizationPolicy(world: World) {
  return {
    id: "authorizationPolicy",
    allowInvitesFrom: "everyone",
    allowedToSignUpEmailBasedSubscriptions: true,
    allowedToUseSSPR: true,
    allowEmailVerifiedUsersToJoinOrganization: false,
    blockMsolPowerShell: false,
    defaultUserRolePermissions: {
      allowedToCreateApps: membersMayRegister(world),
      allowedToCreateSecurityGroups: membersMayRegister(world),
      allowedToCreateTenants: true,
      allowedToReadBitlockerKeysForOwnedDevice: true,
      allowedToReadOtherUsers: true,
      permissionGrantPoliciesAssigned: ["ManagePermissionGrantsForSelf.microsoft-user-default-recommended"],
    },
  };
}

function appManagementPolicy({ behaviour }: World) {
  const policy = behaviour.secretPolicy;
  const restriction = {
    state: "enabled",
    restrictForAppsCreatedAfterDateTime: "2019-10-19T10:37:00Z",
    ...(policy === "blocked" || policy === undefined
      ? { restrictionType: "passwordAddition", maxLifetime: null }
      : { restrictionType: "passwordLifetime", maxLifetime: `P${policy.maxDays}D` }),
  };
  return {
    id: "00000000-0000-0000-0000-000000000000",
    displayName: "Default app management tenant policy",
    isEnabled: policy !== undefined,
    applicationRestrictions: {
      passwordCredentials: policy === undefined ? [] : [restriction],
      keyCredentials: [],
    },
    servicePrincipalRestrictions: { passwordCredentials: [], keyCredentials: [] },
  };
}
