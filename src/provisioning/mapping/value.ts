/** What an expression gives: a text, a truth value, several texts, or nothing. */
export type Value = string | boolean | readonly string[] | undefined;

/** Whether an attribute has no value: absent, empty, or a list of none. */
export function isNothing(value: Value): boolean {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** A value as Entra writes it where a text is wanted: truth values begin with a capital letter. */
export function asText(value: Value): string {
  if (value === undefined) return "";
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" ? value : value.join(", ");
}

/** The values of an attribute, one or several; none of nothing. */
export function asList(value: Value): readonly string[] {
  if (isNothing(value)) return [];
  return typeof value === "object" ? value : [asText(value)];
}
