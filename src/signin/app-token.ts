import { ClientSecretCredential } from "@azure/identity";
import { isAppError } from "../errors.ts";
import type { RetryingFetch } from "../http/retry.ts";
import { Secret } from "../secret.ts";
import { readClaims } from "./claims.ts";
import type { Cloud } from "./cloud.ts";
import { toHttpClient, UNUSED_PROXY } from "./http-client.ts";

export type AppToken =
  | { readonly ok: true; readonly token: Secret; readonly roles: readonly string[] }
  | { readonly ok: false; readonly detail: string };

/**
 * Signs in as an application with its client secret, once: a new secret and a new consent take some seconds
 * to be known, and that is the caller's to wait for.
 *
 * @throws AppError NETWORK where nobody answered.
 */
export async function signInAsApp(
  fetch: RetryingFetch,
  cloud: Cloud,
  app: { readonly tenantId: string; readonly appId: string; readonly secret: Secret },
): Promise<AppToken> {
  const credential = new ClientSecretCredential(app.tenantId, app.appId, app.secret.reveal(), {
    authorityHost: cloud.login,
    httpClient: toHttpClient(fetch),
    proxyOptions: UNUSED_PROXY,
    retryOptions: { maxRetries: 0 },
  });
  try {
    const { token } = await credential.getToken(`${cloud.graph}/.default`);
    return { ok: true, token: new Secret(token), roles: readClaims(token).scopes ?? [] };
  } catch (error) {
    if (isAppError(error)) throw error;
    const text = error instanceof Error ? error.message : "";
    return { ok: false, detail: /AADSTS\d+[^\r\n]*/.exec(text)?.[0] ?? "" };
  }
}
