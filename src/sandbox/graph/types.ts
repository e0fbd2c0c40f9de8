import { PROVISIONING_TYPES } from "./provisioning-types.ts";

/**
 * The properties of Graph's types, as the v1.0 metadata has them (`$metadata`): `name:Type`, `[Type]` for a
 * collection, `?` where null is allowed. One text a type keeps the whole list readable and small.
 */
const REGISTRATION_TYPES = {
  application: `
    addIns:[addIn] api:apiApplication? appId:String? applicationTemplateId:String? appRoles:[appRole]
    authenticationBehaviors:authenticationBehaviors? certification:certification? createdByAppId:String?
    createdDateTime:DateTimeOffset? defaultRedirectUri:String? description:String?
    disabledByMicrosoftStatus:String? displayName:String? groupMembershipClaims:String?
    identifierUris:[String] info:informationalUrl? isDeviceOnlyAuthSupported:Boolean? isDisabled:Boolean?
    isFallbackPublicClient:Boolean? keyCredentials:[keyCredential] logo:Stream managerApplications:[Guid]
    nativeAuthenticationApisEnabled:nativeAuthenticationApisEnabled? notes:String?
    oauth2RequirePostResponse:Boolean optionalClaims:optionalClaims?
    parentalControlSettings:parentalControlSettings? passwordCredentials:[passwordCredential]
    publicClient:publicClientApplication? publisherDomain:String?
    requestSignatureVerification:requestSignatureVerification?
    requiredResourceAccess:[requiredResourceAccess] samlMetadataUrl:String?
    serviceManagementReference:String?
    servicePrincipalLockConfiguration:servicePrincipalLockConfiguration? signInAudience:String?
    spa:spaApplication? tags:[String] tokenEncryptionKeyId:Guid? uniqueName:String?
    verifiedPublisher:verifiedPublisher? web:webApplication?`,
  addIn: `
    id:Guid? properties:[keyValue] type:String`,
  keyValue: `
    key:String? value:String?`,
  apiApplication: `
    acceptMappedClaims:Boolean? knownClientApplications:[Guid]? oauth2PermissionScopes:[permissionScope]
    preAuthorizedApplications:[preAuthorizedApplication]? requestedAccessTokenVersion:Int32?`,
  permissionScope: `
    adminConsentDescription:String? adminConsentDisplayName:String? id:Guid isEnabled:Boolean
    origin:String? type:String? userConsentDescription:String? userConsentDisplayName:String?
    value:String?`,
  preAuthorizedApplication: `
    appId:String? delegatedPermissionIds:[String]`,
  appRole: `
    allowedMemberTypes:[String] description:String? displayName:String? id:Guid isEnabled:Boolean
    origin:String? value:String?`,
  authenticationBehaviors: `
    blockAzureADGraphAccess:Boolean? removeUnverifiedEmailClaim:Boolean?
    requireClientServicePrincipal:Boolean?`,
  certification: `
    certificationDetailsUrl:String? certificationExpirationDateTime:DateTimeOffset?
    isCertifiedByMicrosoft:Boolean? isPublisherAttested:Boolean? lastCertificationDateTime:DateTimeOffset?`,
  informationalUrl: `
    logoUrl:String? marketingUrl:String? privacyStatementUrl:String? supportUrl:String?
    termsOfServiceUrl:String?`,
  keyCredential: `
    customKeyIdentifier:Binary? displayName:String? endDateTime:DateTimeOffset? key:Binary? keyId:Guid?
    startDateTime:DateTimeOffset? type:String? usage:String?`,
  optionalClaims: `
    accessToken:[optionalClaim]? idToken:[optionalClaim]? saml2Token:[optionalClaim]?`,
  optionalClaim: `
    additionalProperties:[String]? essential:Boolean name:String source:String?`,
  parentalControlSettings: `
    countriesBlockedForMinors:[String]? legalAgeGroupRule:String?`,
  passwordCredential: `
    customKeyIdentifier:Binary? displayName:String? endDateTime:DateTimeOffset? hint:String? keyId:Guid?
    secretText:String? startDateTime:DateTimeOffset?`,
  publicClientApplication: `
    redirectUris:[String]`,
  requestSignatureVerification: `
    allowedWeakAlgorithms:weakAlgorithms? isSignedRequestRequired:Boolean`,
  requiredResourceAccess: `
    resourceAccess:[resourceAccess] resourceAppId:String`,
  resourceAccess: `
    id:Guid type:String?`,
  servicePrincipalLockConfiguration: `
    allProperties:Boolean? credentialsWithUsageSign:Boolean? credentialsWithUsageVerify:Boolean?
    isEnabled:Boolean tokenEncryptionKeyId:Boolean?`,
  spaApplication: `
    redirectUris:[String]`,
  verifiedPublisher: `
    addedDateTime:DateTimeOffset? displayName:String? verifiedPublisherId:String?`,
  webApplication: `
    homePageUrl:String? implicitGrantSettings:implicitGrantSettings? logoutUrl:String?
    redirectUris:[String] redirectUriSettings:[redirectUriSettings]`,
  implicitGrantSettings: `
    enableAccessTokenIssuance:Boolean? enableIdTokenIssuance:Boolean?`,
  redirectUriSettings: `
    index:Int32? uri:String?`,
  servicePrincipal: `
    accountEnabled:Boolean? addIns:[addIn] alternativeNames:[String] appDescription:String?
    appDisplayName:String? appId:String? applicationTemplateId:String? appOwnerOrganizationId:Guid?
    appRoleAssignmentRequired:Boolean appRoles:[appRole] createdByAppId:String?
    customSecurityAttributes:customSecurityAttributeValue? description:String?
    disabledByMicrosoftStatus:String? displayName:String? homepage:String? info:informationalUrl?
    isDisabled:Boolean? keyCredentials:[keyCredential] loginUrl:String? logoutUrl:String? notes:String?
    notificationEmailAddresses:[String] oauth2PermissionScopes:[permissionScope]
    passwordCredentials:[passwordCredential] preferredSingleSignOnMode:String?
    preferredTokenSigningKeyThumbprint:String? replyUrls:[String]
    resourceSpecificApplicationPermissions:[resourceSpecificPermission]
    samlSingleSignOnSettings:samlSingleSignOnSettings? servicePrincipalNames:[String]
    servicePrincipalType:String? signInAudience:String? tags:[String] tokenEncryptionKeyId:Guid?
    verifiedPublisher:verifiedPublisher?`,
  resourceSpecificPermission: `
    description:String? displayName:String? id:Guid isEnabled:Boolean value:String?`,
  samlSingleSignOnSettings: `
    relayState:String?`,
  oAuth2PermissionGrant: `
    clientId:String consentType:String? principalId:String? resourceId:String scope:String?`,
  appRoleAssignment: `
    appRoleId:Guid createdDateTime:DateTimeOffset? principalDisplayName:String? principalId:Guid?
    principalType:String? resourceDisplayName:String? resourceId:Guid?`,
} as const;

