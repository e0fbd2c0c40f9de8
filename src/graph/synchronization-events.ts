import type { LogEntry, ModifiedProperty, OnDemandResult, ProvisioningStep } from "../provisioning/types.ts";
import * as z from "../zod.ts";
import { withoutBearer } from "./redact.ts";
import { optionalText, or, readObject, text } from "./schemas.ts";
import { parseJson } from "./synchronization-schemas.ts";

/* What became of one user or group: entries of the provisioning logs, and the answer of an on-demand run. */

const details = or(z.record(text, z.unknown()), {});

const Step = z.pipe(
  z.looseObject({
    name: or(text, ""),
    provisioningStepType: optionalText,
    type: or(z.union([text, z.number()]), ""),
    status: or(z.union([text, z.number()]), ""),
    description: or(text, ""),
    details: z.catch(details, {}),
  }),
  z.transform(
    (step): ProvisioningStep => ({
      name: step.name,
      type: lowerFirst(step.provisioningStepType ?? String(step.type)),
      status: lowerFirst(String(step.status)),
      description: withoutBearer(step.description),
      details: Object.fromEntries(
        Object.entries(step.details).map(([name, one]) => [
          name,
          typeof one === "string" ? withoutBearer(one) : one,
        ]),
      ),
    }),
  ),
);

/** Values are texts, and have come as other things. */
const value = z.pipe(
  z.unknown(),
  z.transform((one): string | undefined =>
    one === undefined || one === null ? undefined : typeof one === "string" ? one : JSON.stringify(one),
  ),
);

const Modified = z.pipe(
  z.looseObject({ displayName: optionalText, name: optionalText, oldValue: value, newValue: value }),
  z.transform(
    ({ displayName, name, oldValue, newValue }): ModifiedProperty => ({
      name: displayName ?? name ?? "",
      from: oldValue,
      to: newValue,
    }),
  ),
);

const Identity = or(
  z.pipe(
    z.looseObject({ id: or(text, ""), displayName: or(text, ""), identityType: or(text, "") }),
    z.transform(({ id, displayName, identityType }) => ({ id, displayName, type: identityType })),
  ),
  undefined,
);

const steps = or(z.array(Step), []);
const changes = or(z.array(Modified), []);

export const LogShape = z.pipe(
  z.looseObject({
    id: text,
    activityDateTime: text,
    provisioningAction: or(text, "other"),
    provisioningStatusInfo: z.nullish(
      z.looseObject({
        status: optionalText,
        errorInformation: z.nullish(
          z.looseObject({ errorCode: optionalText, reason: or(text, ""), recommendedAction: optionalText }),
        ),
      }),
    ),
    sourceIdentity: Identity,
    targetIdentity: Identity,
    provisioningSteps: steps,
    modifiedProperties: changes,
    cycleId: optionalText,
    durationInMilliseconds: or(z.number(), undefined),
  }),
  z.transform(
    (entry): LogEntry => ({
      id: entry.id,
      at: entry.activityDateTime,
      action: entry.provisioningAction,
      status: entry.provisioningStatusInfo?.status ?? "",
      error: toLogError(entry.provisioningStatusInfo?.errorInformation),
      source: entry.sourceIdentity,
      target: entry.targetIdentity,
      steps: entry.provisioningSteps,
      changes: entry.modifiedProperties,
      cycleId: entry.cycleId,
      durationMs: entry.durationInMilliseconds,
    }),
  ),
);

/** Entries that succeeded carry the object, too, with nothing in it. */
function toLogError(
  error:
    | { errorCode: string | undefined; reason: string; recommendedAction: string | undefined }
    | null
    | undefined,
): LogEntry["error"] {
  if (!error || ((error.errorCode ?? "") === "" && error.reason === "")) return undefined;
  return {
    code: error.errorCode ?? "",
    reason: withoutBearer(error.reason),
    recommendedAction: error.recommendedAction === "" ? undefined : error.recommendedAction,
  };
}

const OnDemandAnswer = z.looseObject({ key: z.unknown(), value: z.unknown() });

const OnDemandKey = z.looseObject({
  result: text,
  details: z.nullish(z.looseObject({ errorCode: optionalText, errorMessage: optionalText })),
});

const OnDemandEvent = z.looseObject({
  action: optionalText,
  modifiedProperties: changes,
  provisioningSteps: steps,
  statusInfo: z.nullish(z.looseObject({ errorCode: optionalText, reason: optionalText })),
  targetIdentity: Identity,
});

/**
 * The outcome of an on-demand run: key and value are JSON in texts. What was skipped because the target has it
 * already is a success. Undefined where the answer is malformed.
 */
export function readOnDemand(body: unknown): Omit<OnDemandResult, "requestId"> | undefined {
  const answer = readObject(OnDemandAnswer, body);
  const key = readObject(OnDemandKey, unpacked(answer?.key));
  if (!answer || !key) return undefined;
  const event = readObject(OnDemandEvent, unpacked(answer.value));
  const [fromKey, fromEvent] = [key.details, event?.statusInfo];
  const isRedundant = [fromKey?.errorCode, fromEvent?.errorCode].includes("RedundantExport");
  const code = fromKey?.errorCode || (fromEvent?.errorCode ?? "");
  const reason = withoutBearer(fromKey?.errorMessage || (fromEvent?.reason ?? ""));
  const result = toResult(key.result, isRedundant);
  return {
    result,
    isRedundant: result === "success" && isRedundant,
    action: event?.action === undefined ? undefined : lowerFirst(event.action),
    steps: event?.provisioningSteps ?? [],
    changes: event?.modifiedProperties ?? [],
    error: result === "success" || (code === "" && reason === "") ? undefined : { code, reason },
    target: event?.targetIdentity?.id === "" ? undefined : event?.targetIdentity?.id,
  };
}

/** What is in a text of JSON, its names in Graph's spelling: what wrote it is not Graph, and has its own. */
function unpacked(packed: unknown): unknown {
  return inGraphsSpelling(typeof packed === "string" ? parseJson(packed) : packed, DEEPEST);
}

/** As deep as something of ours is; the details of a step have names of their own. */
const DEEPEST = 3;

function inGraphsSpelling(packed: unknown, depth: number): unknown {
  if (typeof packed !== "object" || packed === null || depth === 0) return packed;
  if (Array.isArray(packed)) return packed.map((one: unknown) => inGraphsSpelling(one, depth - 1));
  return Object.fromEntries(
    Object.entries(packed).map(([name, one]) => [lowerFirst(name), inGraphsSpelling(one, depth - 1)]),
  );
}

function toResult(result: string, isRedundant: boolean): OnDemandResult["result"] {
  switch (result.toLowerCase()) {
    case "success":
      return "success";
    case "skipped":
      return isRedundant ? "success" : "skipped";
    default:
      return "failure";
  }
}

function lowerFirst(word: string): string {
  return word.slice(0, 1).toLowerCase() + word.slice(1);
}
