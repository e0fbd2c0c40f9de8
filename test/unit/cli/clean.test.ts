import { expect, test } from "vitest";
import { clean, say } from "../../../src/cli/screen/clean.ts";
import * as fc from "../../support/fc.ts";

const ESC = "\u001B";

test.each([
  ["colour", `${ESC}[31mred${ESC}[0m`, "�[31mred�[0m"],
  ["clear the screen", `${ESC}[2J${ESC}[H`, "�[2J�[H"],
  ["title", `${ESC}]0;owned\u0007`, "�]0;owned�"],
  ["clipboard (OSC 52)", `${ESC}]52;c;ZXZpbA==${ESC}\\`, "�]52;c;ZXZpbA==�\\"],
  ["link (OSC 8)", `${ESC}]8;;https://evil.example${ESC}\\x`, "�]8;;https://evil.example�\\x"],
  ["the same in one byte (C1)", "\u009B31m\u009D52;c;x\u009C", "�31m�52;c;x�"],
  ["new lines", "a\r\nb\nc\u2028d\u2029e\u0085f", "a��b�c�d�e�f"],
  ["backspace and rubout", "yes\b\b\bno\u007F", "yes���no�"],
  ["tab, bell, null", "\t\u0007\u0000", "���"],
  ["turned round", "a\u202Etxt.exe\u202C", "a�txt.exe�"],
  ["isolated", "\u2066a\u2067b\u2068c\u2069", "�a�b�c�"],
  ["marks", "\u200Ea\u200Fb\u061C", "�a�b�"],
  ["invisible", "a\u200Bb\u2060c\uFEFFd", "a�b�c�d"],
  ["nothing to do", 'Müller & Söhne 日本 🚀 {x} "q" \\', 'Müller & Söhne 日本 🚀 {x} "q" \\'],
])("%s", (_name, text, expected) => {
  expect(clean(text)).toBe(expected);
});

test("whatever comes in, one line without control comes out, and cleaning again changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const cleaned = clean(text);
      expect(cleaned).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u);
      expect(clean(cleaned)).toBe(cleaned);
      expect(say`<${text}>`).toBe(`<${cleaned}>`);
    }),
  );
});

test("only the values of a sentence are cleaned", () => {
  expect(say`${"a\u0007"}: ${7}\n${"b"}`).toBe("a�: 7\nb");
  expect(say`nothing`).toBe("nothing");
});
