import type {
  Cycle,
  Job,
  MappingSource,
  SavedCredentials,
  SynchronizationSchema,
} from "../provisioning/types.ts";
import * as z from "../zod.ts";
import { withoutBearer } from "./redact.ts";
import { flag, optionalText, or, readObject, text } from "./schemas.ts";

/*
 * Graph's answers about provisioning, checked loosely like all of them. What is written back whole is checked
 * and then kept as it came.
 */

/** Numbers of 64 bits may come as texts (OData, IEEE754Compatible). */
const count = z.pipe(
  z.nullish(z.union([z.number(), text])),
  z.transform((value: number | string | null | undefined) => Number(value) || 0),
);

/** A moment, or never: Graph writes that as year 1. */
const moment = z.pipe(
  z.nullish(text),
  z.transform((value: string | null | undefined) => {
    if (value === undefined || value === null || value.startsWith("0001-01-01")) return undefined;
    return Number.isNaN(Date.parse(value)) ? undefined : value;
  }),
);

const failure = or(
  z.pipe(
    z.looseObject({ code: or(text, ""), message: or(text, "") }),
    z.transform(({ code, message }) => ({ code, message: withoutBearer(message) })),
  ),
  undefined,
);

const Execution = or(
  z.pipe(
    z.looseObject({
      state: or(text, ""),
      timeBegan: moment,
      timeEnded: moment,
      countImported: count,
      countEntitled: count,
      countExported: count,
      countEscrowed: count,
      error: failure,
    }),
    z.transform(
      (cycle): Cycle => ({
        state: cycle.state,
        began: cycle.timeBegan,
        ended: cycle.timeEnded,
        counts: {
          imported: cycle.countImported,
          entitled: cycle.countEntitled,
          exported: cycle.countExported,
          escrowed: cycle.countEscrowed,
        },
        error: cycle.error,
      }),
    ),
  ),
  undefined,
);

const Quarantine = or(
  z.pipe(
    z.looseObject({
      reason: or(text, "Unknown"),
      currentBegan: moment,
      nextAttempt: moment,
      seriesCount: count,
      error: failure,
    }),
    z.transform(
      (quarantine): NonNullable<Job["quarantine"]> => ({
        reason: quarantine.reason,
        since: quarantine.currentBegan,
        nextAttempt: quarantine.nextAttempt,
        count: quarantine.seriesCount,
        error: quarantine.error,
      }),
    ),
  ),
  undefined,
);

/** Codes of a job that runs, where Graph says nothing of its schedule. */
const SWITCHED_ON = new Set(["Active", "Quarantine"]);

export const JobShape = z.pipe(
  z.looseObject({
    id: text.check(z.minLength(1)),
    templateId: or(text, ""),
    schedule: z.nullish(z.looseObject({ state: optionalText, interval: optionalText })),
    status: z.nullish(
      z.looseObject({
        code: optionalText,
        lastExecution: Execution,
        lastSuccessfulExecution: Execution,
        steadyStateFirstAchievedTime: moment,
        quarantine: Quarantine,
        synchronizedEntryCountByType: or(z.array(z.looseObject({ key: text, value: count })), []),
      }),
    ),
  }),
  z.transform(
    ({ id, templateId, schedule, status }): Job => ({
      id,
      templateId,
      code: status?.code ?? "NotConfigured",
      schedule: schedule?.state ?? (SWITCHED_ON.has(status?.code ?? "") ? "Active" : "Disabled"),
      interval: schedule?.interval,
      lastCycle: status?.lastExecution,
      lastSuccessfulCycle: status?.lastSuccessfulExecution,
      steadySince: status?.steadyStateFirstAchievedTime,
      quarantine: status?.quarantine,
      entries: (status?.synchronizedEntryCountByType ?? []).map(({ key, value }) => ({
        kind: key,
        count: value,
      })),
    }),
  ),
);

export const TemplateShape = z.looseObject({ id: text, default: flag });

/** What Graph shows in the place of a secret. */
const MASK = "*";

const KeyValue = z.looseObject({ key: text, value: z.nullish(text) });
const KeyValues = z.looseObject({ value: z.array(KeyValue) });

const NotificationSettings = z.looseObject({
  Enabled: flag,
  Recipients: optionalText,
  DeleteThresholdEnabled: flag,
  DeleteThresholdValue: or(z.number(), undefined),
});

