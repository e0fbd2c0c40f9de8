import type { ErrorFacts, SignInAttempt, SignInProblem } from "../../../errors.ts";
import type { SignInWay } from "../../../settings/sign-in.ts";
import { approvalPage, CLOUDS, GRAPH_COMMAND_LINE_TOOLS } from "../../../signin/cloud.ts";
import { say } from "../clean.ts";

/** The ways of signing in, as a person chooses between them; short, for a line that breaks is hard to read. */
export const SIGN_IN_WAYS: Readonly<Record<SignInWay, string>> = {
  "device-code": "A code, to enter in a browser on any device",
  browser: "The browser of this computer, where codes are blocked",
  "azure-cli": "The Azure CLI, if you are signed in to it (az login)",
  "cloud-shell": "Azure Cloud Shell's own sign-in",
  token: "An access token that you got elsewhere",
  environment: "An application, by the AZURE_… variables",
};

/** The same in the middle of a sentence. */
const IN_A_SENTENCE: Readonly<Record<SignInWay, string>> = {
  "device-code": "a code that you enter in a browser",
  browser: "the browser of this computer",
  "azure-cli": "the Azure CLI",
  "cloud-shell": "Azure Cloud Shell's own sign-in",
  token: "an access token",
  environment: "an application",
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

const LATER = "run the same command again";

/** What happened, what to do once the run has ended, and what to do where the choice of a way comes next. */
type Words = readonly [message: string, hint: string, hintHere?: string];

/** What went wrong when somebody signed in, and what to do about it. */
export const SIGN_IN: Readonly<Record<SignInProblem, (facts: ErrorFacts["SIGN_IN_FAILED"]) => Words>> = {
  declined: () => ["The sign-in was declined in the browser.", AGAIN, ""],
  expired: ({ way }) => [
    way === "browser"
      ? "Nobody signed in in the browser in time."
      : "The code ran out before anybody signed in.",
    way === "browser"
      ? "Run the command again; --auth device-code works with any browser."
      : `${AGAIN} If the browser said that access is blocked: ${OTHER_WAY}`,
    way === "browser"
      ? ""
      : "Choose a code again for a new one, or another way if the browser said that access is blocked.",
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
  blockedByPolicy: ({ way }) => {
    const isCode = way === "device-code";
    const toForward =
      "Or forward this to your administrator: Please exclude me for this once from the policy that blocks device code flow (Entra admin center, Conditional Access, policy, Conditions, Authentication flows).";
    return [
      isCode
        ? "A Conditional Access policy of this tenant blocks signing in by device code, or wants a managed device."
        : "A Conditional Access policy of this tenant blocks this sign-in, or wants a managed device.",
      isCode ? `On a managed computer: ${OTHER_WAY} ${toForward}` : MANAGED,
      isCode ? `On a managed computer, choose its browser or the Azure CLI. ${toForward}` : MANAGED,
    ];
  },
  securityDefaults: () => [
    "The security defaults of this tenant block this way of signing in.",
    `Try another way: ${OTHER_WAY}`,
    "Choose another way.",
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
    "Choose another way.",
  ],
  azureCliSignedOut: ({ tenant }) => [
    "Nobody is signed in to the Azure CLI.",
    `Sign in to it (${azLogin(tenant)}), then ${LATER}.`,
    `Sign in to it in another window and choose it again, or choose another way.\n\n    ${azLogin(tenant)}\n`,
  ],
  azureCliFailed: ({ tenant }) => [
    "The Azure CLI gave no token.",
    `Sign in to it again (${azLogin(tenant)}), then ${LATER}.`,
    `Sign in to it again in another window and choose it again, or choose another way.\n\n    ${azLogin(tenant)}\n`,
  ],
  cloudShellUnavailable: ({ detail }) => [
    say`Cloud Shell's own sign-in does not work right now (${detail ?? "?"}).`,
    "Sign in another way: --auth device-code.",
    "",
  ],
  tokenMissing: () => [
    "There is no access token.",
    "Put it into ENTRA_APP_REGISTRATION_ACCESS_TOKEN, pipe it into the program, or run it in a terminal to be asked.",
  ],
  tokenExpired: () => [
    "Microsoft Graph does not take the access token: it has ended, or is not complete.",
    `Get a new one and ${LATER}.`,
    "Get a new one, or choose another way.",
  ],
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
  certificateUnusable: () => [
    "The file that AZURE_CLIENT_CERTIFICATE_PATH names cannot be used.",
    "It must be there and be readable by you, and hold the certificate and its private key in PEM form. AZURE_CLIENT_CERTIFICATE_PASSWORD is for a key with a password.",
  ],
  unknown: () => [
    "The sign-in did not succeed.",
    "Run the command again; if it fails again, send the journal to the vendor's support.",
    "Try another way; if none works, send the journal to the vendor's support.",
  ],
};

const MANAGED = "Sign in on a managed computer.";

/** A failure after which the run goes on: another way is chosen or taken, or the tenant is asked for again. */
export function retried(failure: ErrorFacts["SIGN_IN_FAILED"], next: SignInWay | undefined): string {
  const { problem, detail, aadsts } = failure;
  const [message, hint, hintHere = hint] = SIGN_IN[problem](failure);
  if (next !== undefined) return `${message} Going on with ${IN_A_SENTENCE[next]}.`;
  // Of a mistyped tenant nobody needs to hear that a subscription may be missing.
  const isMore = problem === "azureCliFailed" || (aadsts !== undefined && problem !== "tenantNotFound");
  const said = isMore && detail !== undefined ? say`(Microsoft says: ${detail})` : "";
  // A command stands on a line of its own, at the end.
  return [message, said, hintHere].filter(Boolean).join(" ");
}

function azLogin(tenant: string): string {
  return `az login --allow-no-subscriptions${tenant === "" ? "" : say` --tenant ${tenant}`}`;
}

/** A paragraph to forward: what to approve, and where. */
function approvalText({ clientId, scopes, ...facts }: SignInAttempt): string {
  const tenant = facts.tenant || "organizations";
  const page = approvalPage(CLOUDS[facts.cloud], { tenant, clientId, scopes });
  const name = clientId === GRAPH_COMMAND_LINE_TOOLS ? "Microsoft Graph Command Line Tools, " : "";
  return say`Forward this to a Cloud Application Administrator or Global Administrator: Please approve the app ${name}${clientId} in our tenant ${facts.tenant || "(the one you signed in to)"} for the delegated permissions ${scopes.join(", ")}, on this page: ${page} (The browser ends on a page at localhost that does not open. That is all right.)`;
}
