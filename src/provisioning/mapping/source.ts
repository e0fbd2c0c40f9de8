import type { MappingSource } from "../types.ts";
import { formatExpression, isSameExpression } from "./expression.ts";

/** The text of a live source; those without one get the text they would have. */
export function expressionText(source: MappingSource | null | undefined): string | undefined {
  if (!source) return undefined;
  const { type, name, expression } = source;
  if (typeof expression === "string" && expression !== "") return expression;
  if (typeof name !== "string" || name === "") return undefined;
  return type.toLowerCase() === "constant"
    ? formatExpression({ kind: "constant", value: name })
    : formatExpression({ kind: "attribute", name });
}

/**
 * Whether a live source says what a template's text says: by its own text, or where Graph has that in other
 * words, by its parts.
 *
 * @param parsed what Graph makes of the template's text.
 */
export function isSameSource(
  source: MappingSource | null | undefined,
  wanted: string,
  parsed?: MappingSource,
): boolean {
  const text = expressionText(source);
  if (text !== undefined && isSameExpression(text, wanted)) return true;
  return parsed !== undefined && isSameStructure(source, parsed);
}

function isSameStructure(one: MappingSource | null | undefined, other: MappingSource): boolean {
  if (!one || one.type !== other.type || one.name !== other.name) return false;
  const [left, right] = [one.parameters ?? [], other.parameters ?? []];
  return (
    left.length === right.length &&
    left.every(({ key, value }, index) => {
      const twin = right[index];
      return twin !== undefined && key === twin.key && isSameStructure(value, twin.value);
    })
  );
}