/** Types that are only read here: `$select` is checked against them. */
const DIRECTORY_TYPES = {
  directoryObject: `
    deletedDateTime:DateTimeOffset?`,
  user: `
    aboutMe:String? accountEnabled:Boolean? ageGroup:String? assignedLicenses:[assignedLicense]
    assignedPlans:[assignedPlan] authorizationInfo:authorizationInfo? birthday:DateTimeOffset
    businessPhones:[String] city:String? companyName:String? consentProvidedForMinor:String?
    country:String? createdDateTime:DateTimeOffset? creationType:String?
    customSecurityAttributes:customSecurityAttributeValue? department:String? deviceEnrollmentLimit:Int32
    displayName:String? employeeHireDate:DateTimeOffset? employeeId:String?
    employeeLeaveDateTime:DateTimeOffset? employeeOrgData:employeeOrgData? employeeType:String?
    externalUserState:String? externalUserStateChangeDateTime:DateTimeOffset? faxNumber:String?
    givenName:String? hireDate:DateTimeOffset identities:[objectIdentity]? identityParentId:String?
    imAddresses:[String]? interests:[String]? isManagementRestricted:Boolean? isResourceAccount:Boolean?
    jobTitle:String? lastPasswordChangeDateTime:DateTimeOffset? legalAgeGroupClassification:String?
    licenseAssignmentStates:[licenseAssignmentState]? mail:String? mailboxSettings:mailboxSettings?
    mailNickname:String? mobilePhone:String? mySite:String? officeLocation:String?
    onPremisesDistinguishedName:String? onPremisesDomainName:String?
    onPremisesExtensionAttributes:onPremisesExtensionAttributes? onPremisesImmutableId:String?
    onPremisesLastSyncDateTime:DateTimeOffset? onPremisesProvisioningErrors:[onPremisesProvisioningError]?
    onPremisesSamAccountName:String? onPremisesSecurityIdentifier:String? onPremisesSyncEnabled:Boolean?
    onPremisesUserPrincipalName:String? otherMails:[String] passwordPolicies:String?
    passwordProfile:passwordProfile? pastProjects:[String]? postalCode:String?
    preferredDataLocation:String? preferredLanguage:String? preferredName:String? print:userPrint?
    provisionedPlans:[provisionedPlan] proxyAddresses:[String] responsibilities:[String]?
    schools:[String]? securityIdentifier:String? serviceProvisioningErrors:[serviceProvisioningError]?
    showInAddressList:Boolean? signInActivity:signInActivity?
    signInSessionsValidFromDateTime:DateTimeOffset? skills:[String]? state:String? streetAddress:String?
    surname:String? usageLocation:String? userPrincipalName:String? userType:String?`,
  group: `
    accessType:groupAccessType? allowExternalSenders:Boolean? assignedLabels:[assignedLabel]?
    assignedLicenses:[assignedLicense]? autoSubscribeNewMembers:Boolean? classification:String?
    createdDateTime:DateTimeOffset? description:String? displayName:String?
    expirationDateTime:DateTimeOffset? groupTypes:[String] hasMembersWithLicenseErrors:Boolean?
    hideFromAddressLists:Boolean? hideFromOutlookClients:Boolean? infoCatalogs:[String]
    isArchived:Boolean? isAssignableToRole:Boolean? isFavorite:Boolean? isManagementRestricted:Boolean?
    isSubscribedByMail:Boolean? licenseProcessingState:licenseProcessingState? mail:String?
    mailEnabled:Boolean? mailNickname:String? membershipRule:String? membershipRuleProcessingState:String?
    onPremisesDomainName:String? onPremisesExtensionAttributes:onPremisesExtensionAttributes?
    onPremisesLastSyncDateTime:DateTimeOffset? onPremisesNetBiosName:String?
    onPremisesProvisioningErrors:[onPremisesProvisioningError]? onPremisesSamAccountName:String?
    onPremisesSecurityIdentifier:String? onPremisesSyncEnabled:Boolean? organizationId:String?
    preferredDataLocation:String? preferredLanguage:String? proxyAddresses:[String]
    renewedDateTime:DateTimeOffset? resourceBehaviorOptions:[String] resourceProvisioningOptions:[String]
    securityEnabled:Boolean? securityIdentifier:String?
    serviceProvisioningErrors:[serviceProvisioningError]? theme:String? uniqueName:String?
    unseenConversationsCount:Int32? unseenCount:Int32? unseenMessagesCount:Int32? visibility:String?
    welcomeMessageEnabled:Boolean?`,
  organization: `
    assignedPlans:[assignedPlan] businessPhones:[String] city:String? country:String?
    countryLetterCode:String? createdDateTime:DateTimeOffset? defaultUsageLocation:String?
    displayName:String? marketingNotificationEmails:[String] mobileDeviceManagementAuthority:mdmAuthority
    onPremisesLastSyncDateTime:DateTimeOffset? onPremisesSyncEnabled:Boolean?
    partnerTenantType:partnerTenantType? postalCode:String? preferredLanguage:String?
    privacyProfile:privacyProfile? provisionedPlans:[provisionedPlan]
    securityComplianceNotificationMails:[String] securityComplianceNotificationPhones:[String]
    state:String? street:String? technicalNotificationMails:[String] tenantType:String?
    verifiedDomains:[verifiedDomain]`,
  authorizationPolicy: `
    description:String? displayName:String?
    allowedToSignUpEmailBasedSubscriptions:Boolean allowedToUseSSPR:Boolean
    allowEmailVerifiedUsersToJoinOrganization:Boolean allowInvitesFrom:allowInvitesFrom?
    allowUserConsentForRiskyApps:Boolean? blockMsolPowerShell:Boolean?
    defaultUserRolePermissions:defaultUserRolePermissions guestUserRoleId:Guid?`,
  defaultUserRolePermissions: `
    allowedToCreateApps:Boolean allowedToCreateSecurityGroups:Boolean allowedToCreateTenants:Boolean?
    allowedToReadBitlockerKeysForOwnedDevice:Boolean? allowedToReadOtherUsers:Boolean
    permissionGrantPoliciesAssigned:[String]?`,
  directoryRole: `
    description:String? displayName:String? roleTemplateId:String?`,
  verifiedDomain: `
    capabilities:String? isDefault:Boolean? isInitial:Boolean? name:String? type:String?`,
  subscribedSku: `
    accountId:String? accountName:String? appliesTo:String? capabilityStatus:String? consumedUnits:Int32?
    prepaidUnits:licenseUnitsDetail? servicePlans:[servicePlanInfo] skuId:Guid? skuPartNumber:String?
    subscriptionIds:[String]`,
  provisioningObjectSummary: `
    activityDateTime:DateTimeOffset changeId:String? cycleId:String? durationInMilliseconds:Int32?
    initiatedBy:initiator? jobId:String? modifiedProperties:[modifiedProperty]
    provisioningAction:provisioningAction? provisioningStatusInfo:provisioningStatusInfo?
    provisioningSteps:[provisioningStep] servicePrincipal:provisioningServicePrincipal?
    sourceIdentity:provisionedIdentity? sourceSystem:provisioningSystem?
    targetIdentity:provisionedIdentity? targetSystem:provisioningSystem? tenantId:String?`,
} as const;

