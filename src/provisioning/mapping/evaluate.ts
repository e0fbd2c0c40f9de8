import type { DesiredMapping, SourceObject } from "../types.ts";
import { type Comparison, type Expression, parseExpression } from "./expression.ts";
import { FUNCTIONS } from "./functions.ts";
import { asText, isNothing, type Value } from "./value.ts";

export type Evaluated =
  | { readonly kind: "value"; readonly value: Value }
  /** A function that only Entra knows: what comes of it cannot be foretold. */
  | { readonly kind: "unknownFunction"; readonly name: string }
  /** No expression at all. */
  | { readonly kind: "invalid" };

/** What Entra would make of the expression for this user, as far as that can be foretold. */
export function evaluate(expression: Expression, source: SourceObject): Evaluated {
  switch (expression.kind) {
    case "attribute":
      return given(valueIn(source, expression.name));
    case "constant":
      return given(expression.value);
    case "omitted":
      return given(undefined);
    case "comparison": {
      const [left, right] = [evaluate(expression.left, source), evaluate(expression.right, source)];
      if (left.kind !== "value") return left;
      if (right.kind !== "value") return right;
      return given(compare(expression.operator, asText(left.value), asText(right.value)));
    }
    case "call":
      return call(expression, source);
  }
}

function call({ name, parameters }: Extract<Expression, { kind: "call" }>, source: SourceObject): Evaluated {
  const apply = FUNCTIONS.get(name.toLowerCase());
  if (!apply) return { kind: "unknownFunction", name };
  const values: Value[] = [];
  for (const parameter of parameters) {
    const evaluated = evaluate(parameter, source);
    if (evaluated.kind !== "value") return evaluated;
    values.push(evaluated.value);
  }
  const result = apply(values);
  return result === "unknown" ? { kind: "unknownFunction", name } : given(result.value);
}

/** What the target's attribute gets: the expression's value, else the default. */
export function evaluateMapping(
  { source: text, default: fallback }: Pick<DesiredMapping, "source" | "default">,
  source: SourceObject,
): Evaluated {
  const expression = parseExpression(text);
  if (expression.kind === "fault") return { kind: "invalid" };
  const evaluated = evaluate(expression, source);
  return evaluated.kind === "value" && isNothing(evaluated.value) ? given(fallback) : evaluated;
}

function given(value: Value): Evaluated {
  return { kind: "value", value };
}

function valueIn(source: SourceObject, name: string): Value {
  return Object.hasOwn(source, name) ? (source[name] ?? undefined) : undefined;
}

function compare(operator: Comparison, left: string, right: string): boolean {
  const [one, other] = [Number(left), Number(right)];
  const areNumbers = left.trim() !== "" && right.trim() !== "" && !Number.isNaN(one) && !Number.isNaN(other);
  const order = areNumbers ? one - other : left === right ? 0 : left < right ? -1 : 1;
  switch (operator) {
    case "=":
      return order === 0;
    case "<>":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}
