import { expect, test } from "vitest";
import { cleanSecretToken } from "../../../src/provisioning/secret-token.ts";
import * as fc from "../../support/fc.ts";

test.each([
  ["abc.def-_~+/=", []],
  ["  abc \r\n", ["whiteSpace"]],
  ["\uFEFFabc", ["whiteSpace"]],
  ["Bearer abc", ["bearer"]],
  ["bearer   abc", ["bearer"]],
  ["Authorization: Bearer abc", ["bearer"]],
  ['"abc"', ["quotes"]],
  ["'abc'", ["quotes"]],
  ["“abc”", ["quotes"]],
  ["`abc`", ["quotes"]],
  [' "Bearer abc"\n', ["whiteSpace", "quotes", "bearer"]],
  ['Bearer "abc"', ["bearer", "quotes"]],
])("%j loses %j", (text, removed) => {
  const token = text.startsWith("abc.") ? text : "abc";
  expect(cleanSecretToken(text)).toEqual({ ok: true, token, removed });
});

test.each([
  ["", "empty"],
  ["  \t", "empty"],
  ['""', "empty"],
  ["Bearer", "empty"],
  ["Bearer ", "empty"],
  ["abc def", "whiteSpace"],
  ["abc\ndef", "whiteSpace"],
  ["abc\u200bdef", "whiteSpace"],
  ["abc\u0007def", "whiteSpace"],
  ["abcæ", "notAscii"],
  ["*", "masked"],
  ["[secret]", "masked"],
])("%j is none: %s", (text, problem) => {
  expect(cleanSecretToken(text)).toEqual({ ok: false, problem });
});

test("a token that begins with the word is left alone, and so are quotes on one side", () => {
  expect(cleanSecretToken("bearerabc")).toMatchObject({ token: "bearerabc", removed: [] });
  expect(cleanSecretToken('abc"')).toMatchObject({ token: 'abc"', removed: [] });
});

test("a clean token stays as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const cleaned = cleanSecretToken(text);
      if (!cleaned.ok) return;
      expect(cleaned.token).toMatch(/^[!-~]+$/);
      expect(cleanSecretToken(cleaned.token)).toEqual({ ...cleaned, removed: [] });
    }),
  );
});

test("a long gap between two words is looked at once", () => {
  expect(cleanSecretToken(`abc${" ".repeat(60_000)}def`)).toEqual({ ok: false, problem: "whiteSpace" });
});
