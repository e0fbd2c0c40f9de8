import type { ProvisioningState } from "../provisioning/state.ts";
import type { DesiredRegistration, ResolvedPermission } from "../registration/types.ts";
import { toScreenDate } from "./dates.ts";
import { Html, html } from "./html.ts";
import { PAGE_STYLE } from "./page-style.ts";
import { type SecretLife, timeline } from "./timeline.ts";

/** A page of the Entra admin center. */
export interface PageLink {
  readonly text: string;
  readonly url: string;
}

/** How users get into the product by themselves. */
export interface PageProvisioning {
  readonly tenantUrl: string;
  /** "waiting" for the vendor's secret token. */
  readonly state: ProvisioningState | "waiting";
  /** The groups whose members are provisioned, by name, and how many users besides. */
  readonly groups: readonly string[];
  readonly users: number;
}

export interface PageApplication {
  readonly appId: string;
  readonly objectId: string;
  readonly servicePrincipalId: string | undefined;
  readonly desired: DesiredRegistration;
  /** Permissions that somebody has to consent to still. */
  readonly waiting: readonly ResolvedPermission[];
  /** Undefined for an application without a client secret. */
  readonly secret: SecretLife | undefined;
  /** The name of the file that holds the one-time link; undefined where this run wrote none. */
  readonly handoverFile: string | undefined;
  readonly links: readonly PageLink[];
  /** Undefined where this run did not look at it. */
  readonly provisioning?: PageProvisioning | undefined;
}

export interface HandoverPage {
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly applications: readonly PageApplication[];
  /** Those whose users are synchronised. */
  readonly groups: readonly { readonly id: string; readonly displayName: string; readonly url: string }[];
  readonly now: Date;
}

const MARK = /<meta name="entra-app-registration" content="([0-9a-f-]+)((?: [0-9a-f-]+)*)">/i;

/** Whether an existing page is about the same applications, or some of them, and may be replaced. */
export function isPageOf(existing: string, { tenant, applications }: HandoverPage): boolean {
  const [, tenantId, appIds = ""] = MARK.exec(existing) ?? [];
  const known = applications.map(({ appId }) => appId);
  return (
    tenantId === tenant.id &&
    appIds
      .trim()
      .split(" ")
      .every((appId) => known.includes(appId))
  );
}

/**
 * One page about what was registered, for people: whole in itself, readable without script and on paper. It
 * holds no secret and no one-time link, so that it may be passed on.
 */
