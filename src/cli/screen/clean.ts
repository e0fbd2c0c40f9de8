import { clean } from "../../clean.ts";

export { clean };

/** A sentence whose inserted values are cleaned: every word a person sees goes through here. */
export function say(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return strings.reduce((text, part, index) => text + clean(String(values[index - 1] ?? "")) + part);
}

/** A value and what takes its place, for `say`. */
export function fromTo(from: string, to: string): string {
  return `${from} → ${to}`;
}
