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

const text = z.string();
const texts = z
  .array(text)
  .nullish()
  .transform((value) => value ?? []);
/** ISO 8601 in UTC, as Graph writes `Edm.DateTimeOffset`. */
const moment = text.refine((value) => /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)));
const optionalText = text.nullish().transform((value) => value ?? undefined);

const GraphApplication = z
  .looseObject({
    id: text,
    appId: text,
    displayName: text.nullish().transform((value) => value ?? ""),
    uniqueName: optionalText,
    createdDateTime: optionalText,
    signInAudience: text.nullish().transform((value) => value ?? ""),
    tags: texts,
    identifierUris: texts,
    web: z
      .looseObject({
        redirectUris: texts,
        implicitGrantSettings: z
          .looseObject({
            enableAccessTokenIssuance: z.boolean().nullish(),
            enableIdTokenIssuance: z.boolean().nullish(),
          })
          .nullish(),
      })
      .nullish(),
    api: z
      .looseObject({
        requestedAccessTokenVersion: z.number().nullish(),
        oauth2PermissionScopes: z
          .array(
            z
              .looseObject({
                id: text,
                value: text.nullish().transform((value) => value ?? ""),
                type: text,
                isEnabled: z.boolean(),
                adminConsentDisplayName: text.nullish().transform((value) => value ?? ""),
                adminConsentDescription: text.nullish().transform((value) => value ?? ""),
                userConsentDisplayName: text.nullish().transform((value) => value ?? null),
                userConsentDescription: text.nullish().transform((value) => value ?? null),
              })
              // `origin` and whatever else Graph adds is never sent back.
              .transform((scope) => ({
                id: scope.id,
                value: scope.value,
                type: scope.type,
                isEnabled: scope.isEnabled,
                adminConsentDisplayName: scope.adminConsentDisplayName,
                adminConsentDescription: scope.adminConsentDescription,
                userConsentDisplayName: scope.userConsentDisplayName,
                userConsentDescription: scope.userConsentDescription,
              })),
          )
          .nullish(),
        preAuthorizedApplications: z
          .array(
            z
              .looseObject({ appId: text, delegatedPermissionIds: texts })
              .transform(({ appId, delegatedPermissionIds }) => ({ appId, delegatedPermissionIds })),
          )
          .nullish(),
      })
      .nullish(),
    requiredResourceAccess: z
      .array(
        z
          .looseObject({
            resourceAppId: text,
            resourceAccess: z.array(
              z.looseObject({ id: text, type: text }).transform(({ id, type }) => ({ id, type })),
            ),
          })
          .transform(({ resourceAppId, resourceAccess }) => ({ resourceAppId, resourceAccess })),
      )
      .nullish(),
    passwordCredentials: z
      .array(
        z.looseObject({
          keyId: text,
          displayName: optionalText,
          // Read from a list, a date that is none must not hide the secret.
          startDateTime: moment.catch("1970-01-01T00:00:00Z"),
          endDateTime: moment.catch("9999-12-31T00:00:00Z"),
        }),
      )
      .nullish(),
  })
  .transform(
    (application): Application => ({
      objectId: application.id,
      appId: application.appId,
      displayName: application.displayName,
      uniqueName: application.uniqueName,
      createdDateTime: application.createdDateTime,
      signInAudience: application.signInAudience,
      tags: application.tags,
      identifierUris: application.identifierUris,
      web: {
        redirectUris: application.web?.redirectUris ?? [],
        implicitGrantSettings: {
          enableAccessTokenIssuance:
            application.web?.implicitGrantSettings?.enableAccessTokenIssuance ?? false,
          enableIdTokenIssuance: application.web?.implicitGrantSettings?.enableIdTokenIssuance ?? false,
        },
      },
      api: {
        requestedAccessTokenVersion: application.api?.requestedAccessTokenVersion ?? null,
        oauth2PermissionScopes: application.api?.oauth2PermissionScopes ?? [],
        preAuthorizedApplications: application.api?.preAuthorizedApplications ?? [],
      },
      requiredResourceAccess: application.requiredResourceAccess ?? [],
      passwordCredentials: application.passwordCredentials ?? [],
    }),
  );

