import { describe, expect, test } from "vitest";
import { changeSchema, expressionsOf } from "../../../src/provisioning/change-schema.ts";
import type { ParsedExpressions, SchemaChange } from "../../../src/provisioning/schema-changes.ts";
import type { AttributeMapping, SynchronizationSchema } from "../../../src/provisioning/types.ts";
import * as fc from "../../support/fc.ts";
import {
  attributeSource,
  DEFAULT_MAPPINGS,
  desired,
  functionSource,
  GROUP,
  mapping,
  SWITCH,
  schema,
  USER,
  wanted,
} from "../../support/schemas.ts";

const NONE: ParsedExpressions = new Map();
const parsed = (...texts: string[]): ParsedExpressions =>
  new Map(texts.map((text) => [text, { ok: true, source: functionSource(text) }]));

function changed(
  ...[from, to, expressions = NONE]: [SynchronizationSchema, ReturnType<typeof desired>, ParsedExpressions?]
) {
  const result = changeSchema(from, to, expressions);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result;
}

function problems(to: ReturnType<typeof desired>, expressions = NONE, from = schema()) {
  const result = changeSchema(from, to, expressions);
  return "problems" in result ? result.problems : [];
}

function usersOf({ synchronizationRules }: SynchronizationSchema): readonly AttributeMapping[] {
  return synchronizationRules
    .flatMap(({ objectMappings }) => objectMappings)
    .filter(({ sourceObjectName }) => sourceObjectName === "User")
    .flatMap(({ attributeMappings }) => attributeMappings);
}

const targetsOf = (one: SynchronizationSchema) =>
  usersOf(one).map(({ targetAttributeName }) => targetAttributeName);
const kinds = (changes: readonly SchemaChange[]) => changes.map(({ kind }) => kind);

/** The schema without what a change may touch: mappings of users, attributes of the user objects, switches. */
function rest(one: SynchronizationSchema): string {
  const copy = structuredClone(one) as unknown as {
    synchronizationRules: {
      editable: boolean;
      objectMappings: { enabled?: boolean; sourceObjectName: string; attributeMappings?: unknown }[];
    }[];
    directories: { objects: { name: string; attributes?: unknown[] }[] }[];
  };
  for (const rule of copy.synchronizationRules.filter(({ editable }) => editable)) {
    for (const object of rule.objectMappings) {
      delete object.enabled;
      if (object.sourceObjectName === "User") delete object.attributeMappings;
    }
  }
  for (const { objects } of copy.directories) {
    for (const object of objects) if (["User", USER].includes(object.name)) delete object.attributes;
  }
  return JSON.stringify(copy);
}

