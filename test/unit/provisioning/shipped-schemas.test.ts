import { describe, expect, test } from "vitest";
import { changeSchema, expressionsOf } from "../../../src/provisioning/change-schema.ts";
import { parseExpression, sourceAttributesOf } from "../../../src/provisioning/mapping/expression.ts";
import type {
  DesiredProvisioning,
  MappingSource,
  SynchronizationSchema,
} from "../../../src/provisioning/types.ts";
import { defaultSchema } from "../../../src/sandbox/provisioning/default-schema.ts";
import { checkSchema } from "../../../src/sandbox/provisioning/schema-rules.ts";
import { shipped } from "../../support/builders.ts";
import { attributeSource, functionSource } from "../../support/schemas.ts";
import { provisioned } from "../../support/wanted-provisioning.ts";

/* What the shipped templates make of the schema that a new provisioning job has. */

const NEW = defaultSchema("job", "rule");
const EXTENSION = "urn:ietf:params:scim:schemas:extension:2.0";

/** A function as Graph takes it to pieces; that it reads the right attribute is all that is looked at here. */
function parsedByGraph(text: string): MappingSource {
  const expression = parseExpression(text);
  const [name = ""] = expression.kind === "fault" ? [] : sourceAttributesOf(expression);
  return { ...functionSource(text), parameters: [{ key: "source", value: attributeSource(name) }] };
}

function changed(from: SynchronizationSchema, desired: DesiredProvisioning) {
  const expressions = expressionsOf(desired).map(
    (text) => [text, { ok: true, source: parsedByGraph(text) }] as const,
  );
  const result = changeSchema(from, desired, new Map(expressions));
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result;
}

function unitOf(name: string, key?: string) {
  const found = shipped().templates.find(
    (template) => template.name === name && template.application.key === key,
  );
  if (!found) throw new Error(`no ${name}`);
  return found;
}

/** What is mapped of users, target by target, as Graph has it. */
function usersIn({ synchronizationRules }: SynchronizationSchema): Record<string, string | null | undefined> {
  const objects = synchronizationRules.flatMap(({ objectMappings }) => objectMappings);
  const mappings =
    objects.find(({ sourceObjectName }) => sourceObjectName === "User")?.attributeMappings ?? [];
  return Object.fromEntries(
    mappings.map(({ targetAttributeName, source }) => [targetAttributeName, source?.expression]),
  );
}

const groupsAreOn = ({ synchronizationRules }: SynchronizationSchema) =>
  synchronizationRules
    .flatMap(({ objectMappings }) => objectMappings)
    .find(({ sourceObjectName }) => sourceObjectName === "Group")?.enabled;

const PROVISIONED = shipped()
  .templates.filter(({ application }) => application.scim)
  .map((template) => [`${template.name} ${template.application.key ?? ""}`.trim(), template] as const);

test.each(PROVISIONED)("%s: Graph takes it, and applied once more it changes nothing", (_name, template) => {
  const others = { metadata: "floor=extensionAttribute1, costCentre=department", defaultFolder: "Inbox" };
  for (const desired of [provisioned(template), provisioned(template, others)]) {
    const { schema } = changed(NEW, desired);
    expect(checkSchema(NEW, structuredClone(schema) as Record<string, unknown>)).toEqual(schema);
    expect(changed(schema, desired)).toMatchObject({ changes: [], schema });
  }
});

test("B2: externalId comes from objectId, and everything else stays as Entra has it", () => {
  const { schema, changes } = changed(NEW, provisioned(unitOf("empower-scim")));
  expect(usersIn(schema)).toEqual({ ...usersIn(NEW), externalId: "[objectId]" });
  expect(changes).toHaveLength(1);
  expect(groupsAreOn(schema)).toBe(true);
});

test("D3: users stay as Entra maps them, groups are switched off", () => {
  const { schema, changes } = changed(NEW, provisioned(unitOf("flexwhere")));
  expect(changes).toEqual([{ kind: "switchMapping", object: "Group", to: false }]);
  expect([usersIn(schema), groupsAreOn(schema)]).toEqual([usersIn(NEW), false]);
});

describe("E3: exactly these mappings are left of Entra's own", () => {
  const ROOMS = {
    active: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    userName: "[userPrincipalName]",
    displayName: "[displayName]",
    'addresses[type eq "work"].formatted': "[physicalDeliveryOfficeName]",
    externalId: "[objectId]",
  };

  test.each([
    ["advisors", { ...ROOMS, "name.givenName": "[givenName]", "name.familyName": "[surname]" }],
    ["rooms", ROOMS],
  ])("of %s", (key, mappings) => {
    const { schema } = changed(NEW, provisioned(unitOf("andmoney", key)));
    expect(usersIn(schema)).toEqual(mappings);
    expect(groupsAreOn(schema)).toBe(false);
  });
});

test("F3, F4, F5, F6, F7, F8: what the platform wants stands beside what Entra maps by itself", () => {
  const template = unitOf("scim-oidc-platform");
  const { schema, changes } = changed(NEW, provisioned(template, { metadata: "floor=extensionAttribute1" }));
  const added = {
    userType: "[companyName]",
    [`${EXTENSION}:CustomExtensionName:folders`]: 'Split([jobTitle], ",")',
    'roles[primary eq "True"].value': "SingleAppRoleAssignment([appRoleAssignments])",
    [`${EXTENSION}:Metadata:floor`]: "[extensionAttribute1]",
  };
  expect(usersIn(schema)).toEqual({ ...usersIn(NEW), ...added });
  const attributes = changes.flatMap((change) =>
    change.kind === "addTargetAttribute" ? [[change.attribute.name, change.attribute.multiValued]] : [],
  );
  expect(attributes).toEqual([
    [`${EXTENSION}:CustomExtensionName:folders`, true],
    [`${EXTENSION}:Metadata:floor`, false],
  ]);
  expect(groupsAreOn(schema)).toBe(true);
});
