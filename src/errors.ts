import type { SchemaProblem } from "./provisioning/schema-changes.ts";
import type { SecretTokenFileProblem } from "./provisioning/secret-token.ts";
import type { TenantUrlProblem } from "./provisioning/tenant-url.ts";
import type { ConnectionTest, OnDemandResult } from "./provisioning/types.ts";
import type { CloudName, SignInWay } from "./settings/sign-in.ts";
import type { HighPrivilege } from "./template/privileges.ts";

/**
 * Every failure the program foresees, as facts. The words for them stand in `cli/screen/words`; anything
 * else that is thrown is a bug and is reported as one.
 */
export interface ErrorFacts {
  /** The command line was not understood; `detail` is the parser's own sentence. */
  /** With the command whose help says more, where that is known: `scim setup`. */
  USAGE: { detail: string; command?: string };
  /** `lacksYes`: nobody can be asked for the yes to the plan either. */
  INPUT_MISSING: { missing: readonly MissingInput[]; lacksYes?: boolean };
  YES_MISSING: Record<string, never>;
  VALUES_INVALID: { faults: readonly Fault[] };
  /** A product with several applications, and a command about one; with the command as it was typed. */
  APPLICATION_UNNAMED: {
    title: string;
    keys: readonly string[];
    argv: readonly string[];
    version: string;
  };
  CONFIG_UNREADABLE: { readonly file: string } & Unreadable;
  CONFIG_INVALID: { file: string; faults: readonly Fault[] };
  /** A file stands where a new config was to be written. */
  CONFIG_EXISTS: { file: string };
  TEMPLATE_UNREADABLE: { readonly file: string } & Unreadable;
  TEMPLATE_INVALID: { file: string; faults: readonly Fault[] };
  TEMPLATE_UNKNOWN: { name: string; known: readonly string[] };
  /** A setting that asks for something this version does not do. */
  SETTING_UNSUPPORTED: { setting: string };
  /** A folder that a file of this run goes to, and the flag that names it. */
  OUTPUT_FOLDER: { folder: string; errno: string; flag: "--output" | "--ics" };
  /** Applications of the wanted name that do not carry our mark. */
  NAMESAKES: { displayName: string; candidates: readonly Namesake[] };
  /** An application without any mark of ours, which `remove` never touches. */
  NOT_OURS: { displayName: string; appId: string };
  /** An application that was taken over goes only where a person types its name. */
  NAME_NOT_TYPED: { displayName: string; appId: string };
  /** A deleted registration still holds the unique name. */
  SOFT_DELETED: { displayName: string; objectId: string; deletedDateTime: string };
  APP_NOT_FOUND: { appId: string; tenantId: string };
  /** This tenant only uses the application; its registration is in another one. */
  APP_OF_OTHER_TENANT: { appId: string; displayName: string; ownerTenantId: string; tenantId: string };
  /** An application that nobody should consent to on this tool's word. */
  CONSENT_REFUSED: { appId: string; displayName: string; problem: ConsentProblem };
  /** No application of that name carries our mark. */
  /** `scimVariant`: the template with which `scim setup` may have made it. */
  REGISTRATION_NOT_FOUND: { displayName: string; tenantId: string; scimVariant: string | undefined };
  /** It was there, and can be restored for a while. */
  REGISTRATION_DELETED: {
    displayName: string;
    appId: string;
    deletedDateTime: string;
    /** The name by which `register` finds it and offers to restore it; undefined where it does not. */
    appName: string | undefined;
  };
  /** An app without its enterprise application: nobody can sign in as it. */
  REGISTRATION_INCOMPLETE: { displayName: string; appId: string };
  /** A template whose application has no client secret. */
  NO_CLIENT_SECRET: { title: string };
  /** A plain registration where one is wanted that can be provisioned. */
  NOT_PROVISIONABLE: { displayName: string; appId: string };
  /** Permissions of a template that nobody should consent to without being told. */
  HIGH_PRIVILEGE: { privileges: readonly HighPrivilege[] };
  /** An Application ID URI that the tenant does not take. */
  IDENTIFIER_URI_REFUSED: { reason: "domain" | "policy"; detail: string };
  /** Client secrets that were to be removed and that this tool did not make. */
  SECRETS_FOREIGN: {
    appId: string;
    secrets: readonly { readonly keyId: string; readonly displayName: string | undefined }[];
  };
  /** Groups that were named by what several have, or none. */
  GROUPS_UNCLEAR: {
    unclear: readonly {
      readonly wanted: string;
      readonly candidates: readonly { readonly id: string; readonly displayName: string }[];
    }[];
  };
  /** Users who should become members of a group whose members somebody else decides. */
  MEMBERS_FIXED: {
    group: { readonly id: string; readonly displayName: string };
    reason: FixedMembership;
    members: readonly string[];
  };
  PERMISSION_UNKNOWN: { api: string; permissions: readonly string[] };
  /** There is nothing to run yet: no provisioning job, or one without tenant URL and token. */
  PROVISIONING_MISSING: { displayName: string; appId: string; lacks: "job" | "credentials" };
  /** The job has no mapping for objects of this kind, or it is switched off. */
  NOT_MAPPED: { displayName: string; kind: "User" | "Group" };
  /** Users that go by no such name or ID. */
  USERS_NOT_FOUND: { wanted: readonly string[] };
  /** Flags that name users and groups, and name nobody or too many. */
  NAMES_UNUSABLE: { problem: NamesProblem };
  /** A list of people that cannot be used; `file` is `-` for what was piped in. */
  PEOPLE_LIST: { file: string; problem: PeopleListProblem };
  /** None of those who were named is in the tenant; `names` are the first of them. */
  NOBODY_FOUND: { names: readonly string[]; ambiguous: readonly string[]; count: number };
  /** App roles, by value or name, that nobody can be assigned with. */
  ROLE_UNKNOWN: { roles: readonly string[]; known: readonly string[]; displayName: string };
  /** A group with more members than can go along on demand. */
  GROUP_TOO_LARGE: { displayName: string; most: number };
  /**
   * Entra could not connect to the vendor's endpoint. `given`: nothing of it was saved; `saved`: it is what the
   * job uses.
   */
  CONNECTION_REFUSED: {
    tenantUrl: string;
    problem: Extract<ConnectionTest, { ok: false }>["problem"];
    detail: string;
    credentials: "given" | "saved";
  };
  /** One user was provisioned to try it, and that failed: the job was not started. */
  PROVISIONING_FAILED: { displayName: string; user: string; result: OnDemandResult };
  /** Mappings that the tenant's schema cannot have. */
  MAPPINGS_UNUSABLE: { problems: readonly SchemaProblem[] };
  /** What the tenant would have to be licensed for. */
  LICENCE_MISSING: { needs: LicenceNeed; detail: string };
  SIGN_IN_FAILED: SignInFailure;
  GRAPH_FORBIDDEN: { action: GraphAction; detail: string };
  /** The sign-in did not give permissions without which nothing can be changed. */
  SCOPES_MISSING: { scopes: readonly string[]; way: SignInWay; clientId: string };
  SECRETS_FORBIDDEN: { appId: string; detail: string };
  ONE_TIME_PASSWORD_UNUSABLE: {
    service: string;
    reason: OneTimePasswordProblem;
    detail?: string;
    /** What stood in the way, where it is `unreachable`. */
    network?: NetworkFailure;
  };
  SECRET_UNDELIVERED: {
    service: string;
    reason: OneTimePasswordProblem | "handoverFile";
    detail?: string;
    appId: string;
    keyId: string;
    /** Whether the secret nobody received could be taken off the application again. */
    removed: boolean;
  };
  NETWORK: NetworkFailure;
  GRAPH_UNAVAILABLE: { status: number; detail: string };
  GRAPH_REFUSED: { action: GraphAction; status: number; graphCode: string; detail: string };
  /** Something this run created did not become visible in time. */
  NOT_REPLICATED: { action: GraphAction; waitedSeconds: number };
  /** The waits of a run add up to more than anybody should sit through. */
  WAITED_TOO_LONG: { minutes: number };
  DISK: { path: string; errno: string };
  /** Another run does not end; `path` is the file by which it is known. */
  SANDBOX_BUSY: { processId: number; path: string };
  /** Somebody else created or changed the same registration while this run was under way. */
  CHANGED_MEANWHILE: { displayName: string };
  /** `signal` is absent where a question was given up. */
  INTERRUPTED: { signal?: "SIGINT" | "SIGTERM" | "SIGHUP" };
  DECLINED: Record<string, never>;
}

