import { clean } from "../clean.ts";

/** A piece of a page, in which every value from outside is text. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A piece of a page: pieces among the values stay what they are, all else is escaped, and cannot turn text round. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  return new Html(strings.reduce((text, part, index) => text + toText(values[index - 1] ?? "") + part));
}

function toText(value: string | number | Html | readonly Html[]): string {
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(({ text }) => text).join("");
  return clean(String(value)).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
