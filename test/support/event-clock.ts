import type { Clock } from "../../src/ports/index.ts";

export interface EventClock extends Clock {
  /** Stands still while this is under way: for work that takes real time. */
  during<Value>(work: () => Promise<Value>): Promise<Value>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * A clock that jumps to the next moment somebody waits for, one after the other, as soon as nothing else is to be
 * done. Unlike the clock of `fakePorts` it is true for what happens side by side.
 */
export function eventClock(start = new Date("2026-03-01T12:00:00.000Z")): EventClock {
  let now = start.getTime();
  let busy = 0;
  let isPumping = false;
  const sleepers: Sleeper[] = [];
  const pump = (): void => {
    if (isPumping) return;
    isPumping = true;
    setImmediate(() => {
      isPumping = false;
      if (busy > 0) return;
      const next = sleepers.shift();
      if (!next) return;
      now = Math.max(now, next.at);
      next.wake();
      if (sleepers.length > 0) pump();
    });
  };
  return {
    now: () => new Date(now),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const sleeper = {
          at: now + ms,
          wake: () => {
            signal?.removeEventListener("abort", stop);
            resolve();
          },
        };
        const stop = (): void => {
          const place = sleepers.indexOf(sleeper);
          if (place >= 0) sleepers.splice(place, 1);
          reject(signal?.reason as Error);
        };
        const index = sleepers.findIndex(({ at }) => at > sleeper.at);
        sleepers.splice(index < 0 ? sleepers.length : index, 0, sleeper);
        signal?.addEventListener("abort", stop, { once: true });
        pump();
      }),
    async during(work) {
      busy += 1;
      try {
        return await work();
      } finally {
        busy -= 1;
        pump();
      }
    },
  };
}
