import type { CloudName } from "./clouds.ts";
import type { Persona } from "./personas.ts";
import type { Refusal } from "./signin/refusals.ts";

/** What happens to a sign-in once it has been asked about often enough. */
export type SignInOutcome =
  | "approved"
  | "pendingForever"
  /** The browser shows that a policy blocks it; the client never hears of it. */
  | "blockedUnseen"
  | "slowDown"
  | Refusal;

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

/** How the token endpoint of Azure Cloud Shell answers. */
export type CloudShellMode =
  | "works"
  /** It gives no tokens for Microsoft Graph, as in shells opened from other pages than the portal. */
  | "audienceNotSupported"
  /** Every other request is 400. */
  | "intermittent"
  /** 500 */
  | "failing"
  | "hanging"
  | "html"
  /** Its token is refused by Graph with a claims challenge, which the endpoint cannot answer. */
  | "tokenRevoked";

/** How Graph answers when an application template is instantiated. */
type InstantiateMode =
  | "works"
  /** 404, although application and service principal were made; a known fault of Graph's. */
  | "notFoundAlthoughCreated";

/** How the built-in SCIM endpoint answers. */
type ScimTargetMode =
  | "works"
  | "refusesToken"
  /** It says yes to everybody. */
  | "acceptsAnyToken"
  | "down"
  /** It answers later than the provisioning service waits. */
  | "slow"
  /** It answers with a page. */
  | "notScim"
  /** It refuses to store users, with 500. */
  | "failsUsers";

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
  /**
   * How many writes one client may send within any such time; beyond that they are 429. Microsoft's figure is
   * 3,000 in 150,000 ms.
   */
  writeQuota: undefined | { readonly writes: number; readonly windowMs: number };
  /** How many writes a second of that quota somebody else uses. */
  otherWriter: number;
  /** So many of the next Graph requests answer 503. */
  unavailable: number;
  signIn: SignInOutcome;
  /** How often the device code is still pending before `signIn` comes true. */
  deviceCodePolls: number;
  deviceCodeIntervalSeconds: number;
  deviceCodeLifetimeSeconds: number;
  /** Who signs in: decides name, user type, directory roles and what the tenant lets them do. */
  persona: Persona;
  /** Template ids of directory roles that everybody holds instead of their own. */
  roles: readonly string[] | undefined;
  /** The cloud the tenant lives in. */
  cloud: CloudName;
  cloudShell: CloudShellMode;
  /** Whether whoever signs in sees an Azure subscription; without one there is just the tenant. */
  azureSubscription: boolean;
  /** How a sign-in in the browser ends. Most refusals are a page there, of which the client never hears. */
  browser: "approved" | "abandoned" | Refusal;
  /** What a refresh token gets. */
  refresh: "works" | Refusal;
  /**
   * What the tenant has consented to for clients that people consent to. Anything else is asked of whoever
   * sits at the browser, and refused to a renewal.
   */
  consentedScopes: "all" | readonly string[];
  /** Graph refuses a token that was not asked for with the claims of its challenge, where the client takes one. */
  claimsChallenge: boolean;
  /** Delegated permissions the sign-in client does not get. */
  refusedScopes: readonly string[];
  /** The tenant's rule for client secrets: none, no secrets at all, or a longest lifetime. */
  secretPolicy: undefined | "blocked" | { readonly maxDays: number };
  /** How many other service principals the tenant has; they show in lists only. */
  servicePrincipals: number;
  instantiate: InstantiateMode;
  oneTimePassword: OneTimePasswordMode;
  /** Whether the tenant has Microsoft Entra ID P1, which provisioning, groups of an app and its logs need. */
  licence: "free" | "p1";
  /** How long after a service principal is seen its provisioning answers 403, then 404, then 409. */
  synchronizationDelayMs: number;
  /** How long new credentials and a new job are missing from reads, and how long a start answers 409. */
  provisioningDelayMs: number;
  /** How long a new assignment does not count for provisioning. */
  assignmentDelayMs: number;
  /** How long a new entry is missing from the provisioning logs. */
  logDelayMs: number;
  scimTarget: ScimTargetMode;
}

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
    writeQuota: undefined,
    otherWriter: 0,
    unavailable: 0,
    signIn: "approved",
    deviceCodePolls: 0,
    deviceCodeIntervalSeconds: 5,
    deviceCodeLifetimeSeconds: 900,
    persona: "globalAdministrator",
    roles: undefined,
    cloud: "global",
    cloudShell: "works",
    azureSubscription: false,
    browser: "approved",
    refresh: "works",
    consentedScopes: "all",
    claimsChallenge: false,
    refusedScopes: [],
    secretPolicy: undefined,
    servicePrincipals: 0,
    instantiate: "works",
    oneTimePassword: "1.6.2",
    licence: "p1",
    synchronizationDelayMs: 0,
    provisioningDelayMs: 0,
    assignmentDelayMs: 0,
    logDelayMs: 0,
    scimTarget: "works",
  };
}
