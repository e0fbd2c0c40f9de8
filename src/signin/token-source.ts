import type { Secret } from "../secret.ts";

/** Where Graph tokens come from, whatever the way of signing in. */
export interface TokenSource {
  readonly account: Account;
  /** A token that is good now; renewed silently when the one in hand has run out. */
  getToken(): Promise<Secret>;
  /**
   * A new token after a refusal, with the claims Graph asked for where it did; never prompts.
   *
   * @throws AppError SIGN_IN_FAILED where the session has ended.
   */
  renewToken(claims: string | undefined): Promise<Secret>;
}

/** Who signed in, as far as the token says; hints for the screen, never a gate. */
export interface Account {
  readonly username: string;
  /** The tenant that answered, as a GUID. */
  readonly tenantId: string;
  /** The template ids of the active directory roles; undefined where the token cannot be read. */
  readonly roles: readonly string[] | undefined;
  /** The scopes that were granted; undefined where unknown. */
  readonly scopes: readonly string[] | undefined;
  readonly clientId: string;
}
