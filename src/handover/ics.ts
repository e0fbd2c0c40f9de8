import { UTCDateMini } from "@date-fns/utc/date/mini";
import { lightFormat } from "date-fns/lightFormat";

/** What a calendar is told about a client secret. Neither the secret nor its link is in it. */
export interface Reminder {
  readonly keyId: string;
  readonly appName: string;
  readonly appId: string;
  readonly tenantName: string;
  readonly secretEnd: Date;
  readonly now: Date;
}

/** By which a file is known again as one of ours. */
export const CALENDAR_PRODUCT = "-//entra-app-registration//client secret reminder//EN";

const DAY_MS = 86_400_000;
/** How many days before its end a secret is to be renewed; the first that is still to come. */
const DAYS_BEFORE = [30, 7, 1, 0];

/** The day on which the calendar reminds. */
export function reminderDay({ secretEnd, now }: Pick<Reminder, "secretEnd" | "now">): Date {
  const days = DAYS_BEFORE.find((before) => secretEnd.getTime() - before * DAY_MS > now.getTime()) ?? 0;
  return new Date(secretEnd.getTime() - days * DAY_MS);
}

/**
 * A calendar with an all-day event before each secret ends (RFC 5545), which reminds at nine that morning.
 *
 * @param reminders at least one: a calendar without events is none.
 */
export function toCalendar(reminders: readonly Reminder[]): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    `PRODID:${CALENDAR_PRODUCT}`,
    ...reminders.flatMap(toEvent),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

function toEvent(reminder: Reminder): string[] {
  const { keyId, appName, appId, tenantName, secretEnd, now } = reminder;
  const day = reminderDay(reminder);
  const summary = `Renew the client secret of "${appName}"`;
  const description =
    `The client secret ${keyId} of the app "${appName}" (${appId}) in the tenant ${tenantName} ends on ` +
    `${format(secretEnd, "yyyy-MM-dd")}. Run "secret rotate" of entra-app-registration before that day, or ask ` +
    "whoever administers the app.";
  return [
    "BEGIN:VEVENT",
    // The same for every file about this secret, so that importing two makes one event.
    `UID:${keyId.toLowerCase()}@entra-app-registration`,
    `DTSTAMP:${format(now, "yyyyMMdd'T'HHmmss'Z'")}`,
    `DTSTART;VALUE=DATE:${format(day, "yyyyMMdd")}`,
    `DTEND;VALUE=DATE:${format(new Date(day.getTime() + DAY_MS), "yyyyMMdd")}`,
    `SUMMARY:${escaped(summary)}`,
    `DESCRIPTION:${escaped(description)}`,
    "TRANSP:TRANSPARENT",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    `DESCRIPTION:${escaped(summary)}`,
    "TRIGGER:PT9H",
    "END:VALARM",
    "END:VEVENT",
  ];
}

function format(date: Date, pattern: string): string {
  return lightFormat(new UTCDateMini(date.getTime()), pattern);
}

/** RFC 5545, 3.3.11; other control characters may not stand in a text at all. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\\;,]/g, "\\$&")
    .replaceAll(/\r\n|\r|\n/g, "\\n")
    .replaceAll(/\p{Cc}/gu, "");
}

/** RFC 5545, 3.1: at most 75 octets a line, and no character is cut in two. */
function folded(line: string): string {
  const encoder = new TextEncoder();
  let text = "";
  let octets = 0;
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (octets + size > 75) {
      text += "\r\n ";
      octets = 1;
    }
    text += character;
    octets += size;
  }
  return text;
}
