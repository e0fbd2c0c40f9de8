import type { JudgedSecret, SecretState } from "./secrets.ts";
import type {
  Application,
  AppRole,
  CurrentRegistration,
  DesiredRegistration,
  ExposedApi,
  ImplicitGrantSettings,
  PasswordCredential,
  PermissionScope,
  ResourceApi,
} from "./types.ts";

/**
 * `ok`: as wanted; `differs` and `missing`: what `register` would change; `extra`: there, and not the
 * template's; `warning`: nothing that `register` changes, but somebody should look at it.
 */
export type FindingState = "ok" | "differs" | "missing" | "extra" | "warning";

/** A permission by the names people know; where the tenant's APIs do not tell them, by its ids. */
export interface NamedPermission {
  readonly api: string;
  readonly value: string;
  readonly type: "Scope" | "Role";
}

/** Where a redirect URI belongs, in Graph's words. */
export type Platform = "web" | "spa" | "publicClient";

/** What a finding is about, with the values that a sentence on it needs. */
export type Subject =
  /** Our mark, by which a later run knows the application. */
  | { readonly about: "mark" }
  | { readonly about: "displayName" | "signInAudience"; readonly wanted: string; readonly found: string }
  /** `earlierAddress`: one of the template's paths on another host. */
  | {
      readonly about: "redirectUri";
      readonly platform: Platform;
      readonly uri: string;
      readonly earlierAddress: boolean;
    }
  | { readonly about: "appRole"; readonly value: string }
  | {
      readonly about: "implicitFlow";
      readonly wanted: ImplicitGrantSettings;
      readonly found: ImplicitGrantSettings;
    }
  /** Asked for by the application; grants nothing by itself. */
  | { readonly about: "declaredPermission"; readonly permission: NamedPermission }
  /** Granted for the whole tenant. */
  | { readonly about: "consent"; readonly permission: NamedPermission }
  | { readonly about: "servicePrincipal" }
  | { readonly about: "servicePrincipalTag"; readonly tag: string }
  | { readonly about: "identifierUri"; readonly uri: string }
  | { readonly about: "accessTokenVersion"; readonly wanted: number; readonly found: number | null }
  | { readonly about: "scope"; readonly value: string }
  | { readonly about: "client"; readonly appId: string; readonly name: string | undefined }
  | {
      readonly about: "secret";
      readonly credential: PasswordCredential;
      readonly judgement: SecretState;
      /** Whole days until it ends; negative where it has ended. */
      readonly daysLeft: number;
    }
  /** No client secret of ours is both valid and handed over. */
  | { readonly about: "deliveredSecret" }
  /** A secret that was handed over lacks the mark that says so. */
  | { readonly about: "deliveryMark"; readonly keyId: string };

export type Finding = Subject & { readonly state: FindingState };

export interface FindingInputs {
  readonly desired: DesiredRegistration;
  readonly current: CurrentRegistration & { readonly application: Application };
  readonly secrets: readonly JudgedSecret[];
  /** Whether `register` would put our mark on the application. */
  readonly adopt: boolean;
  /** Where the names of permissions come from. */
  readonly apis: readonly ResourceApi[];
  /** Redirect URIs of the template's paths on another host. */
  readonly stale: readonly string[];
  readonly now: Date;
}

/** A secret that ends this soon is named as a warning; a rotation takes people, and people take weeks. */
const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

/** Whether a finding is one that `register`, or of provisioning `scim setup`, would repair. */
export function isFault({ state }: Pick<Finding, "state">): boolean {
  return state === "differs" || state === "missing";
}

/** Whether a finding is a client secret in use that should be replaced before long. */
export function isEndingSoon(finding: Finding): boolean {
  return finding.about === "secret" && finding.judgement === "delivered" && finding.state === "warning";
}

/** Everything the template says about a registration, each with how the tenant has it, and what is beside it. */
export function toFindings(inputs: FindingInputs): Finding[] {
  const { desired, current, adopt } = inputs;
  return [
    ...(adopt ? [{ about: "mark", state: "missing" } as const] : []),
    ...applicationFindings(inputs),
    ...declaredFindings(inputs),
    ...servicePrincipalFindings(desired, current),
    ...consentFindings(inputs),
    ...exposedApiFindings(desired.exposedApi, current.application),
    ...secretFindings(inputs),
  ];
}

function applicationFindings({ desired, current, stale }: FindingInputs): Finding[] {
  const { displayName, signInAudience, web, spa, publicClient, appRoles } = current.application;
  const wanted = desired.implicitGrantSettings;
  return [
    compared({ about: "displayName", wanted: desired.displayName, found: displayName }),
    compared({ about: "signInAudience", wanted: desired.signInAudience, found: signInAudience }),
    ...redirectUris("web", desired.redirectUris, web.redirectUris, stale),
    ...redirectUris("spa", desired.spaRedirectUris, spa.redirectUris),
    ...redirectUris("publicClient", desired.publicClientRedirectUris, publicClient.redirectUris),
    ...(wanted
      ? [
          {
            about: "implicitFlow",
            wanted,
            found: web.implicitGrantSettings,
            state: sameSwitches(wanted, web.implicitGrantSettings) ? "ok" : "differs",
          } as const,
        ]
      : []),
    ...desired.appRoles.map((role): Finding => {
      const found = appRoles.find(({ value }) => value === role.value);
      const isSame = found && sameRole(found, role);
      const state = found ? (isSame ? "ok" : "differs") : "missing";
      return { about: "appRole", value: role.value ?? "", state };
    }),
  ];
}

