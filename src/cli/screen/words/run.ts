import type { ProofProblem, RunEvent } from "../../../flow/events.ts";
import type { GraphWait } from "../../../graph/batch.ts";
import { toScreenDate } from "../../../handover/dates.ts";
import type { PasswordCredential } from "../../../registration/types.ts";
import { say } from "../clean.ts";
import type { Advice } from "./advice.ts";
import { NAMESAKE_QUESTIONS } from "./namesakes.ts";
import { assignedSoFar } from "./scim-assign.ts";
import { controlDone, controlFailed, leftOut } from "./scim-control.ts";
import { FOLLOWING, provisioningFound, restartMeans } from "./scim-running.ts";
import { setupNote } from "./scim-setup.ts";
import { retried } from "./sign-in.ts";

/** A wait, in the person's words; the seconds count down. */
export function waiting({ reason, host, proxy }: GraphWait, seconds: number): string {
  const forSeconds = `${seconds} s`;
  switch (reason) {
    case "throttled":
      return say`Waiting ${forSeconds}, as ${host} asks`;
    case "unavailable":
      return say`Trying again in ${forSeconds}: ${host} does not answer properly`;
    case "unreachable":
      return proxy === undefined
        ? say`Trying again in ${forSeconds}: ${host} cannot be reached`
        : say`Trying again in ${forSeconds}: ${host} cannot be reached through the proxy ${proxy}`;
    case "replication":
      return say`${host} is still taking in what was just created: ${forSeconds}`;
    case "assignment":
      return `Who was just assigned counts in a few minutes: trying again in ${forSeconds}`;
    case "absence":
      return say`Making sure that an earlier attempt has not created it already: ${forSeconds}`;
  }
}

/** How to enter the code; the address is the one that Microsoft gave. */
export function deviceCode(userCode: string, verificationUri: string, canSwitch: boolean): readonly string[] {
  return [
    "To sign in, open this page in a browser and enter the code:",
    "",
    say`    ${verificationUri}`,
    say`    Code: ${userCode}`,
    "",
    ...(canSwitch ? ["While it waits, press n for a new code, or o for another way to sign in."] : []),
  ];
}

/** Where the browser should have opened, for one that did not. */
export function signInPage(url: string, canSwitch: boolean): readonly string[] {
  return [
    "Your browser opens for the sign-in. If it does not, open this page on this computer:",
    "",
    say`${url}`,
    "",
    ...(canSwitch ? ["While it waits, press o for another way to sign in."] : []),
  ];
}

export const WAITING_FOR_BROWSER = "Waiting for you to sign in in the browser";

/** Where to consent while the run waits. */
export function consentPageLines(url: string, permissions: readonly string[]): readonly string[] {
  return [
    say`To grant ${permissions.join(" and ")}, open this page and choose "Grant admin consent":`,
    "",
    say`    ${url}`,
    "",
    "This run goes on by itself when the consent is there, and waits for 8 minutes. Press s to stop waiting: it can be given later as well.",
  ];
}

/** Many tenants block device codes, and only the browser says so: here the code just stays unused. */
export const BLOCKED_CODE_HINT =
  "Does the browser say that access is blocked, or that an administrator has to approve? Then this code will not work: press o for another way to sign in.";

/** What stands beside the spinner while the code waits; `m:ss`. */
export function codeCountdown(secondsLeft: number): string {
  const seconds = Math.max(0, Math.round(secondsLeft));
  return `Waiting for you to sign in (the code is good for ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")})`;
}

const SANDBOX = "Sandbox: nothing here touches a real tenant, and the sign-in code is accepted by itself.";

