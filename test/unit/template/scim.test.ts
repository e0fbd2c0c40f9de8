import { describe, expect, test } from "vitest";
import { parseTemplate } from "../../../src/template/parse.ts";
import { TemplateFile } from "../../../src/template/schema.ts";
import { shippedJson } from "../../support/builders.ts";

const ROLES = ["User", "Admin"].map((value) => ({
  value,
  displayName: value,
  description: `${value}.`,
  allowedMemberTypes: ["User"],
}));
const MACHINE = { ...ROLES[0], value: "Machine", allowedMemberTypes: ["Application"] };
const INPUTS = [
  { name: "kind", question: "Kind?", format: "choice", choices: ["A", "B"], configKey: "kind" },
  { name: "role", question: "Role?", format: "choice", choices: ["User", "Admin"], configKey: "role" },
  { name: "source", question: "Source?", format: "attribute", configKey: "source" },
  { name: "word", question: "Word?", format: "text", configKey: "word" },
  { name: "more", question: "More?", format: "pairs", optional: true, configKey: "more" },
  { name: "maybe", question: "Maybe?", format: "attribute", optional: true, configKey: "maybe" },
];
const MAPPINGS = [
  { target: "userName", source: "[userPrincipalName]", matchingPriority: 1 },
  { target: "userType", source: "[{input.source}]", default: "{input.kind}" },
  { target: "title", source: "[jobTitle]" },
  { target: "nickName", source: "[{input.maybe}]" },
];
const REPEAT = {
  input: "more",
  attribute: { name: "urn:x:{key}", type: "String", multiValued: false },
  source: "[{value}]",
};
const SCIM = {
  tenantUrl: "https://x.example/scim",
  scope: "assigned",
  groups: false,
  users: { mappings: MAPPINGS, exclusive: false },
  repeat: [REPEAT],
  requirements: [
    { target: "userType", oneOf: ["A", "B"] },
    { target: "userName", present: true, unique: true },
  ],
  appRole: "{input.role}",
  newGroup: { displayName: "Users of {appName}" },
};

/** The faults of a template with that provisioning, as `path: message`. */
function faultsWith(
  scim: Record<string, unknown>,
  { inputs = INPUTS, ...file }: Record<string, unknown> & { inputs?: readonly unknown[] } = {},
): string[] {
  const json = shippedJson("flexwhere.json");
  const [application] = json["applications"] as [Record<string, unknown>];
  const parsed = parseTemplate(TemplateFile, {
    ...json,
    inputs,
    applications: [{ ...application, appRoles: [...ROLES, MACHINE], scim: { ...SCIM, ...scim } }],
    ...file,
  });
  if (parsed.ok) return [];
  return parsed.faults.map(
    ({ path, expected }) =>
      `${path}: ${typeof expected === "object" ? Object.values(expected)[0] : expected}`,
  );
}

const withMappings = (...mappings: object[]) => ({
  users: { mappings: [...MAPPINGS, ...mappings], exclusive: false },
});
const AT = "applications.0.scim";

test("what fits together is taken", () => {
  expect(faultsWith({})).toEqual([]);
  expect(faultsWith({ appRole: "Admin" })).toEqual([]);
  expect(faultsWith({ requirements: [{ target: "title", oneOf: ["x"] }] })).toEqual([]);
  expect(faultsWith({ users: { mappings: MAPPINGS, exclusive: true } })).toEqual([]);
});

