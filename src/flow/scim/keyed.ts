import type { Template } from "../../template/schema.ts";

/** By what a product's applications are told apart on the command line; empty where it has only one. */
export function keyOf({ application }: Template): string {
  return application.key ?? "";
}

/**
 * `<app>=<value>` of a flag, where it names one of these applications; else the value is for all of them. Names
 * of groups may hold an equals sign, too.
 */
export function splitKey(
  text: string,
  keys: readonly string[],
): { readonly key: string | undefined; readonly value: string } {
  const key = keys.find((one) => one !== "" && text.toLowerCase().startsWith(`${one}=`));
  return key === undefined ? { key, value: text } : { key, value: text.slice(key.length + 1) };
}

/** The values of a repeatable flag that are for one application, each once. */
export function valuesFor(texts: readonly string[], keys: readonly string[], wanted: string): string[] {
  const own = texts
    .map((text) => splitKey(text, keys))
    .filter(({ key }) => key === undefined || key === wanted)
    .map(({ value }) => value.trim());
  return [...new Set(own)].filter((value) => value !== "");
}
