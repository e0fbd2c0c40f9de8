import { DeviceCodeCredential } from "@azure/identity";
import type { SignInAttempt } from "../errors.ts";
import type { RetryingFetch } from "../http/retry.ts";
import type { Clock } from "../ports/index.ts";
import { Secret } from "../secret.ts";
import { readClaims, toAccount } from "./claims.ts";
import { CLOUDS } from "./cloud.ts";
import { toHttpClient, UNUSED_PROXY } from "./http-client.ts";
import { freshTokenClaims, keepTransport, observe, type Seen, toFailure, untilAborted } from "./observed.ts";
import type { TokenSource } from "./token-source.ts";

/** What the person does in a browser; the address is the service's own, for it differs between tenants. */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresAt: Date;
}

export interface DeviceCodeOptions {
  readonly fetch: RetryingFetch;
  readonly clock: Clock;
  readonly asked: SignInAttempt;
  readonly onCode: (code: DeviceCode) => void;
  readonly signal: AbortSignal;
}

/**
 * Signs a person in by device code. The library's device-code client loses what the service said, so its
 * HTTP client is ours and keeps it: see `docs/adr/0004-sign-in-library.md`.
 *
 * @throws AppError SIGN_IN_FAILED, NETWORK, or the signal's reason at once when it is aborted.
 */
export async function signInWithDeviceCode(options: DeviceCodeOptions): Promise<TokenSource> {
  const { asked, signal, clock } = options;
  const { login, graph } = CLOUDS[asked.cloud];
  const seen: Seen = {};
  const credential = new DeviceCodeCredential({
    tenantId: asked.tenant,
    clientId: asked.clientId,
    authorityHost: login,
    httpClient: toHttpClient(keepTransport(options.fetch, seen), observe(options, seen)),
    proxyOptions: UNUSED_PROXY,
    retryOptions: { maxRetries: 0 },
    disableAutomaticAuthentication: true,
    userPromptCallback: ({ userCode, verificationUri }) => {
      // A refused request reaches this callback with nothing in it; polling on would never end.
      if (!userCode) throw new Error("no device code");
      const expiresAt = new Date(clock.now().getTime() + (seen.expiresInMs ?? 900_000));
      seen.failedPolls = 0;
      options.onCode({ userCode, verificationUri, expiresAt });
    },
  });
  const scopes = asked.scopes.map((scope) => `${graph}/${scope}`);
  const translate = (error: unknown) => toFailure(error, seen, asked, signal);

  const record = await untilAborted(
    signal,
    credential.authenticate(scopes, { enableCae: true, abortSignal: signal }),
  ).catch((error: unknown) => {
    throw translate(error);
  });
  seen.failedPolls = undefined;
  const sourceOf = async (wanted: readonly string[]): Promise<TokenSource> => {
    const getToken = async (claims?: string): Promise<Secret> => {
      seen.oauth = undefined;
      const token = await credential
        .getToken([...wanted], { enableCae: true, ...(claims !== undefined && { claims }) })
        .catch((error: unknown) => {
          throw translate(error);
        });
      return new Secret(token.token);
    };
    const claims = readClaims((await getToken()).reveal());
    return {
      account: toAccount(asked, claims, { ...record, scopes: seen.scopes }),
      getToken: () => getToken(),
      renewToken: (challenge) => getToken(challenge ?? freshTokenClaims(clock.now())),
      withScopes: (more) => sourceOf([...wanted, ...more.map((scope) => `${graph}/${scope}`)]),
    };
  };
  return sourceOf(scopes);
}