describe("the smallest change", () => {
  test.each(["Microsoft Entra ID", "Azure Active Directory"])(
    "of one source, in a tenant with %s",
    (source) => {
      const before = schema(DEFAULT_MAPPINGS, { source });
      const { schema: after, changes } = changed(before, desired([wanted("externalId", "[objectId]")]));
      expect(changes).toEqual([
        {
          kind: "changeMapping",
          target: "externalId",
          from: { source: "[mailNickname]", default: undefined, matchingPriority: 0, flowType: "Always" },
          to: { source: "[objectId]", default: undefined, matchingPriority: 0, flowType: "Always" },
        },
      ]);
      // Everything else is the same, letter by letter, and in its place.
      expect(JSON.stringify(after)).toBe(
        JSON.stringify(before).replace(
          '"expression":"[mailNickname]","name":"mailNickname","type":"Attribute","parameters":[]',
          JSON.stringify(attributeSource("objectId")).slice(1, -1),
        ),
      );
    },
  );

  test("nothing to change gives the very same schema, however the expression is written", () => {
    const before = schema();
    const to = desired([
      wanted("active", 'switch([IsSoftDeleted],,"False","True","True","False")'),
      wanted("USERNAME", " [userPrincipalName] ", { matchingPriority: 1 }),
    ]);
    const result = changed(before, to);
    expect(result.changes).toEqual([]);
    expect(result.schema).toBe(before);
  });

  test("a function that Graph writes down in other words is the same by its parts", () => {
    const text = 'Join(" ", [givenName], [surname])';
    const part = (name: string) => ({ key: name, value: attributeSource(name) });
    const live = (last: string) => ({
      expression: "join of two",
      name: "Join",
      type: "Function",
      parameters: [part("givenName"), part(last)],
    });
    const source = { ...live("surname"), expression: text };
    const expressions: ParsedExpressions = new Map([[text, { ok: true, source }]]);
    const to = desired([wanted("displayName", text)]);
    const start = [mapping("userName", attributeSource("userPrincipalName"), { matchingPriority: 1 })];
    const same = schema([...start, mapping("displayName", live("surname"))]);
    expect(changed(same, to, expressions).changes).toEqual([]);
    const other = schema([...start, mapping("displayName", live("mail"))]);
    expect(kinds(changed(other, to, expressions).changes)).toEqual(["changeMapping"]);
    const bare = schema([...start, mapping("displayName", null)]);
    expect(kinds(changed(bare, to, expressions).changes)).toEqual(["changeMapping"]);
  });

  test("a default is set, and one that the template does not tell is left", () => {
    const live = schema([
      mapping("userName", attributeSource("userPrincipalName"), { matchingPriority: 1 }),
      mapping("title", attributeSource("jobTitle"), { defaultValue: "none" }),
    ]);
    const to = desired([
      wanted("userType", "[companyName]", { default: "Standard", apply: "onlyWhenCreating" }),
      wanted("title", "[jobTitle]"),
    ]);
    const { schema: after, changes } = changed(live, to);
    expect(kinds(changes)).toEqual(["addMapping"]);
    expect(usersOf(after).at(-1)).toEqual(
      mapping("userType", attributeSource("companyName"), {
        defaultValue: "Standard",
        flowType: "ObjectAddOnly",
      }),
    );
    expect(usersOf(after)[1]?.defaultValue).toBe("none");
    const only = changed(
      live,
      desired([wanted("userName", "[userPrincipalName]"), wanted("title", "[jobTitle]")], {
        exclusive: true,
      }),
    );
    expect(usersOf(only.schema)[1]?.defaultValue).toBeNull();
  });

  test("a function is what Graph made of it; constants and attributes are made here", () => {
    const text = 'Split([jobTitle], ",")';
    const to = desired([wanted("title", text), wanted("userType", '"Premium"')]);
    expect(expressionsOf(to)).toEqual([text]);
    const after = usersOf(changed(schema(), to, parsed(text)).schema);
    expect(after.find(({ targetAttributeName }) => targetAttributeName === "title")?.source).toEqual(
      functionSource(text),
    );
    expect(after.at(-1)?.source).toEqual({
      type: "Constant",
      name: "Premium",
      expression: '"Premium"',
      parameters: [],
    });
  });

  test("groups are switched off and stay in the list; on again; users, too", () => {
    const off = changed(schema(), desired([], { groups: false }));
    expect(off.changes).toEqual([{ kind: "switchMapping", object: "Group", to: false }]);
    const [, rule] = off.schema.synchronizationRules;
    expect(rule?.objectMappings.map(({ enabled }) => enabled)).toEqual([false, true]);
    expect(changed(off.schema, desired([])).changes).toEqual([
      { kind: "switchMapping", object: "Group", to: true },
    ]);
    const dark = structuredClone(schema()) as unknown as {
      synchronizationRules: { objectMappings: { enabled: boolean }[] }[];
    };
    for (const one of dark.synchronizationRules[1]?.objectMappings ?? []) one.enabled = false;
    const lit = changed(dark as unknown as SynchronizationSchema, desired([], { groups: false }));
    expect(lit.changes).toEqual([{ kind: "switchMapping", object: "User", to: true }]);
  });

  test("exclusive: exactly what is listed, in the order that was there, with the matching that was there", () => {
    const to = desired(
      [
        wanted("active", SWITCH),
        wanted("userName", "[userPrincipalName]"),
        wanted('addresses[type eq "work"].formatted', "[physicalDeliveryOfficeName]"),
        wanted("externalId", "[objectId]"),
      ],
      { exclusive: true },
    );
    const { schema: after, changes } = changed(schema(), to);
    expect(targetsOf(after)).toEqual([
      "userName",
      "active",
      "externalId",
      'addresses[type eq "work"].formatted',
    ]);
    expect(usersOf(after)[0]?.matchingPriority).toBe(1);
    expect(kinds(changes).toSorted()).toEqual([
      "addMapping",
      "changeMapping",
      "removeMapping",
      "removeMapping",
      "removeMapping",
      "removeMapping",
    ]);
  });

  test("an attribute of the vendor's own is known before it is mapped", () => {
    const folders = "urn:ietf:params:scim:schemas:extension:2.0:CustomExtensionName:folders";
    const to = desired([wanted(folders, "[jobTitle]")], {
      attributes: [{ name: folders, type: "String", multiValued: true }],
    });
    const { schema: after, changes } = changed(schema(), to);
    expect(kinds(changes)).toEqual(["addTargetAttribute", "addMapping"]);
    const object = after.directories[1]?.objects.find(({ name }) => name === USER);
    const made = object?.attributes.at(-1);
    expect(made).toMatchObject({ name: folders, multivalued: true, type: "String", mutability: "ReadWrite" });
    expect(Object.keys(made ?? {}).toSorted()).toEqual(Object.keys(object?.attributes[0] ?? {}).toSorted());
    expect(after.directories[1]?.objects.find(({ name }) => name === GROUP)).toEqual(
      schema().directories[1]?.objects.find(({ name }) => name === GROUP),
    );
    // A tenant that keeps it for one value alone is not told over and over: that would be a full cycle each time.
    const single = JSON.parse(JSON.stringify(after).replace('"multivalued":true', '"multivalued":false'));
    expect(changed(single, to)).toMatchObject({ changes: [], singleValued: [folders] });
    expect(changed(after, to).singleValued).toEqual([]);
  });

  test("what the tenant drops is neither added nor mapped again, and all else is", () => {
    const [folders, other] = ["urn:x:folders", "urn:x:other"] as const;
    const to = desired([wanted(folders, "[jobTitle]"), wanted(other, "[surname]")], {
      attributes: [
        { name: folders, type: "String", multiValued: true },
        { name: other, type: "String", multiValued: false },
      ],
    });
    const lost = [{ name: folders.toUpperCase(), multiValued: true }];
    const without = changeSchema(schema(), to, NONE, lost);
    if ("problems" in without) throw new Error(JSON.stringify(without.problems));
    expect(without.notKept).toEqual([folders]);
    expect(without.changes).toMatchObject([
      { kind: "addTargetAttribute", attribute: { name: other } },
      { kind: "addMapping", target: other },
    ]);
    expect(changeSchema(without.schema, to, NONE, lost)).toMatchObject({ changes: [], notKept: [folders] });
    // For one value it may be kept, and what is there counts, whatever was lost before.
    const single = changeSchema(without.schema, to, NONE, [{ name: folders, multiValued: false }]);
    expect("changes" in single && kinds(single.changes)).toEqual(["addTargetAttribute", "addMapping"]);
    const { schema: after } = changed(schema(), to);
    expect(changeSchema(after, to, NONE, lost)).toMatchObject({ changes: [], notKept: [] });
  });

  test("a directory extension becomes a source", () => {
    const extension = `extension_${"a".repeat(32)}_costCenter`;
    const { schema: after, changes } = changed(schema(), desired([wanted("title", `[${extension}]`)]));
    expect(changes[0]).toEqual({ kind: "addSourceAttribute", name: extension });
    expect(after.directories[0]?.objects[1]?.attributes.at(-1)?.name).toBe(extension);
  });

  test("who is recognised first is one attribute: the one that was moves back", () => {
    const { schema: after } = changed(
      schema(),
      desired([wanted("externalId", "[objectId]", { matchingPriority: 1 })]),
    );
    const matching = usersOf(after).filter(({ matchingPriority }) => matchingPriority > 0);
    expect(matching.map((one) => [one.targetAttributeName, one.matchingPriority])).toEqual([
      ["userName", 2],
      ["externalId", 1],
    ]);
  });

  test("a target without its list of attributes is left to Graph", () => {
    const bare = { ...schema(), directories: [] };
    expect(kinds(changed(bare, desired([wanted("anything", "[anything]")])).changes)).toEqual(["addMapping"]);
  });
});