function sameRole(one: AppRole, other: AppRole): boolean {
  const plain = ({ value, displayName, description, isEnabled, allowedMemberTypes }: AppRole) =>
    JSON.stringify([value, displayName, description, isEnabled, allowedMemberTypes.toSorted()]);
  return plain(one) === plain(other);
}

function redirectUris(
  platform: Platform,
  wanted: readonly string[],
  found: readonly string[],
  stale: readonly string[] = [],
): Finding[] {
  return listed(wanted, found).map(({ item, state }) => ({
    about: "redirectUri",
    platform,
    uri: item,
    earlierAddress: stale.includes(item),
    state,
  }));
}

function sameSwitches(one: ImplicitGrantSettings, other: ImplicitGrantSettings): boolean {
  return (
    one.enableAccessTokenIssuance === other.enableAccessTokenIssuance &&
    one.enableIdTokenIssuance === other.enableIdTokenIssuance
  );
}

function declaredFindings({ desired, current, apis }: FindingInputs): Finding[] {
  const declared = current.application.requiredResourceAccess.flatMap(({ resourceAppId, resourceAccess }) =>
    resourceAccess.map(({ id, type }) => ({ resourceAppId, id, type })),
  );
  const isSame = (one: (typeof declared)[number], other: DesiredRegistration["permissions"][number]) =>
    one.resourceAppId === other.resource.appId && one.id === other.id && one.type === other.type;
  const wanted = desired.permissions.map(
    (permission): Finding => ({
      about: "declaredPermission",
      permission: toNamed(permission),
      state: declared.some((one) => isSame(one, permission)) ? "ok" : "missing",
    }),
  );
  const extra = declared
    .filter((one) => !desired.permissions.some((permission) => isSame(one, permission)))
    .map(({ resourceAppId, id, type }): Finding => {
      const api = apis.find(({ appId }) => appId === resourceAppId);
      const kind = type === "Role" ? "Role" : "Scope";
      return {
        about: "declaredPermission",
        permission: nameOf(api, resourceAppId, id, kind),
        state: "extra",
      };
    });
  return [...wanted, ...extra];
}

function servicePrincipalFindings(
  { servicePrincipalTags }: DesiredRegistration,
  { servicePrincipal }: CurrentRegistration,
): Finding[] {
  if (!servicePrincipal) return [{ about: "servicePrincipal", state: "missing" }];
  return [
    { about: "servicePrincipal", state: "ok" },
    ...servicePrincipalTags.map(
      (tag): Finding => ({
        about: "servicePrincipalTag",
        tag,
        state: servicePrincipal.tags.includes(tag) ? "ok" : "missing",
      }),
    ),
  ];
}

/** An application permission that nobody asked for works without anybody signed in: that is worth a warning. */
function consentFindings({ desired, current, apis }: FindingInputs): Finding[] {
  const delegated = current.delegatedGrants.flatMap(({ resourceId, scopes }) =>
    scopes.map((value) => ({ resourceId, value })),
  );
  const wanted = desired.permissions.map((permission): Finding => {
    const { resource, id, value, type } = permission;
    const granted =
      type === "Scope"
        ? delegated.some((one) => one.resourceId === resource.id && one.value === value)
        : current.appRoleAssignments.some((one) => one.resourceId === resource.id && one.appRoleId === id);
    return { about: "consent", permission: toNamed(permission), state: granted ? "ok" : "missing" };
  });
  const extraDelegated = delegated
    .filter(
      ({ resourceId, value }) =>
        !desired.permissions.some(
          (one) => one.type === "Scope" && one.resource.id === resourceId && one.value === value,
        ),
    )
    .map(({ resourceId, value }): Finding => {
      const api = apis.find(({ id }) => id === resourceId)?.displayName ?? resourceId;
      return { about: "consent", permission: { api, value, type: "Scope" }, state: "extra" };
    });
  const extraRoles = current.appRoleAssignments
    .filter(
      ({ resourceId, appRoleId }) =>
        !desired.permissions.some(
          (one) => one.type === "Role" && one.resource.id === resourceId && one.id === appRoleId,
        ),
    )
    .map(({ resourceId, appRoleId }): Finding => {
      const api = apis.find(({ id }) => id === resourceId);
      return { about: "consent", permission: nameOf(api, resourceId, appRoleId, "Role"), state: "warning" };
    });
  return [...wanted, ...extraDelegated, ...extraRoles];
}

