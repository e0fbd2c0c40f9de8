import { createHash } from "node:crypto";
import { Hono } from "hono";
import { membersMayRegister, ROLES, rolesOf } from "../personas.ts";
import type { Person } from "../state.ts";
import type { World } from "../world.ts";
import { type GraphEnv, urlOf } from "./environment.ts";
import { GraphError, notFound, unsupportedQuery } from "./errors.ts";
import { parseFilter } from "./filter.ts";
import { page, parseQuery, project, type Query } from "./query.ts";
import { type Caller, PERMISSIONS, requireMember, requirePermission } from "./rights.ts";

/** What Graph sends of a user where nothing is selected: graph/api/resources/users. */
const USUAL = [
  "businessPhones",
  "displayName",
  "givenName",
  "jobTitle",
  "mail",
  "mobilePhone",
  "officeLocation",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
  "id",
];
const USER_FILTER = {
  id: "eqIn",
  displayName: "eqIn",
  userPrincipalName: "eqIn",
  mail: "eqIn",
  companyName: "eqIn",
  department: "eqIn",
  jobTitle: "eqIn",
  mailNickname: "eqIn",
  userType: "eqIn",
} as const;

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
    const query = shownOf(parseQuery("user", urlOf(c), "list"));
    const matches = parseFilter(query.filter, USER_FILTER);
    return c.json(page(query, world.state.users.filter(matches).map(view(caller))));
  });
  routes.get("/users/:key", (c) => {
    const caller = c.get("caller");
    requirePermission(caller, caller.kind === "app" ? PERMISSIONS.readUsersAsApp : PERMISSIONS.readUsers);
    const key = userKey(c.req.param("key"));
    const { users } = world.state;
    const user =
      world.index.users.find(users, key) ??
      users.find(({ userPrincipalName }) => userPrincipalName.toLowerCase() === key);
    if (user?.id !== caller.objectId) requireMember(world, caller);
    if (user === undefined) throw notFound(c.req.param("key"));
    const isThemselves = user.id === caller.objectId;
    const query = shownOf(parseQuery("user", urlOf(c), "one"));
    return c.json(project(query, isThemselves ? user : view(caller)(user)));
  });
  routes.get("/subscribedSkus", (c) => {
    requirePermission(c.get("caller"), PERMISSIONS.readLicences);
    return c.json(page(parseQuery("subscribedSku", urlOf(c), "list"), licences(world)));
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

/** A key as it stands in the path; a name with a quote, or a dollar sign at its start, in brackets alone. */
function userKey(text: string): string {
  const quoted = /^\('(.*)'\)$/s.exec(text)?.[1];
  if (quoted === undefined && /^\$|'/.test(text)) {
    throw new GraphError(400, "BadRequest", "Invalid object identifier or user principal name.");
  }
  return (quoted?.replaceAll("''", "'") ?? text).toLowerCase();
}

/** What `$select` leaves out is not sent; without one, neither is what is not among the usual. */
export function shownOf(query: Query): Query {
  return { ...query, select: query.select ?? USUAL };
}

/** A person as the token may see them: `User.ReadBasic.All` knows names and the mail address. */
export function view({ permissions }: Caller): (person: Person) => Person {
  if (PERMISSIONS.readUsersWhole.some((permission) => permissions.has(permission))) return (person) => person;
  const basic = ["id", "displayName", "userPrincipalName", "mail", "givenName", "surname"];
  return (person) =>
    Object.fromEntries(Object.entries(person).filter(([name]) => basic.includes(name))) as Person;
}

function licences({ behaviour, state }: World) {
  if (behaviour.licence === "free") return [];
  return [
    {
      id: `${state.tenantId}_078d2b04-f1bd-4111-bbd4-b4b1b354cef4`,
      accountName: state.tenantName,
      appliesTo: "User",
      capabilityStatus: "Enabled",
      consumedUnits: state.users.length,
      prepaidUnits: { enabled: 100, suspended: 0, warning: 0, lockedOut: 0 },
      servicePlans: [
        {
          servicePlanId: "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
          servicePlanName: "AAD_PREMIUM",
          provisioningStatus: "Success",
          appliesTo: "User",
        },
      ],
      skuId: "078d2b04-f1bd-4111-bbd4-b4b1b354cef4",
      skuPartNumber: "AAD_PREMIUM",
      subscriptionIds: [],
    },
  ];
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
