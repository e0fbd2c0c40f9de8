import { join } from "node:path";
import {
  chooseLifetime,
  type DeliveredLink,
  deliver,
  readForm,
  type ServiceProfile,
} from "../delivery/service.ts";
import { AppError, isAppError, type OneTimePasswordProblem } from "../errors.ts";
import type { ApplicationTarget } from "../graph/apply.ts";
import { setTags } from "../graph/apply.ts";
import type { GraphContext } from "../graph/batch.ts";
import { type IssuedSecret, issueSecret, removeSecret } from "../graph/secrets.ts";
import { toGermanDate } from "../handover/dates.ts";
import { shownInstead, writeHandover } from "../handover/file.ts";
import { toDeliveredTag, toSecretName } from "../registration/names.ts";
import type { StepOf } from "../registration/plan.ts";
import { Secret } from "../secret.ts";
import { sha256 } from "../sha256.ts";
import { detectCloudShell } from "../signin/detect-cloud-shell.ts";
import { fill, inputValues } from "../template/placeholders.ts";
import type { Template } from "../template/schema.ts";
import { handoverOf } from "../template/units.ts";
import { during, journaled, type RunContext } from "./context.ts";
import type { Handover } from "./events.ts";
import type { DeliveryChoice } from "./questions.ts";
import { noLongerThan } from "./service.ts";

export interface HandOverInput {
  readonly graph: GraphContext;
  readonly target: ApplicationTarget;
  readonly step: StepOf<"issueSecret">;
  readonly template: Template;
  readonly tenantId: string;
  readonly appName: string;
  readonly hostname: string;
  /** The template's own inputs, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly profile: ServiceProfile;
  /** Other services that may be offered when this one fails. */
  readonly otherServices: readonly string[];
  readonly linkLifetimeSeconds: number;
  readonly outputFolder: string;
  /** The application's tags as they are now. */
  readonly tags: readonly string[];
}

export interface HandedOver {
  readonly handover: Handover;
  readonly issued: IssuedSecret;
}

/**
 * Issues the client secret and sees it through: stored with the one-time-password service, its link in the
 * hand-over file, the delivery marked on the application. A secret that cannot be handed over is removed
 * again; nothing is left that works and nobody holds.
 *
 * @param onIssued is given the secret as soon as it exists, for the proof that runs beside the delivery.
 */
export async function handOver(
  context: RunContext,
  input: HandOverInput,
  onIssued: (issued: IssuedSecret) => void,
): Promise<HandedOver> {
  const issued = await issue(context, input);
  onIssued(issued);
  const handover = await deliverAndWrite(context, input, issued);
  await markDelivered(context, input, issued.keyId);
  return { handover, issued };
}

async function issue(context: RunContext, { graph, target, step, template }: HandOverInput) {
  const { objectId, appId } = target;
  const description = template.application.clientSecret?.displayName ?? template.title;
  const intent = { event: "intent", step: "issueSecret", objectId, appId } as const;
  return during(context, "issueSecret", async () => {
    const issued = await issueSecret(graph, target, {
      displayName: step.displayName,
      endDateTime: step.endDateTime,
      nextName: () => toSecretName(description, context.ports.ids.uuid().slice(0, 8)),
      intent: (secretName) => context.journal.record({ ...intent, secretName }),
      onShortened: (endDateTime) => context.report({ kind: "lifetimeShortened", endDateTime }),
    });
    const { keyId, displayName: secretName } = issued;
    await context.journal.record({ ...intent, event: "outcome", ok: true, secretName, keyId });
    return issued;
  });
}

/** Where the secret can be fetched, or that the person took it from the screen. */
type Carrier = DeliveredLink | "shown";

/** Retries, another service, the screen or removal: as the person chooses; without a person, removal. */
async function deliverAndWrite(
  context: RunContext,
  input: HandOverInput,
  issued: IssuedSecret,
): Promise<Handover> {
  const others = [...input.otherServices];
  let { profile } = input;
  let carrier: Carrier | undefined;
  for (;;) {
    try {
      carrier ??= await storeSecret(context, input, issued, profile);
      return await writeFile(context, input, issued, carrier);
    } catch (error) {
      const reason = undeliveredReason(error);
      const choice = await choose(context, issued, reason, others[0], error);
      if (choice instanceof AppError) {
        // Nobody may be left with a secret that works and that nobody holds, not even for a Ctrl-C.
        await removeUndelivered(context, input, issued, profile, "unreachable", choice);
        throw choice;
      }
      if (choice === "remove") throw await removeUndelivered(context, input, issued, profile, reason, error);
      if (choice === "showOnce") carrier = "shown";
      if (choice === "otherService") {
        profile = await otherProfile(context, others, profile);
        carrier = undefined;
      }
    }
  }
}

/** What the person wants; an INTERRUPTED of theirs, here or before, is given back to be thrown after the removal. */
async function choose(
  { questions }: RunContext,
  { secret }: IssuedSecret,
  reason: OneTimePasswordProblem | "handoverFile",
  other: string | undefined,
  error: unknown,
): Promise<DeliveryChoice | AppError> {
  if (isAppError(error, "INTERRUPTED")) return error;
  if (!questions) return "remove";
  try {
    for (;;) {
      const choice = await questions.undelivered(reason, other);
      if (choice !== "showOnce" || (await questions.showSecret(secret))) return choice;
    }
  } catch (interruption) {
    if (isAppError(interruption, "INTERRUPTED")) return interruption;
    throw interruption;
  }
}