export type TypeName =
  | keyof typeof REGISTRATION_TYPES
  | keyof typeof DIRECTORY_TYPES
  | keyof typeof PROVISIONING_TYPES;

export interface PropertyType {
  /** Such as `String`, `Guid`, or the name of another type. */
  readonly name: string;
  readonly collection: boolean;
  readonly nullable: boolean;
}

const TEXTS: Readonly<Record<string, string>> = {
  ...REGISTRATION_TYPES,
  ...DIRECTORY_TYPES,
  ...PROVISIONING_TYPES,
};
const ENTITIES = new Set([
  "application",
  "servicePrincipal",
  "appRoleAssignment",
  "user",
  "group",
  "organization",
  "authorizationPolicy",
  "directoryRole",
]);
/** What has an id and nothing else of a directory object. */
const IDENTIFIED = new Set([
  "directoryObject",
  "oAuth2PermissionGrant",
  "subscribedSku",
  "provisioningObjectSummary",
  "synchronizationSchema",
  "directoryDefinition",
]);
const parsed = new Map<string, ReadonlyMap<string, PropertyType>>();

/** The names of the types with a list of properties. */
export function typeNames(): string[] {
  return Object.keys(TEXTS);
}

/** The properties of a type, its own and the inherited; undefined for a type that is not in the table. */
export function propertiesOf(type: string): ReadonlyMap<string, PropertyType> | undefined {
  const text = TEXTS[type];
  if (text === undefined) return undefined;
  const known = parsed.get(type);
  if (known !== undefined) return known;
  const properties = new Map(ownProperties(text));
  if (ENTITIES.has(type))
    for (const [name, inherited] of ownProperties(TEXTS["directoryObject"] ?? ""))
      properties.set(name, inherited);
  if (ENTITIES.has(type) || IDENTIFIED.has(type)) {
    properties.set("id", { name: "String", collection: false, nullable: false });
  }
  parsed.set(type, properties);
  return properties;
}

function ownProperties(text: string): [string, PropertyType][] {
  return text
    .split(/\s+/)
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [name = "", type = ""] = entry.split(":");
      const bare = type.replace(/\?$/, "");
      return [
        name,
        {
          name: bare.replace(/^\[|\]$/g, ""),
          collection: bare.startsWith("["),
          nullable: type.endsWith("?"),
        },
      ];
    });
}