/** The sentence for an event that is one; undefined for those that have a view of their own. */
export function describeEvent(event: RunEvent): Advice | undefined {
  switch (event.kind) {
    case "sandbox":
      return say`${SANDBOX}${event.examples.length > 0 ? ` Example values are used for ${event.examples.map(({ flag }) => flag).join(", ")}.` : ""}`;
    case "sandboxBusy":
      return `Another run (process ${event.processId}) works on the simulated tenant of this folder; this one goes on when that has ended. Ctrl-C stops waiting.`;
    case "config":
      return configNote(event);
    case "configNotUploaded":
      return "The vendor's config.json is not in this folder. If you have one: stop (Ctrl-C), upload it (Manage files, Upload, in the bar above; it lands in your home folder), and run the command there again. Otherwise just answer the questions.";
    case "journal":
      return say`Journal of this run: ${event.path}`;
    case "noJournal":
      return say`No journal of this run can be written to ${event.path}; the run goes on without one.`;
    case "hostnameReduced":
      return say`Using ${event.origin}; the rest of the address is not needed.`;
    case "signInFailed":
      return retried(event.failure, event.next);
    case "signedIn":
      return signedIn(event);
    case "serviceReplaced":
      return say`${new URL(event.from).host} cannot be used now; ${new URL(event.to).host} takes its place.`;
    case "lifetimeShortened":
      return say`The tenant's policy wants a shorter life for secrets: trying ${event.endDateTime.slice(0, 10)} as the end.`;
    case "grantRefused":
      return say`You may not grant ${event.permissions.map(({ value }) => value).join(", ")}: somebody else has to. The rest goes on.`;
    case "consentNotSeen":
      return "Microsoft cannot be asked any more whether the consent was given, so this run waits no longer. Everything else is done.";
    case "redirectUrisKept":
      return say`Redirect URIs of an earlier address stay: ${event.uris.join(", ")}. In a terminal you are asked whether to remove them.`;
    case "secretsDoubtful":
      return secretsDoubtful(event.secrets);
    case "variablesUnknown":
      return say`These environment variables are not known and change nothing: ${event.names.join(", ")}.`;
    case "notVisibleYet":
      return "Microsoft Entra accepted everything, but does not show all of it yet. That takes a few minutes sometimes.";
    case "readBackFailed":
      return "Everything was accepted, but could not be read back. Run the same command again later to check.";
    case "proofFailed":
      return proofFailed(event.problem, event.detail);
    case "fileKept":
      return say`Something else of that name was in the way; it is kept as ${event.keptAs}`;
    case "pageNotWritten":
      return say`The page about the registration could not be written to ${event.file} (${event.errno}); everything else is done.`;
    case "reminderWritten":
      return say`Calendar reminder for ${[...new Set(event.days.map(toScreenDate))].join(" and ")} written to ${event.file}; open it to add it to your calendar.`;
    case "reminderNotWritten":
      return event.errno === "EEXIST"
        ? say`No calendar reminder was written: ${event.file} is a file of something else.`
        : say`No calendar reminder could be written to ${event.file} (${event.errno}).`;
    case "markNotSet":
      return "The hand-over could not be noted on the app; the hand-over file counts. The next run notes it.";
    case "secretsRestored":
      return restored(event);
    case "deletedFound":
      return deletedFound(event);
    case "applicationDone":
      return event.result.outcome === "nothingToDo"
        ? undefined
        : say`"${event.result.displayName}" is registered, client ID ${event.result.appId ?? ""}`;
    case "surplusApplications":
      return say`Microsoft made the enterprise application more than once. Nobody uses these; delete them in the Entra admin center under App registrations: ${event.appIds.join(", ")}.`;
    case "interrupted":
      return `Stopping as soon as what is under way is done${event.byKey ? ". Press Ctrl-C again to stop at once" : ", in 10 seconds at most"}.`;
    case "provisioningFound":
      return provisioningFound(event);
    case "leftOut":
      return leftOut(event.result);
    case "restartMeans":
      return restartMeans(event);
    case "controlDone":
      return controlDone(event.result);
    case "controlFailed":
      return controlFailed(event.displayName);
    case "following":
      return FOLLOWING;
    case "secretTokenCleaned":
    case "secretTokenFileShared":
    case "inputSilent":
    case "secretTokenKept":
    case "settingsUnseen":
    case "anyTokenAccepted":
    case "mappingsKept":
    case "attributesNotKept":
    case "attributesLeftOut":
    case "nobodyAssigned":
    case "notInScopeYet":
      return setupNote(event);
    case "assignedSoFar":
      return assignedSoFar(event.assigned, event.total);
    case "assignments":
    case "assigning":
    case "usersChecked":
    case "deviceCode":
    case "signInPage":
    case "consentPage":
    case "wait":
    case "exchange":
    case "task":
    case "plan":
    case "removal":
    case "consentSubject":
      return undefined;
  }
}

function signedIn({ username, tenant }: Extract<RunEvent, { kind: "signedIn" }>): string {
  const who = say`Signed in as ${username} in ${tenant.displayName} (${tenant.id})`;
  // How Entra names the account of somebody from outside.
  return username.includes("#EXT#") ? `${who}, where this account is a guest` : who;
}

function configNote({
  unknownKeys,
  ignoredFile,
  file,
}: Extract<RunEvent, { kind: "config" }>): string | undefined {
  if (ignoredFile !== undefined) {
    return say`${ignoredFile} has none of this program's keys and is left alone; it seems to belong to another program.`;
  }
  return unknownKeys.length > 0
    ? say`${file}: these keys are not known and change nothing: ${unknownKeys.map((key) => `"${key}"`).join(", ")}.`
    : undefined;
}