export function toPage(page: HandoverPage): string {
  const { tenant, applications, groups, now } = page;
  const names = applications.map(({ desired }) => desired.displayName).join(", ");
  const ids = [tenant.id, ...applications.map(({ appId }) => appId)].join(" ");
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="entra-app-registration" content="${ids}">
<title>App registration ${names}</title>
<style>${new Html(PAGE_STYLE)}</style>
</head>
<body>
<main>
<header>
<p class="kind">App registration in Microsoft Entra</p>
<h1><bdi>${names}</bdi></h1>
<p>In <bdi>${tenant.displayName}</bdi>, as of <time datetime="${toScreenDate(now)}">${toScreenDate(now)}</time>. This page holds no secret and no link to one.</p>
</header>
${applications.map((application) => applicationPart(application, page))}
${groups.length > 0 ? groupsPart(groups) : ""}
</main>
</body>
</html>
`;
  return text;
}

function applicationPart(application: PageApplication, { tenant, applications, now }: HandoverPage): Html {
  const { desired, waiting, secret, handoverFile, links, provisioning } = application;
  const where =
    handoverFile === undefined
      ? ""
      : html`<p>The one-time link to it is in <code>${handoverFile}</code>.</p>`;
  return html`<article>
${applications.length > 1 ? html`<h2 class="app"><bdi>${desired.displayName}</bdi></h2>` : ""}
${waiting.length > 0 ? html`<p class="waiting"><strong>Not complete yet:</strong> somebody with the right role still has to consent to ${waiting.map(({ value }) => value).join(" and ")}.</p>` : ""}
<section>
<h2>What was created</h2>
<dl>
${facts(application, tenant).map(([name, values]) => html`<div><dt>${name}</dt>${values.map((value) => html`<dd>${value}</dd>`)}</div>\n`)}</dl>
</section>
${permissionsPart(desired.permissions, waiting)}
${secret ? html`<section>\n<h2>How long the client secret works</h2>\n${timeline(secret, now)}\n${where}</section>` : ""}
${provisioning ? provisioningPart(provisioning) : ""}
<section>
<h2>In the Entra admin center</h2>
<ul>
${links.map(({ text, url }) => html`<li><a href="${url}" rel="noreferrer">${text}</a></li>\n`)}</ul>
</section>
</article>
`;
}

/** Names and values, each with its own line; what there is none of is left out. */
function facts(
  { appId, objectId, servicePrincipalId, desired }: PageApplication,
  tenant: HandoverPage["tenant"],
): (readonly [string, readonly Html[]])[] {
  const code = (value: string) => html`<code>${value}</code>`;
  const { exposedApi } = desired;
  const rows: (readonly [string, readonly Html[]])[] = [
    ["Name", [html`<bdi>${desired.displayName}</bdi>`]],
    ["Tenant", [html`<bdi>${tenant.displayName}</bdi>`, code(tenant.id)]],
    ["Application (client) ID", [code(appId)]],
    ["Object ID of the app registration", [code(objectId)]],
    [
      "Object ID of the enterprise application",
      servicePrincipalId === undefined ? [] : [code(servicePrincipalId)],
    ],
    [
      "Who can sign in",
      desired.signInAudience === "AzureADMyOrg" ? [html`Accounts of this tenant only`] : [],
    ],
    ["Redirect URIs, web", desired.redirectUris.map(code)],
    ["Redirect URIs, single-page", desired.spaRedirectUris.map(code)],
    ["Redirect URIs, installed apps", desired.publicClientRedirectUris.map(code)],
    ["App roles", desired.appRoles.map(({ displayName }) => html`<bdi>${displayName}</bdi>`)],
    [
      "Application ID URI",
      (exposedApi?.identifierUris ?? []).map((uri) => code(uri.replaceAll("{appId}", appId))),
    ],
    ["Scopes that it offers", (exposedApi?.oauth2PermissionScopes ?? []).map(({ value }) => code(value))],
    [
      "Apps that may use them unasked",
      (exposedApi?.preAuthorizedApplications ?? []).map(({ name }) => html`<bdi>${name}</bdi>`),
    ],
  ];
  return rows.filter(([, values]) => values.length > 0);
}

function permissionsPart(
  permissions: readonly ResolvedPermission[],
  waiting: readonly ResolvedPermission[],
): Html | string {
  if (permissions.length === 0) return "";
  const isWaiting = ({ id, type }: ResolvedPermission) =>
    waiting.some((one) => one.id === id && one.type === type);
  return html`<section>
<h2>What it may do</h2>
<ul class="permissions">
${permissions.map(
  (permission) => html`<li>
<strong><bdi>${permission.displayName}</bdi></strong>
<span>${permission.type === "Role" ? "By itself, without anybody signed in" : "For a person who is signed in, and no more than that person may"}</span>
<span class="small"><code>${permission.value}</code>, ${permission.resource.displayName}, ${permission.type === "Role" ? "application" : "delegated"} permission; ${isWaiting(permission) ? html`<strong class="late">consent is missing</strong>` : "consent is given for the whole tenant"}</span>
</li>
`,
)}</ul>
</section>`;
}

const STATES: Readonly<Record<PageProvisioning["state"], string>> = {
  waiting: "Prepared; it waits for the vendor's secret token",
  notSetUp: "Not set up yet",
  incomplete: "Prepared; it waits for the vendor's tenant URL and secret token",
  ready: "Ready, and not started yet",
  firstCycle: "Running; the first cycle is under way",
  running: "Running",
  paused: "Paused",
  quarantine: "Held back by Microsoft Entra (in quarantine) until its trouble is repaired",
};

function provisioningPart({ tenantUrl, state, groups, users }: PageProvisioning): Html {
  const others = users === 0 ? [] : [html`${users === 1 ? "1 user" : `${users} users`}`];
  const assigned = [...groups.map((name) => html`Group <bdi>${name}</bdi>`), ...others];
  return html`<section>
<h2>Provisioning of users (SCIM)</h2>
<dl>
<div><dt>Status</dt><dd>${STATES[state]}</dd></div>
<div><dt>Tenant URL</dt><dd><code>${tenantUrl}</code></dd></div>
${assigned.length > 0 ? html`<div><dt>Assigned by this run</dt>${assigned.map((one) => html`<dd>${one}</dd>`)}</div>\n` : ""}</dl>
</section>`;
}

function groupsPart(groups: HandoverPage["groups"]): Html {
  return html`<section>
<h2>Groups whose users are synchronised</h2>
<p>The vendor needs the object IDs.</p>
<ul class="groups">
${groups.map(({ id, displayName, url }) => html`<li><a href="${url}" rel="noreferrer"><bdi>${displayName}</bdi></a> <code>${id}</code></li>\n`)}</ul>
</section>`;
}