describe("what cannot be", () => {
  test.each([
    ["no rule at all", { ...schema(), synchronizationRules: [] }, "noRule"],
    [
      "no rule that may be edited",
      { ...schema(), synchronizationRules: schema().synchronizationRules.slice(0, 1) },
      "noRule",
    ],
  ])("%s", (_name, from, kind) => {
    expect(problems(desired([]), NONE, from)).toEqual([{ kind }]);
  });

  test("groups where none can be mapped, unless none are wanted", () => {
    const from = JSON.parse(
      JSON.stringify(schema()).replace('"sourceObjectName":"Group"', '"sourceObjectName":"Device"'),
    );
    expect(problems(desired([]), NONE, from)).toEqual([{ kind: "noGroupMapping" }]);
    expect(problems(desired([], { groups: false }), NONE, from)).toEqual([]);
  });

  test("unknown attributes on both sides are named with what was probably meant, all at once", () => {
    const to = desired([
      wanted("userNmae", "[mail]"),
      wanted("title", "[phone]"),
      wanted("active", "Not([isSoftDeleted])"),
    ]);
    expect(problems(to, parsed("Not([isSoftDeleted])"))).toEqual([
      { kind: "unknownSource", target: "active", attribute: "isSoftDeleted", near: ["IsSoftDeleted"] },
      { kind: "unknownSource", target: "title", attribute: "phone", near: ["telephoneNumber"] },
      { kind: "unknownTarget", target: "userNmae", near: ["userName"] },
    ]);
  });

  test("an expression that Graph refused, or was not asked about", () => {
    const [bad, other] = ["Splt([jobTitle])", "Join([jobTitle])"];
    const expressions: ParsedExpressions = new Map([[bad, { ok: false, error: "Unknown function Splt" }]]);
    expect(problems(desired([wanted("title", bad), wanted("userType", other)]), expressions)).toEqual([
      { kind: "badExpression", target: "title", source: bad, detail: "Unknown function Splt" },
      { kind: "badExpression", target: "userType", source: other, detail: "" },
    ]);
  });

  test("nobody could be recognised any more", () => {
    expect(problems(desired([wanted("title", "[jobTitle]")], { exclusive: true }))).toEqual([
      { kind: "lastMatching", removed: ["userName"] },
    ]);
  });
});

