import type { Program } from "../../../src/cli/screen/words/advice.ts";
import type {
  AppError,
  ErrorCode,
  ErrorFacts,
  NetworkFailure,
  OneTimePasswordProblem,
  SignInProblem,
} from "../../../src/errors.ts";
import type { OnDemandResult } from "../../../src/provisioning/types.ts";
import { guid } from "../../support/builders.ts";

const FAULTS = [
  { path: "tenantID", found: '"x"', expected: "tenant" },
  { path: "tenantid", found: "7", expected: "knownKey", suggestion: "tenantID" },
  { path: "a.b", expected: { schema: "too short" } },
  { path: "--auth", found: "x", expected: { oneOf: ["a", "b"] } },
  { path: "(file)", expected: { reason: "notJson", line: 3, column: 4 } },
] as const;

const SIGN_IN: Readonly<Record<SignInProblem, true>> = {
  declined: true,
  expired: true,
  tenantNotFound: true,
  accountNotInTenant: true,
  wrongTenant: true,
  blockedByPolicy: true,
  securityDefaults: true,
  multiFactor: true,
  consentDeclined: true,
  adminApprovalNeeded: true,
  clientNotAllowed: true,
  clientUnknown: true,
  clientNotPublic: true,
  userNotAssigned: true,
  confirmationNeeded: true,
  sessionExpired: true,
  personalAccount: true,
  wrongCloud: true,
  challengeUnanswered: true,
  azureCliMissing: true,
  azureCliSignedOut: true,
  azureCliFailed: true,
  cloudShellUnavailable: true,
  tokenMissing: true,
  tokenExpired: true,
  tokenForOtherApi: true,
  environmentIncomplete: true,
  credentialRefused: true,
  certificateUnusable: true,
  unknown: true,
};

/** How other commands are run, as far as a sentence needs it. */
export const PROGRAM: Program = {
  again: (words, application) =>
    `npx ./entra-app-registration-0.0.0.tgz ${words}${application === undefined ? "" : ` --application ${application}`}`,
};

export const ATTEMPT = {
  way: "device-code",
  tenant: "contoso.com",
  clientId: guid(4),
  cloud: "global",
  scopes: ["User.Read", "Application.ReadWrite.All"],
} as const;

const ONE_TIME_PASSWORD: Readonly<Record<OneTimePasswordProblem, true>> = {
  unreachable: true,
  failing: true,
  redirects: true,
  unknownService: true,
  untrustedLink: true,
  unencrypted: true,
  wrongLifetime: true,
  notStored: true,
};

const keys = <Key extends string>(record: Readonly<Record<Key, unknown>>) => Object.keys(record) as Key[];
const service = "https://otp.example/";
const aFailedProof = (): OnDemandResult => ({
  result: "failure",
  action: "create",
  steps: [
    { name: "EntryImport", type: "import", status: "success", description: "Anna was read", details: {} },
    { name: "EntryExport", type: "export", status: "failure", description: "HTTP 400", details: {} },
  ],
  changes: [],
  error: { code: "SystemForCrossDomainIdentityManagementBadRequest", reason: "userName is missing" },
  target: undefined,
  isRedundant: false,
  requestId: "r-1",
});
const unreadable: ErrorFacts["CONFIG_UNREADABLE"][] = [
  { file: "/f", reason: "notJson", line: 3, column: 4 },
  { file: "/f", reason: "notJson" },
  ...(["missing", "directory", "forbidden", "tooLarge", "notUtf8", "failed"] as const).map((reason) => ({
    file: "/f",
    reason,
  })),
];

/** A failure of each kind, on a direct way and through a proxy, with and without what may be known of it. */
const NETWORK_FAILURES: readonly NetworkFailure[] = [
  "ENOTFOUND",
  "ECONNREFUSED",
  "ETIMEDOUT",
  "ECONNRESET",
  "PROXY_407",
  "HTTP_407",
  "PROXY_403",
  "PROXY_503",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "EPROTO",
  "HTTP_502",
  "FOREIGN_HOST",
  "UNKNOWN",
].flatMap((cause) => [
  { host: "graph.microsoft.com", cause },
  { host: "graph.microsoft.com", cause, proxy: "proxy.contoso.com:8080", proxyLogIn: [], loggedIn: false },
  {
    host: "graph.microsoft.com",
    cause,
    proxy: "proxy.contoso.com:8080",
    proxyLogIn: ["Negotiate", "NTLM"],
    loggedIn: true,
    issuer: "Contoso Root CA (Contoso Ltd)",
    systemStore: true,
  },
]);

