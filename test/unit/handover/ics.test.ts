import { expect, test } from "vitest";
import { type Reminder, reminderDay, toCalendar } from "../../../src/handover/ics.ts";
import { guid } from "../../support/builders.ts";

const REMINDER: Reminder = {
  keyId: guid(0xabc),
  appName: "empower",
  appId: guid(2),
  tenantName: "Contoso",
  secretEnd: new Date("2028-11-20T12:00:00Z"),
  now: new Date("2026-11-20T12:00:00Z"),
};

/** The lines with the folding taken back. */
const linesOf = (calendar: string) => calendar.replaceAll("\r\n ", "").split("\r\n").slice(0, -1);

test("one all-day event 30 days before the secret ends, with an alarm", () => {
  expect(linesOf(toCalendar([REMINDER]))).toEqual([
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//entra-app-registration//client secret reminder//EN",
    "BEGIN:VEVENT",
    `UID:${guid(0xabc)}@entra-app-registration`,
    "DTSTAMP:20261120T120000Z",
    "DTSTART;VALUE=DATE:20281021",
    "DTEND;VALUE=DATE:20281022",
    'SUMMARY:Renew the client secret of "empower"',
    `DESCRIPTION:The client secret ${guid(0xabc)} of the app "empower" (${guid(2)}) in the tenant Contoso ends on 2028-11-20. Run "secret rotate" of entra-app-registration before that day\\, or ask whoever administers the app.`,
    "TRANSP:TRANSPARENT",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    'DESCRIPTION:Renew the client secret of "empower"',
    "TRIGGER:PT9H",
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
  ]);
});

test("several secrets are several events of one calendar", () => {
  const second = { ...REMINDER, keyId: guid(0xdef), secretEnd: new Date("2027-11-20T12:00:00Z") };
  const lines = linesOf(toCalendar([REMINDER, second]));
  const named = (start: string) => lines.filter((line) => line.startsWith(start));
  expect(named("BEGIN:V")).toEqual([
    "BEGIN:VCALENDAR",
    "BEGIN:VEVENT",
    "BEGIN:VALARM",
    "BEGIN:VEVENT",
    "BEGIN:VALARM",
  ]);
  expect(named("UID").map((line) => line.slice(4, 40))).toEqual([guid(0xabc), guid(0xdef)]);
  expect(named("DTSTART")).toEqual(["DTSTART;VALUE=DATE:20281021", "DTSTART;VALUE=DATE:20271021"]);
});

test("every line ends in CRLF and has at most 75 octets; no character is cut in two", () => {
  const calendar = toCalendar([{ ...REMINDER, appName: "Größe 🗓️ ".repeat(20) }]);
  expect(calendar.endsWith("END:VCALENDAR\r\n")).toBe(true);
  expect(calendar.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  for (const line of calendar.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  expect(linesOf(calendar).find((line) => line.startsWith("SUMMARY"))).toContain("Größe 🗓️ ".repeat(20));
});

test("what a name holds stays text", () => {
  const [summary] = linesOf(toCalendar([{ ...REMINDER, appName: "a\\b;c,d\r\nATTACH:x\u0007" }])).filter(
    (line) => line.startsWith("SUMMARY"),
  );
  expect(summary).toBe('SUMMARY:Renew the client secret of "a\\\\b\\;c\\,d\\nATTACH:x"');
});

test("the same secret has the same event, whenever the file is made", () => {
  const uidOf = (reminder: Reminder) =>
    linesOf(toCalendar([reminder])).find((line) => line.startsWith("UID"));
  const later = { ...REMINDER, now: new Date("2027-01-01T00:00:00Z"), keyId: REMINDER.keyId.toUpperCase() };
  expect(uidOf(later)).toBe(uidOf(REMINDER));
});

test.each([
  ["2028-11-20T00:00:00Z", "2028-10-21"],
  ["2026-12-10T00:00:00Z", "2026-12-03"],
  ["2026-11-24T00:00:00Z", "2026-11-23"],
  ["2026-11-21T00:00:00Z", "2026-11-21"],
])("a secret that ends on %s is remembered on %s", (end, day) => {
  const at = reminderDay({ ...REMINDER, secretEnd: new Date(end) });
  expect(at.toISOString().slice(0, 10)).toBe(day);
});
