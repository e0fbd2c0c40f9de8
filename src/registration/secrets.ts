import { isDeliveredTag, isOurSecretName, toDeliveredTag } from "./names.ts";
import type { RetireReason } from "./retire.ts";
import type { Application, DesiredRegistration, PasswordCredential } from "./types.ts";

/** What earlier runs' journals say about one secret. */
export interface SecretEvidence {
  readonly secretName: string;
  readonly keyId?: string;
  /**
   * `open`: asked for, answer unknown; `issued`: made, not handed over; `unclear`: the run ended while it was
   * handed over, and what it wrote is gone.
   */
  readonly state: "open" | "issued" | "unclear" | "delivered" | "removed";
  /** When it was handed over, and when it ends, both ISO 8601; absent once a list has shown it. */
  readonly delivered?: { readonly at: string; readonly endDateTime: string };
}

/** How long Entra may take to list a new secret; one that is missing for longer has been deleted. */
const UNSEEN_MS = 15 * 60_000;

/** What the hand-over file in the output folder says, where it speaks of this application. */
export interface HandoverEvidence {
  /** Both `dd.MM.yyyy`, as the file has them. */
  readonly start: string;
  readonly end: string;
}

export interface SecretFacts {
  readonly journal: readonly SecretEvidence[];
  readonly handover: HandoverEvidence | undefined;
  readonly toDate: (isoDateTime: string) => string;
  readonly now: Date;
}

export type SecretState = "delivered" | "undelivered" | "doubtful" | "expired" | "foreign";

export interface JudgedSecret {
  readonly credential: PasswordCredential;
  readonly state: SecretState;
  /** Whether the application carries the tag that says so. */
  readonly tagged: boolean;
}

/** What is known of each client secret of an application: tenant mark, then journal, then hand-over file. */
export function judgeSecrets(application: Application, facts: SecretFacts): JudgedSecret[] {
  const ours = application.passwordCredentials.filter(({ displayName }) => isOurSecretName(displayName));
  const marks = application.passwordCredentials.map(({ keyId }) => toDeliveredTag(keyId));
  const isOneGone = application.tags.some((tag) => isDeliveredTag(tag) && !marks.includes(tag));
  const listed = application.passwordCredentials.map((credential): JudgedSecret => {
    const tagged = application.tags.includes(toDeliveredTag(credential.keyId));
    return { credential, tagged, state: judge(credential, tagged, ours, { ...facts, isOneGone }) };
  });
  return [...listed, ...notListedYet(application, facts)];
}

/** Secrets that were handed over a moment ago and that the list does not show yet. */
function notListedYet(application: Application, { journal, now }: SecretFacts): JudgedSecret[] {
  return journal.flatMap(({ state, keyId, secretName, delivered }): JudgedSecret[] => {
    const isListed = application.passwordCredentials.some((credential) => credential.keyId === keyId);
    if (state !== "delivered" || keyId === undefined || !delivered || isListed) return [];
    const { at, endDateTime } = delivered;
    if (now.getTime() - Date.parse(at) > UNSEEN_MS) return [];
    const credential = { keyId, displayName: secretName, startDateTime: at, endDateTime };
    return [{ credential, state: "delivered", tagged: application.tags.includes(toDeliveredTag(keyId)) }];
  });
}

function judge(
  credential: PasswordCredential,
  tagged: boolean,
  ours: readonly PasswordCredential[],
  facts: SecretFacts & { readonly isOneGone: boolean },
): SecretState {
  if (!ours.includes(credential)) return "foreign";
  if (new Date(credential.endDateTime) <= facts.now) return "expired";
  if (tagged) return "delivered";
  // A list may show a secret for minutes after it was removed.
  const proof = facts.journal.find(
    ({ keyId, secretName }) =>
      keyId === credential.keyId || (keyId === undefined && secretName === credential.displayName),
  );
  if (proof?.state === "removed") return "expired";
  if (proof?.state === "delivered") return "delivered";
  if (proof?.state === "unclear") return "doubtful";
  // The journal has looked into the file that it saw being written; dates alone would know it less well.
  if (proof) return "undelivered";
  const alike = ours.filter((other) => isInHandover(other, facts)).length;
  return isInHandover(credential, facts) && alike === 1 && !facts.isOneGone ? "delivered" : "doubtful";
}

/**
 * The file holds no key id; its two dates name a secret only where no other one has the same, nor can have
 * had: a file may be about one that was handed over and has been deleted since.
 */
function isInHandover(credential: PasswordCredential, { handover, toDate }: SecretFacts): boolean {
  return (
    handover !== undefined &&
    toDate(credential.startDateTime) === handover.start &&
    toDate(credential.endDateTime) === handover.end
  );
}

export type IssueReason = "none" | "expired" | "undelivered" | "doubtful" | "asked";

export type SecretStep =
  | {
      readonly kind: "removeSecret";
      readonly keyId: string;
      readonly displayName: string | undefined;
      /** Absent where an earlier run left it and never handed it over. */
      readonly reason?: RetireReason;
    }
  | {
      readonly kind: "issueSecret";
      readonly displayName: string;
      readonly endDateTime: string;
      readonly reason: IssueReason;
      /** Secrets of ours that nothing proves delivered; they stay. */
      readonly doubtful: readonly PasswordCredential[];
    }
  | { readonly kind: "markDelivered"; readonly keyId: string };

/**
 * What to do about client secrets: one live, delivered secret of ours is enough.
 *
 * @param options.newSecret a new one is wanted beside the old.
 * @param options.keepDoubtful the person says that the doubtful secret did arrive.
 */
export function planSecrets(
  { secret: wanted }: Pick<DesiredRegistration, "secret">,
  judged: readonly JudgedSecret[],
  options: { readonly newSecret: boolean; readonly keepDoubtful: boolean },
): SecretStep[] {
  const inState = (state: SecretState) => judged.filter((secret) => secret.state === state);
  const doubtful = inState("doubtful");
  const removals = inState("undelivered").map(
    ({ credential: { keyId, displayName } }): SecretStep => ({ kind: "removeSecret", keyId, displayName }),
  );
  const kept = [...inState("delivered"), ...(options.keepDoubtful ? doubtful : [])];
  const marks = kept
    .filter(({ tagged }) => !tagged)
    .map(({ credential: { keyId } }): SecretStep => ({ kind: "markDelivered", keyId }));
  if (!wanted || (kept.length > 0 && !options.newSecret)) return [...removals, ...marks];

  const reason = ((): IssueReason => {
    if (options.newSecret && kept.length > 0) return "asked";
    if (doubtful.length > 0) return "doubtful";
    if (removals.length > 0) return "undelivered";
    return inState("expired").length > 0 ? "expired" : "none";
  })();
  const issue: SecretStep = {
    kind: "issueSecret",
    displayName: wanted.name,
    endDateTime: toGraphDateTime(wanted.end),
    reason,
    doubtful: options.keepDoubtful ? [] : doubtful.map(({ credential }) => credential),
  };
  return [...removals, ...marks, issue];
}

/** Graph's `Edm.DateTimeOffset` in UTC, whole seconds. */
function toGraphDateTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