export type LicenceNeed = "provisioning" | "provisioningLogs" | "groupAssignment";

export type ErrorCode = keyof ErrorFacts;

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 130;

export const EXIT_CODES: Readonly<Record<ErrorCode, ExitCode>> = {
  USAGE: 2,
  INPUT_MISSING: 2,
  YES_MISSING: 2,
  VALUES_INVALID: 2,
  APPLICATION_UNNAMED: 2,
  CONFIG_UNREADABLE: 2,
  CONFIG_INVALID: 2,
  CONFIG_EXISTS: 2,
  TEMPLATE_UNREADABLE: 2,
  TEMPLATE_INVALID: 2,
  TEMPLATE_UNKNOWN: 2,
  SETTING_UNSUPPORTED: 2,
  OUTPUT_FOLDER: 2,
  NAMESAKES: 2,
  NOT_OURS: 2,
  NAME_NOT_TYPED: 2,
  SOFT_DELETED: 2,
  APP_NOT_FOUND: 2,
  APP_OF_OTHER_TENANT: 2,
  CONSENT_REFUSED: 2,
  REGISTRATION_NOT_FOUND: 2,
  REGISTRATION_DELETED: 2,
  REGISTRATION_INCOMPLETE: 2,
  NO_CLIENT_SECRET: 2,
  NOT_PROVISIONABLE: 2,
  HIGH_PRIVILEGE: 2,
  IDENTIFIER_URI_REFUSED: 5,
  SECRETS_FOREIGN: 2,
  GROUPS_UNCLEAR: 2,
  MEMBERS_FIXED: 2,
  PERMISSION_UNKNOWN: 2,
  PROVISIONING_MISSING: 2,
  NOT_MAPPED: 2,
  USERS_NOT_FOUND: 2,
  NAMES_UNUSABLE: 2,
  PEOPLE_LIST: 2,
  NOBODY_FOUND: 2,
  ROLE_UNKNOWN: 2,
  GROUP_TOO_LARGE: 2,
  CONNECTION_REFUSED: 3,
  PROVISIONING_FAILED: 3,
  MAPPINGS_UNUSABLE: 2,
  LICENCE_MISSING: 5,
  SIGN_IN_FAILED: 4,
  GRAPH_FORBIDDEN: 5,
  SCOPES_MISSING: 5,
  SECRETS_FORBIDDEN: 5,
  ONE_TIME_PASSWORD_UNUSABLE: 6,
  SECRET_UNDELIVERED: 6,
  NETWORK: 8,
  GRAPH_UNAVAILABLE: 8,
  GRAPH_REFUSED: 8,
  NOT_REPLICATED: 8,
  WAITED_TOO_LONG: 8,
  DISK: 8,
  SANDBOX_BUSY: 8,
  CHANGED_MEANWHILE: 8,
  INTERRUPTED: 130,
  DECLINED: 130,
};

