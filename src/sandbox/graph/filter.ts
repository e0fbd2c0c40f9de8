import { unsupportedQuery } from "./errors.ts";

/**
 * Which comparisons a list knows, by property: `eq` on a text, a GUID without quotes, or on a collection; `eqIn`
 * takes `in` as well.
 */
export type Filterable = Readonly<Record<string, "eq" | "eqIn" | "eqExact" | "any">>;

/** https://developer.microsoft.com/graph/known-issues, 13635: without advanced queries. */
const MOST_IN = 15;

const STRING = "'((?:[^']|'')*)'";
const EQUALS = new RegExp(`^(\\w+) eq ${STRING}$`);
const EQUALS_GUID = /^(\w+) eq ([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/;
const IN = new RegExp(`^(\\w+) in \\((${STRING}(?:, ?${STRING})*)\\)$`);
const ANY = new RegExp(`^(\\w+)/any\\((\\w+):\\s*(\\w+) eq ${STRING}\\)$`);

/**
 * Turns a `$filter` into a test of one object. Only `eq`, `any(x:x eq …)` and `and` between them: what the
 * sandbox cannot answer as Graph would is refused.
 */
export function parseFilter(filter: string | undefined, filterable: Filterable): (object: object) => boolean {
  if (filter === undefined) return () => true;
  const clauses = splitAnd(filter.trim()).map((clause) => parseClause(clause, filterable));
  return (object) => clauses.every((matches) => matches(new Map<string, unknown>(Object.entries(object))));
}

function parseClause(clause: string, filterable: Filterable): (values: Map<string, unknown>) => boolean {
  const equals = EQUALS.exec(clause) ?? EQUALS_GUID.exec(clause);
  if (equals !== null) {
    const [, name = "", literal = ""] = equals;
    const kind = filterable[name];
    if (kind === undefined || kind === "any") throw unsupported(name);
    const wanted = literal.replaceAll("''", "'");
    // The directory compares names without regard to case.
    if (kind === "eq" || kind === "eqIn")
      return (values) => String(values.get(name)).toLowerCase() === wanted.toLowerCase();
    return (values) => values.get(name) === wanted;
  }
  const among = IN.exec(clause);
  if (among !== null) return parseIn(among[1] ?? "", clause.slice(clause.indexOf("(")), filterable);
  const any = ANY.exec(clause);
  if (any !== null) {
    const [, name = "", variable, used, literal = ""] = any;
    if (filterable[name] !== "any" || variable !== used) throw unsupported(name);
    const wanted = literal.replaceAll("''", "'");
    return (values) => {
      const items = values.get(name);
      return Array.isArray(items) && items.includes(wanted);
    };
  }
  throw unsupportedQuery("Unsupported Query.");
}

function parseIn(
  name: string,
  list: string,
  filterable: Filterable,
): (values: Map<string, unknown>) => boolean {
  if (filterable[name] !== "eqIn") throw unsupported(name);
  const literals = [...list.matchAll(new RegExp(STRING, "g"))];
  if (literals.length > MOST_IN) {
    throw unsupportedQuery(
      `Too many child clauses specified in search filter expression containing 'OR' operators: ${literals.length}. Max allowed: ${MOST_IN}.`,
    );
  }
  const wanted = new Set(literals.map(([, literal = ""]) => literal.replaceAll("''", "'").toLowerCase()));
  return (values) => wanted.has(String(values.get(name)).toLowerCase());
}

function unsupported(name: string) {
  return unsupportedQuery(
    `Unsupported or invalid query filter clause specified for property '${name}' of resource.`,
  );
}

/** Splits at ` and ` outside quotes. */
function splitAnd(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let inside = false;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === "'") inside = !inside;
    else if (!inside && text.startsWith(" and ", index)) {
      parts.push(text.slice(start, index).trim());
      start = index + 5;
    }
  }
  return [...parts, text.slice(start).trim()];
}
