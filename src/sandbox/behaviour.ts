/** What happens to a device code once it has been asked about often enough. */
export type SignInOutcome =
  | "approved"
  | "declined"
  | "expired"
  | "pendingForever"
  | "slowDown"
  /** AADSTS53003 */
  | "blocked"
  /** AADSTS530033 */
  | "managedDevice"
  /** AADSTS530035 */
  | "securityDefaults"
  /** AADSTS50020 */
  | "accountNotInTenant"
  /** AADSTS50076 */
  | "multiFactor"
  /** AADSTS50105 */
  | "userNotAssigned"
  /** AADSTS65004 */
  | "consentDeclined"
  /** AADSTS90094 */
  | "adminApproval";

/** How the one-time-password services of the simulated world answer. */
export type OneTimePasswordMode =
  | "1.6.2"
  | "1.5.0"
  | "1.4.1"
  | "month"
  | "down"
  | "failing"
  | "redirects"
  | "httpLink"
  | "foreignLink"
  | "unencrypted"
  | "loginPage"
  | "notStored"
  | "wrongTtl";

/** What can be turned while the sandbox runs. The defaults are quiet: no delays, no faults. */
export interface Behaviour {
  /** Waited through the clock before every answer. */
  latencyMs: number;
  /** How long a new application or service principal stays unknown to everything that names it. */
  visibilityDelayMs: number;
  /** How long `$filter` lists show what was there before a write. */
  indexDelayMs: number;
  /** How long a new client secret is missing from reads of its application. */
  credentialDelayMs: number;
  /** How long sign-in refuses a new client secret (AADSTS7000215). */
  secretUsableDelayMs: number;
  /** How long a granted app role is missing from the tokens of its application. */
  consentDelayMs: number;
  /** So many of the next Graph requests answer 429; each item of a batch counts, the batch itself does not. */
  throttle: number;
  /** The `Retry-After` of those answers; undefined sends none. */
  retryAfterSeconds: number | undefined;
  /** So many of the next Graph requests answer 503. */
  unavailable: number;
  signIn: SignInOutcome;
  /** How often the device code is still pending before `signIn` comes true. */
  deviceCodePolls: number;
  deviceCodeIntervalSeconds: number;
  deviceCodeLifetimeSeconds: number;
  /** Template ids of the directory roles the signed-in person holds. */
  roles: readonly string[];
  /** Delegated permissions the sign-in client does not get. */
  refusedScopes: readonly string[];
  /** The tenant's rule for client secrets: none, no secrets at all, or a longest lifetime. */
  secretPolicy: undefined | "blocked" | { readonly maxDays: number };
  /** How many other service principals the tenant has; they show in lists only. */
  servicePrincipals: number;
  oneTimePassword: OneTimePasswordMode;
}

/** Directory roles by name; the ids are the same in every tenant. */
export const ROLES = {
  globalAdministrator: "62e90394-69f5-4237-9190-012177145e10",
  privilegedRoleAdministrator: "e8611ab8-c189-46e8-94e1-60213ab1f814",
  applicationAdministrator: "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
  cloudApplicationAdministrator: "158c047a-c907-4556-b7ef-446551a6b5f7",
  applicationDeveloper: "cf1c38e5-3621-4004-a7cb-879624dced7c",
  userAdministrator: "fe930be7-5e62-47db-91af-98c3a49a38b1",
  directoryWriters: "9360feb5-f418-4baa-8175-e2a00bac4301",
  securityAdministrator: "194ae4cb-b126-40b2-bd5b-6091b380977d",
  hybridIdentityAdministrator: "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
  identityGovernanceAdministrator: "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e",
} as const;

/** The quiet defaults. */
export function quietBehaviour(): Behaviour {
  return {
    latencyMs: 0,
    visibilityDelayMs: 0,
    indexDelayMs: 0,
    credentialDelayMs: 0,
    secretUsableDelayMs: 0,
    consentDelayMs: 0,
    throttle: 0,
    retryAfterSeconds: undefined,
    unavailable: 0,
    signIn: "approved",
    deviceCodePolls: 0,
    deviceCodeIntervalSeconds: 5,
    deviceCodeLifetimeSeconds: 900,
    roles: [ROLES.globalAdministrator],
    refusedScopes: [],
    secretPolicy: undefined,
    servicePrincipals: 0,
    oneTimePassword: "1.6.2",
  };
}