describe("what contradicts itself is refused where it stands", () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      "a requirement of what is not mapped",
      { requirements: [{ target: "mail", present: true }] },
      "requirements.0.target: is not mapped",
    ],
    [
      "a requirement of a repeated attribute",
      { requirements: [{ target: "urn:x:{key}", present: true }] },
      "requirements.0.target: no placeholder {key} here",
    ],
    [
      "a requirement of nothing",
      { requirements: [{ target: "title" }] },
      "requirements.0: present, unique or oneOf",
    ],
    [
      "two requirements of one attribute",
      {
        requirements: [
          { target: "title", present: true },
          { target: "Title", unique: true },
        ],
      },
      "requirements.1.target: a second requirement",
    ],
    [
      "a default that is not allowed",
      { requirements: [{ target: "userType", oneOf: ["A"] }] },
      "requirements.0.oneOf: ",
    ],
    [
      "a default that may not be allowed",
      {
        ...withMappings({ target: "locale", source: "[country]", default: "{input.word}" }),
        requirements: [{ target: "locale", oneOf: ["A"] }],
      },
      "requirements.0.oneOf: ",
    ],
    ["no value at all", { requirements: [{ target: "title", oneOf: [] }] }, "requirements.0.oneOf: "],
    [
      "a repeat of another format",
      { repeat: [{ ...REPEAT, input: "word" }] },
      "repeat.0.input: no input word of the format pairs",
    ],
    ["a repeat of nothing", { repeat: [{ ...REPEAT, input: "none" }] }, "repeat.0.input: no input none"],
    [
      "a repeat without a key",
      { repeat: [{ ...REPEAT, attribute: { ...REPEAT.attribute, name: "urn:x" } }] },
      "repeat.0.attribute.name: must have {key}",
    ],
    [
      "a repeat without its value",
      { repeat: [{ ...REPEAT, source: "[mail]" }] },
      "repeat.0.source: must have [{value}]",
    ],
    ["two repeats of one name", { repeat: [REPEAT, REPEAT] }, "repeat.1.attribute.name: a second attribute"],
    ["a role nobody declares", { appRole: "Owner" }, "appRole: no app role Owner"],
    ["a role of applications", { appRole: "Machine" }, "appRole: no app role Machine for users"],
    ["a role that is asked for freely", { appRole: "{input.word}" }, "appRole: must be an app role, or"],
    ["a role with more around it", { appRole: "x{input.role}" }, "appRole: must be an app role, or"],
    ["a group where everybody is provisioned", { scope: "all" }, "newGroup: nobody is assigned"],
    [
      "two mappings to one attribute",
      withMappings({ target: "Title", source: "[mail]" }),
      "users.mappings.4.target: a second mapping",
    ],
    [
      "two of the same priority",
      withMappings({ target: "externalId", source: "[objectId]", matchingPriority: 1 }),
      "users.mappings.4.matchingPriority: ",
    ],
    [
      "nobody recognised",
      { users: { mappings: MAPPINGS.slice(2), exclusive: true }, requirements: [] },
      "users.mappings: one of them needs",
    ],
    [
      "free text as an attribute",
      withMappings({ target: "locale", source: "[{input.word}]" }),
      "users.mappings.4.source: {input.word} is no input",
    ],
    [
      "more than an attribute",
      withMappings({ target: "locale", source: "[x{input.source}]" }),
      "users.mappings.4.source: x{input.source} is no input",
    ],
    [
      "a name as an attribute",
      withMappings({ target: "locale", source: "[{appName}]" }),
      "users.mappings.4.source: {appName} is no input",
    ],
    [
      "an attribute twice",
      { attributes: ["a", "A"].map((name) => ({ name, type: "String", multiValued: true })) },
      "attributes.1.name: a second attribute",
    ],
    ["an unknown key", { requirement: [] }, "requirement: is no key"],
  ])("%s", (_name, scim, where) => {
    const faults = faultsWith(scim);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.startsWith(`${AT}.${where}`), faults[0]).toBe(true);
  });
});

describe("an input", () => {
  const last = INPUTS.length - 1;
  const changed = (changes: object, at = last) =>
    INPUTS.map((input, index) => (index === at ? { ...input, ...changes } : input));

  test.each<[string, readonly unknown[], Record<string, unknown>, string]>([
    ["that may be empty and is a choice", changed({ optional: true }, 0), {}, "inputs.0.optional: "],
    ["whose default is no answer", changed({ default: "a b" }, 2), {}, "inputs.2.default: "],
    [
      "whose label says two choices",
      changed({ choices: ["A", { label: "a", value: "B" }] }, 0),
      {},
      "inputs.0.choices: ",
    ],
    ["whose default is no choice", changed({ default: "C" }, 0), {}, "inputs.0.default: "],
    ["whose default is no pair", changed({ default: "a" }, 4), {}, "inputs.4.default: "],
    [
      "that is many, where one value stands",
      INPUTS,
      { appRole: "User", ...withMappings({ target: "locale", source: '"{input.more}"' }) },
      "inputs.4: an input of the format pairs",
    ],
    [
      "that may be empty, in an address",
      INPUTS,
      { tenantUrl: "{input.maybe}" },
      "inputs.5.optional: it is needed",
    ],
  ])("%s is refused", (_name, inputs, scim, where) => {
    const faults = faultsWith(scim, { inputs });
    expect(faults).toHaveLength(1);
    expect(faults[0]?.startsWith(where), faults[0]).toBe(true);
  });

  test("that may be empty can stand in mappings, their attributes and what is required of them", () => {
    const attributes = [{ name: "x:{input.maybe}", type: "String", multiValued: false }];
    const requirements = [{ target: "x:{input.maybe}", present: true }];
    const mapping = { target: "x:{input.maybe}", source: "[{input.maybe}]", default: "{input.maybe}" };
    expect(faultsWith({ ...withMappings(mapping), attributes, requirements })).toEqual([]);
  });

  test("of the hand-over file or the next steps has an answer", () => {
    const nextSteps = ["Say {input.maybe}."];
    expect(faultsWith({}, { nextSteps })).toEqual([expect.stringMatching(/^inputs\.5\.optional: /)]);
    expect(faultsWith({}, { provisioningSteps: nextSteps })).toHaveLength(1);
  });
});
