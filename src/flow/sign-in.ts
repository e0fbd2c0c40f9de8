import { AppError, isAppError } from "../errors.ts";
import type { KnownValues } from "../settings/known-values.ts";
import { isSettled } from "../settings/known-values.ts";
import { isGuid } from "../settings/values.ts";
import { GRAPH_COMMAND_LINE_TOOLS } from "../signin/cloud.ts";
import { signInWithDeviceCode } from "../signin/device-code.ts";
import { resolveTenant } from "../signin/tenant.ts";
import type { TokenSource } from "../signin/token-source.ts";
import { during, type RunContext } from "./context.ts";

/** The scopes of changing a registration, no more (`User.Read` is for the tenant's name). */
export const CHANGING_SCOPES = [
  "User.Read",
  "Application.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
];
/** The scopes of looking only. */
export const READING_SCOPES = ["User.Read", "Application.Read.All", "Directory.Read.All"];

/** Asks for the tenant where it is not settled and signs in to it; a tenant that is none is asked again. */
export async function signIn(
  context: RunContext,
  known: Pick<KnownValues, "tenant" | "signInClientId">,
  scopes: readonly string[],
): Promise<TokenSource> {
  const { questions, report } = context;
  let proposed = known.tenant;
  for (;;) {
    const tenant =
      questions && !isSettled(proposed) ? await questions.tenant(proposed?.value) : proposed?.value;
    if (tenant === undefined) throw new AppError("INPUT_MISSING", { missing: [] });
    try {
      return await signInTo(context, tenant, known.signInClientId ?? GRAPH_COMMAND_LINE_TOOLS, scopes);
    } catch (error) {
      if (!questions || !isAppError(error, "SIGN_IN_FAILED") || error.facts.problem !== "tenantNotFound") {
        throw error;
      }
      report({ kind: "tenantNotFound", tenant });
      proposed = undefined;
    }
  }
}

async function signInTo(
  context: RunContext,
  tenant: string,
  clientId: string,
  scopes: readonly string[],
): Promise<TokenSource> {
  const { fetch, cloud, ports, report, signal } = context;
  const asked = { tenant, clientId };
  const guid = await resolveTenant(fetch, cloud, asked);
  const tokens = await during(context, "signIn", () =>
    signInWithDeviceCode({
      fetch,
      clock: ports.clock,
      cloud,
      clientId,
      // Signing in by GUID: a domain could be moved to another tenant between two requests.
      tenant: guid ?? tenant,
      scopes,
      signal,
      onCode: (code) => report({ kind: "deviceCode", code, clientId }),
    }),
  );
  const { tenantId } = tokens.account;
  if (guid !== undefined && isGuid(tenantId) && tenantId !== guid) {
    throw new AppError("SIGN_IN_FAILED", { problem: "wrongTenant", ...asked, answeredBy: tenantId });
  }
  return tokens;
}
