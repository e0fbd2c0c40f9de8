import { isRecord } from "../world.ts";
import { badRequest } from "./errors.ts";
import { enumValues, isEnumValue } from "./provisioning-types.ts";
import { type PropertyType, propertiesOf, type TypeName } from "./types.ts";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
// Graph takes an offset or Z, with or without parts of a second.
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d)$/;

/** Checks the names and types of a body against Graph's schema and refuses as its OData reader does. */
export function checkBody(type: TypeName, body: Record<string, unknown>): void {
  checkObject(type, body, true);
}

function checkObject(type: string, body: Record<string, unknown>, outermost: boolean): void {
  const properties = propertiesOf(type);
  // A type this table does not have: nothing is known against it.
  if (properties === undefined) return;
  for (const [name, value] of Object.entries(body)) {
    if (name.includes("@odata.")) continue;
    const property = properties.get(name);
    if (property === undefined) {
      throw badRequest(
        outermost
          ? `Invalid property '${name}'.`
          : `The property '${name}' does not exist on type 'microsoft.graph.${type}'. Make sure to only use property names that are defined by the type.`,
      );
    }
    checkValue(name, property, value);
  }
}

function checkValue(name: string, property: PropertyType, value: unknown): void {
  if (property.collection) {
    if (value === null) throw nullRefused(name, property);
    if (!Array.isArray(value)) {
      throw badRequest(
        `An unexpected '${isRecord(value) ? "StartObject" : "PrimitiveValue"}' node was found when reading from the JSON reader for property '${name}'. A 'StartArray' node was expected.`,
      );
    }
    for (const item of value) checkItem(name, { ...property, nullable: false }, item);
    return;
  }
  checkItem(name, property, value);
}

function checkItem(name: string, property: PropertyType, value: unknown): void {
  if (value === null) {
    if (!property.nullable) throw nullRefused(name, property);
    return;
  }
  if (propertiesOf(property.name) !== undefined) {
    if (!isRecord(value)) {
      throw badRequest(
        `An unexpected '${Array.isArray(value) ? "StartArray" : "PrimitiveValue"}' node was found when reading from the JSON reader for property '${name}'. A 'StartObject' node was expected.`,
      );
    }
    checkObject(property.name, value, false);
    return;
  }
  if (Array.isArray(value) || (isRecord(value) && isPrimitive(property.name))) {
    throw badRequest(
      `An unexpected '${Array.isArray(value) ? "StartArray" : "StartObject"}' node was found for property named '${name}' when reading from the JSON reader. A 'PrimitiveValue' node was expected.`,
    );
  }
  const fitting =
    enumValues(property.name) === undefined
      ? fits(property.name, value)
      : typeof value === "string" && isEnumValue(property.name, value);
  if (!fitting) {
    const space = isPrimitive(property.name) ? "Edm" : "microsoft.graph";
    throw badRequest(
      `Cannot convert the literal '${JSON.stringify(value)}' to the expected type '${space}.${property.name}'.`,
    );
  }
}

function nullRefused(name: string, property: PropertyType) {
  const edm = `${isPrimitive(property.name) ? "Edm" : "microsoft.graph"}.${property.name}`;
  const type = property.collection ? `Collection(${edm})` : edm;
  return badRequest(
    `A null value was found for the property named '${name}', which has the expected type '${type}[Nullable=False]'. The expected type '${type}[Nullable=False]' does not allow null values.`,
  );
}

function isPrimitive(type: string): boolean {
  return /^[A-Z]/.test(type);
}

function fits(type: string, value: unknown): boolean {
  switch (type) {
    case "String":
    case "Binary":
      return typeof value === "string";
    case "Guid":
      return typeof value === "string" && GUID.test(value);
    case "Boolean":
      return typeof value === "boolean";
    case "Int32":
      return typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 31;
    case "DateTimeOffset":
      return typeof value === "string" && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
    case "Stream":
      return false;
    default:
      return true;
  }
}
