import type { SignInOutcome } from "../behaviour.ts";
import { signedInPerson, type World } from "../world.ts";
import { SignInError } from "./errors.ts";

type Refusal = Exclude<SignInOutcome, "approved" | "slowDown" | "pendingForever">;

interface Row {
  readonly error: string;
  readonly aadsts: number;
  readonly text: string;
  readonly more?: Record<string, string>;
}

// Texts as learn.microsoft.com entra/identity-platform/reference-error-codes and the service give them.
const REFUSALS: Readonly<Record<Refusal, Row>> = {
  declined: {
    error: "authorization_declined",
    aadsts: 70018,
    text: "The user declined the sign-in request.",
  },
  expired: {
    error: "expired_token",
    aadsts: 70020,
    text: "The device code has expired. Start a new sign-in.",
  },
  blocked: {
    error: "invalid_grant",
    aadsts: 53003,
    text: "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    more: { suberror: "message_only" },
  },
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
  accountNotInTenant: {
    error: "invalid_grant",
    aadsts: 50020,
    text: "User account '{upn}' from identity provider 'https://sts.windows.net/{tenantId}/' does not exist in tenant '{tenantName}' and cannot access the application '{clientId}' in that tenant. The account needs to be added as an external user in the tenant first.",
  },
  multiFactor: {
    error: "invalid_grant",
    aadsts: 50076,
    text: "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.",
    more: { suberror: "basic_action" },
  },
  userNotAssigned: {
    error: "invalid_grant",
    aadsts: 50105,
    text: "Your administrator has configured the application '{clientId}' to block users unless they are specifically granted access to the application.",
  },
  consentDeclined: {
    error: "invalid_grant",
    aadsts: 65004,
    text: "User declined to consent to access the app.",
    more: { suberror: "consent_required" },
  },
  adminApproval: {
    error: "invalid_grant",
    aadsts: 90094,
    text: "Admin consent is required for the permissions requested by this application.",
  },
};

/** The error a poll answers once the person, or a policy, has said no. */
export function refusal(world: World, outcome: Refusal, clientId: string): SignInError {
  const { error, aadsts, text, more } = REFUSALS[outcome];
  const { tenantId, tenantName } = world.state;
  const values = new Map(
    Object.entries({ tenantId, tenantName, clientId, upn: signedInPerson(world.state).userPrincipalName }),
  );
  const filled = text.replace(/\{(\w+)\}/g, (hole, name: string) => values.get(name) ?? hole);
  return new SignInError(error, aadsts, filled, more === undefined ? {} : { more });
}
