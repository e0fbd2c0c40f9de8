import type { CloudName } from "../settings/sign-in.ts";

/** The hosts of one Microsoft cloud. */
export interface Cloud {
  readonly name: CloudName;
  readonly login: string;
  readonly graph: string;
  readonly adminCenter: string;
  /**
   * The application template of apps that are in no gallery
   * (https://learn.microsoft.com/graph/api/applicationtemplate-instantiate).
   */
  readonly nonGalleryTemplateId: string;
}

/** Tokens of one cloud are worth nothing in another (https://learn.microsoft.com/graph/deployments). */
export const CLOUDS: Readonly<Record<CloudName, Cloud>> = {
  global: {
    name: "global",
    login: "https://login.microsoftonline.com",
    graph: "https://graph.microsoft.com",
    adminCenter: "https://entra.microsoft.com",
    nonGalleryTemplateId: "8adf8e6e-67b2-4cf2-a259-e3dc5476c621",
  },
  usgov: {
    name: "usgov",
    login: "https://login.microsoftonline.us",
    graph: "https://graph.microsoft.us",
    adminCenter: "https://entra.microsoft.us",
    nonGalleryTemplateId: "4602d0b4-76bb-404b-bca9-2652e1a39c6d",
  },
  "usgov-dod": {
    name: "usgov-dod",
    login: "https://login.microsoftonline.us",
    graph: "https://dod-graph.microsoft.us",
    adminCenter: "https://entra.microsoft.us",
    nonGalleryTemplateId: "4602d0b4-76bb-404b-bca9-2652e1a39c6d",
  },
  china: {
    name: "china",
    login: "https://login.chinacloudapi.cn",
    graph: "https://microsoftgraph.chinacloudapi.cn",
    adminCenter: "https://portal.azure.cn",
    nonGalleryTemplateId: "5a532e38-1581-4918-9658-008dc27c1d68",
  },
};

/**
 * Microsoft Graph Command Line Tools: the client that may ask for any delegated Graph scope, one job's worth
 * at a time. The Azure CLI's id has a fixed set instead.
 */
export const GRAPH_COMMAND_LINE_TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/** The page of the admin center on which admin consent is given to an app. */
export function consentPage(cloud: Cloud, tenantId: string, appId: string): string {
  return registrationPage(cloud, tenantId, appId, "CallAnAPI");
}

/** The page of the admin center about an app registration, or one of its parts. */
export function registrationPage(
  { adminCenter }: Cloud,
  tenantId: string,
  appId: string,
  part: "Overview" | "CallAnAPI" | "Credentials",
): string {
  return `${adminCenter}/${tenantId}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/${part}/appId/${appId}`;
}

/** The page of the admin center about an enterprise application. */
export function enterprisePage(
  { adminCenter }: Cloud,
  tenantId: string,
  app: { readonly servicePrincipalId: string; readonly appId: string },
): string {
  return `${adminCenter}/${tenantId}/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/${app.servicePrincipalId}/appId/${app.appId}`;
}

/** The page of the admin center about a group. */
export function groupPage({ adminCenter }: Cloud, tenantId: string, groupId: string): string {
  return `${adminCenter}/${tenantId}/#view/Microsoft_AAD_IAM/GroupDetailsMenuBlade/~/Overview/groupId/${groupId}`;
}

/** A link on which an administrator approves a public client for the scopes of a job, for the whole tenant. */
export function approvalPage(
  { login, graph }: Cloud,
  asked: { readonly tenant: string; readonly clientId: string; readonly scopes: readonly string[] },
): string {
  const query = new URLSearchParams({
    client_id: asked.clientId,
    scope: asked.scopes.map((scope) => `${graph}/${scope}`).join(" "),
    redirect_uri: "http://localhost",
  });
  return `${login}/${asked.tenant}/v2.0/adminconsent?${query.toString().replaceAll("+", "%20")}`;
}
