// The small one: the other makes formats of its own as it is loaded, 17 ms of each start.
import { UTCDateMini } from "@date-fns/utc/date/mini";
import { add } from "date-fns/add";

/** A span of calendar time, such as 24 months. */
export interface Lifetime {
  readonly amount: number;
  readonly unit: "hours" | "days" | "weeks" | "months" | "years";
}

const UNITS = { h: "hours", d: "days", w: "weeks", m: "months", y: "years" } as const;

/** Graph has no upper bound of its own, but its dates end with the year 9999; 100 years is the most sold. */
const MOST_YEARS = 100;
const MOST_PER_UNIT = {
  hours: MOST_YEARS * 8766,
  days: MOST_YEARS * 365,
  weeks: MOST_YEARS * 52,
  months: MOST_YEARS * 12,
  years: MOST_YEARS,
};

/** Reads `12m`, `90d`, `100y`; undefined for anything else, zero and more than 100 years included. */
export function parseLifetime(text: string): Lifetime | undefined {
  const match = /^([1-9]\d{0,6})([hdwmy])$/.exec(text.trim().toLowerCase());
  if (!match) return undefined;
  const unit = UNITS[match[2] as keyof typeof UNITS];
  const amount = Number(match[1]);
  return amount <= MOST_PER_UNIT[unit] ? { amount, unit } : undefined;
}

/** The moment a lifetime ends, counted in UTC so that it does not depend on the machine's time zone. */
export function endOf(lifetime: Lifetime, start: Date): Date {
  return new Date(add(new UTCDateMini(start.getTime()), { [lifetime.unit]: lifetime.amount }).getTime());
}

/** A lifetime in seconds, a month counted as 31 days and a year as 366: the longest it can mean. */
export function toSeconds(lifetime: Lifetime): number {
  const seconds = { hours: 3600, days: 86_400, weeks: 604_800, months: 31 * 86_400, years: 366 * 86_400 };
  return lifetime.amount * seconds[lifetime.unit];
}
