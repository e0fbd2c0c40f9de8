/** Control characters, and the invisible ones that turn text round or hide it (Trojan Source). */
const UNPRINTABLE = /[\p{Cc}\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu;

/** A text from outside as it may stand before a person: on one line, without control of what shows it. */
export function clean(text: string): string {
  return text.replaceAll(UNPRINTABLE, "�");
}