/** Settings without anything secret in them, which go with a bearer token. */
const REPEATABLE = new Set(["SkipOutOfScopeDeletions", "HardDeletesEnabled", "UpdateKeyOnSoftDelete"]);
const OURS = new Set(["BaseAddress", "SecretToken", "SyncNotificationSettings", "SyncAll"]);

/** The saved credentials of an answer, whose secrets are masked; undefined where the answer is malformed. */
export function readSavedCredentials(body: unknown): SavedCredentials | undefined {
  const entries = readObject(KeyValues, body)?.value;
  if (!entries) return undefined;
  const given = entries.flatMap(({ key, value }) => (value ? [{ key, value }] : []));
  const token = entries.find(({ key }) => key === "SecretToken");
  const valueOf = (key: string) => given.find((entry) => entry.key === key)?.value;
  const settings = readObject(NotificationSettings, parseJson(valueOf("SyncNotificationSettings")));
  const syncAll = valueOf("SyncAll")?.toLowerCase();
  const others = given.filter(({ key }) => !OURS.has(key));
  const tenantUrl = valueOf("BaseAddress");
  const scope = syncAll === "true" ? "all" : syncAll === "false" ? "assigned" : undefined;
  const isKept = ({ key, value }: { key: string; value: string }) => REPEATABLE.has(key) && value !== MASK;
  const foreign = others.filter((entry) => !isKept(entry)).map(({ key }) => key);
  return {
    tenantUrl,
    // Without a value it is not shown; one that was cleared is an empty text. Left out altogether it must be there
    // all the same, for an address is not kept without a proof, and that is no other one.
    hasToken: token ? token.value !== "" : tenantUrl !== undefined && foreign.length === 0,
    scope,
    notification: settings?.Enabled ? settings.Recipients : undefined,
    deleteThreshold: settings?.DeleteThresholdEnabled ? settings.DeleteThresholdValue : undefined,
    kept: others.filter(isKept).map(({ key, value }) => ({ key, value })),
    others: foreign,
    // Nothing is saved without them (`writeCredentials`).
    hidden:
      tenantUrl === undefined
        ? []
        : [...(scope ? [] : ["scope" as const]), ...(settings ? [] : ["notification" as const])],
  };
}

const Source = z.nullish(z.looseObject({ type: text, name: z.nullish(text), expression: z.nullish(text) }));

const SchemaShape = z.looseObject({
  synchronizationRules: z.array(
    z.looseObject({
      id: text,
      editable: z.nullish(z.boolean()),
      sourceDirectoryName: z.nullish(text),
      targetDirectoryName: z.nullish(text),
      objectMappings: z.array(
        z.looseObject({
          enabled: z.nullish(z.boolean()),
          sourceObjectName: z.nullish(text),
          targetObjectName: z.nullish(text),
          attributeMappings: z.array(
            z.looseObject({
              targetAttributeName: text,
              source: Source,
              matchingPriority: z.nullish(z.number()),
            }),
          ),
        }),
      ),
    }),
  ),
  directories: z.array(
    z.looseObject({
      name: text,
      objects: z.array(z.looseObject({ name: text, attributes: z.array(z.looseObject({ name: text })) })),
    }),
  ),
});

/** The schema of an answer, untouched: it is written back whole. Undefined where the answer is malformed. */
export function readSchemaBody(body: unknown): SynchronizationSchema | undefined {
  return SchemaShape.safeParse(body).success ? (body as SynchronizationSchema) : undefined;
}

/** Whether a schema came without its directories. */
export function lacksDirectories(body: unknown): body is Readonly<Record<string, unknown>> {
  const schema = body as Readonly<Record<string, unknown>> | null | undefined;
  return Array.isArray(schema?.["synchronizationRules"]) && !Array.isArray(schema["directories"]);
}

const ParsedSource = z.looseObject({ type: text, name: z.nullish(text), expression: z.nullish(text) });

export const ParsedExpression = z.pipe(
  z.looseObject({
    parsingSucceeded: z.boolean(),
    parsedExpression: z.nullish(z.unknown()),
    error: z.nullish(z.looseObject({ message: or(text, "") })),
  }),
  z.transform(({ parsingSucceeded, parsedExpression, error }) => ({
    // As it came, for it goes into the schema.
    source:
      parsingSucceeded && ParsedSource.safeParse(parsedExpression).success
        ? (parsedExpression as MappingSource)
        : undefined,
    error: error?.message ?? "",
  })),
);

/** What a text of an answer holds, where that is JSON. */
export function parseJson(json: string | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
