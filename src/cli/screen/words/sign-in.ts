import type { ErrorFacts, SignInProblem } from "../../../errors.ts";
import { say } from "../clean.ts";

/** What went wrong when somebody signed in, and what to do about it. */
export const SIGN_IN: Readonly<
  Record<SignInProblem, (facts: ErrorFacts["SIGN_IN_FAILED"]) => readonly [string, string]>
> = {
  declined: () => ["The sign-in was declined in the browser.", "Run the command again to get a new code."],
  expired: () => ["The code ran out before anybody signed in.", "Run the command again to get a new code."],
  tenantNotFound: ({ tenant }) => [
    say`Microsoft knows no tenant "${tenant}".`,
    "Check the tenant ID: it stands in the Entra admin center under Overview.",
  ],
  accountNotInTenant: ({ tenant }) => [
    say`The account you signed in with does not belong to the tenant ${tenant}.`,
    "Sign in with an account of that tenant; a private browser window helps.",
  ],
  wrongTenant: ({ tenant, answeredBy }) => [
    say`The sign-in led to the tenant ${answeredBy ?? "?"}, not to ${tenant}.`,
    "Check the tenant ID, and sign in with an account of that tenant.",
  ],
  blockedByPolicy: () => [
    "A Conditional Access policy of this tenant blocks this way of signing in (device code), or wants a managed device.",
    "Ask your administrator to allow device code flow for you for this once (Conditional Access, Authentication flows).",
  ],
  securityDefaults: () => [
    "The security defaults of this tenant block this way of signing in.",
    "Ask your administrator which account may sign in with a device code.",
  ],
  multiFactor: () => [
    "This account needs multi-factor authentication to be completed or set up first.",
    "Sign in once at https://myaccount.microsoft.com, complete it there, then run the command again.",
  ],
  consentDeclined: () => [
    "The permissions for signing in were declined in the browser.",
    "Run the command again and accept them, or ask an administrator to.",
  ],
  adminApprovalNeeded: ({ clientId }) => [
    "An administrator has to approve the program that signs you in.",
    say`Ask a Cloud Application Administrator or Global Administrator to approve the app ${clientId} for the permissions Application.ReadWrite.All, AppRoleAssignment.ReadWrite.All and DelegatedPermissionGrant.ReadWrite.All, or to run this command.`,
  ],
  clientNotAllowed: ({ clientId }) => [
    say`The sign-in client ${clientId} may not ask for these permissions.`,
    "Leave --sign-in-client-id out, or name an app registration of your own that may.",
  ],
  clientUnknown: ({ clientId }) => [
    say`The sign-in client ${clientId} does not exist in this tenant or is disabled there.`,
    "Name another public client with --sign-in-client-id, or ask your administrator to enable it.",
  ],
  clientNotPublic: ({ clientId }) => [
    say`The sign-in client ${clientId} does not allow device code.`,
    'Switch on "Allow public client flows" on its Authentication page.',
  ],
  userNotAssigned: ({ clientId }) => [
    say`Your account is not assigned to the sign-in client ${clientId}.`,
    "Ask your administrator to assign you, or sign in with another account.",
  ],
  sessionExpired: () => ["Your sign-in has ended.", "Run the same command again and sign in once more."],
  unknown: () => [
    "The sign-in did not succeed.",
    "Run the command again; if it fails again, send the journal to the vendor's support.",
  ],
};
