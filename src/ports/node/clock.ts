import { setTimeout as sleepFor } from "node:timers/promises";
import type { Clock } from "../index.ts";

/** The machine's clock. */
export const nodeClock: Clock = {
  now: () => new Date(),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    try {
      await sleepFor(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      // Node wraps the reason into an AbortError of its own; the port promises the reason.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
