import { GraphError, unsupportedQuery } from "./errors.ts";

/**
 * Turns `$search="property:words"` into a test of one object: each word begins a word of the property. One
 * clause; what the sandbox cannot answer as Graph would is refused.
 */
export function parseSearch(
  url: URL,
  searchable: readonly string[],
  headers: Headers,
): (object: object) => boolean {
  const text = url.searchParams.get("$search");
  if (text === null) return () => true;
  if (headers.get("ConsistencyLevel")?.toLowerCase() !== "eventual") {
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  }
  // A known fault of v1.0, and its way out: developer.microsoft.com/graph/known-issues/?search=18185.
  if (text.includes("&") && !/\blegacySearch=false\b/i.test(headers.get("Prefer") ?? "")) {
    throw new GraphError(400, "BadRequest", "Unrecognized query argument specified: ''.");
  }
  const clause = /^"((?:[^"\\]|\\["\\])*)"$/s.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, "$1");
  if (clause === undefined) {
    throw new GraphError(
      400,
      "BadRequest",
      `Syntax error: character is not valid at position 0 in '${text}'.`,
    );
  }
  const [, property = "", words = ""] = /^(\w+):(.*)$/s.exec(clause) ?? [];
  if (!searchable.includes(property)) {
    throw unsupportedQuery(`Unsupported or invalid search clause specified for property '${property}'.`);
  }
  const wanted = wholeWords(words);
  if (wanted.length === 0) throw unsupportedQuery("Search query is empty.");
  return (object) => {
    const value = new Map<string, unknown>(Object.entries(object)).get(property);
    const there = typeof value === "string" ? wordsOf(value) : [];
    return wanted.every((word) => there.some((one) => one.startsWith(word)));
  };
}

/** The words of a text: broken at spaces and symbols, and again between a small letter and a capital or a digit. */
function wordsOf(text: string): string[] {
  return [...wholeWords(text), ...wholeWords(text.replaceAll(/(\p{Ll})(?=[\p{Lu}\p{N}])/gu, "$1 "))];
}

function wholeWords(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}
