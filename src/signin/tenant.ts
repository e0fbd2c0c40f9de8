import { networkError } from "../http/errors.ts";
import { readJson } from "../http/read.ts";
import type { RetryingFetch } from "../http/retry.ts";
import { isGuid } from "../settings/values.ts";
import type { Cloud } from "./cloud.ts";
import { signInFailure, toOAuthError } from "./failures.ts";

/**
 * The GUID of a tenant named by one of its domains, from its OpenID Connect metadata; undefined where the
 * answer does not say, and then sign-in decides.
 *
 * @throws AppError SIGN_IN_FAILED where there is no such tenant; NETWORK where nobody answered.
 */
export async function resolveTenant(
  fetch: RetryingFetch,
  cloud: Cloud,
  asked: { readonly tenant: string; readonly clientId: string },
): Promise<string | undefined> {
  if (isGuid(asked.tenant)) return asked.tenant;
  const url = `${cloud.login}/${asked.tenant}/v2.0/.well-known/openid-configuration`;
  const response = await fetch(new Request(url), "always").catch((error: unknown) => {
    throw networkError(new URL(url).host, error);
  });
  const body = await readJson(response, 256 * 1024).catch(() => undefined);
  const refused = toOAuthError(body);
  if (refused) {
    const failure = signInFailure(refused, asked);
    if (failure.facts.problem === "tenantNotFound") throw failure;
  }
  const issuer = (body as { issuer?: unknown } | undefined)?.issuer;
  const guid = typeof issuer === "string" ? issuer.toLowerCase().split("/")[3] : undefined;
  return guid !== undefined && isGuid(guid) ? guid : undefined;
}
