import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { endOf, type Lifetime, parseLifetime, toSeconds } from "../../../src/settings/lifetime.ts";
import * as fc from "../../support/fc.ts";

test.each<[string, Lifetime | undefined]>([
  ["1h", { amount: 1, unit: "hours" }],
  ["31d", { amount: 31, unit: "days" }],
  ["2w", { amount: 2, unit: "weeks" }],
  ["24m", { amount: 24, unit: "months" }],
  [" 24M ", { amount: 24, unit: "months" }],
  ["100y", { amount: 100, unit: "years" }],
  ["1200m", { amount: 1200, unit: "months" }],
  ["5200w", { amount: 5200, unit: "weeks" }],
  ["36500d", { amount: 36_500, unit: "days" }],
  ["876600h", { amount: 876_600, unit: "hours" }],
  ...[
    "101y",
    "1201m",
    "5201w",
    "36501d",
    "876601h",
    "99999999y",
    "0m",
    "00m",
    "012m",
    "-1m",
    "+1m",
    "1.5m",
    "1e3d",
    "m",
    "24",
    "24 m",
    "24mm",
    "24months",
    "1h30",
    "٣m",
    "",
    "Infinityd",
  ].map((text): [string, undefined] => [text, undefined]),
])("%j is %j", (text, expected) => {
  expect(parseLifetime(text)).toEqual(expected);
});

const START = "2026-03-01T12:34:56.789Z";

describe.each(["UTC", "America/New_York", "Pacific/Kiritimati"])("on a machine in %s", (zone) => {
  beforeEach(() => {
    vi.stubEnv("TZ", zone);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test.each([
    ["24m", START, "2028-03-01T12:34:56.789Z"],
    ["1m", "2026-01-31T00:00:00.000Z", "2026-02-28T00:00:00.000Z"],
    ["1m", "2028-01-31T23:59:59.000Z", "2028-02-29T23:59:59.000Z"],
    ["12m", "2024-02-29T00:00:00.000Z", "2025-02-28T00:00:00.000Z"],
    ["1y", "2024-02-29T23:30:00.000Z", "2025-02-28T23:30:00.000Z"],
    ["4y", "2024-02-29T00:00:00.000Z", "2028-02-29T00:00:00.000Z"],
    ["100y", "2024-06-21T00:00:00.000Z", "2124-06-21T00:00:00.000Z"],
    ["1d", "2026-03-08T00:30:00.000Z", "2026-03-09T00:30:00.000Z"],
    ["1d", "2026-12-31T23:59:59.999Z", "2027-01-01T23:59:59.999Z"],
    ["2w", START, "2026-03-15T12:34:56.789Z"],
    ["36h", START, "2026-03-03T00:34:56.789Z"],
  ])("%s from %s ends %s", (text, start, end) => {
    const lifetime = parseLifetime(text);
    expect(lifetime && endOf(lifetime, new Date(start)).toISOString()).toBe(end);
  });
});

test("seconds are the longest that a lifetime can mean", () => {
  const unit = fc.constantFrom<Lifetime["unit"]>("hours", "days", "weeks", "months", "years");
  const start = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), unit, start, (amount, name, from) => {
      const lifetime = { amount, unit: name };
      expect(endOf(lifetime, from).getTime() - from.getTime()).toBeLessThanOrEqual(
        toSeconds(lifetime) * 1000,
      );
    }),
  );
  expect(toSeconds({ amount: 31, unit: "days" })).toBe(2_678_400);
  expect(toSeconds({ amount: 1, unit: "months" })).toBe(2_678_400);
  expect(toSeconds({ amount: 2, unit: "weeks" })).toBe(1_209_600);
  expect(toSeconds({ amount: 1, unit: "years" })).toBe(31_622_400);
  expect(toSeconds({ amount: 5, unit: "hours" })).toBe(18_000);
});
