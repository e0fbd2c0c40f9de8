import { wrapAnsi } from "fast-wrap-ansi";

export interface Row {
  readonly label: string;
  readonly text: string;
}

/** Fewer columns than this leave too little room beside the labels, and so do long ones where little else is left. */
const FEWEST_BESIDE = 50;
const LEAST_ROOM = 16;
const INDENT = "  ";

/** Facts with their names: beside each other in two columns, and where that is too narrow, in one. */
export function labelled(
  rows: readonly Row[],
  columns: number | undefined,
  style: (label: string) => string = (label) => label,
): string[] {
  const width = Math.max(0, ...rows.map(({ label }) => label.length)) + 2;
  const beside = " ".repeat(INDENT.length + width);
  if (columns !== undefined && (columns < FEWEST_BESIDE || columns - beside.length < LEAST_ROOM)) {
    return rows.map(({ label, text }) => `${INDENT}${style(`${label}:`)} ${text}`);
  }
  return rows.map(({ label, text }) => {
    const room = columns === undefined ? undefined : columns - beside.length;
    const wrapped = room === undefined ? text : wrapAnsi(text, room, { hard: false, trim: true });
    const gap = " ".repeat(width - label.length);
    return `${INDENT}${style(label)}${gap}${wrapped.replaceAll("\n", `\n${beside}`)}`;
  });
}
