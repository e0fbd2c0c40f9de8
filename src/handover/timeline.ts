import { toScreenDate } from "./dates.ts";
import { type Html, html } from "./html.ts";

/** A client secret as a page tells of it: nothing of the secret itself, nor of its link. */
export interface SecretLife {
  /** When it was issued; undefined for one of an earlier run. */
  readonly start: Date | undefined;
  readonly end: Date;
  /** Until when the one-time link works; undefined where there is none, or an earlier run made it. */
  readonly linkEnd: Date | undefined;
}

interface Moment {
  /** Also the name of its colour. */
  readonly kind: "start" | "link" | "renew" | "end";
  readonly at: Date;
  readonly text: string;
}

const DAY_MS = 86_400_000;
/** How long before its end a secret is to be renewed; the calendar reminds on the same day. */
const RENEW_MS = 30 * DAY_MS;

/**
 * The life of a secret: a drawing, and beneath it the same as a list. The drawing takes any width without
 * distorting anything, because all of it stands at percentages.
 */
export function timeline(life: SecretLife, now: Date): Html {
  const moments = momentsOf(life, now);
  const [first, last] = [moments[0]?.at ?? now, moments.at(-1)?.at ?? now];
  const whole = Math.max(1, last.getTime() - first.getTime());
  const place = (at: Date): number => 2 + (96 * (at.getTime() - first.getTime())) / whole;
  return html`<svg class="line" width="100%" height="56" role="img" aria-label="From ${toScreenDate(first)} to ${toScreenDate(last)}">
<line class="base" x1="2%" x2="98%" y1="20" y2="20"/>
${yearsBetween(first, last)
  .map((year) => ({ year, x: place(new Date(Date.UTC(year, 0, 1))) }))
  .filter(({ x }) => x > 8 && x < 92)
  .map(
    ({ year, x }) =>
      html`<line class="year" x1="${percent(x)}" x2="${percent(x)}" y1="14" y2="26"/><text x="${percent(x)}" y="46" text-anchor="middle">${year}</text>`,
  )}
${moments.map(({ kind, at }) => html`<circle class="${kind}" cx="${percent(place(at))}" cy="20" r="7"/>`)}
</svg>
<ul class="moments">
${moments.map(
  ({ kind, at, text }) =>
    html`<li><span class="dot ${kind}" aria-hidden="true"></span><time datetime="${toScreenDate(at)}">${toScreenDate(at)}</time> <span>${text}</span></li>\n`,
)}</ul>`;
}

function momentsOf({ start, end, linkEnd }: SecretLife, now: Date): Moment[] {
  const begin = start ?? now;
  const renew = new Date(end.getTime() - RENEW_MS);
  const moments: Moment[] = [
    { kind: "start", at: begin, text: start ? "the client secret was issued" : "this page was written" },
    ...(linkEnd ? [{ kind: "link" as const, at: linkEnd, text: "the one-time link stops working" }] : []),
    ...(renew > begin
      ? [{ kind: "renew" as const, at: renew, text: "time to renew the client secret" }]
      : []),
    { kind: "end", at: end, text: "the client secret stops working" },
  ];
  return moments.toSorted((one, other) => one.at.getTime() - other.at.getTime());
}

/** At most eight years, evenly: a secret may be made for a hundred. */
function yearsBetween(first: Date, last: Date): number[] {
  const [from, to] = [first.getUTCFullYear() + 1, last.getUTCFullYear()];
  const step = Math.ceil((to - from + 1) / 8);
  const years: number[] = [];
  for (let year = from; year <= to; year += step) years.push(year);
  return years;
}

function percent(share: number): string {
  return `${share.toFixed(2)}%`;
}
