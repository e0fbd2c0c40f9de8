import { evaluate } from "../../provisioning/mapping/evaluate.ts";
import { parseExpression, sourceAttributesOf } from "../../provisioning/mapping/expression.ts";
import type {
  AttributeDefinition,
  AttributeMapping,
  ObjectMapping,
  SourceObject,
} from "../../provisioning/types.ts";
import { GROUP_TARGET } from "./attributes.ts";
import { parsePath, writePath } from "./scim-path.ts";
import type { TargetValue } from "./state.ts";

const CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User";

/** Why a value could not be made. */
export class MappingFailed extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** An object mapping made ready for many objects. */
export interface Prepared {
  readonly mapping: ObjectMapping;
  readonly definitions: ReadonlyMap<string, AttributeDefinition>;
  /** The source attributes it reads. */
  readonly reads: ReadonlySet<string>;
}

export function prepare(mapping: ObjectMapping, attributes: readonly AttributeDefinition[]): Prepared {
  const texts = mapping.attributeMappings.map(({ source }) => source?.expression ?? "");
  const reads = texts.flatMap((text) => {
    const expression = parseExpression(text);
    return expression.kind === "fault" ? [] : sourceAttributesOf(expression);
  });
  return {
    mapping,
    definitions: new Map(attributes.map((attribute) => [attribute.name, attribute])),
    reads: new Set(reads),
  };
}

/**
 * What the target is to have, by attribute; what comes to nothing is left out, for null does not flow.
 *
 * @param resolve finds what an object of the source is at the target.
 * @throws MappingFailed
 */
export function targetValues(
  { mapping, definitions }: Prepared,
  source: SourceObject,
  resolve: (objectId: string) => string | undefined,
): Map<string, TargetValue> {
  const values = new Map<string, TargetValue>();
  for (const one of mapping.attributeMappings) {
    const definition = definitions.get(one.targetAttributeName);
    const value = definition === undefined ? undefined : valueOf(one, definition, source, resolve);
    if (value !== undefined) values.set(one.targetAttributeName, value);
  }
  return values;
}

function valueOf(
  { source, defaultValue, targetAttributeName: target }: AttributeMapping,
  { type, multivalued }: AttributeDefinition,
  object: SourceObject,
  resolve: (objectId: string) => string | undefined,
): TargetValue | undefined {
  const expression = parseExpression(source?.expression ?? "");
  if (expression.kind === "fault")
    throw new MappingFailed("InvalidExpression", `The mapping of ${target} is not valid.`);
  const evaluated = evaluate(expression, object);
  if (evaluated.kind !== "value") {
    throw new MappingFailed("UnsupportedFunction", `The sandbox cannot work out the mapping of ${target}.`);
  }
  if (type === "Reference" && multivalued) {
    // A list of nobody flows: the last one may have left.
    return [evaluated.value ?? []].flat().flatMap((id) => resolve(asText(id)) ?? []);
  }
  const value = isEmpty(evaluated.value) ? (defaultValue ?? undefined) : evaluated.value;
  if (value === undefined || isEmpty(value)) return undefined;
  const texts = (typeof value === "object" ? value : [value]).map(asText);
  if (type === "Reference") return resolve(texts[0] ?? "");
  if (multivalued) return texts;
  if (texts.length > 1) {
    throw new MappingFailed("InvalidMultiValue", `Several values were found for ${target}, which takes one.`);
  }
  const [text = ""] = texts;
  if (type !== "Boolean") return text;
  if (!/^(true|false)$/i.test(text))
    throw new MappingFailed("InvalidBoolean", `'${text}' is no value for ${target}.`);
  return text.toLowerCase() === "true";
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

function asText(value: string | boolean): string {
  if (typeof value === "string") return value;
  return value ? "True" : "False";
}

/** The resource that a create sends. */
export function toResource(
  kind: "User" | "Group",
  values: ReadonlyMap<string, TargetValue>,
): Record<string, unknown> {
  const resource: Record<string, unknown> = {};
  const extensions = new Set<string>();
  for (const [target, value] of values) {
    const path = parsePath(target);
    if (path === undefined) continue;
    if (path.extension !== undefined) extensions.add(path.extension);
    writePath(resource, path, shaped(target, value));
  }
  const core = kind === "User" ? CORE_USER : GROUP_TARGET;
  return { schemas: [core, ...extensions], ...resource, meta: { resourceType: kind } };
}

/** References are objects with a value. */
function shaped(target: string, value: TargetValue): unknown {
  if (target === "members" && Array.isArray(value)) return value.map((id) => ({ value: id }));
  return target.endsWith(":manager") ? { value } : value;
}

export interface Change {
  readonly target: string;
  readonly before: TargetValue | undefined;
  readonly after: TargetValue;
}

/**
 * The body of an update.
 *
 * @param isConform writes as RFC 7644 has it; else as Entra does without its flag: truth values as texts, the
 * name of an operation with a capital.
 */
export function toPatch(changes: readonly Change[], isConform: boolean): Record<string, unknown> {
  const operations = changes.flatMap((change) => operationsOf(change, isConform));
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: operations.map(({ op, ...rest }) => ({ op: isConform ? op.toLowerCase() : op, ...rest })),
  };
}

interface Operation {
  readonly op: "Add" | "Replace" | "Remove";
  readonly path: string;
  readonly value?: unknown;
}

function operationsOf({ target, before, after }: Change, isConform: boolean): Operation[] {
  if (target === "members") return memberOperations(listOf(before), listOf(after), isConform);
  const op = before === undefined ? "Add" : "Replace";
  const path = parsePath(target);
  if (isConform && op === "Add" && path?.filter !== undefined && path.part !== undefined) {
    // There is nothing yet that the filter could single out.
    const holder: Record<string, unknown> = {};
    writePath(holder, path, after);
    return [{ op, path: path.attribute, value: holder[path.attribute] }];
  }
  const isText = !isConform && typeof after === "boolean";
  return [{ op, path: target, value: isText ? asText(after) : shaped(target, after) }];
}

function memberOperations(
  before: readonly string[],
  after: readonly string[],
  isConform: boolean,
): Operation[] {
  const [old, next] = [new Set(before), new Set(after)];
  const added = after.filter((id) => !old.has(id)).map((value) => ({ value }));
  const removed = before.filter((id) => !next.has(id));
  const removals: Operation[] = isConform
    ? removed.map((id) => ({ op: "Remove", path: `members[value eq "${id}"]` }))
    : [{ op: "Remove", path: "members", value: removed.map((value) => ({ value })) }];
  return [
    ...(added.length === 0 ? [] : [{ op: "Add" as const, path: "members", value: added }]),
    ...(removed.length === 0 ? [] : removals),
  ];
}

function listOf(value: TargetValue | undefined): readonly string[] {
  return Array.isArray(value) ? value : [];
}
