import type { Secret } from "../secret.ts";
import type { SignInWay } from "../settings/sign-in.ts";

/** Holds the token of `--auth token`; there is no flag for it, because a command line is no secret. */
export const ACCESS_TOKEN_VARIABLE = "ENTRA_APP_REGISTRATION_ACCESS_TOKEN";

/** Holds the vendor's secret token for provisioning; `_<APP>` behind it where a product has several applications. */
export const SECRET_TOKEN_VARIABLE = "ENTRA_APP_REGISTRATION_SECRET_TOKEN";

/** Where Graph tokens come from, whatever the way of signing in. */
export interface TokenSource {
  readonly account: Account;
  /** A token that is good now; renewed silently when the one in hand has run out. */
  getToken(): Promise<Secret>;
  /**
   * A new token after a refusal, with the claims Graph asked for where it did; never prompts.
   *
   * @throws AppError SIGN_IN_FAILED where the session has ended, or this way cannot meet such a demand.
   */
  renewToken(claims: string | undefined): Promise<Secret>;
  /**
   * The same session with more permissions of Graph, without a word to the person; absent where the way
   * gives a fixed set.
   *
   * @throws AppError SIGN_IN_FAILED where nobody has consented to them yet.
   */
  readonly withScopes?: ((more: readonly string[]) => Promise<TokenSource>) | undefined;
}

/** Who signed in, as far as the token says; hints for the screen, never a gate. */
export interface Account {
  readonly way: SignInWay;
  readonly username: string;
  /** The tenant that answered, as a GUID. */
  readonly tenantId: string;
  /** The template ids of the active directory roles; undefined where the token cannot be read. */
  readonly roles: readonly string[] | undefined;
  /** The scopes that were granted, or an application's permissions; undefined where unknown. */
  readonly scopes: readonly string[] | undefined;
  readonly clientId: string;
}
