import { AppError, type SignInAttempt } from "../errors.ts";
import type { Clock } from "../ports/index.ts";
import type { Secret } from "../secret.ts";
import { sessionSource } from "./session.ts";
import type { TokenSource } from "./token-source.ts";

/**
 * Signs in with a token that somebody got elsewhere. It lasts as long as it lasts: nothing can renew it.
 *
 * @throws AppError SIGN_IN_FAILED for a token of another API, or one that has ended.
 */
export async function signInWithToken(options: {
  readonly token: Secret;
  readonly clock: Clock;
  readonly asked: SignInAttempt;
}): Promise<TokenSource> {
  const { token, clock, asked } = options;
  const given = token
    .reveal()
    .trim()
    .replace(/^bearer\s+/i, "");
  if (given === "") throw new AppError("SIGN_IN_FAILED", { problem: "tokenMissing", ...asked });
  const source = await sessionSource(async () => ({ token: given }), asked, clock);
  return {
    ...source,
    renewToken: async () => {
      throw new AppError("SIGN_IN_FAILED", { problem: "tokenExpired", ...asked });
    },
  };
}
