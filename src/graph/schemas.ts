import type { Group } from "../registration/groups.ts";
import type {
  Application,
  AppRoleAssignment,
  DelegatedGrant,
  ResourceApi,
  ServicePrincipal,
} from "../registration/types.ts";
import * as z from "../zod.ts";

/*
 * Graph's answers, checked loosely: the properties this product uses, others allowed. A property that Graph
 * may leave out or set to null gets the value that means the same.
 */

export const text = z.string();

/** A property that may be missing or null, and what that means. */
export const or = <Shape extends z.core.SomeType, Fallback>(shape: Shape, fallback: Fallback) =>
  z.pipe(
    z.nullish(shape),
    z.transform((value: z.output<Shape> | null | undefined) => value ?? fallback),
  );
/** The named properties of an object and nothing else: what Graph adds is never sent back to it. */
const only = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.object(shape);

const texts = or(z.array(text), []);
export const optionalText = or(text, undefined);
export const flag = or(z.boolean(), false);
/** ISO 8601 in UTC, as Graph writes `Edm.DateTimeOffset`. */
const moment = text.check(
  z.refine((value) => /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))),
);

const PermissionScope = only({
  id: text,
  value: or(text, ""),
  type: text,
  isEnabled: z.boolean(),
  adminConsentDisplayName: or(text, ""),
  adminConsentDescription: or(text, ""),
  userConsentDisplayName: or(text, null),
  userConsentDescription: or(text, null),
});

const Web = z.looseObject({
  redirectUris: texts,
  implicitGrantSettings: or(only({ enableAccessTokenIssuance: flag, enableIdTokenIssuance: flag }), {
    enableAccessTokenIssuance: false,
    enableIdTokenIssuance: false,
  }),
});

const Api = z.looseObject({
  requestedAccessTokenVersion: or(z.number(), null),
  oauth2PermissionScopes: or(z.array(PermissionScope), []),
  preAuthorizedApplications: or(z.array(only({ appId: text, delegatedPermissionIds: texts })), []),
});

const RequiredResourceAccess = only({
  resourceAppId: text,
  resourceAccess: z.array(only({ id: text, type: text })),
});

const PasswordCredential = z.looseObject({
  keyId: text,
  displayName: optionalText,
  // Read from a list, a date that is none must not hide the secret.
  startDateTime: z.catch(moment, "1970-01-01T00:00:00Z"),
  endDateTime: z.catch(moment, "9999-12-31T00:00:00Z"),
});

const Platform = only({ redirectUris: texts });

const AppRoleShape = only({
  id: text,
  value: or(text, null),
  displayName: or(text, ""),
  description: or(text, ""),
  isEnabled: flag,
  allowedMemberTypes: texts,
});

const GraphApplication = z.pipe(
  z.looseObject({
    id: text,
    appId: text,
    displayName: or(text, ""),
    uniqueName: optionalText,
    applicationTemplateId: optionalText,
    createdDateTime: optionalText,
    signInAudience: or(text, ""),
    tags: texts,
    identifierUris: texts,
    web: z.nullish(Web),
    spa: z.nullish(Platform),
    publicClient: z.nullish(Platform),
    appRoles: or(z.array(AppRoleShape), []),
    api: z.nullish(Api),
    requiredResourceAccess: or(z.array(RequiredResourceAccess), []),
    passwordCredentials: or(z.array(PasswordCredential), []),
  }),
  z.transform(
    ({ id, web, api, ...application }): Application => ({
      objectId: id,
      appId: application.appId,
      displayName: application.displayName,
      uniqueName: application.uniqueName,
      applicationTemplateId: application.applicationTemplateId,
      createdDateTime: application.createdDateTime,
      signInAudience: application.signInAudience,
      tags: application.tags,
      identifierUris: application.identifierUris,
      web: {
        redirectUris: web?.redirectUris ?? [],
        implicitGrantSettings: web?.implicitGrantSettings ?? {
          enableAccessTokenIssuance: false,
          enableIdTokenIssuance: false,
        },
      },
      spa: { redirectUris: application.spa?.redirectUris ?? [] },
      publicClient: { redirectUris: application.publicClient?.redirectUris ?? [] },
      appRoles: application.appRoles,
      api: {
        requestedAccessTokenVersion: api?.requestedAccessTokenVersion ?? null,
        oauth2PermissionScopes: api?.oauth2PermissionScopes ?? [],
        preAuthorizedApplications: api?.preAuthorizedApplications ?? [],
      },
      requiredResourceAccess: application.requiredResourceAccess,
      passwordCredentials: application.passwordCredentials,
    }),
  ),
);

const GraphServicePrincipal = z.pipe(
  z.looseObject({ id: text, appId: text, tags: texts }),
  z.transform(({ id, appId, tags }): ServicePrincipal => ({ id, appId, tags })),
);

/** What an application template makes; a service principal that does not show is read. */
const GraphInstantiated = z.looseObject({
  application: GraphApplication,
  servicePrincipal: z.catch(z.optional(z.looseObject({ id: text })), undefined),
});

