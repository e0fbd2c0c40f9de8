import type { GraphContext } from "./batch.ts";
import type { Graph } from "./client.ts";

/** What Graph takes of some calls, over and above its usual limits: five in ten seconds. */
const MOST_AT_ONCE = 5;
const WINDOW_MS = 10_000;

/**
 * Keeps calls of one kind within their limit.
 *
 * @returns waits until another call may go out; those side by side queue up.
 */
export function turns(): (context: GraphContext) => Promise<void> {
  /** When the last calls of a signed-in caller went out, or will. */
  const calls = new WeakMap<Graph, readonly number[]>();
  return async ({ graph, clock, onWait }) => {
    const now = clock.now().getTime();
    const times = calls.get(graph) ?? [];
    const fifth = times.at(-MOST_AT_ONCE);
    const turn = fifth === undefined ? now : Math.max(now, fifth + WINDOW_MS);
    calls.set(graph, [...times, turn].slice(-MOST_AT_ONCE));
    if (turn === now) return;
    const ms = turn - now;
    onWait?.({ ms, reason: "throttled", host: "Microsoft Graph", attempt: 1 });
    await clock.sleep(ms);
  };
}
