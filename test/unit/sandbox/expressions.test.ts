import { expect, test } from "vitest";
import type { AttributeMapping } from "../../../src/provisioning/types.ts";
import { valueOf } from "./helpers.ts";
import { provisionable, schemaAt, withJob } from "./provisioning-helpers.ts";

async function parser() {
  const tenant = await provisionable();
  const job = await withJob(tenant);
  const parse = async (expression: string, testInputObject: unknown = null) => {
    const body = { expression, targetAttributeDefinition: null, testInputObject };
    return await tenant.graph("POST", `${job}/schema/parseExpression`, body);
  };
  return { tenant, job, parse };
}

test.each([
  ["[mail]", { type: "Attribute", name: "mail", expression: "[mail]", parameters: [] }],
  ['"acme"', { type: "Constant", name: "acme", expression: '"acme"', parameters: [] }],
  [
    "Not([IsSoftDeleted])",
    {
      type: "Function",
      name: "Not",
      expression: "Not([IsSoftDeleted])",
      parameters: [
        {
          key: "source",
          value: { type: "Attribute", name: "IsSoftDeleted", expression: "[IsSoftDeleted]", parameters: [] },
        },
      ],
    },
  ],
])("%s is taken to pieces", async (expression, parsedExpression) => {
  const { parse } = await parser();
  expect((await parse(expression)).body).toMatchObject({
    parsingSucceeded: true,
    parsedExpression,
    error: null,
  });
});

test.each([
  "",
  "[mail",
  "mail",
  "Switch(",
  'Shout("x")',
  "Not()",
  "Not([mail], [mail])",
  "[shoeSize]",
  "Join([mail])",
])("%j is answered with 200 and no success", async (expression) => {
  const { parse } = await parser();
  const answer = await parse(expression);
  expect([answer.status, answer.body["parsingSucceeded"], answer.body["parsedExpression"]]).toEqual([
    200,
    false,
    null,
  ]);
  expect(answer.body["error"]).toMatchObject({ message: expect.stringMatching(/./) });
});

test("what it makes of the templates' functions goes into the schema", async () => {
  const { tenant, job, parse } = await parser();
  const schema = await schemaAt(tenant, job);
  const mappings = schema.synchronizationRules[0]?.objectMappings[1]?.attributeMappings as AttributeMapping[];
  const wanted = {
    active: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    title: 'Split([jobTitle], ",")',
    displayName: "SingleAppRoleAssignment([appRoleAssignments])",
    externalId: 'IIF([country]="Germany", Coalesce([employeeId], [objectId]), "x")',
  };
  for (const [target, expression] of Object.entries(wanted)) {
    const { body } = await parse(expression);
    const index = mappings.findIndex(({ targetAttributeName }) => targetAttributeName === target);
    const mapping = mappings[index];
    if (mapping === undefined) throw new Error(`nothing is mapped to ${target}`);
    mappings[index] = { ...mapping, source: body["parsedExpression"] as AttributeMapping["source"] };
  }
  expect((await tenant.graph("PUT", `${job}/schema`, schema)).status).toBe(204);
});

test("an expression is tried with what is sent along", async () => {
  const { parse } = await parser();
  const input = {
    definition: null,
    properties: [
      { key: "givenName", value: "Ann" },
      { key: "surname", value: "Lee" },
    ],
  };
  expect((await parse('Join(" ", [givenName], [surname])', input)).body).toMatchObject({
    evaluationSucceeded: true,
    evaluationResult: ["Ann Lee"],
  });
  const many = { definition: null, properties: [{ key: "otherMails", value: ["a", "b"] }] };
  expect((await parse('Join(",", [otherMails])', many)).status).toBe(400);
  expect((await parse("Shout", { properties: 1 })).status).toBe(400);
});

test("the catalogues are there, for whoever may write", async () => {
  const { tenant, job } = await parser();
  const functions = valueOf(await tenant.graph("GET", `${job}/schema/functions`)).map(({ id }) => id);
  expect(functions).toEqual(expect.arrayContaining(["Switch", "Join", "Split", "SingleAppRoleAssignment"]));
  expect(valueOf(await tenant.graph("GET", `${job}/schema/filterOperators`)).length).toBeGreaterThan(5);
  await tenant.signIn("User.Read Synchronization.Read.All");
  expect((await tenant.graph("GET", `${job}/schema/functions`)).status).toBe(403);
});
