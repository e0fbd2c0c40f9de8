import { toScreenDate } from "../../../handover/dates.ts";
import type { Finding, NamedPermission } from "../../../registration/findings.ts";
import type { ImplicitGrantSettings } from "../../../registration/types.ts";
import { say } from "../clean.ts";
import type { Advice } from "./advice.ts";

/** The parts of a registration, in the order in which they are shown. */
export const SECTIONS = {
  application: "App registration",
  declared: "Permissions it asks for",
  enterprise: "Enterprise application",
  consent: "Admin consent for the whole tenant",
  api: "Exposed API",
  secrets: "Client secrets",
} as const;

export type Section = keyof typeof SECTIONS;

const SECTION_OF: Readonly<Record<Finding["about"], Section>> = {
  mark: "application",
  displayName: "application",
  signInAudience: "application",
  redirectUri: "application",
  appRole: "application",
  implicitFlow: "application",
  declaredPermission: "declared",
  servicePrincipal: "enterprise",
  servicePrincipalTag: "enterprise",
  consent: "consent",
  identifierUri: "api",
  accessTokenVersion: "api",
  scope: "api",
  client: "api",
  secret: "secrets",
  deliveredSecret: "secrets",
  deliveryMark: "secrets",
};

const PLATFORMS = {
  web: "redirect URI",
  spa: "redirect URI (single-page app)",
  publicClient: "redirect URI (installed app)",
} as const;

/** Of one of several applications. */
export function notRegistered(displayName: string): string {
  return say`"${displayName}" is not registered in this tenant.`;
}

/** The first line about one application, by how many differences there are. */
export function verdict(displayName: string, faults: number): string {
  if (faults === 0) return say`"${displayName}" is as the template wants it.`;
  const count = faults === 1 ? "1 difference" : `${faults} differences`;
  return say`"${displayName}" is not as the template wants it: ${count}.`;
}

/** Where a finding is shown. */
export function sectionOf({ about }: Finding): Section {
  return SECTION_OF[about];
}

/** One finding on one line, as it stands behind its mark. */
export function describeFinding(finding: Finding): string {
  const { state } = finding;
  switch (finding.about) {
    case "mark":
      return "not marked as managed by this tool";
    case "displayName":
      return state === "ok"
        ? say`name "${finding.found}"`
        : say`name "${finding.found}", should be "${finding.wanted}"`;
    case "signInAudience":
      return state === "ok"
        ? say`who can sign in: ${audience(finding.found)}`
        : say`who can sign in: ${audience(finding.found)}, should be ${audience(finding.wanted)}`;
    case "redirectUri":
      if (finding.earlierAddress)
        return say`redirect URI ${finding.uri} is of an earlier address; in a terminal register offers to remove it`;
      return listed(PLATFORMS[finding.platform], finding.uri, state);
    case "appRole":
      return state === "differs"
        ? say`app role ${finding.value} is not as it should be`
        : listed("app role", finding.value, state);
    case "implicitFlow":
      return state === "ok"
        ? say`implicit flow: ${switches(finding.found)}`
        : say`implicit flow: ${switches(finding.found)}, should be ${switches(finding.wanted)}`;
    case "declaredPermission":
      return listed("", permissionName(finding.permission), state);
    case "servicePrincipal":
      return state === "ok" ? "is there" : "is missing";
    case "servicePrincipalTag":
      return state === "ok"
        ? "is shown under Enterprise applications"
        : say`is not shown under Enterprise applications (tag ${finding.tag})`;
    case "consent":
      return consent(finding);
    case "identifierUri":
      return listed("Application ID URI", finding.uri, state);
    case "accessTokenVersion":
      return state === "ok"
        ? say`access token version ${finding.wanted}`
        : say`access token version ${finding.found ?? 1}, should be ${finding.wanted}`;
    case "scope":
      return state === "differs"
        ? say`scope ${finding.value} differs from the template`
        : listed("scope", finding.value, state);
    case "client":
      return state === "differs"
        ? say`authorised client ${client(finding)} lacks a scope`
        : listed("authorised client", client(finding), state);
    case "secret":
      return secret(finding);
    case "deliveredSecret":
      return "no valid client secret that was handed over";
    case "deliveryMark":
      return "its hand-over is not noted on the app";
  }
}

