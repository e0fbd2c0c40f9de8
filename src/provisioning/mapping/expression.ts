/*
 * Entra's expressions for attribute mappings, taken to pieces: `[attribute]`, `"constant"` and functions of them
 * (https://learn.microsoft.com/entra/identity/app-provisioning/functions-for-customizing-application-data).
 */

export type Expression =
  | { readonly kind: "attribute"; readonly name: string }
  /** A text, or a number or truth value, which Entra treats as its text. */
  | { readonly kind: "constant"; readonly value: string }
  /** An argument that was left empty, as in `Switch([x], , "a", "b")`. */
  | { readonly kind: "omitted" }
  | { readonly kind: "call"; readonly name: string; readonly parameters: readonly Expression[] }
  /** The condition of an `IIF`. */
  | {
      readonly kind: "comparison";
      readonly operator: Comparison;
      readonly left: Expression;
      readonly right: Expression;
    };

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=";

/** Why a text is no expression, and where that shows, counted from 0. */
export interface ExpressionFault {
  readonly kind: "fault";
  readonly at: number;
  readonly problem: "empty" | "value" | "bracket" | "quote" | "parenthesis" | "rest" | "tooDeep" | "tooLong";
}

/** More than anybody writes; templates come from outside. */
const LONGEST = 10_000;
const DEEPEST = 40;

/** Takes an expression to pieces. Whether its functions exist is not looked at. */
export function parseExpression(text: string): Expression | ExpressionFault {
  if (text.length > LONGEST) return { kind: "fault", at: LONGEST, problem: "tooLong" };
  if (text.trim() === "") return { kind: "fault", at: 0, problem: "empty" };
  const parser = new Parser(text);
  const expression = parser.operand(0);
  return expression.kind === "fault" ? expression : (parser.fault("rest", !parser.isAtEnd()) ?? expression);
}

/** The attributes an expression reads, each once. */
export function sourceAttributesOf(expression: Expression): readonly string[] {
  return [...new Set(namesIn(expression))];
}

function namesIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case "attribute":
      return [expression.name];
    case "call":
      return expression.parameters.flatMap(namesIn);
    case "comparison":
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    case "constant":
    case "omitted":
      return [];
  }
}

/** One spelling for all that mean the same: what was left empty stays, white space between goes. */
export function formatExpression(expression: Expression): string {
  switch (expression.kind) {
    case "attribute":
      return `[${expression.name}]`;
    case "constant":
      return `"${expression.value.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
    case "omitted":
      return "";
    case "call":
      return `${expression.name}(${expression.parameters.map(formatExpression).join(", ")})`;
    case "comparison":
      return `${formatExpression(expression.left)}${expression.operator}${formatExpression(expression.right)}`;
  }
}

/** Whether two texts say the same; what is no expression is compared letter by letter. */
export function isSameExpression(one: string, other: string): boolean {
  if (one === other) return true;
  const [left, right] = [parseExpression(one), parseExpression(other)];
  if (left.kind === "fault" || right.kind === "fault") return one.trim() === other.trim();
  return comparable(left) === comparable(right);
}

/** Functions go by their names in any letter case. */
function comparable(expression: Expression): string {
  if (expression.kind === "call") {
    return `${expression.name.toLowerCase()}(${expression.parameters.map(comparable).join(",")})`;
  }
  if (expression.kind === "comparison") {
    return `${comparable(expression.left)}${expression.operator}${comparable(expression.right)}`;
  }
  return formatExpression(expression);
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    this.#skipSpace();
    return this.#at >= this.#text.length;
  }

  fault(problem: ExpressionFault["problem"], isWrong = true): ExpressionFault | undefined {
    return isWrong ? { kind: "fault", at: this.#at, problem } : undefined;
  }

  /** A value, or two of them that are compared. */
  operand(depth: number): Expression | ExpressionFault {
    const left = this.#value(depth);
    if (left.kind === "fault") return left;
    const operator = this.#take(/<>|<=|>=|[=<>]/y) as Comparison | undefined;
    if (operator === undefined) return left;
    const right = this.#value(depth);
    return right.kind === "fault" ? right : { kind: "comparison", operator, left, right };
  }

  #value(depth: number): Expression | ExpressionFault {
    if (depth > DEEPEST) return this.#fail("tooDeep");
    this.#skipSpace();
    const first = this.#text[this.#at];
    if (first === "[") return this.#attribute();
    if (first === '"') return this.#constant();
    const number = this.#take(/[+-]?\d+(?:\.\d+)?(?![\w.])/y);
    if (number !== undefined) return { kind: "constant", value: number };
    const name = this.#take(/[A-Za-z_]\w*/y);
    if (name === undefined) return this.#fail("value");
    if (this.#take(/\(/y) !== undefined) return this.#call(name, depth);
    return /^(true|false)$/i.test(name) ? { kind: "constant", value: name } : this.#fail("value");
  }

  #attribute(): Expression | ExpressionFault {
    const name =
      this.#take(/\[[^\][]+\]/y)
        ?.slice(1, -1)
        .trim() ?? "";
    return name === "" ? this.#fail("bracket") : { kind: "attribute", name };
  }

  #constant(): Expression | ExpressionFault {
    const quoted = this.#take(/"(?:[^"\\]|\\.)*"/sy);
    if (quoted === undefined) return this.#fail("quote");
    // Only these two are escaped; another backslash stays what it is, as in a regular expression.
    return { kind: "constant", value: quoted.slice(1, -1).replaceAll(/\\([\\"])/g, "$1") };
  }

  #call(name: string, depth: number): Expression | ExpressionFault {
    if (this.#take(/\)/y) !== undefined) return { kind: "call", name, parameters: [] };
    const parameters: Expression[] = [];
    for (;;) {
      const parameter = this.#parameter(depth + 1);
      if (parameter.kind === "fault") return parameter;
      parameters.push(parameter);
      const next = this.#take(/[,)]/y);
      if (next === undefined) return this.#fail("parenthesis");
      if (next === ")") return { kind: "call", name, parameters };
    }
  }

  #parameter(depth: number): Expression | ExpressionFault {
    this.#skipSpace();
    const next = this.#text[this.#at];
    return next === "," || next === ")" ? { kind: "omitted" } : this.operand(depth);
  }

  #skipSpace(): void {
    const space = /\s*/y;
    space.lastIndex = this.#at;
    this.#at += space.exec(this.#text)?.[0].length ?? 0;
  }

  #take(pattern: RegExp): string | undefined {
    this.#skipSpace();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(problem: ExpressionFault["problem"]): ExpressionFault {
    return { kind: "fault", at: this.#at, problem };
  }
}
