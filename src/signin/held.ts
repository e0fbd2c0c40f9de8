import type { Clock } from "../ports/index.ts";
import type { Secret } from "../secret.ts";

/** A token of the sign-in service, and when it ends. */
export interface HeldToken {
  readonly token: Secret;
  readonly endsAt: Date | undefined;
}

/** A token is renewed this long before it ends, so that it does not end on the way. */
const EARLY_MS = 60_000;

/**
 * Keeps the token in hand for as long as it is good. The library's own cache would not find one again that
 * covers less than was asked for, whose scopes are written in another way, that lives for less than five
 * minutes, or that came without an account; it would renew it before every request, or fail where it cannot.
 *
 * @param acquire asks the library, with the claims of a challenge where there is one.
 */
export function holding(
  clock: Clock,
  first: HeldToken | undefined,
  acquire: (claims?: string) => Promise<HeldToken>,
): (claims?: string) => Promise<Secret> {
  let held = first;
  return async (claims) => {
    const ends = held?.endsAt?.getTime() ?? Number.NEGATIVE_INFINITY;
    if (!held || claims !== undefined || ends - clock.now().getTime() < EARLY_MS)
      held = await acquire(claims);
    return held.token;
  };
}