/** A thing of a list; what is there and not the template's is the customer's own. */
function listed(what: string, item: string, state: Finding["state"]): string {
  const subject = what === "" ? item : say`${what} ${item}`;
  if (state === "missing") return say`${subject} is missing`;
  return state === "extra" ? say`${subject} is your own; it stays` : say`${subject}`;
}

/** A permission with its API and its kind. */
export function permissionName({ value, api, type }: NamedPermission): string {
  return say`${value} (${api}, ${type === "Role" ? "application" : "delegated"})`;
}

function consent({ permission, state }: Extract<Finding, { about: "consent" }>): string {
  switch (state) {
    case "missing":
      return say`${permissionName(permission)} is not granted`;
    case "warning":
      return say`${permissionName(permission)} is granted, and the template does not ask for it: it works without anybody signed in`;
    case "extra":
      return say`${permissionName(permission)} is granted besides`;
    default:
      return say`${permissionName(permission)}`;
  }
}

function client({ name, appId }: Extract<Finding, { about: "client" }>): string {
  return name === undefined ? appId : say`${name} (${appId})`;
}

const AUDIENCES: Readonly<Record<string, string>> = {
  AzureADMyOrg: "this tenant only",
  AzureADMultipleOrgs: "every tenant",
  AzureADandPersonalMicrosoftAccount: "every tenant and personal accounts",
  PersonalMicrosoftAccount: "personal accounts",
};

function audience(value: string): string {
  return AUDIENCES[value] ?? value;
}

function switches({ enableAccessTokenIssuance, enableIdTokenIssuance }: ImplicitGrantSettings): string {
  const on = [enableAccessTokenIssuance && "access tokens", enableIdTokenIssuance && "ID tokens"];
  return on.filter(Boolean).join(" and ") || "off";
}

function secret({ credential, judgement, daysLeft }: Extract<Finding, { about: "secret" }>): string {
  const name = say`"${credential.displayName ?? credential.keyId}"`;
  const end = say`${toScreenDate(new Date(credential.endDateTime))}`;
  // A secret that was removed is listed for some minutes more, with an end that is still to come.
  if (daysLeft >= 0 && judgement === "expired") return `${name}: removed, and listed for some minutes more`;
  const until =
    daysLeft < 0 ? `ended on ${end}` : `until ${end}, ${daysLeft} ${daysLeft === 1 ? "day" : "days"} left`;
  switch (judgement) {
    case "delivered":
      return `${name}: handed over, ${until}`;
    case "undelivered":
      return `${name}: never handed over, ${until}`;
    case "doubtful":
      return `${name}: nothing proves that it was handed over, ${until}`;
    case "expired":
      return `${name}: ${until}`;
    case "foreign":
      return `${name}: not made by this tool, ${until}`;
  }
}

/** What to do about it all, as the last words on the screen. */
export function advice(facts: {
  /** Those of the registration. */
  readonly faults: number;
  readonly ofProvisioning: number;
  readonly warnings: number;
  readonly endsSoon: boolean;
}): Advice[] {
  const { faults, ofProvisioning, warnings, endsSoon } = facts;
  const texts: Advice[] = [];
  if (faults > 0) {
    texts.push([
      { say: "This shows these differences as its plan, and repairs them after your yes:", run: "register" },
    ]);
  }
  if (endsSoon) {
    texts.push([{ say: "A client secret ends soon. A new one beside it:", run: "secret rotate" }]);
  }
  if (texts.length === 0 && ofProvisioning === 0) {
    texts.push(
      warnings > 0 ? "Nothing has to be repaired. Look at what is marked with !." : "Nothing to do.",
    );
  }
  return texts;
}