function exposedApiFindings(
  wanted: ExposedApi | undefined,
  { appId, api, identifierUris }: Application,
): Finding[] {
  const uris = wanted?.identifierUris.map((uri) => uri.replaceAll("{appId}", appId)) ?? [];
  return [
    ...listed(uris, identifierUris).map(
      ({ item, state }): Finding => ({ about: "identifierUri", uri: item, state }),
    ),
    ...(wanted
      ? [
          compared({
            about: "accessTokenVersion",
            wanted: wanted.requestedAccessTokenVersion,
            found: api.requestedAccessTokenVersion,
          }),
        ]
      : []),
    ...scopeFindings(wanted?.oauth2PermissionScopes ?? [], api.oauth2PermissionScopes),
    ...clientFindings(wanted?.preAuthorizedApplications ?? [], api),
  ];
}

/** A scope is known by its value; the id it was made with stays. */
function scopeFindings(wanted: readonly PermissionScope[], found: readonly PermissionScope[]): Finding[] {
  const same = (one: PermissionScope, other: PermissionScope) =>
    one.type === other.type &&
    one.isEnabled === other.isEnabled &&
    one.adminConsentDisplayName === other.adminConsentDisplayName &&
    one.adminConsentDescription === other.adminConsentDescription &&
    one.userConsentDisplayName === other.userConsentDisplayName &&
    one.userConsentDescription === other.userConsentDescription;
  const states = wanted.map((scope): Finding => {
    const current = found.find(({ value }) => value === scope.value);
    const state = current === undefined ? "missing" : same(scope, current) ? "ok" : "differs";
    return { about: "scope", value: scope.value, state };
  });
  const extra = found
    .filter(({ value }) => !wanted.some((scope) => scope.value === value))
    .map(({ value }): Finding => ({ about: "scope", value, state: "extra" }));
  return [...states, ...extra];
}

function clientFindings(
  wanted: ExposedApi["preAuthorizedApplications"],
  { preAuthorizedApplications: found, oauth2PermissionScopes }: Application["api"],
): Finding[] {
  const states = wanted.map(({ appId, name, scopes }): Finding => {
    const current = found.find((client) => client.appId === appId);
    const allowed = oauth2PermissionScopes
      .filter(({ id }) => current?.delegatedPermissionIds.includes(id))
      .map(({ value }) => value);
    const complete = scopes.every((scope) => allowed.includes(scope));
    const state = current === undefined ? "missing" : complete ? "ok" : "differs";
    return { about: "client", appId, name, state };
  });
  const extra = found
    .filter(({ appId }) => !wanted.some((client) => client.appId === appId))
    .map(({ appId }): Finding => ({ about: "client", appId, name: undefined, state: "extra" }));
  return [...states, ...extra];
}

function secretFindings({ desired, secrets, now }: FindingInputs): Finding[] {
  const isDelivered = secrets.some(({ state }) => state === "delivered");
  const findings = secrets.flatMap(({ credential, state: judgement, tagged }): Finding[] => {
    const daysLeft = Math.floor((new Date(credential.endDateTime).getTime() - now.getTime()) / DAY_MS);
    const state = stateOf(judgement, daysLeft);
    const secret: Finding = { about: "secret", credential, judgement, daysLeft, state };
    const unmarked = judgement === "delivered" && !tagged;
    return unmarked
      ? [secret, { about: "deliveryMark", keyId: credential.keyId, state: "missing" }]
      : [secret];
  });
  const isComplete = isDelivered || desired.secret === undefined;
  return isComplete ? findings : [...findings, { about: "deliveredSecret", state: "missing" }];
}

/** An undelivered one is what `register` removes; what it leaves alone is no difference, however doubtful. */
function stateOf(judgement: SecretState, daysLeft: number): FindingState {
  switch (judgement) {
    case "delivered":
      return daysLeft <= SOON_DAYS ? "warning" : "ok";
    case "undelivered":
      return "differs";
    case "doubtful":
      return "warning";
    case "expired":
    case "foreign":
      return "extra";
  }
}

type Compared = Extract<Subject, { wanted: string | number }>;

function compared(subject: Compared): Finding {
  return { ...subject, state: subject.wanted === subject.found ? "ok" : "differs" };
}

/** What is wanted, each present or missing, then what is there besides. */
function listed(
  wanted: readonly string[],
  found: readonly string[],
): { readonly item: string; readonly state: "ok" | "missing" | "extra" }[] {
  return [
    ...wanted.map((item) => ({ item, state: found.includes(item) ? ("ok" as const) : ("missing" as const) })),
    ...found.filter((item) => !wanted.includes(item)).map((item) => ({ item, state: "extra" as const })),
  ];
}

function toNamed({ resource, value, type }: DesiredRegistration["permissions"][number]): NamedPermission {
  return { api: resource.displayName, value, type };
}

/** The names of a permission that is known by its ids only. */
export function nameOf(
  api: ResourceApi | undefined,
  apiId: string,
  id: string,
  type: NamedPermission["type"],
): NamedPermission {
  const offered = type === "Role" ? api?.appRoles : api?.oauth2PermissionScopes;
  return {
    api: api?.displayName ?? apiId,
    value: offered?.find((permission) => permission.id === id)?.value ?? id,
    type,
  };
}
