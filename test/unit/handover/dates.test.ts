import { expect, test, vi } from "vitest";
import { toGermanDate } from "../../../src/handover/dates.ts";

test.each(["UTC", "Europe/Berlin", "Pacific/Kiritimati", "America/Los_Angeles"])(
  "the day is the same in %s",
  (zone) => {
    vi.stubEnv("TZ", zone);
    expect(toGermanDate(new Date("2026-12-31T23:30:00Z"))).toBe("31.12.2026");
    expect(toGermanDate(new Date("2026-01-01T00:30:00Z"))).toBe("01.01.2026");
    expect(toGermanDate(new Date("2126-02-28T12:00:00Z"))).toBe("28.02.2126");
    vi.unstubAllEnvs();
  },
);

test("what is no date is refused", () => {
  expect(() => toGermanDate(new Date("soon"))).toThrow(RangeError);
});
