import type {
  AttributeMapping,
  MappingSource,
  ObjectMapping,
  SynchronizationRule,
  SynchronizationSchema,
} from "../../provisioning/types.ts";
import { GraphError } from "../graph/errors.ts";
import { propertiesOf } from "../graph/types.ts";
import { checkBody } from "../graph/validate.ts";
import { isRecord } from "../world.ts";

type Objects = ReadonlyMap<string, ReadonlySet<string>>;

const RULE_PARTS = [
  "id",
  "name",
  "priority",
  "editable",
  "sourceDirectoryName",
  "targetDirectoryName",
] as const;

/**
 * Checks a schema as it was sent to take the place of another, whole: types, then what it says.
 *
 * @throws GraphError 400
 */
export function checkSchema(
  current: SynchronizationSchema,
  body: Record<string, unknown>,
): SynchronizationSchema {
  const { directories, ...others } = body;
  checkBody("synchronizationSchema", others);
  if (!Array.isArray(directories) || !Array.isArray(others["synchronizationRules"])) {
    throw refused("The schema must have synchronizationRules and directories.");
  }
  for (const directory of directories) {
    if (!isRecord(directory)) throw refused("A directory must be an object.");
    checkBody("directoryDefinition", directory);
  }
  requireComplete("directoryDefinition", directories, ["objects"]);
  const kept = Object.entries(structuredClone(body)).filter(([name]) => !name.includes("@odata."));
  const sent = { ...Object.fromEntries(kept), id: current["id"] } as unknown as SynchronizationSchema;
  checkDirectories(current, sent);
  checkRules(current, sent);
  return sent;
}

/** Everything a type does not allow to be null must be there, in every object down to the attributes. */
function requireComplete(type: string, objects: readonly unknown[], lists: readonly string[]): void {
  for (const object of objects) {
    if (!isRecord(object)) continue;
    if (typeof object["name"] !== "string" || object["name"] === "") throw refused(`A ${type} needs a name.`);
    for (const [name, { nullable, collection }] of propertiesOf(type) ?? []) {
      if (nullable || name === "id" || collection) continue;
      if (object[name] === undefined) {
        throw refused(`The property '${name}' of '${object["name"]}' is missing.`);
      }
    }
    for (const list of lists)
      if (!Array.isArray(object[list])) throw refused(`'${object["name"]}' has no ${list}.`);
    if (type === "directoryDefinition")
      requireComplete("objectDefinition", listOf(object["objects"]), ["attributes"]);
    if (type === "objectDefinition") requireComplete("attributeDefinition", listOf(object["attributes"]), []);
  }
}

function checkDirectories(current: SynchronizationSchema, sent: SynchronizationSchema): void {
  for (const { name, objects } of current.directories) {
    const directory = sent.directories.find((one) => one.name === name);
    if (directory === undefined) throw refused(`The directory '${name}' is missing.`);
    for (const object of objects) {
      const kept = directory.objects.find((one) => one.name === object.name);
      if (kept === undefined) throw refused(`The object '${object.name}' of '${name}' is missing.`);
      const names = kept.attributes.map((attribute) => attribute.name);
      const twice = names.find((attribute, index) => names.indexOf(attribute) !== index);
      if (twice !== undefined)
        throw refused(`The attribute '${twice}' of '${object.name}' is defined twice.`);
    }
  }
}

function checkRules(current: SynchronizationSchema, sent: SynchronizationSchema): void {
  const [rule, ...more] = sent.synchronizationRules;
  const [known] = current.synchronizationRules;
  if (rule === undefined || known === undefined || more.length > 0) {
    throw refused("The schema must have exactly one synchronization rule.");
  }
  for (const part of RULE_PARTS) {
    if (rule[part] !== known[part])
      throw refused(`The ${part} of the synchronization rule cannot be changed.`);
  }
  for (const { sourceObjectName } of known.objectMappings) {
    if (
      !listOf(rule.objectMappings).some(
        (mapping) => isRecord(mapping) && mapping["sourceObjectName"] === sourceObjectName,
      )
    ) {
      throw refused(`The object mapping of '${sourceObjectName}' is missing.`);
    }
  }
  const source = objectsOf(sent, rule.sourceDirectoryName);
  const target = objectsOf(sent, rule.targetDirectoryName);
  for (const mapping of rule.objectMappings) checkObjectMapping(mapping, source, target);
  requireNoDoubles(rule);
}

