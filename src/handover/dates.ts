// The small one, see settings/lifetime.ts.
import { UTCDateMini } from "@date-fns/utc/date/mini";
import { lightFormat } from "date-fns/lightFormat";

/**
 * A day as the hand-over file has it: `dd.MM.yyyy`, in UTC, so that the same moment is the same day on
 * every machine. Throws RangeError where the date is invalid.
 */
export function toGermanDate(date: Date): string {
  return lightFormat(new UTCDateMini(date.getTime()), "dd.MM.yyyy");
}

const TWO_DAYS_MS = 2 * 86_400_000;

/** A day that nobody takes for another one, whichever order they are used to, in UTC: `2026-12-04`; `?` for none. */
export function toScreenDate(date: Date): string {
  if (Number.isNaN(date.getTime())) return "?";
  return lightFormat(new UTCDateMini(date.getTime()), "yyyy-MM-dd");
}

/** The same, with the time of day where it is less than two days away. */
export function toScreenTime(date: Date, now: Date): string {
  const isNear = date.getTime() - now.getTime() < TWO_DAYS_MS;
  return isNear
    ? `${lightFormat(new UTCDateMini(date.getTime()), "yyyy-MM-dd HH:mm")} UTC`
    : toScreenDate(date);
}
