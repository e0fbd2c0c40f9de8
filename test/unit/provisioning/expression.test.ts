import { describe, expect, test } from "vitest";
import {
  type Expression,
  formatExpression,
  isSameExpression,
  parseExpression,
  sourceAttributesOf,
} from "../../../src/provisioning/mapping/expression.ts";
import * as fc from "../../support/fc.ts";

const attribute = (name: string): Expression => ({ kind: "attribute", name });
const constant = (value: string): Expression => ({ kind: "constant", value });
const call = (name: string, ...parameters: Expression[]): Expression => ({ kind: "call", name, parameters });

describe("taking to pieces", () => {
  test.each<[string, Expression]>([
    ["[surname]", attribute("surname")],
    [" [ surname ] ", attribute("surname")],
    ['"Premium"', constant("Premium")],
    ['""', constant("")],
    [String.raw`"say \"hi\" \\ \d"`, constant(String.raw`say "hi" \ \d`)],
    [
      'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
      call(
        "Switch",
        attribute("IsSoftDeleted"),
        { kind: "omitted" },
        ...["False", "True", "True", "False"].map(constant),
      ),
    ],
    ['Split([jobTitle], ",")', call("Split", attribute("jobTitle"), constant(","))],
    [
      "SingleAppRoleAssignment([appRoleAssignments])",
      call("SingleAppRoleAssignment", attribute("appRoleAssignments")),
    ],
    [
      'Append(Left([mail], 3), "@x")',
      call("Append", call("Left", attribute("mail"), constant("3")), constant("@x")),
    ],
    ["Now()", call("Now")],
    ["F(,)", call("F", { kind: "omitted" }, { kind: "omitted" })],
    [
      'IIF([country]<>"DK", True, -1.5)',
      call(
        "IIF",
        { kind: "comparison", operator: "<>", left: attribute("country"), right: constant("DK") },
        constant("True"),
        constant("-1.5"),
      ),
    ],
  ])("%s", (text, expected) => {
    expect(parseExpression(text)).toEqual(expected);
  });

  test.each([
    ["", "empty", 0],
    ["  ", "empty", 0],
    ["[surname", "bracket", 0],
    ["[]", "bracket", 0],
    ["[a[b]]", "bracket", 0],
    ['"open', "quote", 0],
    ['Join(" ", [a]', "parenthesis", 13],
    ["[a] [b]", "rest", 4],
    ["surname", "value", 7],
    ["3 + 4", "rest", 2],
    ["F(])", "value", 2],
    ["Not([a]))", "rest", 8],
    ["{{x}}", "value", 0],
  ])("%s is none: %s at %d", (text, problem, at) => {
    expect(parseExpression(text)).toEqual({ kind: "fault", problem, at });
  });

  test("what nests without end is refused, not followed", () => {
    expect(parseExpression("F(".repeat(4000))).toMatchObject({ problem: "tooDeep" });
    expect(parseExpression(`"${"x".repeat(20_000)}"`)).toMatchObject({ problem: "tooLong" });
  });

  test("any text is an expression or a fault", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(parseExpression(text)).toHaveProperty("kind");
      }),
    );
  });
});

test("attributes that are read, each once", () => {
  const parsed = parseExpression('IIF([a]=[b], Join(" ", [c], [a]), "[d]")');
  expect(parsed.kind === "fault" ? [] : sourceAttributesOf(parsed)).toEqual(["a", "b", "c"]);
});

const { expression } = fc.letrec<{ expression: Expression; value: Expression; parameter: Expression }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.record({ kind: fc.constant("attribute" as const), name: fc.stringMatching(/^\w[\w.]{0,8}$/) }),
      fc.record({ kind: fc.constant("constant" as const), value: fc.string({ maxLength: 12 }) }),
      fc.record({
        kind: fc.constant("call" as const),
        name: fc.stringMatching(/^[A-Z][a-zA-Z]{0,6}$/),
        parameters: fc
          .array(tie("parameter"), { maxLength: 3 })
          .filter((all) => all.length !== 1 || all[0]?.kind !== "omitted"),
      }),
    ),
    parameter: fc.oneof({ maxDepth: 4 }, fc.constant({ kind: "omitted" as const }), tie("expression")),
    expression: fc.oneof(
      { maxDepth: 4 },
      tie("value"),
      fc.record({
        kind: fc.constant("comparison" as const),
        operator: fc.constantFrom(
          "=" as const,
          "<>" as const,
          "<" as const,
          "<=" as const,
          ">" as const,
          ">=" as const,
        ),
        left: tie("value"),
        right: tie("value"),
      }),
    ),
  }),
);

test("what is written out is read as the same", () => {
  fc.assert(
    fc.property(expression, (one) => {
      expect(parseExpression(formatExpression(one))).toEqual(one);
      expect(isSameExpression(formatExpression(one), ` ${formatExpression(one)}  `)).toBe(true);
    }),
  );
});

test.each([
  ['Switch([a],,"x")', 'switch( [a] , , "x" )', true],
  ["[a]", "[A]", false],
  ['"a"', '"A"', false],
  ['Join(" ",[a])', 'Join("  ",[a])', false],
  ["not an expression", " not an expression", true],
  ["not an expression", "[a]", false],
])("%s and %s: %s", (one, other, same) => {
  expect(isSameExpression(one, other)).toBe(same);
});