/** A foreseen failure: a code, its facts, and what Microsoft support needs to find it again. */
export class AppError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly facts: ErrorFacts[Code];
  /** Graph's `request-id` or the sign-in service's correlation id. */
  readonly requestId: string | undefined;

  constructor(code: Code, facts: ErrorFacts[Code], options: { cause?: unknown; requestId?: string } = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.facts = facts;
    this.requestId = options.requestId;
  }
}

/** Whether `error` is a foreseen failure, of the given code where one is named. */
export function isAppError<Code extends ErrorCode>(error: unknown, code?: Code): error is AppError<Code> {
  return error instanceof AppError && (code === undefined || error.code === code);
}

/** One thing wrong with a value from outside. */
export interface Fault {
  /** The key, flag or variable. */
  readonly path: string;
  /** What was found, as text; absent where the value is missing. */
  readonly found?: string;
  readonly expected: Expectation;
  /** The key that was probably meant. */
  readonly suggestion?: string;
}

/** What a value should have been; `cli/screen/words` has the sentence for each. */
export type Expectation =
  | "text"
  | "boolean"
  | "yesOrNo"
  | "tenant"
  | "appName"
  | "httpsUrl"
  | "httpsUrlNotHttp"
  | "urlWithoutCredentials"
  | "urlWithoutWildcard"
  | "urlWithoutFragment"
  | "installedUrl"
  | "urlWithDnsName"
  | "urlWithoutFinalDot"
  | "urlWithShortLabels"
  | "urlWithShortName"
  | "urlForRedirect"
  | "urlWithoutSpaces"
  | "serviceUrl"
  | "proxyUrl"
  | "proxyOverHttp"
  | "proxyNotScript"
  | "guid"
  | "lifetime"
  | "group"
  | "groups"
  | "attribute"
  | "attributeOnce"
  | "pairs"
  | "pairsOnce"
  | "notification"
  | "assignedUser"
  | "notificationOfOne"
  | "template"
  | "withoutScim"
  | "noInput"
  | "noRole"
  | "path"
  | "calendar"
  | "folderBelowHome"
  | "knownKey"
  | "object"
  | { readonly oneOf: readonly string[] }
  | { readonly schema: string }
  | { readonly secretToken: SecretTokenFileProblem }
  | { readonly tenantUrl: TenantUrlProblem }
  | Unreadable;