/** A service principal with the name of its application and the tenant that owns that. */
const GraphOwnedServicePrincipal = z.looseObject({
  id: text,
  displayName: optionalText,
  appOwnerOrganizationId: optionalText,
});

const offered = or(
  z.array(z.looseObject({ id: text, value: optionalText, isEnabled: z.nullish(z.boolean()) })),
  [],
);

const GraphResourceApi = z.pipe(
  z.looseObject({
    id: text,
    appId: text,
    displayName: optionalText,
    appRoles: offered,
    oauth2PermissionScopes: offered,
  }),
  z.transform(
    (api): ResourceApi => ({
      id: api.id,
      appId: api.appId,
      displayName: api.displayName ?? api.appId,
      appRoles: toOffered(api.appRoles, "displayName"),
      oauth2PermissionScopes: toOffered(api.oauth2PermissionScopes, "adminConsentDisplayName"),
    }),
  ),
);

function toOffered(
  permissions: z.output<typeof offered>,
  words: "displayName" | "adminConsentDisplayName",
): ResourceApi["appRoles"] {
  return permissions.flatMap((permission) => {
    const { id, value, isEnabled } = permission;
    if (isEnabled === false || value === undefined) return [];
    const named = permission[words];
    return [{ id, value, displayName: typeof named === "string" ? named : value }];
  });
}

const GraphDelegatedGrant = z.pipe(
  z.looseObject({ id: text, resourceId: text, consentType: text, scope: or(text, "") }),
  z.transform(({ id, resourceId, consentType, scope }): DelegatedGrant & { consentType: string } => ({
    id,
    resourceId,
    consentType,
    scopes: scope.split(" ").filter((value) => value !== ""),
  })),
);

const GraphAppRoleAssignment = z.pipe(
  z.looseObject({ id: text, resourceId: text, appRoleId: text }),
  z.transform(({ id, resourceId, appRoleId }): AppRoleAssignment => ({ id, resourceId, appRoleId })),
);

const GraphOrganization = z.looseObject({ id: text, displayName: optionalText });

const GraphPasswordCredential = z.looseObject({
  keyId: text,
  secretText: text.check(z.minLength(1)),
  startDateTime: z.catch(z.optional(moment), undefined),
  endDateTime: moment,
});

const GraphDeletedApplication = z.looseObject({
  id: text,
  appId: text,
  displayName: optionalText,
  uniqueName: optionalText,
  tags: texts,
  deletedDateTime: optionalText,
});

const GraphGroup = z.pipe(
  z.looseObject({ id: text, displayName: or(text, "") }),
  z.transform(({ id, displayName }): Group => ({ id, displayName })),
);

const GraphAppRoles = only({ appRoles: or(z.array(AppRoleShape), []) });

/** The signed-in person. */
const GraphSelf = only({ id: text });

const GraphAuthorizationPolicy = only({
  defaultUserRolePermissions: only({ allowedToCreateApps: or(z.boolean(), undefined) }),
});

const GraphAppManagementPolicy = only({
  isEnabled: flag,
  applicationRestrictions: only({
    passwordCredentials: or(
      z.array(
        only({
          restrictionType: or(text, ""),
          state: optionalText,
          maxLifetime: optionalText,
          restrictForAppsCreatedAfterDateTime: optionalText,
        }),
      ),
      [],
    ),
  }),
});

/** The shapes of Graph's objects. */
export const shapes = {
  application: GraphApplication,
  servicePrincipal: GraphServicePrincipal,
  instantiated: GraphInstantiated,
  ownedServicePrincipal: GraphOwnedServicePrincipal,
  resourceApi: GraphResourceApi,
  delegatedGrant: GraphDelegatedGrant,
  appRoleAssignment: GraphAppRoleAssignment,
  organization: GraphOrganization,
  passwordCredential: GraphPasswordCredential,
  deletedApplication: GraphDeletedApplication,
  group: GraphGroup,
  appRoles: GraphAppRoles,
  self: GraphSelf,
  authorizationPolicy: GraphAuthorizationPolicy,
  appManagementPolicy: GraphAppManagementPolicy,
} as const;

/** A Graph object of that shape, or undefined where the answer is malformed or truncated. */
export function readObject<Value>(shape: z.ZodMiniType<Value>, body: unknown): Value | undefined {
  const parsed = shape.safeParse(body);
  return parsed.success ? parsed.data : undefined;
}

/** The `value` of a collection and where it goes on; undefined where the answer is malformed. */
export function readPage<Value>(
  shape: z.ZodMiniType<Value>,
  body: unknown,
): { values: Value[]; nextLink: string | undefined } | undefined {
  const page = z.looseObject({ value: z.array(shape), "@odata.nextLink": z.optional(text) }).safeParse(body);
  return page.success ? { values: page.data.value, nextLink: page.data["@odata.nextLink"] } : undefined;
}
