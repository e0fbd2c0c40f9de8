import { AppError, type SignInAttempt } from "../errors.ts";
import type { Clock } from "../ports/index.ts";
import { Secret } from "../secret.ts";
import { readClaims, type TokenClaims, toAccount } from "./claims.ts";
import { CLOUDS } from "./cloud.ts";
import type { TokenSource } from "./token-source.ts";

/** A token, and when it ends as far as its giver says. */
export interface SessionToken {
  readonly token: string;
  readonly expiresAt?: Date | undefined;
}

/** Somebody else's session is asked again this long before its token ends. */
const EARLY_MS = 5 * 60_000;

/**
 * Tokens of a session that somebody else keeps: the Azure CLI, Cloud Shell, or the person who gave one.
 *
 * @param acquire asks for a token; called again when the one in hand runs out or was refused.
 * @throws AppError SIGN_IN_FAILED for a token that Graph could not take.
 */
export async function sessionSource(
  acquire: () => Promise<SessionToken>,
  asked: SignInAttempt,
  clock: Clock,
): Promise<TokenSource> {
  const first = await acquire();
  const claims = readClaims(first.token);
  checkToken(claims, asked, clock.now());
  let held = first;
  const renew = async (): Promise<Secret> => {
    held = await acquire();
    return new Secret(held.token);
  };
  return {
    account: toAccount({ ...asked, clientId: claims.clientId ?? asked.clientId }, claims),
    getToken: async () => {
      const ends = held.expiresAt ?? readClaims(held.token).expiresAt;
      const isEnding = ends !== undefined && ends.getTime() - clock.now().getTime() < EARLY_MS;
      return isEnding ? renew() : new Secret(held.token);
    },
    renewToken: async (challenge) => {
      if (challenge === undefined) return renew();
      // None of them can be asked for a token that answers a challenge.
      throw new AppError("SIGN_IN_FAILED", { problem: "challengeUnanswered", ...asked });
    },
  };
}

/** Microsoft Graph as a token's audience: its address, with or without a slash, or its application ID. */
function checkToken({ audience, expiresAt }: TokenClaims, asked: SignInAttempt, now: Date): void {
  const graph = [CLOUDS[asked.cloud].graph, "00000003-0000-0000-c000-000000000000"];
  if (audience !== undefined && !graph.includes(audience.replace(/\/$/, ""))) {
    throw new AppError("SIGN_IN_FAILED", { problem: "tokenForOtherApi", ...asked });
  }
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new AppError("SIGN_IN_FAILED", { problem: "tokenExpired", ...asked });
  }
}
