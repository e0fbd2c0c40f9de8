import { type AppError, isAppError } from "../errors.ts";
import type { TokenSource } from "./token-source.ts";

/**
 * A session that Graph may refuse at its first use, such as Cloud Shell's, whose token may be older than the
 * tenant's policy allows. Then another takes its place, before anything was read; later it never does, for
 * nobody wants to be asked to sign in in the middle of the work.
 *
 * @param replace signs in another way.
 */
export function replaceable(
  session: TokenSource,
  replace: (failure: AppError<"SIGN_IN_FAILED">) => Promise<TokenSource>,
): TokenSource {
  let current = session;
  let uses = 0;
  return {
    get account() {
      return current.account;
    },
    get withScopes() {
      return current.withScopes;
    },
    getToken: () => {
      uses += 1;
      return current.getToken();
    },
    renewToken: async (claims) => {
      try {
        return await current.renewToken(claims);
      } catch (error) {
        if (uses > 1 || current !== session || !isAppError(error, "SIGN_IN_FAILED")) throw error;
        current = await replace(error);
        return current.getToken();
      }
    },
  };
}