function proofFailed(problem: ProofProblem, detail: string): string {
  switch (problem) {
    case "secretNotAccepted":
      return say`The registration is complete, but signing in as the new app does not work yet${detail && `: ${detail}`}. New secrets take a few minutes sometimes.`;
    case "permissionNotEffective":
      return say`The registration is complete, but ${detail} does not take effect yet. New consent takes a few minutes sometimes.`;
    case "other":
      return "The registration is complete, but could not be tried out as the new app.";
  }
}

function restored({ ours, others, kept }: Extract<RunEvent, { kind: "secretsRestored" }>): Advice {
  const counts = [ours > 0 && `${ours} of this tool`, others > 0 && `${others} of others`].filter(Boolean);
  const back = `The old client secrets of the restored app work again: ${counts.join(", ")}.`;
  if (kept.length === 0) return back;
  const stay = "Nobody can be asked about those of this tool, so they stay. To remove them:";
  return [{ say: `${back} ${stay}`, run: say`secret retire ${kept.join(" ")}` }];
}

function secretsDoubtful(secrets: readonly PasswordCredential[]): Advice {
  const names = secrets.map(({ displayName, keyId }) => say`"${displayName ?? ""}" (${keyId})`);
  const keyIds = secrets.map(({ keyId }) => keyId);
  const many = secrets.length > 1;
  const sentence = say`Nothing proves that the vendor has the client ${many ? "secrets" : "secret"} ${names.join(", ")}; ${many ? "they stay" : "it stays"}. When nobody uses ${many ? "them" : "it"}:`;
  return [{ say: sentence, run: say`secret retire ${keyIds.join(" ")}` }];
}

const BEFORE_IT = {
  restore: "restores it, and changes in it what differs from the plan below, which is for a new one",
  purge: "deletes it for good, then does what the plan below says",
  ask: "asks whether to restore it or to delete it for good (--deleted); the plan below is for a new one",
} as const;

function deletedFound(event: Extract<RunEvent, { kind: "deletedFound" }>): string {
  const { displayName, deletedDateTime, choice = "ask" } = event;
  return say`"${displayName}" was deleted on ${deletedDateTime.slice(0, 10)} and still holds its name. Without --dry-run this command ${BEFORE_IT[choice]}.`;
}

export const QUESTIONS = {
  signInWay: "How do you want to sign in?",
  stepUp: "This sign-in is not enough for that. What now?",
  stepUpConsent: (names: string) => say`How do you want to grant ${names}?`,
  signInAgain: "Sign in with a code now, as somebody who may do it",
  consentPage: "On Microsoft's page: this run shows the link and waits; no test at the end",
  consentLater: "Later, or by somebody else",
  accessToken: "Access token for Microsoft Graph",
  secretToken: (name: string) => say`Secret token from the vendor for "${name}" (Enter: not there yet)`,
  noAccessToken: "Paste the token, or press Ctrl-C to stop.",
  tenant: "Microsoft Entra tenant ID (or a domain name of the tenant)",
  appName: "Name for the app registration",
  hostname: "URL of the app (starts with https://)",
  goAhead: "Go ahead?",
  trustService: (host: string) =>
    say`The client secret would go to ${host}, a service that the vendor does not name. Use it?`,
  ...NAMESAKE_QUESTIONS,
  rename: "Make a new one under another name",
  stop: "Stop and change nothing",
  softDeleted: (name: string, date: string) =>
    say`"${name}" was deleted on ${date} and still holds its name. What now?`,
  restore: "Restore it (its old secrets work again)",
  purge: "Delete it for good and make a new one",
  removeRedirectUri: (uri: string) => say`Remove the redirect URI of an earlier address, ${uri}?`,
  removeRestoredSecret: (name: string, end: string) =>
    say`The client secret "${name}" (until ${end}) works again. Remove it? If none is left, a new one is handed over.`,
  typeName: (name: string) =>
    say`This app was not made by this tool. To remove it, type its name, ${name} (Enter alone stops)`,
  nameDiffers: "That is not its name. Enter alone stops.",
  keepDoubtful: (names: string) =>
    say`The app has a client secret of which nothing proves that it was handed over (${names}). Does the vendor have it?`,
  undelivered: "The secret could not be handed over. What now?",
  retry: "Try again",
  otherService: (service: string) => say`Use ${service}`,
  showOnce: "Show it once on this screen",
  showing:
    "This is the client secret. It is shown once; nobody can show it again. Copy it now to a safe place, such as a password manager.",
  secretNoted: "Have you copied it? (no: it is not counted as handed over)",
  retireLast: (name: string) =>
    say`"${name}" is the last client secret that was handed over. Without it the vendor's app stops working. Remove it all the same?`,
  remove: "Remove the secret again and stop",
  yesOrNo: "(y/n)",
  enterForNone: "(Enter: none)",
  noneForNone: "(none: leave it out)",
} as const;
