import { Hono } from "hono";
import { evaluate } from "../../provisioning/mapping/evaluate.ts";
import {
  type Expression,
  formatExpression,
  parseExpression,
  sourceAttributesOf,
} from "../../provisioning/mapping/expression.ts";
import type { MappingSource, SourceObject } from "../../provisioning/types.ts";
import { contextOf, type GraphEnv } from "../graph/environment.ts";
import { badRequest, GraphError } from "../graph/errors.ts";
import { isRecord, type World } from "../world.ts";
import { SOURCE_DIRECTORY } from "./default-schema.ts";
import { functionCatalogue, operatorCatalogue, parameterNames, signatureOf } from "./functions.ts";
import { schemaOf } from "./jobs.ts";
import { jobOf, permitted } from "./rules.ts";

/** What is no expression, in words. */
class NotParsed extends Error {}

const PARAMETERS = ["expression", "targetAttributeDefinition", "testInputObject"];

/** `schema/parseExpression` and the catalogues of functions and operators. */
export function expressionRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  const path = "/servicePrincipals/:key/synchronization/jobs/:job/schema";
  routes.post(`${path}/parseExpression`, (c) => {
    const job = jobOf(world, permitted(world, c, "write"), c.req.param("job"));
    const { expression, testInputObject, ...others } = c.get("body");
    const unknown = Object.keys(others).find((name) => !PARAMETERS.includes(name));
    if (unknown !== undefined) {
      throw badRequest(
        `The parameter '${unknown}' in the request payload is not a valid parameter for the operation 'parseExpression'.`,
      );
    }
    if (typeof expression !== "string") {
      throw new GraphError(
        400,
        "RequestMissingRequiredParameter",
        "The required parameter 'expression' is missing.",
      );
    }
    const objects = schemaOf(job).directories.find(({ name }) => name === SOURCE_DIRECTORY)?.objects ?? [];
    const known = new Set(objects.flatMap(({ attributes }) => attributes.map(({ name }) => name)));
    return c.json({
      "@odata.context": contextOf(c, "microsoft.graph.parseExpressionResponse"),
      ...answer(expression, known, inputOf(testInputObject)),
    });
  });
  routes.get(`${path}/functions`, (c) => {
    jobOf(world, permitted(world, c, "write"), c.req.param("job"));
    const context = contextOf(c, "Collection(microsoft.graph.attributeMappingFunctionSchema)");
    return c.json({ "@odata.context": context, value: functionCatalogue() });
  });
  routes.get(`${path}/filterOperators`, (c) => {
    jobOf(world, permitted(world, c, "write"), c.req.param("job"));
    const context = contextOf(c, "Collection(microsoft.graph.filterOperatorSchema)");
    return c.json({ "@odata.context": context, value: operatorCatalogue() });
  });
  return routes;
}

function answer(text: string, known: ReadonlySet<string>, input: SourceObject | undefined) {
  try {
    const expression = parsed(text, known);
    const evaluated = input === undefined ? undefined : evaluate(expression, input);
    const value = evaluated?.kind === "value" ? evaluated.value : undefined;
    return {
      parsingSucceeded: true,
      evaluationSucceeded: evaluated?.kind === "value",
      evaluationResult: value === undefined ? [] : [value].flat().map(String),
      parsedExpression: toSource(expression, text),
      error: null,
    };
  } catch (error) {
    if (!(error instanceof NotParsed)) throw error;
    return {
      parsingSucceeded: false,
      evaluationSucceeded: false,
      evaluationResult: [],
      parsedExpression: null,
      error: {
        code: "InvalidExpression",
        message: error.message,
        target: null,
        details: [],
        innerError: null,
      },
    };
  }
}

function parsed(text: string, known: ReadonlySet<string>): Expression {
  const expression = parseExpression(text);
  if (expression.kind === "fault") {
    throw new NotParsed(`The expression '${text}' is not valid at position ${expression.at + 1}.`);
  }
  const unknown = sourceAttributesOf(expression).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new NotParsed(`The attribute '${unknown}' does not exist in the source directory.`);
  return expression;
}

/** The expression in the shape that a schema has it. */
function toSource(expression: Expression, text = formatExpression(expression)): MappingSource {
  switch (expression.kind) {
    case "attribute":
      return { expression: `[${expression.name}]`, name: expression.name, type: "Attribute", parameters: [] };
    case "constant":
      return { expression: text, name: expression.value, type: "Constant", parameters: [] };
    case "omitted":
      return { expression: "", name: "", type: "Constant", parameters: [] };
    case "comparison": {
      const parameters = [
        { key: "left", value: toSource(expression.left) },
        { key: "right", value: toSource(expression.right) },
      ];
      return { expression: text, name: expression.operator, type: "Function", parameters };
    }
    case "call":
      return callSource(expression, text);
  }
}

function callSource(
  { name, parameters }: Extract<Expression, { kind: "call" }>,
  text: string,
): MappingSource {
  const signature = signatureOf(name);
  if (signature === undefined) throw new NotParsed(`The function '${name}' is not known.`);
  const keys = parameterNames(signature, parameters.length);
  if (keys === undefined) throw new NotParsed(`The number of parameters of '${name}' is wrong.`);
  return {
    expression: text.trim(),
    name,
    type: "Function",
    parameters: keys.map((key, index) => ({
      key,
      value: toSource(parameters[index] ?? { kind: "omitted" }),
    })),
  };
}

/** What the expression is tried with; several values need to say so. */
function inputOf(object: unknown): SourceObject | undefined {
  if (object === undefined || object === null) return undefined;
  const { properties } = isRecord(object) ? object : {};
  if (!Array.isArray(properties)) throw badRequest("testInputObject must have properties.");
  return Object.fromEntries(
    properties.map((property: unknown): [string, SourceObject[string]] => {
      const { key, value, "value@odata.type": type } = isRecord(property) ? property : {};
      if (typeof key !== "string") throw badRequest("A property of testInputObject needs a key.");
      if (Array.isArray(value)) {
        if (type !== "#Collection(String)")
          throw badRequest(`The type of the values of '${key}' is missing.`);
        return [key, value.map(String)];
      }
      return [key, typeof value === "string" || typeof value === "boolean" ? value : undefined];
    }),
  );
}
