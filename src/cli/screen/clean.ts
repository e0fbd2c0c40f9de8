/** Control characters, and the invisible ones that turn text round or hide it (Trojan Source). */
const UNPRINTABLE = /[\p{Cc}\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu;

/** A text from outside as it may stand on a screen: on one line, without terminal control. */
export function clean(text: string): string {
  return text.replaceAll(UNPRINTABLE, "�");
}

/** A sentence whose inserted values are cleaned: every word a person sees goes through here. */
export function say(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return strings.reduce((text, part, index) => text + clean(String(values[index - 1] ?? "")) + part);
}
