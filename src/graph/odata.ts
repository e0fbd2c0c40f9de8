/** A string literal for `$filter` and alternate keys: quotes doubled, then percent-encoded. */
export function literal(text: string): string {
  return `'${encodeURIComponent(text.replaceAll("'", "''"))}'`;
}

/** A clause for `$search`: in double quotes, in which a quote and a backslash take a backslash; encoded. */
export function quoted(clause: string): string {
  return encodeURIComponent(`"${clause.replaceAll(/["\\]/g, (sign) => `\\${sign}`)}"`);
}

/** `$filter={property} eq '{text}'`, encoded. */
export function equals(property: string, text: string): string {
  return `$filter=${property}%20eq%20${literal(text)}`;
}

/** How many values `among` takes (https://developer.microsoft.com/graph/known-issues, 13635). */
export const MOST_AMONG = 15;

/** `$filter={property} in ('{text}',…)`, of one text `eq`; encoded. */
export function among(property: string, texts: readonly string[]): string {
  const [text, another] = texts;
  if (text !== undefined && another === undefined) return equals(property, text);
  return `$filter=${property}%20in%20(${texts.map(literal).join(",")})`;
}
