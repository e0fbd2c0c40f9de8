/** A registration as the tenant has it and as it should be: plain values, in Graph's own words. */

export interface Application {
  readonly objectId: string;
  readonly appId: string;
  readonly displayName: string;
  readonly uniqueName: string | undefined;
  /** The template that it was instantiated from; undefined for a plain registration. */
  readonly applicationTemplateId: string | undefined;
  readonly createdDateTime: string | undefined;
  readonly signInAudience: string;
  readonly tags: readonly string[];
  readonly identifierUris: readonly string[];
  readonly web: {
    readonly redirectUris: readonly string[];
    readonly implicitGrantSettings: ImplicitGrantSettings;
  };
  readonly spa: { readonly redirectUris: readonly string[] };
  readonly publicClient: { readonly redirectUris: readonly string[] };
  readonly appRoles: readonly AppRole[];
  readonly api: {
    readonly requestedAccessTokenVersion: number | null;
    readonly oauth2PermissionScopes: readonly PermissionScope[];
    readonly preAuthorizedApplications: readonly PreAuthorizedApplication[];
  };
  readonly requiredResourceAccess: readonly RequiredResourceAccess[];
  readonly passwordCredentials: readonly PasswordCredential[];
}

/** A role that people, groups or applications get on their assignment to the application. */
export interface AppRole {
  readonly id: string;
  readonly value: string | null;
  readonly displayName: string;
  readonly description: string;
  readonly isEnabled: boolean;
  readonly allowedMemberTypes: readonly string[];
}

export interface ImplicitGrantSettings {
  readonly enableAccessTokenIssuance: boolean;
  readonly enableIdTokenIssuance: boolean;
}

export interface PermissionScope {
  readonly id: string;
  readonly value: string;
  readonly type: string;
  readonly isEnabled: boolean;
  readonly adminConsentDisplayName: string;
  readonly adminConsentDescription: string;
  readonly userConsentDisplayName: string | null;
  readonly userConsentDescription: string | null;
}

export interface PreAuthorizedApplication {
  readonly appId: string;
  readonly delegatedPermissionIds: readonly string[];
}

export interface RequiredResourceAccess {
  readonly resourceAppId: string;
  readonly resourceAccess: readonly { readonly id: string; readonly type: string }[];
}

/** A client secret as Graph lists it: everything but the secret. */
export interface PasswordCredential {
  readonly keyId: string;
  readonly displayName: string | undefined;
  readonly startDateTime: string;
  readonly endDateTime: string;
}

export interface ServicePrincipal {
  readonly id: string;
  readonly appId: string;
  readonly tags: readonly string[];
}

/** A delegated grant to everybody in the tenant (`consentType` AllPrincipals). */
export interface DelegatedGrant {
  readonly id: string;
  readonly resourceId: string;
  readonly scopes: readonly string[];
}

export interface AppRoleAssignment {
  readonly id: string;
  readonly resourceId: string;
  readonly appRoleId: string;
}

export interface CurrentRegistration {
  readonly application?: Application;
  readonly servicePrincipal?: ServicePrincipal;
  readonly delegatedGrants: readonly DelegatedGrant[];
  readonly appRoleAssignments: readonly AppRoleAssignment[];
}

/** An API of the tenant with what it offers, such as Microsoft Graph. */
export interface ResourceApi {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly appRoles: readonly OfferedPermission[];
  readonly oauth2PermissionScopes: readonly OfferedPermission[];
}

export interface OfferedPermission {
  readonly id: string;
  readonly value: string;
  /** The tenant's own plain words for it. */
  readonly displayName: string;
}

/** A permission of the template, found in the tenant. */
export interface ResolvedPermission {
  readonly resource: { readonly id: string; readonly appId: string; readonly displayName: string };
  readonly id: string;
  readonly type: "Scope" | "Role";
  readonly value: string;
  readonly displayName: string;
}

export interface ExposedApi {
  /** `{appId}` stands where the application (client) ID goes. */
  readonly identifierUris: readonly string[];
  readonly requestedAccessTokenVersion: number;
  readonly oauth2PermissionScopes: readonly PermissionScope[];
  readonly preAuthorizedApplications: readonly {
    readonly appId: string;
    readonly name: string;
    readonly scopes: readonly string[];
  }[];
}

export interface DesiredRegistration {
  /** By which a later run finds its application; also our tag on it. */
  readonly uniqueName: string;
  readonly displayName: string;
  readonly signInAudience: string;
  /** Of the web platform. */
  readonly redirectUris: readonly string[];
  readonly spaRedirectUris: readonly string[];
  /** Of installed apps: the mobile and desktop platform. */
  readonly publicClientRedirectUris: readonly string[];
  /** Undefined where the template does not speak of the web platform. */
  readonly implicitGrantSettings: ImplicitGrantSettings | undefined;
  readonly appRoles: readonly AppRole[];
  /** Made from Entra's template for non-gallery applications, which alone can be provisioned. */
  readonly isNonGallery: boolean;
  readonly permissions: readonly ResolvedPermission[];
  readonly exposedApi?: ExposedApi;
  readonly servicePrincipalTags: readonly string[];
  /** A secret issued by this run: its name, which ends with the run's id, and its end; undefined for none. */
  readonly secret: { readonly name: string; readonly end: Date } | undefined;
}
