import { AppError, isAppError } from "../../../errors.ts";
import type { GraphContext } from "../../../graph/batch.ts";
import { type ProvisioningTarget, readSchema, writeSchema } from "../../../graph/synchronization.ts";
import { parseExpressions } from "../../../graph/synchronization-expressions.ts";
import { changeSchema, expressionsOf } from "../../../provisioning/change-schema.ts";
import type { ParsedExpressions, SchemaChange } from "../../../provisioning/schema-changes.ts";
import { rulePlaces } from "../../../provisioning/schema-places.ts";
import type { DesiredProvisioning, Job, SynchronizationSchema } from "../../../provisioning/types.ts";
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

/** @throws AppError MAPPINGS_UNUSABLE */
export function planMappings(
  before: SynchronizationSchema,
  desired: DesiredProvisioning,
  parsed: ParsedExpressions,
): Mappings {
  const changed = changeSchema(before, desired, parsed);
  if ("problems" in changed) throw new AppError("MAPPINGS_UNUSABLE", { problems: changed.problems });
  const ruleId = rulePlaces(changed.schema)?.rule.id ?? "";
  return { before, schema: changed.schema, changes: changed.changes, ruleId };
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

/**
 * Reads the mappings back. Entra accepts attributes of the target that it does not keep, of which those with
 * several values are documented for gallery applications alone: that is said and ends no run.
 */
export async function warnOfLost(
  context: RunContext,
  graph: GraphContext,
  target: ProvisioningTarget,
  { jobId, mappings }: { readonly jobId: string; readonly mappings: Mappings },
): Promise<void> {
  if (mappings.changes.length === 0) return;
  const seen = await readSchema(graph, target, jobId).catch((error: unknown) => {
    if (isAppError(error)) return undefined;
    throw error;
  });
  if (!seen) return context.report({ kind: "readBackFailed" });
  const kept = new Map(attributesOf(seen).map((attribute) => [attribute.name, attribute]));
  const names = attributesOf(mappings.schema)
    .filter(({ name, multivalued }) => kept.get(name)?.multivalued !== multivalued)
    .map(({ name }) => name);
  if (names.length > 0) context.report({ kind: "attributesNotKept", names });
}

/** The attributes that the target has, of users and groups. */
function attributesOf({ synchronizationRules, directories }: SynchronizationSchema) {
  const targets = new Set(synchronizationRules.map(({ targetDirectoryName }) => targetDirectoryName));
  return directories
    .filter(({ name }) => targets.has(name))
    .flatMap(({ objects }) => objects.flatMap(({ attributes }) => attributes));
}
