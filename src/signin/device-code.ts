import { DeviceCodeCredential } from "@azure/identity";
import { AppError, isAppError } from "../errors.ts";
import { networkError } from "../http/errors.ts";
import type { RetryingFetch } from "../http/retry.ts";
import type { Clock } from "../ports/index.ts";
import { Secret } from "../secret.ts";
import { readClaims } from "./claims.ts";
import type { Cloud } from "./cloud.ts";
import { type OAuthError, signInFailure, toOAuthError } from "./failures.ts";
import { type TextAnswer, toHttpClient } from "./http-client.ts";
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
  readonly cloud: Cloud;
  /** A GUID or a domain name. */
  readonly tenant: string;
  readonly clientId: string;
  /** Graph's names, such as `User.Read`. */
  readonly scopes: readonly string[];
  readonly onCode: (code: DeviceCode) => void;
  readonly signal: AbortSignal;
}

/** RFC 8628 section 3.5: on `slow_down` the interval grows by five seconds. */
const SLOW_DOWN_MS = 5000;

/**
 * Signs a person in by device code. The library's device-code client loses what the service said, so its
 * HTTP client is ours and keeps it: see `docs/adr/0004-sign-in-library.md`.
 *
 * @throws AppError SIGN_IN_FAILED, NETWORK, or the signal's reason at once when it is aborted.
 */
export async function signInWithDeviceCode(options: DeviceCodeOptions): Promise<TokenSource> {
  const { cloud, tenant, clientId, signal } = options;
  const seen: Seen = {};
  const credential = new DeviceCodeCredential({
    tenantId: tenant,
    clientId,
    httpClient: toHttpClient(keepTransport(options.fetch, seen), observe(options, seen)),
    retryOptions: { maxRetries: 0 },
    disableAutomaticAuthentication: true,
    userPromptCallback: ({ userCode, verificationUri }) => {
      // A refused request reaches this callback with nothing in it; polling on would never end.
      if (!userCode) throw new Error("no device code");
      const expiresAt = new Date(options.clock.now().getTime() + (seen.expiresInMs ?? 900_000));
      options.onCode({ userCode, verificationUri, expiresAt });
    },
  });
  const scopes = options.scopes.map((scope) => `${cloud.graph}/${scope}`);
  const translate = (error: unknown) => toFailure(error, seen, options);

  const record = await untilAborted(
    signal,
    credential.authenticate(scopes, { enableCae: true, abortSignal: signal }),
  ).catch((error: unknown) => {
    throw translate(error);
  });
  const getToken = async (claims?: string): Promise<Secret> => {
    seen.oauth = undefined;
    const token = await credential
      .getToken(scopes, { enableCae: true, ...(claims !== undefined && { claims }) })
      .catch((error: unknown) => {
        throw translate(error);
      });
    return new Secret(token.token);
  };
  const claims = readClaims((await getToken()).reveal());
  return {
    account: {
      username: record?.username ?? claims.username ?? "",
      tenantId: (claims.tenantId ?? record?.tenantId ?? tenant).toLowerCase(),
      roles: claims.roles,
      scopes: seen.scopes ?? claims.scopes,
      clientId,
    },
    getToken: () => getToken(),
    // The library hands out its cached token unless claims are given; a time makes it ask for a new one.
    renewToken: (challenge) => getToken(challenge ?? freshTokenClaims(options.clock.now())),
  };
}

interface Seen {
  oauth?: OAuthError | undefined;
  transport?: AppError | undefined;
  scopes?: readonly string[];
  expiresInMs?: number;
}

/** Keeps what the service answered, which the library's device-code client drops. */
function observe({ clock, signal }: DeviceCodeOptions, seen: Seen) {
  return async (url: URL, answer: TextAnswer): Promise<TextAnswer> => {
    if (!/\/oauth2\/v2\.0\/(devicecode|token)$/.test(url.pathname)) return answer;
    const body = tryJson(answer.text);
    const error = toOAuthError(body);
    if (error?.error === "slow_down") {
      // The library takes it for a refusal; RFC 8628 wants the client to go on, more slowly.
      await clock.sleep(SLOW_DOWN_MS, signal);
      return { status: 400, text: JSON.stringify({ error: "authorization_pending" }) };
    }
    if (error && error.error !== "authorization_pending") seen.oauth = error;
    else if (!error) remember(seen, url.host, answer.status, body);
    return answer;
  };
}

/** Keeps why nobody answered: the library calls every such failure a "network_error". */
function keepTransport(fetch: RetryingFetch, seen: Seen): RetryingFetch {
  return (request, policy) =>
    fetch(request, policy).catch((error: unknown) => {
      seen.transport = networkError(new URL(request.url).host, error);
      throw error;
    });
}

function remember(seen: Seen, host: string, status: number, body: unknown): void {
  if (status >= 400 || typeof body !== "object" || body === null) {
    // A proxy's log-in page, a gateway's error page: nothing of the sign-in service.
    seen.transport = new AppError("NETWORK", { host, cause: `HTTP_${status}` });
    return;
  }
  const { scope, expires_in: expiresIn } = body as Record<string, unknown>;
  if (typeof scope === "string") {
    seen.scopes = scope.split(" ").map((name) => name.slice(name.lastIndexOf("/") + 1));
  }
  if (Number.isFinite(Number(expiresIn))) seen.expiresInMs = Number(expiresIn) * 1000;
}

function toFailure(error: unknown, seen: Seen, { tenant, clientId, signal }: DeviceCodeOptions): unknown {
  if (signal.aborted) return signal.reason;
  if (isAppError(error)) return error;
  const asked = { tenant, clientId };
  if (seen.oauth) return signInFailure(seen.oauth, asked);
  if (seen.transport) return seen.transport;
  const text = error instanceof Error ? error.message : String(error);
  const problem = /expired/i.test(text) ? "expired" : "unknown";
  return new AppError("SIGN_IN_FAILED", { problem, ...asked }, { cause: error });
}

/** The library looks at the signal only between polls; this answers at once. */
async function untilAborted<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function freshTokenClaims(now: Date): string {
  const value = String(Math.floor(now.getTime() / 1000));
  return JSON.stringify({ access_token: { nbf: { essential: true, value } } });
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
