import { randomUUID } from "node:crypto";
import { exampleGroups, examplePeople } from "./people.ts";
import type { ProvisioningState, ScimTargetState } from "./provisioning/state.ts";

/** The tenant that `newTenant()` makes. */
export const EXAMPLE = {
  tenantId: "7c1d2f4e-5b0a-4c8e-9f63-2d8a41b7e905",
  tenantDomain: "contoso.com",
  tenantName: "Contoso",
  upn: "admin@contoso.com",
} as const;

/** Everything the sandbox remembers between two commands: plain JSON, with nothing secret in it. */
export interface TenantState {
  schemaVersion: 1;
  tenantId: string;
  tenantName: string;
  /** The first is the default domain, the last the initial one. */
  verifiedDomains: string[];
  /** Whether people without a directory role may register applications. */
  usersMayRegisterApplications: boolean;
  /** The first is the person who signs in. */
  users: Person[];
  groups: Group[];
  /** Microsoft Graph's own service principal: the app id is the same everywhere, the object id is not. */
  graphServicePrincipalId: string;
  applications: Application[];
  servicePrincipals: ServicePrincipal[];
  deletedItems: DeletedItem[];
  appRoleAssignments: AppRoleAssignment[];
  oauth2PermissionGrants: PermissionGrant[];
  /** sha256 of each client secret, by key id. */
  secretHashes: Record<string, string>;
  oneTimePasswords: OneTimePassword[];
  /** By object id of the service principal; tenants that were kept by an older version have none. */
  provisioning?: Record<string, ProvisioningState>;
  /** What the built-in SCIM endpoints hold, by their address. */
  scimTargets?: Record<string, ScimTargetState>;
}

/** A person; whoever was kept by an older version has the first five properties only. */
export interface Person {
  id: string;
  displayName: string;
  userPrincipalName: string;
  mail: string | null;
  userType: "Member" | "Guest";
  [property: string]: unknown;
}

export interface Group {
  id: string;
  displayName: string;
  description: string | null;
  securityEnabled: boolean;
  mailEnabled: boolean;
  /** Tenants that were kept by an older version have none. */
  mailNickname?: string;
  /** Object ids; not part of what Graph shows. */
  owners: string[];
  /** Object ids of people and groups; not part of what Graph shows. */
  members?: string[];
  [property: string]: unknown;
}

export interface PasswordCredential {
  keyId: string;
  displayName: string | null;
  hint: string;
  startDateTime: string;
  endDateTime: string;
  customKeyIdentifier: null;
  secretText: null;
}

export interface PermissionScope {
  id: string;
  value: string;
  type: string;
  isEnabled: boolean;
  [property: string]: unknown;
}

export interface AppRole {
  id: string;
  value: string | null;
  displayName: string;
  allowedMemberTypes: string[];
  isEnabled: boolean;
  [property: string]: unknown;
}

/** An application as Graph shows it; properties no rule looks at are kept as they came. */
export interface Application {
  id: string;
  appId: string;
  displayName: string;
  uniqueName: string | null;
  signInAudience: string;
  createdDateTime: string;
  deletedDateTime: string | null;
  identifierUris: string[];
  tags: string[];
  web: { redirectUris: string[]; [property: string]: unknown };
  spa: { redirectUris: string[] };
  publicClient: { redirectUris: string[] };
  isFallbackPublicClient: boolean | null;
  api: {
    requestedAccessTokenVersion: number | null;
    oauth2PermissionScopes: PermissionScope[];
    preAuthorizedApplications: { appId: string; delegatedPermissionIds: string[] }[];
    [property: string]: unknown;
  };
  appRoles: AppRole[];
  passwordCredentials: PasswordCredential[];
  /** Object ids; not part of what Graph shows. */
  owners: string[];
  [property: string]: unknown;
}

export interface ServicePrincipal {
  id: string;
  appId: string;
  tags: string[];
  owners: string[];
  deletedDateTime: string | null;
  [property: string]: unknown;
}

export type DeletedItem =
  | { type: "application"; object: Application }
  | { type: "servicePrincipal"; object: ServicePrincipal };

export interface AppRoleAssignment {
  id: string;
  appRoleId: string;
  principalId: string;
  principalType: "User" | "Group" | "ServicePrincipal";
  resourceId: string;
  createdDateTime: string;
}

export interface PermissionGrant {
  id: string;
  clientId: string;
  consentType: string;
  principalId: string | null;
  resourceId: string;
  scope: string;
}

/** The key that opens the value is in the link and nowhere else. */
interface OneTimePassword {
  storageKey: string;
  /** base64 of nonce, tag and ciphertext; of the plain value where the simulated server does not encrypt. */
  sealed: string;
  encrypted: boolean;
  expires: string;
}

/** A tenant with a few people and groups and nothing registered yet. */
export function newTenant(
  options: { tenantId?: string; tenantDomain?: string; tenantName?: string } = {},
): TenantState {
  const domain = options.tenantDomain ?? EXAMPLE.tenantDomain;
  const initial = `${domain.split(".")[0] ?? "contoso"}.onmicrosoft.com`;
  const users = examplePeople(domain);
  return {
    schemaVersion: 1,
    tenantId: (options.tenantId ?? EXAMPLE.tenantId).toLowerCase(),
    tenantName: options.tenantName ?? EXAMPLE.tenantName,
    verifiedDomains: domain === initial ? [initial] : [domain, initial],
    usersMayRegisterApplications: true,
    users,
    groups: exampleGroups(users),
    graphServicePrincipalId: randomUUID(),
    applications: [],
    servicePrincipals: [],
    deletedItems: [],
    appRoleAssignments: [],
    oauth2PermissionGrants: [],
    secretHashes: {},
    oneTimePasswords: [],
    provisioning: {},
    scimTargets: {},
  };
}
