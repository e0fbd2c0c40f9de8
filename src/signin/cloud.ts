/** The hosts of one Microsoft cloud. */
export interface Cloud {
  readonly login: string;
  readonly graph: string;
  readonly adminCenter: string;
}

/** The worldwide cloud (https://learn.microsoft.com/graph/deployments). */
export const GLOBAL_CLOUD: Cloud = {
  login: "https://login.microsoftonline.com",
  graph: "https://graph.microsoft.com",
  adminCenter: "https://entra.microsoft.com",
};

/**
 * Microsoft Graph Command Line Tools: the client that may ask for any delegated Graph scope, one job's worth
 * at a time. The Azure CLI's id has a fixed set instead.
 */
export const GRAPH_COMMAND_LINE_TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/** The page of the admin center on which admin consent is given to an app. */
export function consentPage({ adminCenter }: Cloud, tenantId: string, appId: string): string {
  return `${adminCenter}/${tenantId}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/CallAnAPI/appId/${appId}`;
}
