import { expect, test } from "vitest";
import { estimateFullCycle, intervalMinutes, nextCycle } from "../../../src/provisioning/cycles.ts";
import type { Job } from "../../../src/provisioning/types.ts";

const ENDED = "2026-03-01T10:05:00Z";
const JOB: Job = {
  id: "scim.1",
  templateId: "scim",
  code: "Active",
  schedule: "Active",
  interval: "PT40M",
  lastCycle: {
    state: "Succeeded",
    began: "2026-03-01T10:00:00Z",
    ended: ENDED,
    counts: { imported: 0, entitled: 0, exported: 0, escrowed: 0 },
    error: undefined,
  },
  lastSuccessfulCycle: undefined,
  steadySince: undefined,
  quarantine: undefined,
  entries: [],
};
const quarantine = {
  reason: "Unknown",
  since: undefined,
  nextAttempt: undefined,
  count: 1,
  error: undefined,
};

test("a full cycle takes between a hundredth and a twelfth of a minute for each user", () => {
  expect(estimateFullCycle(0)).toEqual({ from: 0, to: 0 });
  expect(estimateFullCycle(10_000)).toEqual({ from: 100, to: 800 });
});

test.each<[string, Partial<Job>, string | undefined]>([
  ["forty minutes after the last one ended", {}, "2026-03-01T10:45:00.000Z"],
  ["whatever Entra says the interval is", { interval: "PT1H30M" }, "2026-03-01T11:35:00.000Z"],
  ["never, while it is off", { schedule: "Disabled" }, undefined],
  ["nobody knows, before the first", { lastCycle: undefined }, undefined],
  [
    "when Entra tries again, in quarantine",
    { quarantine: { ...quarantine, nextAttempt: "2026-03-02T00:00:00Z" } },
    "2026-03-02T00:00:00.000Z",
  ],
  ["nobody knows, in quarantine without a word on it", { quarantine }, undefined],
])("the next cycle: %s", (_name, more, next) => {
  expect(nextCycle({ ...JOB, ...more })?.toISOString()).toBe(next);
});

test.each([
  ["PT40M", 40],
  ["P1DT2H", 1560],
  ["PT90S", 1.5],
  ["PT0S", 40],
  ["soon", 40],
  [undefined, 40],
])("%s are %d minutes", (interval, minutes) => {
  expect(intervalMinutes(interval)).toBe(minutes);
});