function requireNoDoubles({ objectMappings }: SynchronizationRule): void {
  const names = objectMappings.map(({ sourceObjectName }) => sourceObjectName);
  if (new Set(names).size !== names.length) throw refused("An object is mapped twice.");
}

function objectsOf(schema: SynchronizationSchema, directoryName: string | null | undefined): Objects {
  const directory = schema.directories.find(({ name }) => name === directoryName);
  return new Map(
    (directory?.objects ?? []).map(({ name, attributes }) => [
      name,
      new Set(attributes.map((one) => one.name)),
    ]),
  );
}

function checkObjectMapping(mapping: ObjectMapping, sources: Objects, targets: Objects): void {
  for (const name of ["enabled", "flowTypes", "attributeMappings"]) {
    if (mapping[name] === undefined) throw refused(`The property '${name}' of an object mapping is missing.`);
  }
  const source = sources.get(mapping.sourceObjectName ?? "");
  const target = targets.get(mapping.targetObjectName ?? "");
  if (source === undefined)
    throw refused(`The object '${mapping.sourceObjectName}' does not exist in the source directory.`);
  if (target === undefined)
    throw refused(`The object '${mapping.targetObjectName}' does not exist in the target directory.`);
  const seen = new Set<string>();
  for (const one of mapping.attributeMappings) {
    checkAttributeMapping(one, source, target);
    if (seen.has(one.targetAttributeName)) {
      throw refused(`The target attribute '${one.targetAttributeName}' is mapped more than once.`);
    }
    seen.add(one.targetAttributeName);
  }
  if (!mapping.attributeMappings.some(({ matchingPriority }) => matchingPriority >= 1)) {
    throw refused(`The mapping of '${mapping.sourceObjectName}' has no matching attribute.`);
  }
}

function checkAttributeMapping(
  mapping: AttributeMapping,
  source: ReadonlySet<string>,
  target: ReadonlySet<string>,
): void {
  const name = mapping.targetAttributeName;
  if (!target.has(name)) throw refused(`The attribute '${name}' does not exist in the target directory.`);
  for (const part of ["flowType", "flowBehavior", "matchingPriority", "exportMissingReferences"]) {
    if (mapping[part] === undefined)
      throw refused(`The property '${part}' of the mapping of '${name}' is missing.`);
  }
  if (mapping.matchingPriority < 0) throw refused(`The matching priority of '${name}' must not be negative.`);
  if (mapping.source === null || mapping.source === undefined)
    throw refused(`The mapping of '${name}' has no source.`);
  checkSource(mapping.source, source, name);
}

function checkSource(source: MappingSource, attributes: ReadonlySet<string>, target: string): void {
  const { type, name, expression, parameters } = source;
  if (!Array.isArray(parameters)) throw refused(`The source of '${target}' has no parameters.`);
  if (typeof expression !== "string") throw refused(`The source of '${target}' has no expression.`);
  if (type === "Attribute") {
    if (typeof name !== "string" || !attributes.has(name)) {
      throw refused(`The attribute '${String(name)}' does not exist in the source directory.`);
    }
    if (expression !== `[${name}]`) throw refused(`The expression '${expression}' does not name '${name}'.`);
  }
  if (type === "Function" && (typeof name !== "string" || !isCall(name, expression))) {
    throw refused(`The expression '${expression}' does not call '${String(name)}'.`);
  }
  if (type === "Function" && parameters.length === 0 && /\[[^\]]+\]/.test(expression)) {
    throw refused(`The parameters of '${String(name)}' are missing.`);
  }
  for (const { value } of parameters) {
    const inner: unknown = value;
    if (!isRecord(inner)) throw refused(`A parameter of the source of '${target}' has no value.`);
    checkSource(value, attributes, target);
  }
}

/** The condition of an `IIF` goes by its sign. */
function isCall(name: string, expression: string): boolean {
  return /^[=<>]+$/.test(name) ? expression.includes(name) : expression.startsWith(`${name}(`);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** What Graph answers to a schema it does not take; the code is assumed. */
function refused(message: string): GraphError {
  return new GraphError(400, "SchemaInvalid", message);
}