async function storeSecret(
  context: RunContext,
  { linkLifetimeSeconds }: HandOverInput,
  { secret, endDateTime }: IssuedSecret,
  profile: ServiceProfile,
): Promise<DeliveredLink> {
  const most = noLongerThan(new Date(endDateTime), linkLifetimeSeconds, context.ports.clock.now());
  return during(context, "deliver", () =>
    deliver(context.ports, profile, secret, chooseLifetime(profile, most), {
      onWait: (wait) => context.report({ kind: "wait", wait }),
    }),
  );
}

/** The next service; one that does not work shows so when the secret is stored, and is asked about again. */
async function otherProfile(
  context: RunContext,
  others: string[],
  current: ServiceProfile,
): Promise<ServiceProfile> {
  const other = others.shift();
  if (other === undefined) return current;
  return readForm(context.ports, new URL(other)).catch(() => ({ ...current, service: new URL(other) }));
}

function undeliveredReason(error: unknown): OneTimePasswordProblem | "handoverFile" {
  if (isAppError(error, "ONE_TIME_PASSWORD_UNUSABLE")) return error.facts.reason;
  return isAppError(error, "NETWORK") ? "unreachable" : "handoverFile";
}

async function writeFile(
  context: RunContext,
  { template, target, tenantId, appName, hostname, inputs, outputFolder }: HandOverInput,
  issued: IssuedSecret,
  carrier: Carrier,
): Promise<Handover> {
  const link = carrier === "shown" ? undefined : carrier;
  const secretStart = toGermanDate(new Date(issued.startDateTime));
  const secretEnd = toGermanDate(new Date(issued.endDateTime));
  const values = {
    ...inputValues(inputs),
    tenantId,
    appId: target.appId,
    appName,
    hostname,
    host: hostname === "" ? "" : new URL(hostname).host,
    clientSecretLink: link ? link.link.reveal() : shownInstead(issued.keyId, secretStart),
    clientSecretStart: secretStart,
    clientSecretEnd: secretEnd,
  };
  const entries = Object.entries(handoverOf(template).entries).map(
    ([key, text]) =>
      [
        key,
        text.includes("{clientSecretLink}") ? new Secret(fill(text, values)) : fill(text, values),
      ] as const,
  );
  const tenantKeys = entries.filter(([, value]) => value === tenantId);
  const identifying = entries.filter(([, value]) => value === tenantId || value === target.appId);
  const carrying = entries.flatMap(([, value]) => (value instanceof Secret ? [value.reveal()] : []));
  const { file, keptAs } = await writeHandover(context.ports, {
    folder: outputFolder,
    fileName: handoverOf(template).fileName,
    section: handoverOf(template).section,
    entries,
    isSibling: (existing) => tenantKeys.every(([key]) => existing[key] === tenantId),
    isSameApp: (existing) => identifying.every(([key, value]) => existing[key] === value),
    onDraft: (draft) =>
      context.journal.record({
        event: "handingOver",
        objectId: target.objectId,
        keyId: issued.keyId,
        file: join(outputFolder, handoverOf(template).fileName),
        draft,
        linkHash: sha256(carrying[0] ?? ""),
      }),
  });
  if (keptAs !== undefined) context.report({ kind: "fileKept", keptAs });
  await context.journal.record({
    event: "delivered",
    objectId: target.objectId,
    keyId: issued.keyId,
    endDateTime: issued.endDateTime,
  });
  const { keyId, startDateTime, endDateTime } = issued;
  return {
    file,
    toDownload: detectCloudShell(context.ports.system.environment) !== undefined,
    keyId,
    link: link && { url: link.link, end: link.expiresAt },
    secretStart: startDateTime,
    secretEnd: endDateTime,
  };
}

async function removeUndelivered(
  context: RunContext,
  { graph, target }: HandOverInput,
  { keyId }: IssuedSecret,
  { service }: ServiceProfile,
  reason: OneTimePasswordProblem | "handoverFile",
  cause: unknown,
): Promise<AppError> {
  const { objectId, appId } = target;
  const removed = await journaled(
    context,
    "removeSecret",
    { event: "intent", step: "removeSecret", objectId, keyId },
    () => removeSecret(graph, target, keyId),
  ).then(
    () => true,
    () => false,
  );
  if (removed) await context.journal.record({ event: "removedSecret", objectId, keyId });
  const detail = isAppError(cause, "ONE_TIME_PASSWORD_UNUSABLE") ? cause.facts.detail : undefined;
  return new AppError(
    "SECRET_UNDELIVERED",
    { service: service.origin, reason, ...(detail !== undefined && { detail }), appId, keyId, removed },
    { cause },
  );
}

/** The mark saves a later run from asking; the file is what makes the secret delivered. */
async function markDelivered(
  context: RunContext,
  { graph, target, tags }: HandOverInput,
  keyId: string,
): Promise<void> {
  const { objectId } = target;
  await journaled(context, "markDelivered", { event: "intent", step: "markDelivered", objectId, keyId }, () =>
    setTags(graph, target, [...new Set([...tags, toDeliveredTag(keyId)])]),
  ).catch(() => context.report({ kind: "markNotSet" }));
}
