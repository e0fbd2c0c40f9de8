import type {
  AttributeDefinition,
  ObjectMapping,
  SynchronizationRule,
  SynchronizationSchema,
} from "./types.ts";

/* Where things are in a schema, and the same schema with one of them replaced. */

export type ObjectKind = "User" | "Group";

/** An object mapping and where it stands. */
export interface MappingPlace {
  readonly rule: number;
  readonly index: number;
  readonly mapping: ObjectMapping;
}

export interface RulePlaces {
  readonly rule: SynchronizationRule;
  readonly user: MappingPlace;
  readonly group: MappingPlace | undefined;
}

/** The one rule that may be edited and maps users, with its mappings; undefined where there is none. */
export function rulePlaces({ synchronizationRules }: SynchronizationSchema): RulePlaces | undefined {
  const found = [...synchronizationRules.entries()].flatMap(([index, rule]): RulePlaces[] => {
    const user = rule.editable === false ? undefined : placeOf(rule, index, "User");
    return user ? [{ rule, user, group: placeOf(rule, index, "Group") }] : [];
  });
  return found.find(({ rule }) => rule.editable) ?? found[0];
}

/** By what is mapped: rule ids and the names of mappings differ from tenant to tenant. */
function placeOf(rule: SynchronizationRule, at: number, kind: ObjectKind): MappingPlace | undefined {
  const index = rule.objectMappings.findIndex(
    ({ sourceObjectName }) => sourceObjectName?.toLowerCase() === kind.toLowerCase(),
  );
  const mapping = rule.objectMappings[index];
  return mapping && { rule: at, index, mapping };
}

/** An object of one of the directories that a schema maps between. */
export interface ObjectPlace {
  readonly directoryName: string | null | undefined;
  readonly objectName: string | null | undefined;
}

/** The attributes of an object; by their names in any letter case. */
export interface Attributes {
  readonly names: readonly string[];
  has(name: string): boolean;
  get(name: string): AttributeDefinition | undefined;
}

/** What a directory knows of an object; undefined where the schema does not tell. */
export function attributesOf(
  { directories }: SynchronizationSchema,
  { directoryName, objectName }: ObjectPlace,
): Attributes | undefined {
  const object = directories
    .find(({ name }) => name === directoryName)
    ?.objects.find(({ name }) => name === objectName);
  if (!object) return undefined;
  const byName = new Map(object.attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));
  return {
    names: object.attributes.map(({ name }) => name),
    has: (name) => byName.has(name.toLowerCase()),
    get: (name) => byName.get(name.toLowerCase()),
  };
}

/** The schema with attributes added at the end of an object's. */
export function addAttributes(
  schema: SynchronizationSchema,
  place: ObjectPlace,
  added: readonly AttributeDefinition[],
): SynchronizationSchema {
  if (added.length === 0) return schema;
  const directories = schema.directories.map((directory) => {
    if (directory.name !== place.directoryName) return directory;
    const objects = directory.objects.map((object) =>
      object.name === place.objectName ? { ...object, attributes: [...object.attributes, ...added] } : object,
    );
    return { ...directory, objects };
  });
  return { ...schema, directories };
}

/** The schema with some properties of one object mapping replaced. */
export function replaceMapping(
  schema: SynchronizationSchema,
  { rule: at, index: within }: MappingPlace,
  properties: Partial<Pick<ObjectMapping, "enabled" | "attributeMappings">>,
): SynchronizationSchema {
  const synchronizationRules = schema.synchronizationRules.map((rule, index) => {
    if (index !== at) return rule;
    const objectMappings = rule.objectMappings.map((mapping, one) =>
      one === within ? { ...mapping, ...properties } : mapping,
    );
    return { ...rule, objectMappings };
  });
  return { ...schema, synchronizationRules };
}
