import { isOurSecretName } from "./names.ts";
import type { JudgedSecret } from "./secrets.ts";
import type { PasswordCredential } from "./types.ts";

/** Why a secret of ours may go. `last`: no other one that was handed over is left then. */
export type RetireReason = "expired" | "undelivered" | "superseded" | "named" | "last";

export interface Retirement {
  readonly secrets: readonly { readonly credential: PasswordCredential; readonly reason: RetireReason }[];
  /** Key ids that were named and that the application does not have, or not any more. */
  readonly gone: readonly string[];
  /** Named secrets that this tool did not make; they are never removed. */
  readonly foreign: readonly PasswordCredential[];
}

/**
 * Which secrets of this tool may be removed: those named by key id, else those that nobody can be using
 * or should be: expired, never handed over, or followed by a newer one that was handed over.
 */
export function chooseRetirements(
  judged: readonly JudgedSecret[],
  keyIds: readonly string[],
  now: Date,
): Retirement {
  // A list may show a secret for minutes after it was removed; the journal knows better.
  const there = judged.filter(
    ({ state, credential }) => state !== "expired" || new Date(credential.endDateTime) <= now,
  );
  const reasonOf = reasons(there);
  const wanted = keyIds.map((keyId) => keyId.toLowerCase());
  const named = there.filter(({ credential }) => wanted.includes(credential.keyId.toLowerCase()));
  const foreign = named
    .map(({ credential }) => credential)
    .filter(({ displayName }) => !isOurSecretName(displayName));
  const chosen = wanted.length > 0 ? named : there.filter((secret) => isSpare(reasonOf(secret)));
  const leavesNone = !there.some((secret) => secret.state === "delivered" && !chosen.includes(secret));
  return {
    foreign,
    gone: wanted.filter((id) => !named.some(({ credential }) => credential.keyId.toLowerCase() === id)),
    secrets: chosen
      .filter(({ credential }) => !foreign.includes(credential))
      .map((secret) => {
        const reason = reasonOf(secret);
        const isLast = leavesNone && secret.state === "delivered" && reason !== "superseded";
        return { credential: secret.credential, reason: isLast ? "last" : reason };
      }),
  };
}

function isSpare(reason: RetireReason): boolean {
  return reason === "expired" || reason === "undelivered" || reason === "superseded";
}

function reasons(judged: readonly JudgedSecret[]): (secret: JudgedSecret) => RetireReason {
  const newest = judged
    .filter(({ state }) => state === "delivered")
    .reduce((start, { credential }) => Math.max(start, startOf(credential)), 0);
  return ({ state, credential }) => {
    if (state === "expired" || state === "undelivered") return state;
    return state === "delivered" && startOf(credential) < newest ? "superseded" : "named";
  };
}

function startOf({ startDateTime }: PasswordCredential): number {
  return new Date(startDateTime).getTime();
}
