import type { World } from "../world.ts";
import { GraphError } from "./errors.ts";

/** From this share of the quota on answers say how much of it is used: graph/throttling-limits. */
const TOLD_FROM = 0.8;
/** More than this is never told. */
const TOLD_TO = 1.8;

/**
 * How much may be written in any window of time, by one application in one tenant. What is refused counts as
 * well: graph/throttling says that retries at once make it worse.
 */
export class WriteQuota {
  readonly #world: World;
  /** When each client wrote, oldest first; the first `#from` of them have left the window. */
  readonly #times = new Map<string, { moments: number[]; from: number }>();
  /** Since when somebody else writes. */
  #othersSince: number | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * Counts one write.
   *
   * @returns the share of the quota that was used before it, where that is told.
   * @throws GraphError 429, with the share as a header
   */
  take(client: string): string | undefined {
    const { writeQuota } = this.#world.behaviour;
    if (writeQuota === undefined) return undefined;
    const { writes, windowMs } = writeQuota;
    const now = this.#world.clock.now().getTime();
    const known = this.#times.get(client) ?? { moments: [], from: 0 };
    this.#times.set(client, known);
    forget(known, now - windowMs);
    const own = known.moments.length - known.from;
    const used = own + this.#others(now, windowMs);
    const share = Math.min(used / writes, TOLD_TO);
    const told = share >= TOLD_FROM ? String(share) : undefined;
    if (used < writes || used <= writes * TOLD_TO) known.moments.push(now);
    if (used < writes) return told;
    const oldest = known.moments[known.from + Math.max(0, Math.floor(used - writes))] ?? now;
    const seconds = Math.max(1, Math.ceil((oldest + windowMs - now) / 1000));
    throw new GraphError(429, "TooManyRequests", "Too many requests.", {
      headers: { "Retry-After": String(seconds), "x-ms-throttle-limit-percentage": String(share) },
    });
  }

  #others(now: number, windowMs: number): number {
    const { otherWriter } = this.#world.behaviour;
    if (otherWriter <= 0) {
      this.#othersSince = undefined;
      return 0;
    }
    this.#othersSince ??= now;
    return Math.floor((Math.min(now - this.#othersSince, windowMs) / 1000) * otherWriter);
  }
}

function forget(known: { moments: number[]; from: number }, before: number): void {
  while ((known.moments[known.from] ?? Number.POSITIVE_INFINITY) <= before) known.from += 1;
  // Now and then the room of what has left is given back.
  if (known.from > 1000 && known.from * 2 > known.moments.length) {
    known.moments.splice(0, known.from);
    known.from = 0;
  }
}

/** Whether a request writes to the directory; the provisioning service has limits of its own. */
export function isDirectoryWrite(method: string, path: string): boolean {
  return (
    method !== "GET" && method !== "HEAD" && !path.endsWith("/$batch") && !path.includes("/synchronization/")
  );
}