/** Facts for every code: all kinds of a failure, with and without what may be missing. */
export const FACTS: { readonly [Code in ErrorCode]: readonly ErrorFacts[Code][] } = {
  USAGE: [{ detail: "unknown option '--x'" }, { detail: "unknown option '--x'", command: "scim setup" }],
  INPUT_MISSING: [false, true].map((lacksYes) => ({
    missing: [{ flag: "--tenant-id", configKey: "tenantID" }],
    lacksYes,
  })),
  YES_MISSING: [{}],
  VALUES_INVALID: [{ faults: FAULTS }],
  APPLICATION_UNNAMED: [[], ["--", "anna@contoso.com"]].map((more) => ({
    title: "&Money booking",
    keys: ["advisors", "rooms"],
    argv: ["scim", "logs", "--app-name", "&Money booking", ...more],
    version: "1.2.3",
  })),
  CONFIG_UNREADABLE: unreadable,
  CONFIG_INVALID: [{ file: "/f", faults: FAULTS }],
  CONFIG_EXISTS: [{ file: "/f" }],
  TEMPLATE_UNREADABLE: unreadable,
  TEMPLATE_INVALID: [{ file: "/f", faults: FAULTS }],
  TEMPLATE_UNKNOWN: [
    { name: "x", known: ["empower"] },
    { name: "x", known: [] },
  ],
  SETTING_UNSUPPORTED: [{ setting: "useSCIM" }],
  OUTPUT_FOLDER: (["--output", "--ics"] as const).map((flag) => ({ folder: "/o", errno: "EACCES", flag })),
  NAMESAKES: [
    {
      displayName: "empower",
      candidates: [
        { appId: guid(1), createdDateTime: "2026-01-02T03:04:05Z" },
        { appId: guid(2), createdDateTime: undefined },
      ],
    },
    {
      displayName: "empower",
      candidates: [{ appId: guid(1), createdDateTime: "2026-01-02T03:04:05Z", template: "empower-scim" }],
    },
  ],
  NOT_OURS: [{ displayName: "empower", appId: guid(1) }],
  NAME_NOT_TYPED: [{ displayName: "empower", appId: guid(1) }],
  SOFT_DELETED: [{ displayName: "empower", objectId: guid(1), deletedDateTime: "2026-01-02T03:04:05Z" }],
  APP_NOT_FOUND: [{ appId: guid(1), tenantId: guid(2) }],
  APP_OF_OTHER_TENANT: [
    { appId: guid(1), displayName: "empower", ownerTenantId: guid(6), tenantId: guid(2) },
  ],
  CONSENT_REFUSED: [
    {
      appId: guid(1),
      displayName: "empower",
      problem: { kind: "multiTenant", signInAudience: "AzureADMultipleOrgs" },
    },
    {
      appId: guid(1),
      displayName: "empower",
      problem: { kind: "extraPermissions", names: ["Mail.Read (Microsoft Graph, delegated)"] },
    },
  ],
  REGISTRATION_NOT_FOUND: [undefined, "empower-scim"].map((scimVariant) => ({
    displayName: "empower",
    tenantId: "t",
    scimVariant,
  })),
  REGISTRATION_DELETED: [undefined, "empower"].map((appName) => ({
    displayName: "empower",
    appId: guid(1),
    deletedDateTime: "2026-01-02T03:04:05Z",
    appName,
  })),
  REGISTRATION_INCOMPLETE: [{ displayName: "empower", appId: guid(1) }],
  NOT_PROVISIONABLE: [{ displayName: "empower", appId: guid(1) }],
  HIGH_PRIVILEGE: [
    {
      privileges: [
        { name: "Directory.ReadWrite.All", type: "application", reason: "writesDirectory" },
        { name: "RoleManagement.ReadWrite.Directory", type: "delegated", reason: "takesOver" },
        { name: "Mail.Read", type: "application", reason: "reads" },
      ],
    },
  ],
  IDENTIFIER_URI_REFUSED: [
    { reason: "domain", detail: "no" },
    { reason: "policy", detail: "" },
  ],
  NO_CLIENT_SECRET: [{ title: "empower" }],
  SECRETS_FOREIGN: [
    {
      appId: guid(1),
      secrets: [
        { keyId: guid(2), displayName: "theirs" },
        { keyId: guid(3), displayName: undefined },
      ],
    },
  ],
  GROUPS_UNCLEAR: [
    {
      unclear: [
        { wanted: "Sales", candidates: [1, 2].map((number) => ({ id: guid(number), displayName: "Sales" })) },
        { wanted: guid(3), candidates: [] },
      ],
    },
  ],
  MEMBERS_FIXED: (["onPremises", "dynamic", "mailEnabled", "roleAssignable"] as const).map((reason) => ({
    group: { id: guid(1), displayName: "Sales" },
    reason,
    members: ["Megan Bowen", "Ben Walters"],
  })),
  PERMISSION_UNKNOWN: [{ api: guid(3), permissions: ["User.Read"] }],
  PROVISIONING_MISSING: (["job", "credentials"] as const).map((lacks) => ({
    displayName: "empower",
    appId: guid(1),
    lacks,
  })),
  NOT_MAPPED: (["User", "Group"] as const).map((kind) => ({ displayName: "empower", kind })),
  USERS_NOT_FOUND: [{ wanted: ["anna@contoso.com", guid(2)] }],
  PEOPLE_LIST: [
    ...(
      [
        "missing",
        "directory",
        "forbidden",
        "failed",
        "tooLarge",
        "empty",
        "notUtf8",
        "binary",
        "workbook",
      ] as const
    ).map((kind) => ({ file: "/f", problem: { kind } })),
    { file: "-", problem: { kind: "columns", found: ["name", "city"] } },
  ],
  NAMES_UNUSABLE: [
    { problem: { kind: "empty" } },
    { problem: { kind: "empty", flag: "--user" } },
    { problem: { kind: "noGroup" } },
    { problem: { kind: "severalGroups" } },
  ],
  NOBODY_FOUND: [
    { names: ["anna@contoso.com"], ambiguous: [], count: 1 },
    { names: ["anna@contoso.com"], ambiguous: [], count: 12_000 },
    { names: ["anna@contoso.com"], ambiguous: ["Sales"], count: 3 },
  ],
  ROLE_UNKNOWN: [
    { roles: ["Boss"], known: ["User", "Admin"], displayName: "empower" },
    { roles: ["Boss", "Chief"], known: [], displayName: "empower" },
    { roles: [], known: [], displayName: "empower" },
  ],
  GROUP_TOO_LARGE: [{ displayName: "Sales", most: 5 }],
  CONNECTION_REFUSED: (["refused", "unreachable", "notScim", "other"] as const).flatMap((problem) =>
    (["given", "saved"] as const).map((credentials) => ({
      tenantUrl: "https://scim.example/v2",
      problem,
      detail: problem === "other" ? "" : "HTTP 401",
      credentials,
    })),
  ),
  PROVISIONING_FAILED: [
    { displayName: "empower", user: "anna@contoso.com", result: aFailedProof() },
    { displayName: "empower", user: "anna@contoso.com", result: { ...aFailedProof(), error: undefined } },
  ],
  MAPPINGS_UNUSABLE: [
    {
      problems: [
        { kind: "noRule" },
        { kind: "noGroupMapping" },
        { kind: "unknownSource", target: "userType", attribute: "compnyName", near: ["companyName"] },
        { kind: "unknownTarget", target: "role", near: [] },
        { kind: "badExpression", target: "folders", source: "Split(", detail: "a bracket is missing" },
        { kind: "lastMatching", removed: ["userName"] },
      ],
    },
  ],
  LICENCE_MISSING: (["provisioning", "provisioningLogs", "groupAssignment"] as const).flatMap((needs) =>
    ["", "no premium license"].map((detail) => ({ needs, detail })),
  ),
  SIGN_IN_FAILED: keys(SIGN_IN).flatMap((problem) => [
    { problem, ...ATTEMPT },
    {
      problem,
      ...ATTEMPT,
      way: "browser" as const,
      tenant: "",
      aadsts: "AADSTS50020",
      detail: "AADSTS50020: no",
      answeredBy: guid(5),
      otherCloud: "china" as const,
      variables: ["AZURE_CLIENT_ID"],
    },
    { problem, ...ATTEMPT, aadsts: "AADSTS50020" },
  ]),
  GRAPH_FORBIDDEN: [
    { action: "issueSecret", detail: "No." },
    { action: "readTenant", detail: "" },
    { action: "createGroup", detail: "" },
    { action: "addMembers", detail: "" },
    { action: "readProvisioningLogs", detail: "" },
  ],
  SCOPES_MISSING: [{ scopes: ["Application.ReadWrite.All"], way: "token", clientId: guid(4) }],
  SECRETS_FORBIDDEN: [{ appId: guid(1), detail: "policy" }],
  ONE_TIME_PASSWORD_UNUSABLE: keys(ONE_TIME_PASSWORD).flatMap((reason) => [
    { service, reason },
    { service, reason, detail: "HTTP 500" },
    ...(reason === "unreachable" ? NETWORK_FAILURES.map((network) => ({ service, reason, network })) : []),
  ]),
  SECRET_UNDELIVERED: [...keys(ONE_TIME_PASSWORD), "handoverFile" as const].flatMap((reason) =>
    [true, false].map((removed) => ({ service, reason, appId: guid(1), keyId: guid(2), removed })),
  ),
  NETWORK: NETWORK_FAILURES,
  GRAPH_UNAVAILABLE: [
    { status: 503, detail: "" },
    { status: 500, detail: "broken" },
  ],
  GRAPH_REFUSED: (
    [
      "readTenant",
      "createApplication",
      "updateApplication",
      "adoptApplication",
      "restoreApplication",
      "purgeApplication",
      "removeApplication",
      "removeServicePrincipal",
      "createServicePrincipal",
      "updateServicePrincipal",
      "grantDelegatedScopes",
      "grantAppRole",
      "issueSecret",
      "removeSecret",
      "markDelivered",
      "readBack",
      "readGroups",
      "createGroup",
      "addMembers",
      "readUsers",
      "readProvisioning",
      "createJob",
      "testConnection",
      "writeCredentials",
      "changeMappings",
      "startProvisioning",
      "pauseProvisioning",
      "restartProvisioning",
      "provisionOnDemand",
      "readProvisioningLogs",
      "readAssignments",
      "assign",
    ] as const
  ).map((action) => ({ action, status: 400, graphCode: "Request_BadRequest", detail: "x" })),
  NOT_REPLICATED: [{ action: "issueSecret", waitedSeconds: 121 }],
  WAITED_TOO_LONG: [{ minutes: 10 }],
  DISK: [{ path: "/p", errno: "ENOSPC" }],
  SANDBOX_BUSY: [{ processId: 7, path: "/s/turn-7-1-00000000" }],
  CHANGED_MEANWHILE: [{ displayName: "empower" }],
  INTERRUPTED: [{}, { signal: "SIGTERM" }],
  DECLINED: [{}],
};