const GraphServicePrincipal = z
  .looseObject({ id: text, appId: text, tags: texts })
  .transform(({ id, appId, tags }): ServicePrincipal => ({ id, appId, tags }));

const offered = z
  .array(z.looseObject({ id: text, value: text.nullish(), isEnabled: z.boolean().nullish() }))
  .nullish();

const GraphResourceApi = z
  .looseObject({
    id: text,
    appId: text,
    displayName: text.nullish(),
    appRoles: offered,
    oauth2PermissionScopes: offered,
  })
  .transform(
    (api): ResourceApi => ({
      id: api.id,
      appId: api.appId,
      displayName: api.displayName ?? api.appId,
      appRoles: toOffered(api.appRoles, "displayName"),
      oauth2PermissionScopes: toOffered(api.oauth2PermissionScopes, "adminConsentDisplayName"),
    }),
  );

function toOffered(
  permissions: z.infer<typeof offered>,
  words: "displayName" | "adminConsentDisplayName",
): ResourceApi["appRoles"] {
  return (permissions ?? [])
    .filter(({ isEnabled, value }) => isEnabled !== false && typeof value === "string")
    .map((permission) => {
      const named = permission[words];
      const value = permission.value ?? "";
      return { id: permission.id, value, displayName: typeof named === "string" ? named : value };
    });
}

const GraphDelegatedGrant = z
  .looseObject({ id: text, resourceId: text, consentType: text, scope: text.nullish() })
  .transform(({ id, resourceId, consentType, scope }): DelegatedGrant & { consentType: string } => ({
    id,
    resourceId,
    consentType,
    scopes: (scope ?? "").split(" ").filter((value) => value !== ""),
  }));

const GraphAppRoleAssignment = z
  .looseObject({ id: text, resourceId: text, appRoleId: text })
  .transform(({ id, resourceId, appRoleId }): AppRoleAssignment => ({ id, resourceId, appRoleId }));

const GraphOrganization = z.looseObject({ id: text, displayName: text.nullish() });

const GraphPasswordCredential = z.looseObject({
  keyId: text,
  secretText: text.min(1),
  startDateTime: moment.optional().catch(undefined),
  endDateTime: moment,
});

const GraphDeletedApplication = z.looseObject({
  id: text,
  appId: text,
  displayName: text.nullish(),
  uniqueName: text.nullish(),
  tags: texts,
  deletedDateTime: text.nullish(),
});

/** The shapes of Graph's objects; `read` gives undefined where an answer has not the shape. */
export const shapes = {
  application: GraphApplication,
  servicePrincipal: GraphServicePrincipal,
  resourceApi: GraphResourceApi,
  delegatedGrant: GraphDelegatedGrant,
  appRoleAssignment: GraphAppRoleAssignment,
  organization: GraphOrganization,
  passwordCredential: GraphPasswordCredential,
  deletedApplication: GraphDeletedApplication,
} as const;

/** A Graph object of that shape, or undefined where the answer is malformed or truncated. */
export function readObject<Value>(shape: z.ZodType<Value>, body: unknown): Value | undefined {
  const parsed = shape.safeParse(body);
  return parsed.success ? parsed.data : undefined;
}

/** The `value` of a collection and where it goes on; undefined where the answer is malformed. */
export function readPage<Value>(
  shape: z.ZodType<Value>,
  body: unknown,
): { values: Value[]; nextLink: string | undefined } | undefined {
  const page = z.looseObject({ value: z.array(shape), "@odata.nextLink": text.optional() }).safeParse(body);
  return page.success ? { values: page.data.value, nextLink: page.data["@odata.nextLink"] } : undefined;
}
