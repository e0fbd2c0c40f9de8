import { say } from "../clean.ts";

/** A failure that nobody foresaw, and what to do about it. */
export const UNFORESEEN = {
  message: "Something went wrong that this program did not expect. This is a bug.",
  hint: "Please report it to the vendor's support with the journal named below.",
  /** For a program that hands the text on. */
  plainMessage: "Something unexpected went wrong.",
  plainHint: "Please report this with the journal.",
} as const;

/** What a run had changed by the time it failed. */
export function doneSoFar(changes: readonly string[]): string {
  return changes.length > 0 ? `Done so far: ${changes.join("; ")}.` : "Nothing was changed.";
}

/** Where the journal is, which support asks for. */
export function journalLine(path: string): string {
  return say`Journal of this run, for support: ${path}`;
}

/** By what Microsoft finds the request. */
export function requestIdLine(requestId: string): string {
  return say`Request ID: ${requestId}`;
}
