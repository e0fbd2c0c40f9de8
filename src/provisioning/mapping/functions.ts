import { asList, asText, isNothing, type Value } from "./value.ts";

/*
 * What Entra's functions do, for those that can be foretold from a user alone, as their reference says
 * (https://learn.microsoft.com/entra/identity/app-provisioning/functions-for-customizing-application-data).
 * What it leaves open is done the cautious way: nothing comes of nothing.
 */

/** `unknown`: with these parameters nobody but Entra knows. */
type Outcome = { readonly value: Value } | "unknown";
type Apply = (parameters: readonly Value[]) => Outcome;

/** By their names in lower case. */
export const FUNCTIONS: ReadonlyMap<string, Apply> = new Map(
  Object.entries({
    append: ([source, suffix]) => text(source, (one) => one + asText(suffix)),
    approleassignments: ([source]) => given(asList(source)),
    coalesce: (values) => given(values.find((value) => !isNothing(value))),
    count: ([source]) => given(String(asList(source).length)),
    cstr: ([source]) => text(source, (one) => one),
    iif: ([condition, yes, no]) => given(isTrue(condition) ? yes : no),
    ignoreflowifnullorempty: ([source]) => given(isNothing(source) ? undefined : source),
    isnull: ([source]) => given(source === undefined),
    isnullorempty: ([source]) => given(isNothing(source)),
    ispresent: ([source]) => given(!isNothing(source)),
    item: ([source, index]) => given(asList(source)[numberOf(index, 1) - 1]),
    join: ([separator, ...sources]) => {
      const parts = sources.flatMap(asList).filter((part) => part !== "");
      return given(parts.length === 0 ? undefined : parts.join(asText(separator)));
    },
    left: ([source, count]) => text(source, (one) => one.slice(0, numberOf(count, 0))),
    mid: ([source, start, length]) => {
      const first = Math.max(1, numberOf(start, 1)) - 1;
      return text(source, (one) => one.slice(first, first + numberOf(length, one.length)));
    },
    normalizediacritics: ([source]) => text(source, (one) => one.normalize("NFD").replaceAll(/\p{Mn}/gu, "")),
    not: ([source]) => given(isNothing(source) ? undefined : !isTrue(source)),
    removeduplicates: ([source]) => given([...new Set(asList(source))]),
    replace,
    right: ([source, count]) =>
      text(source, (one) => one.slice(Math.max(0, one.length - numberOf(count, 0)))),
    // One role only; where somebody has several, nobody can say which.
    singleapproleassignment: ([source]) => {
      const roles = asList(source);
      return roles.length > 1 ? "unknown" : given(roles[0]);
    },
    split: ([source, delimiter]) => {
      if (isNothing(source)) return given(undefined);
      return given(asList(source).flatMap((one) => one.split(asText(delimiter))));
    },
    stripspaces: ([source]) => text(source, (one) => one.replaceAll(" ", "")),
    switch: ([source, fallback, ...pairs]) => {
      const key = pairs.findIndex((value, index) => index % 2 === 0 && asText(value) === asText(source));
      return given(key === -1 ? fallback : pairs[key + 1]);
    },
    tolower: ([source]) => text(source, (one) => one.toLowerCase()),
    toupper: ([source]) => text(source, (one) => one.toUpperCase()),
    trim: ([source]) => text(source, (one) => one.trim()),
  } satisfies Record<string, Apply>),
);

/** Parts of a text; what works with a regular expression or a template is left to Entra. */
function replace([source, old, pattern, group, replacement, attribute, template]: readonly Value[]): Outcome {
  if (![pattern, group, attribute, template].every(isNothing) || isNothing(old)) return "unknown";
  return text(source, (one) => one.replaceAll(asText(old), () => asText(replacement)));
}

function given(value: Value): Outcome {
  return { value };
}

/** Nothing comes of nothing; of several texts, each is changed. */
function text(source: Value, change: (one: string) => string): Outcome {
  if (isNothing(source)) return given(undefined);
  return given(Array.isArray(source) ? source.map((one: string) => change(one)) : change(asText(source)));
}

function isTrue(value: Value): boolean {
  return asText(value).toLowerCase() === "true";
}

function numberOf(value: Value, fallback: number): number {
  const number = Math.trunc(Number(asText(value)));
  return value === undefined || Number.isNaN(number) ? fallback : number;
}
