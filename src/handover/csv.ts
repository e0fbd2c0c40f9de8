/**
 * A table as CSV after RFC 4180: commas, every field in quotation marks, CRLF. With a byte order mark: without one
 * Excel takes UTF-8 for the system's own encoding and makes a "MÃ¼ller" of a Müller. Commas also for countries
 * whose Excel splits at semicolons when a file is opened by a double click: what a comma is must not depend on
 * whose machine wrote the file, and Excel's "From text/CSV" sees by itself which sign it is.
 */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((row) => `${row.map(field).join(",")}\r\n`).join("")}`;
}

/** What turns text round or steers a terminal that shows the file; tab and line ends belong to the format. */
const STEERING = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]|(?![\t\r\n])\p{Cc}/gu;

/**
 * A field that a spreadsheet would take for a formula begins with an apostrophe, which makes a text of it: names
 * come from a directory that many can write to (https://owasp.org/www-community/attacks/CSV_Injection).
 */
function field(text: string): string {
  const plain = text.replaceAll(STEERING, "\uFFFD");
  const safe = /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** A field as it was before `toCsv`. */
export function withoutApostrophe(text: string): string {
  return /^'[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}
