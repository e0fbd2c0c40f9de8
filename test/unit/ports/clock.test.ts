import { expect, test } from "vitest";
import { nodeClock } from "../../../src/ports/node/clock.ts";

test("a wait ends with the reason of its signal, before and during", async () => {
  const reason = new Error("stop");
  await expect(nodeClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 5);
  await expect(nodeClock.sleep(60_000, controller.signal)).rejects.toBe(reason);
});

test("a wait lasts as long as asked", async () => {
  const start = performance.now();
  await nodeClock.sleep(20);
  expect(performance.now() - start).toBeGreaterThan(15);
});
