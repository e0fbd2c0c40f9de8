import { AppError, isAppError } from "../errors.ts";
import { MAX_REPEATS, retryDelayMs } from "../http/retry.ts";
import type { PasswordCredential } from "../registration/types.ts";
import { Secret } from "../secret.ts";
import {
  errorOf,
  expectSuccess,
  type GraphAnswer,
  isAmbiguous,
  isConcurrencyViolation,
  isSuccess,
  toAppError,
} from "./answers.ts";
import { type ApplicationTarget, visibility } from "./apply.ts";
import type { GraphContext } from "./batch.ts";
import type { GraphRequest } from "./client.ts";
import { readApplication } from "./read.ts";
import { readObject, shapes } from "./schemas.ts";
import { sendReplicated, write } from "./write.ts";

export interface IssuedSecret {
  readonly keyId: string;
  readonly secret: Secret;
  readonly displayName: string;
  /** Both as Graph answered them, ISO 8601 in UTC. */
  readonly startDateTime: string;
  readonly endDateTime: string;
  /** Names under which an unanswered attempt may have made a secret that nobody has. */
  readonly abandoned: readonly string[];
}

export interface SecretRequest {
  readonly displayName: string;
  readonly endDateTime: string;
  /** A name for another attempt, after one whose answer was lost. */
  readonly nextName: () => string;
  /** Called before every attempt with the name it uses, so that no secret can exist without a trace. */
  readonly intent: (displayName: string) => Promise<void>;
  /** Called when the tenant's policy allows only a shorter life. */
  readonly onShortened: (endDateTime: string) => void;
}

/** The lifetimes tried when a policy refuses the one asked for; the policy itself is often unreadable. */
const SHORTER_DAYS = [365, 180, 90, 30];
const DAY_MS = 86_400_000;

/**
 * Adds a client secret. Graph shows it once: where the answer is lost, the secret that may have been made is
 * removed and another one is asked for under a name of its own.
 *
 * @throws AppError SECRETS_FORBIDDEN where the tenant's policy allows no client secret at all.
 */
export async function issueSecret(
  context: GraphContext,
  target: ApplicationTarget,
  request: SecretRequest,
): Promise<IssuedSecret> {
  let { displayName, endDateTime } = request;
  const abandoned: string[] = [];
  const shorter = shorterLifetimes(endDateTime, context.clock.now());
  for (let attempt = 1; ; attempt += 1) {
    await request.intent(displayName);
    const outcome = await sendReplicated(
      context,
      "issueSecret",
      addPassword(target, displayName, endDateTime),
      visibility(context, target).isVisible,
    );
    const credential =
      outcome instanceof AppError || !isSuccess(outcome)
        ? undefined
        : readObject(shapes.passwordCredential, outcome.body);
    if (credential) {
      const { keyId, secretText, startDateTime } = credential;
      return {
        keyId,
        secret: new Secret(secretText),
        displayName,
        startDateTime: startDateTime ?? context.clock.now().toISOString(),
        endDateTime: credential.endDateTime,
        abandoned,
      };
    }
    if (!(outcome instanceof AppError)) {
      const { code, message } = errorOf(outcome);
      if (/CredentialInvalidLifetimeAsPerAppPolicy/.test(code)) {
        const next = shorter.shift();
        if (next === undefined) throw forbidden(target, message, outcome);
        request.onShortened(next);
        endDateTime = next;
        continue;
      }
      if (/CredentialTypeNotAllowedAsPerAppPolicy/.test(code)) throw forbidden(target, message, outcome);
      const unclear = isSuccess(outcome) || isAmbiguous(outcome) || isConcurrencyViolation(outcome);
      if (!unclear) throw toAppError("issueSecret", outcome);
    }
    await waitOrGiveUp(context, outcome, attempt);
    await removeByName(context, target, displayName);
    abandoned.push(displayName);
    displayName = request.nextName();
  }
}

function addPassword(
  { objectId }: ApplicationTarget,
  displayName: string,
  endDateTime: string,
): GraphRequest {
  return {
    method: "POST",
    path: `/applications/${objectId}/addPassword`,
    body: { passwordCredential: { displayName, endDateTime } },
  };
}

function shorterLifetimes(endDateTime: string, now: Date): string[] {
  return SHORTER_DAYS.map((days) => new Date(now.getTime() + days * DAY_MS))
    .filter((end) => end < new Date(endDateTime))
    .map((end) => `${end.toISOString().slice(0, 19)}Z`);
}

function forbidden({ appId }: ApplicationTarget, detail: string, { requestId }: GraphAnswer): AppError {
  return new AppError("SECRETS_FORBIDDEN", { appId, detail }, requestId === undefined ? {} : { requestId });
}

async function waitOrGiveUp(
  { clock, onWait }: GraphContext,
  outcome: GraphAnswer | AppError,
  attempt: number,
): Promise<void> {
  const retryAfter = outcome instanceof AppError ? null : (outcome.retryAfter ?? null);
  const ms = retryDelayMs(attempt, retryAfter, clock.now(), Math.random());
  if (attempt > MAX_REPEATS || ms === undefined) {
    throw outcome instanceof AppError ? outcome : toAppError("issueSecret", outcome);
  }
  onWait?.({ ms, reason: "unavailable", host: "Microsoft Graph", attempt });
  await clock.sleep(ms);
}

/** Removes the secrets of that name; one that is not visible yet is found by a later look. */
export async function removeByName(
  context: GraphContext,
  target: ApplicationTarget,
  displayName: string,
): Promise<void> {
  const credentials = await listSecrets(context, target.objectId);
  for (const credential of credentials.filter((other) => other.displayName === displayName)) {
    await removeSecret(context, target, credential.keyId);
  }
}

/** A new application that cannot be read yet shows no secrets yet either. */
async function listSecrets(context: GraphContext, objectId: string): Promise<readonly PasswordCredential[]> {
  return readApplication(context, objectId).then(
    ({ passwordCredentials }) => passwordCredentials,
    (error: unknown) => {
      if (isAppError(error, "GRAPH_REFUSED") && error.facts.status === 404) return [];
      throw error;
    },
  );
}

/** Takes a client secret off the application; one that is gone already is fine. */
export async function removeSecret(
  context: GraphContext,
  { objectId }: ApplicationTarget,
  keyId: string,
): Promise<void> {
  const request: GraphRequest = {
    method: "POST",
    path: `/applications/${objectId}/removePassword`,
    body: { keyId },
  };
  const look = async () => {
    const credentials = await listSecrets(context, objectId);
    return credentials.some((credential) => credential.keyId === keyId) ? undefined : true;
  };
  const written = await write(context, "removeSecret", request, { look });
  if (written.kind === "found") return;
  const { status } = written.answer;
  if (status === 404 || (status === 400 && (await look()))) return;
  expectSuccess("removeSecret", written.answer);
}
