import { isGuest, ROLES, rolesOf } from "../personas.ts";
import type { World } from "../world.ts";
import { forbidden } from "./errors.ts";

/** Who sent a request, as their token says. */
export interface Caller {
  readonly kind: "person" | "app";
  /** The person's object id, or the service principal's. */
  readonly objectId: string;
  /** The app id of the client. */
  readonly clientId: string;
  /** Delegated permissions of a person, app roles of an app. */
  readonly permissions: ReadonlySet<string>;
}

const READ_APPS = [
  "Application.Read.All",
  "Application.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
const READ_USERS = ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];

/** The permissions of which one is enough, by what is done. */
export const PERMISSIONS = {
  readApplications: READ_APPS,
  // Directory.ReadWrite.All is what Cloud Shell's token has, and applications are made with it in practice.
  writeApplications: ["Application.ReadWrite.All", "Directory.ReadWrite.All"],
  readGrants: ["DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
  writeGrants: ["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"],
  readOrganization: ["User.Read", "Organization.Read.All", ...READ_USERS],
  readOrganizationWhole: ["Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"],
  readMe: ["User.Read", ...READ_USERS],
  readUsers: ["User.ReadBasic.All", ...READ_USERS],
  readUsersAsApp: READ_USERS,
  readGroups: [
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
  ],
  writeGroups: ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
  readRoleNames: ["RoleManagement.Read.Directory", "Directory.Read.All", "Directory.ReadWrite.All"],
  readPolicies: ["Policy.Read.All"],
  readSynchronization: ["Synchronization.Read.All", "Synchronization.ReadWrite.All"],
  writeSynchronization: ["Synchronization.ReadWrite.All"],
  readProvisioningLogs: [
    "ProvisioningLog.Read.All",
    "AuditLog.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
  ],
  readLicences: ["Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"],
  readUsersWhole: READ_USERS,
  writeGroupMembers: ["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"],
} as const satisfies Record<string, readonly string[]>;

const APPLICATION_ADMINISTRATORS = [
  ROLES.globalAdministrator,
  ROLES.applicationAdministrator,
  ROLES.cloudApplicationAdministrator,
];

/** The directory roles of which one is enough, by what is done. */
export const ROLES_FOR = {
  createApplication: [
    ...APPLICATION_ADMINISTRATORS,
    ROLES.applicationDeveloper,
    ROLES.securityAdministrator,
    ROLES.directoryWriters,
    ROLES.hybridIdentityAdministrator,
  ],
  writeApplication: APPLICATION_ADMINISTRATORS,
  restore: [...APPLICATION_ADMINISTRATORS, ROLES.hybridIdentityAdministrator],
  grantDelegated: [
    ...APPLICATION_ADMINISTRATORS,
    ROLES.privilegedRoleAdministrator,
    ROLES.userAdministrator,
    ROLES.directoryWriters,
  ],
  assignAppRole: [
    ...APPLICATION_ADMINISTRATORS,
    ROLES.privilegedRoleAdministrator,
    ROLES.userAdministrator,
    ROLES.directoryWriters,
    ROLES.identityGovernanceAdministrator,
    ROLES.hybridIdentityAdministrator,
  ],
  createGroup: [
    ROLES.globalAdministrator,
    ROLES.groupsAdministrator,
    ROLES.userAdministrator,
    ROLES.directoryWriters,
  ],
  provision: APPLICATION_ADMINISTRATORS,
  readProvisioningLogs: [...APPLICATION_ADMINISTRATORS, ROLES.securityAdministrator],
  // The application administrators may grant every API's app roles but Microsoft Graph's.
  assignGraphAppRole: [ROLES.globalAdministrator, ROLES.privilegedRoleAdministrator],
} as const satisfies Record<string, readonly string[]>;

/** 403 unless the token carries one of `anyOf`. */
export function requirePermission(caller: Caller, anyOf: readonly string[]): void {
  if (!anyOf.some((permission) => caller.permissions.has(permission))) throw forbidden();
}

/** Whether the signed-in person holds one of the roles; an app needs none. */
export function hasRole(world: World, caller: Caller, anyOf: readonly string[]): boolean {
  const held = caller.kind === "app" ? anyOf : rolesOf(world, caller.objectId);
  return anyOf.some((role) => held.includes(role));
}

/** 403 unless the person holds one of the roles, or owns the object. */
export function requireRole(
  world: World,
  caller: Caller,
  anyOf: readonly string[],
  owners: readonly string[] = [],
): void {
  if (!hasRole(world, caller, anyOf) && !owners.includes(caller.objectId)) throw forbidden();
}

/** 403 for guests: they see themselves, and not who else is there. */
export function requireMember(world: World, caller: Caller): void {
  if (isGuest(world, caller.objectId) && rolesOf(world, caller.objectId).length === 0) throw forbidden();
}
