import { permissionByValue } from "../graph/permissions.ts";
import type { World } from "../world.ts";
import { SignInError } from "./errors.ts";

const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const GRAPH_COMMAND_LINE_TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

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
};

const OPENID_SCOPES = ["openid", "profile", "email", "offline_access"];

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

/** The Graph permissions that come out of what was asked for; unknown or foreign ones are refused. */
export function grantedScopes(world: World, clientId: string, scope: string | null): string[] {
  const asked = (scope ?? "").split(" ").filter((part) => part !== "" && !OPENID_SCOPES.includes(part));
  const fixed = FIXED_SCOPES[clientId];
  const granted = new Set<string>();
  for (const part of asked) {
    const value = part.replace(/^https:\/\/graph\.microsoft\.com\/+/, "");
    if (value.includes("/")) {
      throw new SignInError(
        "invalid_resource",
        500011,
        `The resource principal named ${part} was not found in the tenant named ${world.state.tenantName}.`,
      );
    }
    if (value === ".default") {
      for (const known of fixed ?? ["User.Read"]) granted.add(known);
    } else if (permissionByValue("Scope", value) === undefined) {
      throw new SignInError(
        "invalid_client",
        650053,
        `The application asked for scope '${value}' that doesn't exist on the resource '00000003-0000-0000-c000-000000000000'. Contact the app vendor.`,
      );
    } else if (fixed !== undefined && !fixed.includes(value)) {
      throw new SignInError(
        "invalid_client",
        65002,
        `Consent between first party application '${clientId}' and first party resource '00000003-0000-0000-c000-000000000000' must be configured via preauthorization - applications owned and operated by Microsoft must get approval from the API owner before requesting tokens for that API.`,
      );
    } else {
      granted.add(value);
    }
  }
  if (fixed !== undefined) for (const known of fixed) granted.add(known);
  for (const refused of world.behaviour.refusedScopes) granted.delete(refused);
  return [...granted];
}
