import { stripVTControlCharacters } from "node:util";
import { wrapAnsi } from "fast-wrap-ansi";

/** Fewer columns than this cannot hold a sentence; then the terminal may break lines as it likes. */
const FEWEST = 20;

/** A command is copied as it stands: with a line end in it the shell would run half of it. */
const COMMAND = /^ *(?:npx |az |download |(?:PowerShell|Command Prompt|Linux, macOS): )/;

/** What stands before the words of a line: its indent, and a sign or a number. */
const PREFIX = /^ *(?:(?:[-+~!i?✔✖]|\d+\.) )?/;

/**
 * Breaks lines between words so that they fit a terminal; a line that goes on does so under its first word,
 * and what has no spaces (a link) stays whole. Off a terminal nothing is broken.
 */
export function fit(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < FEWEST) return text;
  return text
    .split("\n")
    .map((line) => fitLine(line, columns))
    .join("\n");
}

function fitLine(line: string, columns: number): string {
  const visible = stripVTControlCharacters(line);
  const width = PREFIX.exec(visible)?.[0].length ?? 0;
  if (visible.length <= columns || width > columns / 2 || COMMAND.test(visible)) return line;
  const at = rawIndex(line, width);
  const wrapped = wrapAnsi(line.slice(at), columns - width, { hard: false, trim: true });
  return line.slice(0, at) + wrapped.replaceAll("\n", `\n${" ".repeat(width)}`);
}

/** Where the character at a visible position stands in a line with colour codes. */
function rawIndex(line: string, visibleIndex: number): number {
  let index = 0;
  for (let seen = 0; seen < visibleIndex; index += 1) {
    const code = /^\x1b\[[\d;]*m/.exec(line.slice(index));
    if (code) index += code[0].length - 1;
    else seen += 1;
  }
  return index;
}
