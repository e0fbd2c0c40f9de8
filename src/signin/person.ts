import { type AuthenticationResult, LogLevel, PublicClientApplication } from "@azure/msal-node";
import type { SignInAttempt } from "../errors.ts";
import type { RetryingFetch } from "../http/retry.ts";
import type { Clock } from "../ports/index.ts";
import { Secret } from "../secret.ts";
import { readClaims, toAccount } from "./claims.ts";
import { CLOUDS } from "./cloud.ts";
import { type HeldToken, holding } from "./held.ts";
import { toNetworkModule } from "./network-module.ts";
import { freshTokenClaims, keepTransport, observe, type Seen, toFailure } from "./observed.ts";
import type { TokenSource } from "./token-source.ts";

/** Whom a person signs in with, and how to reach it. */
export interface PersonOptions {
  readonly fetch: RetryingFetch;
  readonly clock: Clock;
  readonly asked: SignInAttempt;
  readonly signal: AbortSignal;
}

/** The library as a public client: all that it sends leaves through our network port, and `seen` keeps the answers. */
export function publicClient(options: PersonOptions, seen: Seen): PublicClientApplication {
  const { asked, fetch } = options;
  return new PublicClientApplication({
    auth: {
      clientId: asked.clientId,
      authority: `${CLOUDS[asked.cloud].login}/${asked.tenant}`,
      // CP1: this client understands claims challenges.
      clientCapabilities: ["CP1"],
    },
    system: {
      networkClient: toNetworkModule(keepTransport(fetch, seen), observe(options, seen)),
      loggerOptions: { logLevel: LogLevel.Error, loggerCallback: () => undefined },
    },
  });
}

/** The scopes as the sign-in service is asked for them. */
export function qualified({ cloud, scopes }: Pick<SignInAttempt, "cloud" | "scopes">): string[] {
  return scopes.map((scope) => `${CLOUDS[cloud].graph}/${scope}`);
}

/** The tokens of somebody who has signed in; renewed without them, or not at all. */
export function personTokens(
  client: PublicClientApplication,
  { asked, clock, signal }: PersonOptions,
  seen: Seen,
  signedIn: AuthenticationResult,
): TokenSource {
  const { account } = signedIn;
  const acquire = async (wanted: readonly string[], claims?: string): Promise<HeldToken> => {
    if (!account) throw toFailure(new Error("nobody is known to be signed in"), seen, asked, signal);
    seen.oauth = undefined;
    const request = { account, scopes: [...wanted], ...(claims !== undefined && { claims }) };
    const token = await client.acquireTokenSilent(request).catch((error: unknown) => {
      throw toFailure(error, seen, asked, signal);
    });
    return toHeld(token);
  };
  const sourceOf = (wanted: readonly string[], first: HeldToken): TokenSource => {
    const getToken = holding(clock, first, (claims) => acquire(wanted, claims));
    return {
      account: toAccount(asked, readClaims(first.token.reveal()), {
        username: account?.username,
        tenantId: account?.tenantId,
        scopes: seen.scopes,
      }),
      getToken: () => getToken(),
      renewToken: (challenge) => getToken(challenge ?? freshTokenClaims(clock.now())),
      withScopes: async (more) => {
        const all = [...wanted, ...qualified({ ...asked, scopes: more })];
        return sourceOf(all, await acquire(all));
      },
    };
  };
  return sourceOf(qualified(asked), toHeld(signedIn));
}

function toHeld({ accessToken, expiresOn }: AuthenticationResult): HeldToken {
  return { token: new Secret(accessToken), endsAt: expiresOn ?? undefined };
}
