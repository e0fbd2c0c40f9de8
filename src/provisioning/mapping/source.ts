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

/** Whether a live source says what a template's text says. */
export function isSameSource(source: MappingSource | null | undefined, wanted: string): boolean {
  const text = expressionText(source);
  return text !== undefined && isSameExpression(text, wanted);
}
