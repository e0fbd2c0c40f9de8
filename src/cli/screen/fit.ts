import { wrapAnsi } from "fast-wrap-ansi";

/** Fewer columns than this cannot hold a sentence; then the terminal may break lines as it likes. */
const FEWEST = 20;

/**
 * Breaks lines between words so that they fit a terminal; a continued line keeps its indent, and what has no
 * spaces (a link) stays whole. Off a terminal nothing is broken.
 */
export function fit(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < FEWEST) return text;
  return text
    .split("\n")
    .map((line) => {
      const indent = /^ */.exec(line)?.[0] ?? "";
      if (indent.length > columns / 2) return line;
      const wrapped = wrapAnsi(line.slice(indent.length), columns - indent.length, {
        hard: false,
        trim: true,
      });
      return wrapped.replaceAll(/^(?=.)/gm, indent);
    })
    .join("\n");
}