const SOURCES = [
  "[mail]",
  "[surname]",
  "[objectId]",
  '"Premium"',
  SWITCH,
  'Join(" ", [givenName], [surname])',
];
const TARGETS = [
  "userName",
  "active",
  "displayName",
  "title",
  "externalId",
  "name.familyName",
  "userType",
  "urn:x:own",
  "urn:x:more",
];

const anyDesired = fc
  .record({
    mappings: fc.uniqueArray(
      fc.record({
        target: fc.constantFrom(...TARGETS),
        source: fc.constantFrom(...SOURCES),
        default: fc.constantFrom(undefined, "Standard"),
        matchingPriority: fc.constantFrom(undefined, undefined, 1, 2),
        apply: fc.constantFrom("always" as const, "onlyWhenCreating" as const),
      }),
      { selector: ({ target }) => target },
    ),
    groups: fc.boolean(),
    exclusive: fc.boolean(),
  })
  .map(({ mappings, ...more }) =>
    desired(mappings, {
      ...more,
      attributes: ["urn:x:own", "urn:x:more"].map((name) => ({ name, type: "String", multiValued: false })),
    }),
  );

const anySchema = fc
  .record({
    mappings: fc.shuffledSubarray([...DEFAULT_MAPPINGS], { minLength: 1 }),
    groups: fc.boolean(),
  })
  .map(({ mappings, groups }) => schema(mappings, { groups }));

describe("laws", () => {
  const all = parsed(...SOURCES);

  test("applied once more, it changes nothing", () => {
    fc.assert(
      fc.property(anySchema, anyDesired, (before, to) => {
        const once = changeSchema(before, to, all);
        if ("problems" in once) return;
        // As Graph keeps it: written, and read again.
        const kept = JSON.parse(JSON.stringify(once.schema)) as SynchronizationSchema;
        const twice = changed(kept, to, NONE);
        expect(twice.changes).toEqual([]);
        expect(twice.schema).toBe(kept);
      }),
    );
  });

  test("what it is not about stays, letter by letter; what was read is not touched", () => {
    fc.assert(
      fc.property(anySchema, anyDesired, (before, to) => {
        const text = JSON.stringify(before);
        const after = changeSchema(before, to, all);
        expect(JSON.stringify(before)).toBe(text);
        if ("problems" in after) return;
        expect(rest(after.schema)).toBe(rest(before));
        if (after.changes.length === 0) expect(after.schema).toBe(before);
      }),
    );
  });

  test("every wanted mapping is there as wanted, others stay in their order, and somebody is recognised", () => {
    fc.assert(
      fc.property(anySchema, anyDesired, (before, to) => {
        const result = changeSchema(before, to, all);
        if ("problems" in result) {
          expect(result.problems.map(({ kind }) => kind)).toEqual(["lastMatching"]);
          return;
        }
        const after = usersOf(result.schema);
        for (const one of to.users.mappings) {
          const found = after.filter(({ targetAttributeName }) => targetAttributeName === one.target);
          expect(found).toHaveLength(1);
          expect(found[0]).toMatchObject({
            source: { expression: one.source },
            flowType: one.apply === "always" ? "Always" : "ObjectAddOnly",
            ...(one.default !== undefined && { defaultValue: one.default }),
            ...(one.matchingPriority !== undefined && { matchingPriority: one.matchingPriority }),
          });
        }
        const listed = new Set(to.users.mappings.map(({ target }) => target));
        const old = targetsOf(before);
        const kept = old.filter((target) => listed.has(target) || !to.users.exclusive);
        expect(targetsOf(result.schema).filter((target) => old.includes(target))).toEqual(kept);
        expect(after.length).toBe(kept.length + [...listed].filter((target) => !old.includes(target)).length);
        expect(after.some(({ matchingPriority }) => matchingPriority > 0)).toBe(true);
        expect(new Set(after.map(({ targetAttributeName }) => targetAttributeName)).size).toBe(after.length);
      }),
    );
  });
});
