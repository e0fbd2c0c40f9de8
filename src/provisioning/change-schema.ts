import { changeMappings } from "./change-mappings.ts";
import { parseExpression } from "./mapping/expression.ts";
import type { ParsedExpressions, SchemaChange, SchemaProblem } from "./schema-changes.ts";
import { addAttributes, attributesOf, replaceMapping, rulePlaces } from "./schema-places.ts";
import type {
  AttributeDefinition,
  AttributeMapping,
  AttributeShape,
  DesiredProvisioning,
  MappingSource,
  SynchronizationSchema,
} from "./types.ts";

export interface ChangedSchema {
  /** The very same where nothing changes. */
  readonly schema: SynchronizationSchema;
  readonly changes: readonly SchemaChange[];
  /** Attributes wanted for several values that the tenant keeps for one alone: it cannot be made to. */
  readonly singleValued: readonly string[];
  /** Attributes that are wanted, that the tenant did not keep, and that are not written again. */
  readonly notKept: readonly string[];
}

/** The expressions that only Graph can take to pieces: everything but `[attribute]` and `"constant"`. */
export function expressionsOf({ users }: DesiredProvisioning): readonly string[] {
  const texts = users.mappings.map(({ source }) => source);
  return [...new Set(texts)].filter(
    (text) => !["attribute", "constant"].includes(parseExpression(text).kind),
  );
}

/** Expressions as they are written: enough to compare, and nothing of it is to be sent. */
export function unparsed(desired: DesiredProvisioning): ParsedExpressions {
  return new Map(
    expressionsOf(desired).map((expression) => {
      const source: MappingSource = { type: "Function", name: null, expression, parameters: null };
      return [expression, { ok: true, source }] as const;
    }),
  );
}

/**
 * Changes a schema as little as it takes to become what is wanted: what is not about that stays, and stays in
 * its order. Applied once more it changes nothing. Rule and mappings are found by what they map, for their ids
 * and names differ from tenant to tenant.
 *
 * @param parsed what Graph made of `expressionsOf`; needed for those that are not mapped yet.
 * @param lost attributes that the tenant is known to drop, which another write would not change.
 */
export function changeSchema(
  schema: SynchronizationSchema,
  desired: DesiredProvisioning,
  parsed: ParsedExpressions,
  lost: readonly AttributeShape[] = [],
): ChangedSchema | { readonly problems: readonly SchemaProblem[] } {
  const places = rulePlaces(schema);
  if (!places) return { problems: [{ kind: "noRule" }] };
  const { rule, user, group } = places;
  if (desired.groups && !group) return { problems: [{ kind: "noGroupMapping" }] };
  const target = { directoryName: rule.targetDirectoryName, objectName: user.mapping.targetObjectName };
  const source = { directoryName: rule.sourceDirectoryName, objectName: user.mapping.sourceObjectName };
  const targets = attributesOf(schema, target);
  const missing = desired.attributes.filter(({ name }) => targets && !targets.has(name));
  const notKept = missing.filter((one) => lost.some((other) => isSame(one, other)));
  const added = missing.filter((one) => !notKept.includes(one));
  const users = withoutMappings(desired.users, notKept, user.mapping.attributeMappings);
  const mapped = changeMappings(user.mapping.attributeMappings, users, {
    parsed,
    targets: targets && [...targets.names, ...missing.map(({ name }) => name)],
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
  const known = { changes, singleValued, notKept: notKept.map(({ name }) => name) };
  if (changes.length === 0) return { schema, ...known };
  const sources = mapped.newSources.map((name) => definition({ name, multiValued: false }));
  const attributed = addAttributes(addAttributes(schema, source, sources), target, added.map(definition));
  const remapped = replaceMapping(attributed, user, { enabled: true, attributeMappings: mapped.mappings });
  const changed = isGroupOff ? replaceMapping(remapped, group, { enabled: desired.groups }) : remapped;
  return { schema: changed, ...known };
}

/** For one value instead of several it may be kept. */
function isSame(one: AttributeShape, other: AttributeShape): boolean {
  return one.name.toLowerCase() === other.name.toLowerCase() && one.multiValued === other.multiValued;
}

/** Mappings as they are wanted, without new ones of attributes that are not there to be mapped. */
function withoutMappings(
  users: DesiredProvisioning["users"],
  attributes: readonly AttributeShape[],
  current: readonly AttributeMapping[],
): DesiredProvisioning["users"] {
  const lower = (text: string): string => text.toLowerCase();
  const names = new Set(attributes.map(({ name }) => lower(name)));
  const mapped = new Set(current.map(({ targetAttributeName }) => lower(targetAttributeName)));
  const isLeft = (target: string): boolean => !names.has(lower(target)) || mapped.has(lower(target));
  return { ...users, mappings: users.mappings.filter(({ target }) => isLeft(target)) };
}

/** An attribute with every field that Graph has for one. */
function definition({ name, multiValued }: AttributeShape): AttributeDefinition {
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
