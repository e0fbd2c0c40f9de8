import type { World } from "../world.ts";
import { SignInError } from "./errors.ts";

export const CLOUD_SHELL = "b677c290-cf4b-4a8e-a60e-91ba650a4abe";
const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const GRAPH_COMMAND_LINE_TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
const MICROSOFT: Readonly<Record<string, string>> = {
  [CLOUD_SHELL]: "AzurePortal Console App",
  [AZURE_CLI]: "Microsoft Azure CLI",
  [GRAPH_COMMAND_LINE_TOOLS]: "Microsoft Graph Command Line Tools",
};

/** Microsoft fixes what its own clients may have; nothing can be added (AADSTS65002). */
const FIXED_SCOPES: Readonly<Record<string, readonly string[]>> = {
  [AZURE_CLI]: [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "AuditLog.Read.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.AccessAsUser.All",
    "Group.ReadWrite.All",
    "User.Read.All",
    "User.ReadWrite.All",
  ],
  [CLOUD_SHELL]: [
    "AuditLog.Read.All",
    "Directory.ReadWrite.All",
    "Group.ReadWrite.All",
    "IdentityProvider.ReadWrite.All",
    "User.Invite.All",
  ],
};

/** The permissions of Graph that a client of Microsoft's has for good; undefined where people consent. */
export function fixedScopes(clientId: string): readonly string[] | undefined {
  return FIXED_SCOPES[clientId];
}

/** Whether Microsoft lets the client manage Azure. */
export function mayManageAzure(clientId: string): boolean {
  return clientId === AZURE_CLI || clientId === CLOUD_SHELL;
}

export function clientName(world: World, clientId: string): string {
  const application = world.state.applications.find(({ appId }) => appId === clientId.toLowerCase());
  return MICROSOFT[clientId] ?? application?.displayName ?? clientId;
}

/** Refuses a client that nobody has heard of, or one that may not sign people in from a terminal. */
export function requirePublicClient(world: World, clientId: string | null): string {
  if (clientId === null || clientId === "") {
    throw new SignInError(
      "invalid_request",
      900144,
      "The request body must contain the following parameter: 'client_id'.",
    );
  }
  if (clientId === AZURE_CLI || clientId === GRAPH_COMMAND_LINE_TOOLS) return clientId;
  const application = world.state.applications.find(
    (candidate) => candidate.appId === clientId.toLowerCase(),
  );
  if (application === undefined) throw unknownClient(world, clientId);
  if (application.isFallbackPublicClient !== true) {
    throw new SignInError(
      "invalid_client",
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
      { status: 401 },
    );
  }
  return clientId;
}

/** AADSTS700016, in Microsoft's words. */
export function unknownClient(world: World, clientId: string): SignInError {
  return new SignInError(
    "unauthorized_client",
    700016,
    `Application with identifier '${clientId}' was not found in the directory '${world.state.tenantName}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  );
}
