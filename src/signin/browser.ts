import { AppError } from "../errors.ts";
import type { RetryingFetch } from "../http/retry.ts";
import { untilAborted } from "../http/until-aborted.ts";
import { type Seen, toFailure } from "./observed.ts";
import { type PersonOptions, personTokens, publicClient, qualified } from "./person.ts";
import type { TokenSource } from "./token-source.ts";

export interface BrowserOptions extends PersonOptions {
  /** Gets the page to sign in on; it must be shown as well as opened, for there may be no browser here. */
  readonly onPage: (url: string) => void;
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
  const { asked, signal, onPage, pages } = options;
  const seen: Seen = {};
  const client = publicClient(options, seen);
  // The library waits for ever, and who runs unattended may never learn that a browser was opened.
  const late = AbortSignal.timeout(options.limitMs ?? LIMIT_MS);
  const ended = AbortSignal.any([signal, late]);
  let hangUp = (): void => undefined;
  const signingIn = client.acquireTokenInteractive({
    scopes: qualified(asked),
    prompt: "select_account",
    successTemplate: pages.done,
    errorTemplate: pages.failed,
    openBrowser: async (page) => {
      hangUp = () => release(options.fetch, page);
      if (ended.aborted) hangUp();
      else onPage(page);
    },
  });
  const signedIn = await untilAborted(ended, signingIn)
    .catch((error: unknown) => {
      if (error === late.reason) throw new AppError("SIGN_IN_FAILED", { problem: "expired", ...asked });
      throw toFailure(error, seen, asked, signal);
    })
    .finally(() => {
      if (ended.aborted) hangUp();
    });
  return personTokens(client, options, seen, signedIn);
}

/** The library listens until it is answered; whoever gives up answers for the browser. */
function release(fetch: RetryingFetch, page: string): void {
  const redirect = new URL(page).searchParams.get("redirect_uri");
  if (redirect === null) return;
  const answer = `${redirect}/?error=access_denied&error_description=given_up`;
  fetch(new Request(answer), "ifRefused").catch(() => undefined);
}
