import { expect, test } from "vitest";
import { retryDelayMs } from "../../../src/http/retry-delay.ts";

const NOW = new Date("2026-03-01T12:00:00Z");

test.each([
  ["seconds", "7", 7000],
  ["seconds with spaces", " 7 ", 7000],
  ["a fraction of a second", "0.5", 500],
  ["the longest wait taken", "60", 60_000],
  ["a longer one: give up", "61", undefined],
  ["an absurd one: give up", "99999999999999999999", undefined],
  ["a date", "Sun, 01 Mar 2026 12:00:09 GMT", 9000],
  ["a date too far off", "Sun, 01 Mar 2026 13:00:00 GMT", undefined],
  ["an old date form", "Sunday, 01-Mar-26 12:00:09 GMT", 9000],
])("the server's wish is followed: %s", (_, header, expected) => {
  expect(retryDelayMs(3, header, NOW, 0.5)).toBe(expected);
});

test.each([
  ["absent", null],
  ["undefined", undefined],
  ["empty", ""],
  ["zero", "0"],
  ["negative", "-5"],
  ["a word", "soon"],
  ["a date gone by", "Sun, 01 Mar 2026 11:59:00 GMT"],
  ["not a date", "Sun, 99 Foo 2026 GMT"],
])("without a usable wish the wait grows by itself: %s", (_, header) => {
  expect(retryDelayMs(1, header, NOW, 0)).toBe(1000);
  expect(retryDelayMs(4, header, NOW, 0)).toBe(8000);
});

test("the jitter takes up to half of the wait off, and the wait never passes a minute", () => {
  expect(retryDelayMs(1, null, NOW, 1)).toBe(500);
  expect(retryDelayMs(5, null, NOW, 0.5)).toBe(12_000);
  expect(retryDelayMs(30, null, NOW, 0)).toBe(60_000);
});
