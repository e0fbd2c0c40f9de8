import { expect, test } from "vitest";
import {
  adoptionTags,
  isMarked,
  isOurSecretName,
  provenanceOf,
  toDeliveredTag,
  toSecretName,
  toUniqueName,
} from "../../../src/registration/names.ts";
import { sha256 } from "../../../src/sha256.ts";
import * as fc from "../../support/fc.ts";

const uniqueName = (appName: string, template = "empower") => toUniqueName(template, appName, sha256);

test.each([
  ["empower", "entra-app-registration-empower-empower-a737e979"],
  ["Müller & Söhne GmbH", "entra-app-registration-empower-mu-ller-so-hne-gmbh-"],
  ["  (prod)  ", "entra-app-registration-empower-prod-"],
  ["日本", "entra-app-registration-empower-"],
  ["a".repeat(120), `entra-app-registration-empower-${"a".repeat(40)}-`],
])("%j becomes a name that can be read", (appName, start) => {
  expect(uniqueName(appName).slice(0, start.length)).toBe(start);
  expect(uniqueName(appName).slice(start.length)).toMatch(/^([0-9a-f]{8})?$/);
});

const appNames = fc.string({ unit: "binary", minLength: 1, maxLength: 120 });
const templates = fc.stringMatching(/^[a-z0-9]{1,10}(-[a-z0-9]{1,10}){0,3}$/);

test("only a-z, 0-9 and hyphens, at most 120 characters, the same every time", () => {
  fc.assert(
    fc.property(appNames, templates, (appName, template) => {
      const name = uniqueName(appName, template);
      expect(name).toMatch(/^entra-app-registration-[a-z0-9-]+-[0-9a-f]{8}$/);
      expect(name.length).toBeLessThanOrEqual(120);
      expect(uniqueName(appName, template)).toBe(name);
    }),
  );
});

test("names with the same slug are kept apart", () => {
  const twins = [
    "empower prod",
    "Empower Prod",
    "empower-prod",
    "empower  prod",
    "émpower prod",
    "(empower prod)",
  ];
  expect(new Set(twins.map((name) => uniqueName(name))).size).toBe(twins.length);
  expect(uniqueName("x", "empower")).not.toBe(uniqueName("x", "empower-scim"));
  fc.assert(
    fc.property(
      appNames,
      appNames,
      (one, other) => (one === other) === (uniqueName(one) === uniqueName(other)),
    ),
  );
});

test("a secret's name says that it is ours, and the vendor's description first", () => {
  const name = toSecretName("empower", "1a2b3c4d");
  expect(name).toBe("empower (entra-app-registration 1a2b3c4d)");
  expect(isOurSecretName(name)).toBe(true);
});

test.each([
  undefined,
  "",
  "empower",
  "(entra-app-registration)",
  "(entra-app-registration 1a2b3c4)",
  "(entra-app-registration 1A2B3C4D)",
  "(entra-app-registration 1a2b3c4d) copy",
  "entra-app-registration 1a2b3c4d",
])("%j is not the name of a secret of ours", (name) => {
  expect(isOurSecretName(name)).toBe(false);
});

test("the tag of a secret that was handed over is the same in any letter case", () => {
  expect(toDeliveredTag("ABCDEF12-0000-4000-8000-000000000000")).toBe("delivered-abcdef12");
  expect(toDeliveredTag("abcdef12-ffff-4fff-8fff-ffffffffffff")).toBe("delivered-abcdef12");
});

test.each([
  [{ uniqueName: "x", tags: [] }, true],
  [{ uniqueName: undefined, tags: ["a", "x"] }, true],
  [{ uniqueName: "y", tags: ["x"] }, true],
  [{ uniqueName: "xx", tags: ["x x"] }, false],
  [{ uniqueName: undefined, tags: [] }, false],
])("%j is marked: %s", (application, marked) => {
  expect(isMarked(application, "x")).toBe(marked);
});

const OURS = uniqueName("empower");
const ADOPTED = "entra-app-registration-adopted";

test.each([
  ["created", { uniqueName: OURS, tags: [OURS, "delivered-0badcafe"] }],
  ["adopted", { uniqueName: OURS, tags: [OURS, ADOPTED] }],
  ["adopted", { uniqueName: "theirs", tags: [OURS] }],
  ["adopted", { uniqueName: undefined, tags: [OURS] }],
  // In doubt it is somebody else's: the tags were taken off by hand, or are those of another name.
  ["adopted", { uniqueName: OURS, tags: [] }],
  ["adopted", { uniqueName: OURS, tags: [uniqueName("other")] }],
  ["stranger", { uniqueName: undefined, tags: [ADOPTED, "delivered-0badcafe"] }],
  ["stranger", { uniqueName: "theirs", tags: ["entra-app-registration", `x-${OURS}`, `${OURS}0`] }],
] as const)("%s: %j", (provenance, application) => {
  expect(provenanceOf(application)).toBe(provenance);
});

test("whatever its name, an application this tool made counts as made, and one it took over as taken over", () => {
  fc.assert(
    fc.property(appNames, appNames, (one, other) => {
      const made = { uniqueName: uniqueName(one), tags: [uniqueName(one)] };
      expect(provenanceOf(made)).toBe("created");
      // A second name given to an app of ours makes it nobody else's.
      const renamed = { ...made, tags: [...made.tags, ...adoptionTags(made, uniqueName(other))] };
      expect(provenanceOf(renamed)).toBe("created");
      const theirs = { uniqueName: undefined, tags: ["theirs"] };
      const tags = [...theirs.tags, ...adoptionTags(theirs, uniqueName(one))];
      expect(provenanceOf({ uniqueName: uniqueName(one), tags })).toBe("adopted");
      expect(provenanceOf({ uniqueName: undefined, tags })).toBe("adopted");
    }),
  );
});
