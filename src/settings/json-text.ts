import { type ParseError, parse as parseLeniently } from "jsonc-parser";
import type { UnreadableReason } from "../errors.ts";

/** What a file's bytes turned out to be: a JSON value, or why they are none and where. */
export type JsonText =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly reason: Extract<UnreadableReason, "notUtf8" | "notJson">;
      readonly line?: number;
      readonly column?: number;
    };

/**
 * Reads JSON from a file's bytes. A byte order mark and Windows line ends are accepted; any other encoding
 * than UTF-8 is not (Windows PowerShell writes UTF-16). Line and column count from 1.
 */
export function parseJsonBytes(bytes: Uint8Array): JsonText {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, reason: "notUtf8" };
  }
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, reason: "notJson", ...locateJsonError(text) };
  }
}

/**
 * `JSON.parse` names a position only sometimes, and differently in every Node version. The lenient parser
 * is recursive: where the text is nested too deep for it, the position stays unknown.
 */
function locateJsonError(text: string): { line?: number; column?: number } {
  const errors: ParseError[] = [];
  try {
    parseLeniently(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    return {};
  }
  const before = text.slice(0, errors[0]?.offset ?? text.length);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: before.length - lineStart + 1 };
}
