import type { Asked, Placeholder } from "../../../template/outline.ts";
import { fill } from "../../../template/placeholders.ts";
import { MICROSOFT_GRAPH, privilegeOf } from "../../../template/privileges.ts";
import type { AddOn, Template } from "../../../template/schema.ts";
import { say } from "../clean.ts";
import { choiceText } from "./choice.ts";
import { PRIVILEGES } from "./errors.ts";

type Application = Template["application"];

export const TEMPLATE_HEADINGS = {
  asks: "It asks for",
  creates: "It creates",
  grants: "It gets admin consent for the whole tenant for",
  handsOver: "It hands over",
  provisions: "It is provisioned (SCIM)",
  nextSteps: "Then you are told",
} as const;

const ASKED: Readonly<Record<string, string>> = {
  tenantID: "Microsoft Entra tenant ID, or a domain name of the tenant",
  appName: "Name for the app registration",
  hostname: "URL of the app",
};

/** One question of a template, with what may be answered. */
export function askedLine({ configKey, question, choices, proposed, optional }: Asked): string {
  const offered = choices ? say` [${choices.map(choiceText).join(", ")}]` : "";
  const preset = proposed === undefined ? "" : say`; "${proposed}" is proposed`;
  const open = optional ? "; may be left open" : "";
  return say`${question ?? ASKED[configKey] ?? ""}` + offered + preset + open + say` (${configKey})`;
}

/** What a placeholder stands for, for somebody who has not read about templates. */
const STANDS_FOR: Readonly<Record<Placeholder, string>> = {
  appName: "<name>",
  hostname: "<URL of the app>",
  host: "<host of the URL>",
  key: "<key>",
  value: "<attribute>",
  appId: "<client ID>",
  tenantId: "<tenant ID>",
  clientSecretLink: "<one-time link to the client secret>",
  clientSecretStart: "<day the client secret begins>",
  clientSecretEnd: "<day the client secret ends>",
  handoverFile: "<file>",
  linkEnd: "<day the link ends>",
  setupCommand: "<the whole command scim setup>",
};

/** A text of a template with words in the place of what is not known yet. */
export function inWords(text: string): string {
  const named = text.replaceAll(/\{input\.([A-Za-z0-9]+)\}/g, "<$1>");
  return say`${fill(named, STANDS_FOR)}`;
}

/** What an application is made of; the first line is the application itself. */
export function applicationLines(application: Application, services: readonly string[]): string[] {
  const { displayName, origin, web, spa, publicClient, appRoles = [], clientSecret } = application;
  const made = origin === "nonGallery" ? "Non-gallery enterprise application with its" : "";
  const flow = web ? implicitFlow(web.implicitGrantSettings) : [];
  const uris = [
    ...(web?.redirectUris ?? []).map((uri) => ["redirect URI", uri] as const),
    ...(spa?.redirectUris ?? []).map((uri) => ["redirect URI (single-page app)", uri] as const),
    ...(publicClient?.redirectUris ?? []).map((uri) => ["redirect URI (installed app)", uri] as const),
  ];
  return [
    `${made === "" ? "App" : `${made} app`} registration "${inWords(displayName)}", for this tenant only`,
    ...uris.map(([kind, uri]) => `${kind} ${inWords(uri)}`),
    ...flow,
    ...appRoles.map(({ value, displayName: name }) => say`app role ${value} ("${name}")`),
    ...(made === "" ? ["enterprise application (service principal)"] : []),
    ...(clientSecret
      ? [
          say`client secret, valid for ${clientSecret.lifetime} where nothing else is said, behind a one-time link at ${services.map((service) => new URL(service).host).join(", or ")}`,
        ]
      : []),
  ];
}

function implicitFlow(settings: NonNullable<Application["web"]>["implicitGrantSettings"]): string[] {
  const on = [
    settings.enableAccessTokenIssuance && "access tokens",
    settings.enableIdTokenIssuance && "ID tokens",
  ].filter(Boolean);
  return on.length > 0 ? [`implicit flow: ${on.join(" and ")} (not with --no-implicit-flow)`] : [];
}

/** An optional part: its title, then what it adds. */
export function addOnLines({ title, name, exposedApi }: AddOn): string[] {
  return [
    say`With ${title} (--${name})`,
    ...exposedApi.identifierUris.map((uri) => `Application ID URI ${inWords(uri)}`),
    ...exposedApi.oauth2PermissionScopes.map(
      ({ value, adminConsentDisplayName }) => say`scope ${value}: ${adminConsentDisplayName}`,
    ),
    ...exposedApi.preAuthorizedApplications.map(({ name: client }) => say`authorised client ${client}`),
  ];
}

/** A permission: without a tenant there is its name, and whether the app acts for somebody or by itself. */
export function permissionLine(permission: Application["permissions"][number]): string {
  const { name, api, type, optional } = permission;
  const whose = api === MICROSOFT_GRAPH ? "Microsoft Graph" : say`the API ${api}`;
  const acts =
    type === "delegated"
      ? "in the name of whoever is signed in, and no more than they may"
      : "by itself, for the whole tenant, without anybody signed in";
  const left = optional === undefined ? "" : "; left out with --no-group-sync";
  const reason = privilegeOf(permission);
  const refused =
    reason === undefined ? "" : `; ${PRIVILEGES[reason]}, so it is refused without --allow-high-privilege`;
  return say`${name} (${whose}, ${type}): ${acts}${left}` + refused;
}

export const IN_MICROSOFTS_WORDS =
  "What a permission allows is shown in Microsoft's words from your tenant: register --dry-run.";

/** What a hand-over file would hold. */
export function handoverLines({ fileName, entries }: NonNullable<Application["handover"]>): string[] {
  return [say`${fileName}`, ...Object.entries(entries).map(([key, text]) => say`${key}: ` + inWords(text))];
}

/** Which template takes the place of this one where users are provisioned. */
export function variantLine(variant: string): string {
  return say`With provisioning (useSCIM, --scim) the template ${variant.replace(/^.*[/\\]/, "")} takes its place.`;
}

export function nextStepLine(text: string): string {
  return inWords(text);
}

/** What stands beside a template's name in the list. */
export function listNote(isDefault: boolean, variantOf: string | undefined): string {
  if (isDefault) return " (the default)";
  return variantOf === undefined ? "" : say` (${variantOf} with provisioning)`;
}
