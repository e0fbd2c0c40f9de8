/** A string literal for `$filter` and alternate keys: quotes doubled, then percent-encoded. */
export function literal(text: string): string {
  return `'${encodeURIComponent(text.replaceAll("'", "''"))}'`;
}

/** `$filter={property} eq '{text}'`, encoded. */
export function equals(property: string, text: string): string {
  return `$filter=${property}%20eq%20${literal(text)}`;
}
