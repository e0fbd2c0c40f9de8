import { utc } from "@date-fns/utc";
import { format } from "date-fns";

/**
 * A day as the hand-over file has it: `dd.MM.yyyy`, in UTC, so that the same moment is the same day on
 * every machine. Throws RangeError where the date is invalid.
 */
export function toGermanDate(date: Date): string {
  return format(date, "dd.MM.yyyy", { in: utc });
}
