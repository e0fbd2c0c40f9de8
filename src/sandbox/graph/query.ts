import { badRequest, GraphError, unsupportedQuery } from "./errors.ts";
import { propertiesOf, type TypeName } from "./types.ts";

/** The query options of one request. */
export interface Query {
  readonly type: TypeName;
  readonly select: readonly string[] | undefined;
  readonly filter: string | undefined;
  readonly top: number;
  readonly skip: number;
  readonly count: boolean;
  readonly url: URL;
}

/** Anything with a length that can be looked at page by page without being made whole. */
export interface Rows {
  readonly length: number;
  at(index: number): object | undefined;
}

const LIST_OPTIONS = new Set(["$select", "$filter", "$top", "$count", "$skiptoken"]);

/**
 * Reads the query options; what Graph has but this sandbox does not run is refused, never ignored.
 *
 * @param more options that this list knows besides.
 */
export function parseQuery(
  type: TypeName,
  url: URL,
  shape: "one" | "list",
  more: readonly string[] = [],
): Query {
  for (const name of url.searchParams.keys()) {
    if (!name.startsWith("$") || more.includes(name)) continue;
    if (!LIST_OPTIONS.has(name) || (shape === "one" && name !== "$select")) {
      throw unsupportedQuery(`The query parameter '${name}' is not supported.`);
    }
  }
  const text = url.searchParams.get("$top");
  const top = text === null ? 100 : Number(text);
  if (!Number.isInteger(top) || top < 1 || top > 999) {
    throw unsupportedQuery(
      `Invalid page size specified: '${text ?? ""}'. Must be between 1 and 999 inclusive.`,
    );
  }
  const token = url.searchParams.get("$skiptoken");
  const skip = token === null ? 0 : Number(Buffer.from(token, "base64url").toString());
  if (!Number.isInteger(skip) || skip < 0) throw badRequest("The skip token is not valid.");
  return {
    type,
    select: parseSelect(type, url.searchParams.get("$select")),
    filter: url.searchParams.get("$filter") ?? undefined,
    top,
    skip,
    count: url.searchParams.get("$count") === "true",
    url,
  };
}

function parseSelect(type: TypeName, text: string | null): string[] | undefined {
  if (text === null) return undefined;
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (propertiesOf(type)?.has(name) === true) continue;
    throw new GraphError(
      400,
      "BadRequest",
      `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`,
    );
  }
  return names;
}

/** The object as Graph shows it: all its properties, or the selected ones and nothing else. */
export function project(query: Pick<Query, "type" | "select">, object: object): Record<string, unknown> {
  const known = propertiesOf(query.type);
  const values = new Map<string, unknown>(Object.entries(object));
  const names = query.select ?? [...values.keys()].filter((name) => known?.has(name) === true);
  return Object.fromEntries(
    names.map((name) => [name, values.get(name) ?? (known?.get(name)?.collection === true ? [] : null)]),
  );
}

/** One page of a list, with a link to the next where there is one. */
export function page(query: Query, rows: Rows) {
  const end = Math.min(rows.length, query.skip + query.top);
  const value: Record<string, unknown>[] = [];
  for (let index = query.skip; index < end; index += 1) {
    const row = rows.at(index);
    if (row !== undefined) value.push(project(query, row));
  }
  const next = new URL(query.url);
  next.searchParams.set("$skiptoken", Buffer.from(String(end)).toString("base64url"));
  return {
    "@odata.context": `${query.url.origin}/v1.0/$metadata#${query.type}s`,
    ...(query.count ? { "@odata.count": rows.length } : {}),
    ...(end < rows.length ? { "@odata.nextLink": next.href } : {}),
    value,
  };
}