export interface MissingInput {
  readonly flag: string;
  readonly configKey: string;
}

/** Why a file could not be read, and where in it that shows. */
export interface Unreadable {
  readonly reason: UnreadableReason;
  readonly line?: number;
  readonly column?: number;
}

export type UnreadableReason =
  | "missing"
  | "directory"
  | "forbidden"
  | "tooLarge"
  | "notUtf8"
  | "notJson"
  | "failed";

/** `empty`: nobody is named, in that flag or any; `noGroup`: members of no group; `severalGroups`: of which. */
export type NamesProblem =
  | { readonly kind: "empty"; readonly flag?: "--user" | "--member" | "--new-group" | "--group" }
  | { readonly kind: "noGroup" }
  | { readonly kind: "severalGroups" };

/** Who decides who belongs to a group, where Graph takes no members. */
export type FixedMembership =
  /** It is synchronized from there. */
  | "onPremises"
  /** A rule. */
  | "dynamic"
  /** Exchange. */
  | "mailEnabled"
  /** It can hold directory roles: that takes more than any other group. */
  | "roleAssignable";

export type PeopleListProblem =
  | {
      readonly kind:
        | "missing"
        | "directory"
        | "forbidden"
        | "failed"
        | "tooLarge"
        | "empty"
        | "notUtf8"
        | "binary"
        /** Excel's own format. */
        | "workbook";
    }
  /** Several columns, and a first line that does not say which is which. */
  | { readonly kind: "columns"; readonly found: readonly string[] };

export interface Namesake {
  readonly appId: string;
  readonly createdDateTime: string | undefined;
  /** The other template with which this tool made it; undefined where somebody else did. */
  readonly template?: string | undefined;
}

/** A host that could not be reached, and what is known of the way to it. */
export interface NetworkFailure {
  readonly host: string;
  /** The transport's code; `PROXY_` or `HTTP_` and a status where something answered in the host's place. */
  readonly cause: string;
  /** The proxy on the way, as `host:port`. */
  readonly proxy?: string | undefined;
  /** The ways to log in that the proxy names, and whether it was given credentials. */
  readonly proxyLogIn?: readonly string[] | undefined;
  readonly loggedIn?: boolean | undefined;
  /** Who issued the certificate that is not trusted. */
  readonly issuer?: string | undefined;
  /** Whether this Node.js can be told to trust what the system trusts. */
  readonly systemStore?: boolean | undefined;
}

