import type { ErrorFacts, SignInAttempt, SignInProblem } from "../../../errors.ts";
import type { SignInWay } from "../../../settings/sign-in.ts";
import { approvalPage, CLOUDS } from "../../../signin/cloud.ts";
import { say } from "../clean.ts";

/** The ways of signing in, as a person chooses between them. */
export const SIGN_IN_WAYS: Readonly<Record<SignInWay, string>> = {
  "device-code": "A code that you enter in a browser, on this or any other device",
  browser: "The browser on this computer (where device codes are blocked, or a managed computer is needed)",
  "azure-cli": "The Azure CLI, where you are signed in to it (az login)",
  "cloud-shell": "Azure Cloud Shell's own sign-in",
  token: "An access token that you got elsewhere",
  environment: "An application, by the AZURE_… environment variables",
};

/** What the browser shows at the end; Microsoft's own reason, if there is one, stands in the terminal. */
export const SIGN_IN_PAGES = {
  done: htmlPage("Signed in", "You can close this window and go back to the terminal."),
  failed: htmlPage("The sign-in did not succeed", "Go back to the terminal: it says what to do next."),
};

function htmlPage(title: string, text: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><body style="font:1.1rem system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem"><h1>${title}</h1><p>${text}</p></body></html>`;
}

const AGAIN = "Run the command again to get a new code.";

/** How to take another way with the same command. */
const OTHER_WAY =
  "--auth browser signs you in with the browser of this computer, --auth azure-cli with the Azure CLI.";

/** What went wrong when somebody signed in, and what to do about it. */
export const SIGN_IN: Readonly<
  Record<SignInProblem, (facts: ErrorFacts["SIGN_IN_FAILED"]) => readonly [string, string]>
> = {
  declined: () => ["The sign-in was declined in the browser.", AGAIN],
  expired: () => [
    "The code ran out before anybody signed in.",
    `${AGAIN} If the browser said that access is blocked: ${OTHER_WAY}`,
  ],
  tenantNotFound: ({ tenant }) => [
    say`Microsoft knows no tenant "${tenant}".`,
    "Check the tenant ID: it stands in the Entra admin center under Overview.",
  ],
  accountNotInTenant: ({ tenant }) => [
    say`The account you signed in with does not belong to the tenant ${tenant}.`,
    "Sign in with an account of that tenant (a private browser window helps), or give the tenant of your account.",
  ],
  personalAccount: ({ tenant }) => [
    say`You signed in with a personal Microsoft account, which cannot manage ${tenant || "a tenant"}.`,
    "Sign in with the work account of your organisation; a private browser window helps.",
  ],
  wrongTenant: ({ tenant, answeredBy }) => [
    say`The sign-in led to the tenant ${answeredBy ?? "?"}, not to ${tenant}.`,
    "Check the tenant ID, and sign in with an account of that tenant.",
  ],
  wrongCloud: ({ tenant, otherCloud }) => [
    say`The tenant ${tenant || "asked for"} lives in another Microsoft cloud${otherCloud === undefined ? "" : ` (${otherCloud})`}.`,
    say`Run the command again with --cloud ${otherCloud ?? "<name>"}.`,
  ],
  blockedByPolicy: ({ way }) => [
    way === "device-code"
      ? "A Conditional Access policy of this tenant blocks signing in by device code, or wants a managed device."
      : "A Conditional Access policy of this tenant blocks this sign-in, or wants a managed device.",
    `${way === "device-code" ? `On a managed computer: ${OTHER_WAY}` : "Sign in on a managed computer."} Or forward this to your administrator: Please exclude me for this once from the policy that blocks device code flow (Entra admin center, Conditional Access, policy, Conditions, Authentication flows).`,
  ],
  securityDefaults: () => [
    "The security defaults of this tenant block this way of signing in.",
    `Try another way: ${OTHER_WAY}`,
  ],
  multiFactor: () => [
    "This account needs multi-factor authentication to be completed or set up first.",
    "Sign in once at https://myaccount.microsoft.com, complete it there, then sign in here again.",
  ],
  consentDeclined: () => [
    "The permissions for signing in were declined in the browser.",
    "Sign in again and accept them, or ask an administrator to.",
  ],
  adminApprovalNeeded: (facts) => [
    "An administrator has to approve the program that signs you in.",
    approvalText(facts),
  ],
  clientNotAllowed: ({ clientId }) => [
    say`The sign-in client ${clientId} may not ask for these permissions.`,
    "Leave --sign-in-client-id out, or name an app registration of your own that may.",
  ],
  clientUnknown: ({ clientId }) => [
    say`The sign-in client ${clientId} does not exist in this tenant or is disabled there.`,
    "Name another public client with --sign-in-client-id, or ask your administrator to enable it (Enterprise applications).",
  ],
  clientNotPublic: ({ clientId }) => [
    say`The sign-in client ${clientId} does not allow this way of signing in.`,
    'Switch on "Allow public client flows" on its Authentication page.',
  ],
  confirmationNeeded: () => [
    "Microsoft asks in the browser whether you are trying to sign in, and that was not confirmed.",
    "Sign in again and choose Continue there.",
  ],
  userNotAssigned: ({ clientId }) => [
    say`Your account is not assigned to the sign-in client ${clientId}.`,
    "Ask your administrator to assign you (Enterprise applications, that client, Users and groups), or sign in with another account.",
  ],
  sessionExpired: () => ["Your sign-in has ended.", "Run the same command again and sign in once more."],
  challengeUnanswered: () => [
    "Microsoft wants a fresh sign-in for this, and the session in use cannot give one.",
    "Run the same command again with --auth device-code.",
  ],
  azureCliMissing: () => [
    "There is no Azure CLI (az) on this computer.",
    "Install it, or sign in another way: --auth device-code.",
  ],
  azureCliSignedOut: ({ tenant }) => [
    "Nobody is signed in to the Azure CLI.",
    azLogin("Sign in to it", tenant),
  ],
  azureCliFailed: ({ tenant }) => ["The Azure CLI gave no token.", azLogin("Sign in to it again", tenant)],
  cloudShellUnavailable: ({ detail }) => [
    say`Cloud Shell's own sign-in does not work right now (${detail ?? "?"}).`,
    "Sign in another way: --auth device-code.",
  ],
  tokenMissing: () => [
    "There is no access token.",
    "Put it into ENTRA_APP_REGISTRATION_ACCESS_TOKEN, pipe it into the program, or run it in a terminal to be asked.",
  ],
  tokenExpired: () => ["The access token has ended.", "Get a new one and run the same command again."],
  tokenForOtherApi: ({ cloud }) => [
    "The access token is not for Microsoft Graph of this cloud.",
    say`Get one for ${CLOUDS[cloud].graph}.`,
  ],
  environmentIncomplete: ({ variables = [] }) => [
    say`Signing in from the environment needs variables that are not set: ${variables.join(", ")}.`,
    "AZURE_CLIENT_CERTIFICATE_PATH can stand in for AZURE_CLIENT_SECRET.",
  ],
  credentialRefused: ({ clientId }) => [
    say`The secret or certificate of the application ${clientId} was refused.`,
    "Check that it is the secret's value (not its ID), and that it has not ended.",
  ],
  unknown: () => [
    "The sign-in did not succeed.",
    "Run the command again; if it fails again, send the journal to the vendor's support.",
  ],
};

function azLogin(what: string, tenant: string): string {
  const command = tenant === "" ? "" : say` --tenant ${tenant}`;
  return `${what} (az login --allow-no-subscriptions${command}), then run the same command again.`;
}

/** A paragraph to forward: what to approve, and where. */
function approvalText({ clientId, scopes, ...facts }: SignInAttempt): string {
  const page = approvalPage(CLOUDS[facts.cloud], { ...facts, clientId, scopes });
  return say`Forward this to a Cloud Application Administrator or Global Administrator: Please approve the app ${clientId} (by default Microsoft Graph Command Line Tools) in our tenant ${facts.tenant || "(see above)"} for the delegated permissions ${scopes.join(", ")} (${page}).`;
}
