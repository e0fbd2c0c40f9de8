/** How the service says why it gives no token. */
export interface RefusalRow {
  readonly error: string;
  readonly aadsts: number;
  /** Names in braces are filled in. */
  readonly text: string;
  readonly suberror?: string;
  /** Whether the answer brings the `claims` that a new sign-in has to ask for. */
  readonly claims?: boolean;
  /** The refusal comes from the device code endpoint already. */
  readonly atStart?: boolean;
}

const EXTERNAL =
  "User account '{account}' from identity provider '{identityProvider}' does not exist in tenant '{tenantName}' and cannot access the application '{clientId}'({clientName}) in that tenant. The account needs to be added as an external user in the tenant first. Sign out and sign in again with a different Azure Active Directory user account.";
const DUE_TO_CHANGE =
  "Due to a configuration change made by your administrator, or because you moved to a new location, you must";
const GRAPH = "'00000003-0000-0000-c000-000000000000'";
const CONDITIONAL = { error: "invalid_grant", suberror: "message_only", claims: true } as const;
const MULTI_FACTOR = { error: "invalid_grant", suberror: "basic_action", claims: true } as const;
const UNKNOWN_CLIENT = { error: "unauthorized_client", atStart: true } as const;

// Texts as learn.microsoft.com entra/identity-platform/reference-error-codes and the service give them.
export const REFUSALS = {
  declined: {
    error: "authorization_declined",
    aadsts: 70018,
    text: "The user declined the sign-in request.",
  },
  expired: {
    error: "expired_token",
    aadsts: 70020,
    text: "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
  },
  codeExpired: { error: "code_expired", aadsts: 70019, text: "Verification code expired." },
  blocked: {
    ...CONDITIONAL,
    aadsts: 53003,
    text: "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
  },
  deviceNotCompliant: {
    ...CONDITIONAL,
    aadsts: 53000,
    text: "Device is not in required device state: non-compliant. Conditional Access policy requires a compliant device, and the device is not compliant. The user must enroll their device with an approved MDM provider like Intune.",
  },
  deviceNotJoined: {
    ...CONDITIONAL,
    aadsts: 53001,
    text: "Device is not in required device state: not joined. Conditional Access policy requires a domain joined device, and the device is not domain joined.",
  },
  deviceAuthentication: { ...CONDITIONAL, aadsts: 50097, text: "Device authentication is required." },
  managedDevice: {
    error: "invalid_grant",
    aadsts: 530033,
    text: "Your administrator requires the device requesting access to be managed. Device code flow is not supported.",
  },
  securityDefaults: {
    error: "invalid_grant",
    aadsts: 530035,
    text: "Access has been blocked by security defaults. The request is deemed unsafe.",
  },
  authenticationFlow: {
    error: "invalid_grant",
    aadsts: 530036,
    text: "Refresh token is invalid due to authentication flow checks by Conditional Access. The token was issued on {now} and the maximum allowed lifetime for this request is 0.",
  },
  accountNotInTenant: { error: "invalid_grant", aadsts: 50020, text: EXTERNAL },
  accountExternal: { error: "invalid_grant", aadsts: 90072, text: EXTERNAL },
  accountNotInDirectory: {
    error: "invalid_grant",
    aadsts: 51004,
    text: "The user account {account} does not exist in the {tenantId} directory. To sign into this application, the account must be added to the directory.",
  },
  multiFactor: {
    ...MULTI_FACTOR,
    aadsts: 50076,
    text: `${DUE_TO_CHANGE} use multi-factor authentication to access ${GRAPH}.`,
  },
  multiFactorRegistration: {
    ...MULTI_FACTOR,
    aadsts: 50079,
    text: `${DUE_TO_CHANGE} enroll in multi-factor authentication to access ${GRAPH}.`,
  },
  multiFactorEnrolment: {
    ...MULTI_FACTOR,
    aadsts: 50072,
    text: `${DUE_TO_CHANGE} enroll in multi-factor authentication to access ${GRAPH}.`,
  },
  strongAuthentication: { ...MULTI_FACTOR, aadsts: 50074, text: "Strong Authentication is required." },
  multiFactorExpired: {
    ...MULTI_FACTOR,
    aadsts: 50078,
    text: `Presented multi-factor authentication has expired due to policies configured by your administrator, you must refresh your multi-factor authentication to access ${GRAPH}.`,
  },
  externalChallenge: {
    ...MULTI_FACTOR,
    aadsts: 50158,
    text: "External security challenge was not satisfied.",
  },
  userNotAssigned: {
    error: "invalid_grant",
    aadsts: 50105,
    text: "Your administrator has configured the application {clientName} ('{clientId}') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '{account}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator. Please contact your administrator to assign access to this application.",
  },
  consentDeclined: {
    error: "invalid_grant",
    aadsts: 65004,
    text: "User declined to consent to access the app.",
    suberror: "consent_required",
  },
  consentRequired: {
    error: "invalid_grant",
    aadsts: 65001,
    text: "The user or administrator has not consented to use the application with ID '{clientId}' named '{clientName}'. Send an interactive authorization request for this user and resource.",
    suberror: "consent_required",
  },
  consentMisconfigured: {
    error: "invalid_grant",
    aadsts: 90008,
    text: "The user or administrator has not consented to use the application with ID '{clientId}'. This happened because the application is misconfigured: it must require access to Windows Azure Active Directory by specifying at least 'Sign in and read user profile' permission.",
    suberror: "consent_required",
  },
  adminApproval: {
    error: "invalid_grant",
    aadsts: 90094,
    text: "Admin consent is required for the permissions requested by this application.",
  },
  adminApprovalRequest: {
    error: "invalid_grant",
    aadsts: 90095,
    text: "Admin consent is required for the permissions requested by this application. An admin consent request may be sent to the admin.",
  },
  mayNotConsent: {
    error: "invalid_grant",
    aadsts: 90093,
    text: "Calling principal cannot consent due to lack of permissions.",
  },
  confirmation: {
    error: "interaction_required",
    aadsts: 50199,
    text: "For security reasons, user confirmation is required for this request. Please repeat the request allowing user interaction.",
  },
  sessionRevoked: {
    error: "invalid_grant",
    aadsts: 50173,
    text: "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{now}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{now}'.",
    suberror: "bad_token",
  },
  sessionExpired: {
    error: "invalid_grant",
    aadsts: 700082,
    text: "The refresh token has expired due to inactivity. The token was issued on {now} and was inactive for 90.00:00:00.",
    suberror: "bad_token",
  },
  signInFrequency: {
    error: "invalid_grant",
    aadsts: 70043,
    text: "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access. The token was issued on {now} and the maximum allowed lifetime for this request is 3600.",
    suberror: "token_expired",
  },
  passwordChanged: {
    error: "invalid_grant",
    aadsts: 50133,
    text: "Session is invalid due to expiration or recent password change.",
    suberror: "bad_token",
  },
  clientUnknown: {
    ...UNKNOWN_CLIENT,
    aadsts: 700016,
    text: "Application with identifier '{clientId}' was not found in the directory '{tenantName}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  },
  clientUnknownOld: {
    ...UNKNOWN_CLIENT,
    aadsts: 70001,
    text: "Application with identifier '{clientId}' was not found in the directory {tenantId}.",
  },
  clientDisabled: {
    ...UNKNOWN_CLIENT,
    aadsts: 7000112,
    text: "Application '{clientId}'({clientName}) is disabled.",
  },
  clientDisabledByMicrosoft: {
    ...UNKNOWN_CLIENT,
    aadsts: 7000116,
    text: "Application '{clientId}'({clientName}) is disabled.",
  },
  clientNotPublic: {
    error: "invalid_client",
    aadsts: 7000218,
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    atStart: true,
  },
  clientNotPreauthorised: {
    error: "invalid_client",
    aadsts: 65002,
    text: `Consent between first party application '{clientId}' and first party resource ${GRAPH} must be configured via preauthorization - applications owned and operated by Microsoft must get approval from the API owner before requesting tokens for that API.`,
    atStart: true,
  },
  noTenant: {
    error: "invalid_request",
    aadsts: 50059,
    text: "No tenant-identifying information found in either the request or implied by any provided credentials.",
    atStart: true,
  },
  tenantNotFound: {
    error: "invalid_tenant",
    aadsts: 90002,
    text: "Tenant '{tenantId}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
    atStart: true,
  },
} as const satisfies Record<string, RefusalRow>;
