import { describe, expect, test } from "vitest";
import { parsePath, readPath, writePath } from "../../../src/sandbox/provisioning/scim-path.ts";

function written(text: string, value: unknown, resource: Record<string, unknown> = {}) {
  const path = parsePath(text);
  if (path) writePath(resource, path, value);
  return resource;
}

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

describe("a target attribute", () => {
  test.each([
    ["userName", { userName: "x" }],
    ["name.givenName", { name: { givenName: "x" } }],
    ['emails[type eq "work"].value', { emails: [{ type: "work", value: "x" }] }],
    ["emails[primary eq true].value", { emails: [{ primary: true, value: "x" }] }],
    [`${ENTERPRISE}:department`, { [ENTERPRISE]: { department: "x" } }],
    [`${ENTERPRISE}:manager.value`, { [ENTERPRISE]: { manager: { value: "x" } } }],
  ])("%s is written where it belongs, read from there, and taken away", (text, expected) => {
    const resource = written(text, "x");
    expect(resource).toEqual(expected);
    expect(readPath(resource, text)).toBe("x");
    expect(written(text, undefined, resource)).toEqual({});
  });

  test.each(["__proto__", "__proto__.isPolluted", 'name[__proto__ eq "x"].isPolluted', "name.__proto__"])(
    "%s reaches nothing that other objects share",
    (text) => {
      expect(written(text, "x", { name: { givenName: "Ann" } })).toEqual({ name: { givenName: "Ann" } });
      expect(Object.hasOwn(Object.prototype, "isPolluted")).toBe(false);
    },
  );

  test.each(["constructor", "toString", "name.constructor", "constructor.name"])(
    "%s is nothing that every object has",
    (text) => {
      expect(readPath({ name: {} }, text)).toBeUndefined();
    },
  );
});
