import { AppError, isAppError } from "../../../errors.ts";
import type { GraphContext } from "../../../graph/batch.ts";
import { type ProvisioningTarget, readSchema, writeSchema } from "../../../graph/synchronization.ts";
import { parseExpressions } from "../../../graph/synchronization-expressions.ts";
import { changeSchema, expressionsOf, unparsed } from "../../../provisioning/change-schema.ts";
import type { ParsedExpressions, SchemaChange } from "../../../provisioning/schema-changes.ts";
import { rulePlaces } from "../../../provisioning/schema-places.ts";
import type {
  AttributeShape,
  DesiredProvisioning,
  Job,
  SynchronizationSchema,
} from "../../../provisioning/types.ts";
import type { RunContext } from "../../context.ts";
import { together } from "../../together.ts";
import { keepSchema } from "./schema-backup.ts";
import type { ProvisioningWork } from "./work.ts";

/** The mappings of a job, as they are and as they should be. */
export interface Mappings {
  readonly before: SynchronizationSchema;
  readonly schema: SynchronizationSchema;
  readonly changes: readonly SchemaChange[];
  /** The one rule that can be changed. */
  readonly ruleId: string;
  /** Attributes that an earlier run wrote in vain, and that are not written again. */
  readonly notKept: readonly string[];
}

/** What has to change in the mappings of a job; read now where that is not known yet. */
export async function mappingsOf(
  graph: GraphContext,
  { mappings, desired }: Pick<ProvisioningWork, "mappings" | "desired">,
  target: ProvisioningTarget,
  job: Job,
): Promise<Mappings> {
  if (mappings) return mappings;
  const [before, parsed] = await together(
    readSchema(graph, target, job.id),
    parseAll(graph, target, job.id, desired),
  );
  return planMappings(before, desired, parsed);
}

/** What Graph makes of the expressions that only it can take to pieces. */
export async function parseAll(
  graph: GraphContext,
  target: ProvisioningTarget,
  jobId: string,
  desired: DesiredProvisioning,
): Promise<ParsedExpressions> {
  return parseExpressions(graph, target, jobId, expressionsOf(desired));
}

/**
 * @param lost attributes that the tenant is known to drop.
 * @throws AppError MAPPINGS_UNUSABLE
 */
export function planMappings(
  before: SynchronizationSchema,
  desired: DesiredProvisioning,
  parsed: ParsedExpressions,
  lost: readonly AttributeShape[] = [],
): Mappings {
  const changed = changeSchema(before, desired, parsed, lost);
  if ("problems" in changed) throw new AppError("MAPPINGS_UNUSABLE", { problems: changed.problems });
  const ruleId = rulePlaces(changed.schema)?.rule.id ?? "";
  const { changes, notKept } = changed;
  return { before, schema: changed.schema, changes, ruleId, notKept };
}

/**
 * Replaces the mappings of a job, once those that were there are kept in a file.
 *
 * @returns the file.
 */
export async function changeMappings(
  context: RunContext,
  graph: GraphContext,
  target: ProvisioningTarget,
  { job, mappings, appId }: { readonly job: Job; readonly mappings: Mappings; readonly appId: string },
): Promise<string | undefined> {
  const file = await keepSchema(context, appId, mappings.before).catch((error: unknown) => {
    // Those of a job that this run made are Entra's own, and nobody's work is lost with them.
    if (target.isNew) return undefined;
    throw error;
  });
  await writeSchema(graph, target, job.id, mappings.schema).catch(async (error: unknown) => {
    const schema = isAppError(error, "GRAPH_REFUSED") ? withSingleValues(mappings) : undefined;
    if (!schema) throw error;
    await writeSchema(graph, target, job.id, schema).catch(() => {
      throw error;
    });
  });
  if (file !== undefined) context.report({ kind: "mappingsKept", file });
  return file;
}

/** The schema without new attributes of several values, which a tenant may refuse; undefined where it has none. */
function withSingleValues({ schema, changes }: Mappings): SynchronizationSchema | undefined {
  const refused = new Set(
    changes.flatMap((change) =>
      change.kind === "addTargetAttribute" && change.attribute.multiValued ? [change.attribute.name] : [],
    ),
  );
  if (refused.size === 0) return undefined;
  const directories = schema.directories.map((directory) => ({
    ...directory,
    objects: directory.objects.map((object) => ({
      ...object,
      attributes: object.attributes.map((attribute) =>
        refused.has(attribute.name) ? { ...attribute, multivalued: false } : attribute,
      ),
    })),
  }));
  return { ...schema, directories };
}

/** A write may not be known everywhere at once. */
const SECOND_LOOK_MS = 5000;

export interface WrittenMappings {
  readonly jobId: string;
  readonly mappings: Mappings;
  readonly desired: DesiredProvisioning;
}

/**
 * Reads the mappings back. Entra accepts attributes of the target that it does not keep, of which those with
 * several values are documented for gallery applications alone: that is said and ends no run. What is gone
 * altogether is noted in the journal, so that later runs do not write it in vain.
 */
export async function warnOfLost(
  context: RunContext,
  graph: GraphContext,
  target: ProvisioningTarget,
  { jobId, mappings, desired }: WrittenMappings,
): Promise<void> {
  if (mappings.changes.length === 0) return;
  try {
    let seen = await readSchema(graph, target, jobId);
    if (lostOf(seen, mappings).length > 0) {
      await context.ports.clock.sleep(SECOND_LOOK_MS);
      seen = await readSchema(graph, target, jobId);
    }
    const names = lostOf(seen, mappings);
    if (names.length === 0) return;
    context.report({ kind: "attributesNotKept", names });
    const attributes = goneOf(seen, desired, names);
    if (attributes.length > 0) await context.journal.record({ event: "notKept", jobId, attributes });
  } catch (error) {
    if (!isAppError(error)) throw error;
    context.report({ kind: "readBackFailed" });
  }
}

/** Attributes of the target that are not as they were written. */
function lostOf(seen: SynchronizationSchema, { schema }: Mappings): string[] {
  const kept = new Map(attributesOf(seen).map((attribute) => [attribute.name, attribute]));
  return attributesOf(schema)
    .filter(({ name, multivalued }) => kept.get(name)?.multivalued !== multivalued)
    .map(({ name }) => name);
}

/** Those that are gone where all else was kept: what was lost as a whole may be kept another time. */
function goneOf(
  seen: SynchronizationSchema,
  desired: DesiredProvisioning,
  names: readonly string[],
): readonly AttributeShape[] {
  const lost = desired.attributes
    .filter(({ name }) => names.includes(name))
    .map(({ name, multiValued }) => ({ name, multiValued }));
  const again = changeSchema(seen, desired, unparsed(desired), lost);
  if ("problems" in again || again.changes.length > 0) return [];
  return lost.filter(({ name }) => again.notKept.includes(name));
}

/** The attributes that the target has, of users and groups. */
function attributesOf({ synchronizationRules, directories }: SynchronizationSchema) {
  const targets = new Set(synchronizationRules.map(({ targetDirectoryName }) => targetDirectoryName));
  return directories
    .filter(({ name }) => targets.has(name))
    .flatMap(({ objects }) => objects.flatMap(({ attributes }) => attributes));
}