/** Every code with each of its facts. */
export const ERRORS: readonly (readonly [ErrorCode, AppError["facts"]])[] = keys(FACTS).flatMap((code) =>
  FACTS[code].map((facts) => [code, facts] as const),
);

export const ESC = "\u001B";
/** Clears the screen, writes the clipboard, turns text round. */
const POISON = `${ESC}[2J${ESC}]52;c;ZXZpbA==\u0007\u009B31m\u202E`;

/** What a program reads, not a person: words that choose the sentence, and dates that were dates before. */
const NOT_SHOWN =
  "kind verb lacks needs problem way cloud otherCloud next reason action expected task state outcome property type endDateTime secretStart secretEnd".split(
    " ",
  );

/** The same value with an attack on the terminal behind every text that comes from outside. */
export function poisoned<Value>(value: Value): Value {
  const dirty = (item: unknown, key: string): unknown => {
    if (typeof item === "string") return NOT_SHOWN.includes(key) ? item : item + POISON;
    if (Array.isArray(item)) return item.map((one: unknown) => dirty(one, key));
    if (typeof item !== "object" || item === null || Object.getPrototypeOf(item) !== Object.prototype)
      return item;
    return Object.fromEntries(
      Object.entries(item).map(([name, one]) => [
        name,
        name === "expected" && typeof one === "object" ? dirty(one, "text") : dirty(one, name),
      ]),
    );
  };
  return dirty(value, "") as Value;
}

/** The control characters of a text, line ends aside; none where it is fit for a screen. */
export function controlOf(text: string): string[] {
  return text.match(/[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069]/gu) ?? [];
}
