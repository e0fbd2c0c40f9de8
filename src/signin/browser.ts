import { type AccountInfo, LogLevel, PublicClientApplication } from "@azure/msal-node";
import { AppError, type SignInAttempt } from "../errors.ts";
import type { RetryingFetch } from "../http/retry.ts";
import type { Clock } from "../ports/index.ts";
import { Secret } from "../secret.ts";
import { readClaims, toAccount } from "./claims.ts";
import { CLOUDS } from "./cloud.ts";
import { toNetworkModule } from "./http-client.ts";
import { freshTokenClaims, keepTransport, observe, type Seen, toFailure, untilAborted } from "./observed.ts";
import type { TokenSource } from "./token-source.ts";

export interface BrowserOptions {
  readonly fetch: RetryingFetch;
  readonly clock: Clock;
  readonly asked: SignInAttempt;
  /** Gets the page to sign in on; it must be shown as well as opened, for there may be no browser here. */
  readonly onPage: (url: string) => void;
  readonly signal: AbortSignal;
  /** How long somebody may take; a quarter of an hour, as for a code, unless given. */
  readonly limitMs?: number;
  /** What the browser shows at the end. */
  readonly pages: { readonly done: string; readonly failed: string };
}

const LIMIT_MS = 15 * 60_000;

/**
 * Signs a person in with the browser of this machine (authorization code with PKCE). The answer comes to a
 * port of the loopback interface that only lives as long as the sign-in. Not by `@azure/identity`: its
 * browser credential gives the page to nobody, so that it hangs where no browser is.
 *
 * @throws AppError SIGN_IN_FAILED, NETWORK, or the signal's reason at once when it is aborted.
 */
export async function signInWithBrowser(options: BrowserOptions): Promise<TokenSource> {
  const { asked, signal, clock, onPage, pages } = options;
  const { login, graph } = CLOUDS[asked.cloud];
  const seen: Seen = {};
  const client = new PublicClientApplication({
    // CP1: this client understands claims challenges.
    auth: { clientId: asked.clientId, authority: `${login}/${asked.tenant}`, clientCapabilities: ["CP1"] },
    system: {
      networkClient: toNetworkModule(keepTransport(options.fetch, seen), observe(options, seen)),
      loggerOptions: { logLevel: LogLevel.Error, loggerCallback: () => undefined },
    },
  });
  const scopes = asked.scopes.map((scope) => `${graph}/${scope}`);
  // The library waits for ever, and who runs unattended may never learn that a browser was opened.
  const late = AbortSignal.timeout(options.limitMs ?? LIMIT_MS);
  const ended = AbortSignal.any([signal, late]);
  let hangUp = (): void => undefined;
  const signingIn = client.acquireTokenInteractive({
    scopes,
    prompt: "select_account",
    successTemplate: pages.done,
    errorTemplate: pages.failed,
    openBrowser: async (page) => {
      hangUp = () => release(options.fetch, page);
      if (ended.aborted) hangUp();
      else onPage(page);
    },
  });
  const { account, accessToken } = await untilAborted(ended, signingIn)
    .catch((error: unknown) => {
      if (error === late.reason) throw new AppError("SIGN_IN_FAILED", { problem: "expired", ...asked });
      throw toFailure(error, seen, asked, signal);
    })
    .finally(() => {
      if (ended.aborted) hangUp();
    });
  const acquire = async (wanted: readonly string[], claims?: string): Promise<string> => {
    seen.oauth = undefined;
    const more = claims === undefined ? {} : { claims };
    const request = { account: account as AccountInfo, scopes: [...wanted], ...more };
    const token = await client.acquireTokenSilent(request).catch((error: unknown) => {
      throw toFailure(error, seen, asked, signal);
    });
    return token.accessToken;
  };
  const sourceOf = (wanted: readonly string[], token: string): TokenSource => {
    const claims = readClaims(token);
    const getToken = async (challenge?: string) => new Secret(await acquire(wanted, challenge));
    return {
      account: toAccount(asked, claims, { ...account, scopes: seen.scopes }),
      getToken: () => getToken(),
      renewToken: (challenge) => getToken(challenge ?? freshTokenClaims(clock.now())),
      withScopes: async (more) => {
        const all = [...wanted, ...more.map((scope) => `${graph}/${scope}`)];
        return sourceOf(all, await acquire(all));
      },
    };
  };
  return sourceOf(scopes, accessToken);
}

/** The library listens until it is answered; whoever gives up answers for the browser. */
function release(fetch: RetryingFetch, page: string): void {
  const redirect = new URL(page).searchParams.get("redirect_uri");
  if (redirect === null) return;
  const answer = `${redirect}/?error=access_denied&error_description=given_up`;
  fetch(new Request(answer), "ifRefused").catch(() => undefined);
}
