import { changeMappings } from "./change-mappings.ts";
import { parseExpression } from "./mapping/expression.ts";
import type { ParsedExpressions, SchemaChange, SchemaProblem } from "./schema-changes.ts";
import { addAttributes, attributesOf, replaceMapping, rulePlaces } from "./schema-places.ts";
import type {
  AttributeDefinition,
  DesiredProvisioning,
  SynchronizationSchema,
  TargetAttribute,
} from "./types.ts";

export interface ChangedSchema {
  /** The very same where nothing changes. */
  readonly schema: SynchronizationSchema;
  readonly changes: readonly SchemaChange[];
  /** Attributes wanted for several values that the tenant keeps for one alone: it cannot be made to. */
  readonly singleValued: readonly string[];
}

/** The expressions that only Graph can take to pieces: everything but `[attribute]` and `"constant"`. */
export function expressionsOf({ users }: DesiredProvisioning): readonly string[] {
  const texts = users.mappings.map(({ source }) => source);
  return [...new Set(texts)].filter(
    (text) => !["attribute", "constant"].includes(parseExpression(text).kind),
  );
}

/**
 * Changes a schema as little as it takes to become what is wanted: what is not about that stays, and stays in
 * its order. Applied once more it changes nothing. Rule and mappings are found by what they map, for their ids
 * and names differ from tenant to tenant.
 *
 * @param parsed what Graph made of `expressionsOf`; needed for those that are not mapped yet.
 */
export function changeSchema(
  schema: SynchronizationSchema,
  desired: DesiredProvisioning,
  parsed: ParsedExpressions,
): ChangedSchema | { readonly problems: readonly SchemaProblem[] } {
  const places = rulePlaces(schema);
  if (!places) return { problems: [{ kind: "noRule" }] };
  const { rule, user, group } = places;
  if (desired.groups && !group) return { problems: [{ kind: "noGroupMapping" }] };
  const target = { directoryName: rule.targetDirectoryName, objectName: user.mapping.targetObjectName };
  const source = { directoryName: rule.sourceDirectoryName, objectName: user.mapping.sourceObjectName };
  const targets = attributesOf(schema, target);
  const added = desired.attributes.filter(({ name }) => targets && !targets.has(name));
  const mapped = changeMappings(user.mapping.attributeMappings, desired.users, {
    parsed,
    targets: targets && [...targets.names, ...added.map(({ name }) => name)],
    sources: attributesOf(schema, source)?.names,
  });
  if ("problems" in mapped) return mapped;
  const isGroupOff = group !== undefined && group.mapping.enabled !== desired.groups;
  const changes: SchemaChange[] = [
    ...(user.mapping.enabled ? [] : [{ kind: "switchMapping", object: "User", to: true } as const]),
    ...(isGroupOff ? [{ kind: "switchMapping", object: "Group", to: desired.groups } as const] : []),
    ...mapped.newSources.map((name) => ({ kind: "addSourceAttribute", name }) as const),
    ...added.map((attribute) => ({ kind: "addTargetAttribute", attribute }) as const),
    ...mapped.changes,
  ];
  const singleValued = desired.attributes
    .filter(({ multiValued, name }) => multiValued && targets?.get(name)?.multivalued === false)
    .map(({ name }) => name);
  if (changes.length === 0) return { schema, changes, singleValued };
  const sources = mapped.newSources.map((name) => definition({ name, multiValued: false }));
  const known = addAttributes(addAttributes(schema, source, sources), target, added.map(definition));
  const users = replaceMapping(known, user, { enabled: true, attributeMappings: mapped.mappings });
  const changed = isGroupOff ? replaceMapping(users, group, { enabled: desired.groups }) : users;
  return { schema: changed, changes, singleValued };
}

/** An attribute with every field that Graph has for one. */
function definition({
  name,
  multiValued,
}: Pick<TargetAttribute, "name" | "multiValued">): AttributeDefinition {
  return {
    anchor: false,
    apiExpressions: [],
    caseExact: false,
    defaultValue: null,
    flowNullValues: false,
    metadata: [],
    multivalued: multiValued,
    mutability: "ReadWrite",
    name,
    referencedObjects: [],
    required: false,
    type: "String",
  };
}
