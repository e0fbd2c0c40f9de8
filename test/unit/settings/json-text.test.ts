import { expect, test } from "vitest";
import { parseJsonBytes } from "../../../src/settings/json-text.ts";
import * as fc from "../../support/fc.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le");
const CONFIG = '{\r\n  "appName": "Müller",\r\n  "useSCIM": false\r\n}\r\n';
const VALUE = { appName: "Müller", useSCIM: false };

test.each([
  ["Windows line ends", utf8(CONFIG)],
  ["Unix line ends", utf8(CONFIG.replaceAll("\r\n", "\n"))],
  ["a byte order mark", utf8(`\uFEFF${CONFIG}`)],
  ["one line", utf8(CONFIG.replaceAll("\r\n", ""))],
])("%s are read", (_name, bytes) => {
  expect(parseJsonBytes(bytes)).toEqual({ ok: true, value: VALUE });
});

test.each([
  ["UTF-16, as Windows PowerShell writes it", utf16(CONFIG)],
  ["UTF-16, the other way round", utf16(CONFIG).swap16()],
  ["Latin-1", Buffer.from(CONFIG, "latin1")],
  ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe)],
  ["a character cut in two", utf8('{"a":"ü').subarray(0, 7)],
])("%s is not UTF-8", (_name, bytes) => {
  expect(parseJsonBytes(bytes)).toEqual({ ok: false, reason: "notUtf8" });
});

test.each([
  ["nothing", "", 1, 1],
  ["a comma too many", '{\n  "a": 1,\n}', 3, 1],
  ["a comma missing", '{\n  "a": 1\n  "b": 2\n}', 3, 3],
  ["Windows line ends count once", '{\r\n  "a": 1\r\n  "b": 2\r\n}', 3, 3],
  ["after a byte order mark", '\uFEFF{ "a": x }', 1, 8],
  ["a comment", '{\n  // no\n  "a": 1\n}', 2, 3],
  ["single quotes", "{ 'a': 1 }", 1, 3],
  ["truncated", '{\n  "a": {', 2, 9],
  ["a text that does not end", '{\n  "a": "b\n}', 2, 8],
  ["something after the end", "{}\n{}", 2, 1],
  ["not JSON at all", "tenantID = contoso.com", 1, 1],
])("%s: the place is named", (_name, text, line, column) => {
  expect(parseJsonBytes(utf8(text))).toEqual({ ok: false, reason: "notJson", line, column });
});

test("brackets a hundred thousand deep are refused, not a crash", () => {
  expect(parseJsonBytes(utf8("[".repeat(100_000)))).toEqual({ ok: false, reason: "notJson" });
  expect(parseJsonBytes(utf8('{"a":'.repeat(100_000)))).toEqual({ ok: false, reason: "notJson" });
});

test("every value comes back as it was written, and no bytes at all are a crash", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.boolean(), (value, mark) => {
      const text = JSON.stringify(value, null, 2);
      const read = parseJsonBytes(utf8(mark ? `\uFEFF${text}` : text));
      expect(read).toEqual({ ok: true, value: JSON.parse(text) as unknown });
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => typeof parseJsonBytes(bytes).ok === "boolean"),
  );
});

test("the place is inside the text, wherever it is cut off", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(200), (text, at) => {
      const read = parseJsonBytes(utf8(text.slice(0, at)));
      if (read.ok || read.reason === "notUtf8") return;
      const lines = text.slice(0, at).split("\n");
      expect(read.line).toBeGreaterThanOrEqual(1);
      expect(read.line).toBeLessThanOrEqual(lines.length);
      expect(read.column).toBeLessThanOrEqual((lines[(read.line ?? 0) - 1] ?? "").length + 1);
    }),
  );
});