export type ConsentProblem =
  /** Accounts of other tenants could sign in to it. */
  | { readonly kind: "multiTenant"; readonly signInAudience: string }
  /** It asks for permissions that the template does not have. */
  | { readonly kind: "extraPermissions"; readonly names: readonly string[] };

export type SignInProblem =
  | "declined"
  | "expired"
  | "tenantNotFound"
  | "accountNotInTenant"
  | "wrongTenant"
  | "blockedByPolicy"
  | "securityDefaults"
  | "multiFactor"
  | "consentDeclined"
  | "adminApprovalNeeded"
  | "clientNotAllowed"
  | "clientUnknown"
  | "clientNotPublic"
  | "userNotAssigned"
  /** The browser asks whether the person is really trying to sign in, and nobody said so. */
  | "confirmationNeeded"
  | "sessionExpired"
  /** A personal Microsoft account, which belongs to no tenant. */
  | "personalAccount"
  /** The tenant lives in `otherCloud`. */
  | "wrongCloud"
  /** Graph wants a sign-in of a kind that this way cannot give: a claims challenge. */
  | "challengeUnanswered"
  | "azureCliMissing"
  | "azureCliSignedOut"
  | "azureCliFailed"
  | "cloudShellUnavailable"
  | "tokenMissing"
  | "tokenExpired"
  /** A token for another API than Microsoft Graph of the chosen cloud. */
  | "tokenForOtherApi"
  /** Variables that signing in from the environment needs and that are not set. */
  | "environmentIncomplete"
  /** An application's own secret or certificate was refused. */
  | "credentialRefused"
  /** The file of an application's certificate is not there, or is none. */
  | "certificateUnusable"
  | "unknown";

/** What was asked of the sign-in service. */
export interface SignInAttempt {
  readonly way: SignInWay;
  /** The tenant that was asked for; empty where the way brings its own. */
  readonly tenant: string;
  readonly clientId: string;
  readonly cloud: CloudName;
  /** Graph's names, such as `User.Read`. */
  readonly scopes: readonly string[];
}

export interface SignInFailure extends SignInAttempt {
  readonly problem: SignInProblem;
  /** Such as `AADSTS53003`; absent where the service gave none. */
  readonly aadsts?: string;
  /** The first line of Microsoft's own text. */
  readonly detail?: string;
  /** The tenant that answered, where it is another one. */
  readonly answeredBy?: string;
  readonly otherCloud?: CloudName;
  /** The variables that are not set. */
  readonly variables?: readonly string[];
}

/** What was being done when Graph answered; the words are in `cli/screen/words`. */
export type GraphAction =
  | "readTenant"
  | "createApplication"
  | "instantiateApplication"
  | "updateApplication"
  | "adoptApplication"
  | "restoreApplication"
  | "purgeApplication"
  | "removeApplication"
  | "removeServicePrincipal"
  | "createServicePrincipal"
  | "updateServicePrincipal"
  | "grantDelegatedScopes"
  | "grantAppRole"
  | "issueSecret"
  | "removeSecret"
  | "markDelivered"
  | "readBack"
  | "readGroups"
  | "createGroup"
  | "addMembers"
  | "readUsers"
  | "readProvisioning"
  | "createJob"
  | "testConnection"
  | "writeCredentials"
  | "changeMappings"
  | "startProvisioning"
  | "pauseProvisioning"
  | "restartProvisioning"
  | "provisionOnDemand"
  | "readProvisioningLogs"
  | "readAssignments"
  | "assign";

export type OneTimePasswordProblem =
  /** No connection, a reset, a time-out. */
  | "unreachable"
  /** An answer with an error status. */
  | "failing"
  /** A 3xx answer. */
  | "redirects"
  /** It does not answer like a SnapPass service. */
  | "unknownService"
  /** The link is not https, has another origin, or has not the shape of a link. */
  | "untrustedLink"
  /** The server kept the value unencrypted. */
  | "unencrypted"
  /** The link's lifetime is not the one asked for. */
  | "wrongLifetime"
  /** The link was answered, but the service does not know it. */
  | "notStored";
