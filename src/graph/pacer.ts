import type { Clock } from "../ports/index.ts";

/** So many writes in so long a time, whenever that begins. */
export interface Quota {
  readonly writes: number;
  readonly windowMs: number;
}

/** What one application may write in one tenant: https://learn.microsoft.com/graph/throttling-limits, identity. */
export const WRITE_QUOTA: Quota = { writes: 3000, windowMs: 150_000 };

/**
 * The part of the quota that is asked for at most, 19.5 writes a second of 20: what arrives a little late and
 * what comes a little early may not meet in a window that then holds more than the quota.
 */
const MOST_SHARE = 0.975;
/** However busy others are, so much of the full rate is tried: the quota is ours as well. */
const LEAST_SHARE = 0.03;
/** Where the percentage is steered to, and how fast it may get there. */
const AIM = 0.99;
const AHEAD_SECONDS = 7;
/** How far back a look at the last percentages goes. */
const MEMORY_MS = 60_000;
const MEMORY_SAMPLES = 8;
/** From a standstill back to the full rate in 20 seconds. */
const RECOVERY_PER_SECOND = 0.05;

interface Sample {
  readonly at: number;
  readonly percentage: number;
  /** How many writes had gone out when it came. */
  readonly sent: number;
}

/**
 * Keeps writes to a quota that others use as well: never faster than the quota's own rate, and slower where the
 * answers' `x-ms-throttle-limit-percentage` says that it will not be enough. How others write, and when earlier
 * writes stop to count, is not known; but both show in how the percentage moves, so that it can be steered
 * to just below 1. It slows down at once and speeds up slowly.
 */
export class Pacer {
  readonly #clock: Clock;
  /** The quota's own rate, in writes a second. */
  readonly #quotaRate: number;
  readonly #quota: Quota;
  #rate: number;
  /** When the rate was last looked at, and the next write may go out, in milliseconds since 1970. */
  #lookedAt: number;
  #next = 0;
  #sent = 0;
  #samples: readonly Sample[] = [];

  constructor(clock: Clock, quota: Quota = WRITE_QUOTA) {
    this.#clock = clock;
    this.#quota = quota;
    this.#quotaRate = rateOf(quota);
    this.#rate = this.#most;
    this.#lookedAt = this.#now();
  }

  /** Writes a second at which it sends now. */
  get perSecond(): number {
    return this.#rate;
  }

  /** Whether it goes slower than it could alone. */
  get isSlowed(): boolean {
    return this.#rate < this.#most * 0.9;
  }

  /** How many are best sent at once: those of a second, so that the answers keep telling how things are. */
  get handful(): number {
    return Math.ceil(this.#rate);
  }

  /** Waits until `count` writes may go out. @throws the signal's reason */
  async take(count: number, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const wait = this.#next - this.#now();
      if (wait <= 0) break;
      // A pause may come in while it waits.
      await this.#clock.sleep(wait, signal);
    }
    this.#next = this.#now() + (count / this.#rate) * 1000;
    this.#sent += count;
  }

  /** Nothing goes out for so long: an answer said so. */
  pause(ms: number): void {
    const end = this.#now() + ms;
    if (end <= this.#next) return;
    this.#next = end;
    this.#rate = Math.max(this.#least, this.#rate / 2);
    this.#lookedAt = end;
  }

  /** Takes note of an answer's percentage; where Graph leaves it out it is below 0.8. */
  heard(percentage: number | undefined): void {
    const at = this.#now();
    const known = this.#samples.filter((sample) => sample.at > at - MEMORY_MS).slice(1 - MEMORY_SAMPLES);
    this.#samples = percentage === undefined ? [] : [...known, { at, percentage, sent: this.#sent }];
    const wanted = percentage === undefined ? this.#most : this.#affordable(percentage);
    const seconds = Math.max(0, (at - this.#lookedAt) / 1000);
    const reachable = this.#rate + this.#most * RECOVERY_PER_SECOND * seconds;
    this.#rate = Math.max(this.#least, Math.min(wanted, reachable, this.#most));
    this.#lookedAt = Math.max(this.#lookedAt, at);
  }

  /** The rate that leads to the aim: what is left until there, and what is used and freed without us. */
  #affordable(percentage: number): number {
    const left = ((AIM - percentage) * this.#quota.writes) / AHEAD_SECONDS;
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !last || last.at <= first.at) return left;
    const seconds = (last.at - first.at) / 1000;
    const risen = (last.percentage - first.percentage) * this.#quota.writes;
    return left - (risen - (last.sent - first.sent)) / seconds;
  }

  get #most(): number {
    return this.#quotaRate * MOST_SHARE;
  }

  get #least(): number {
    return this.#quotaRate * LEAST_SHARE;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

function rateOf({ writes, windowMs }: Quota): number {
  return (writes / windowMs) * 1000;
}

/** The seconds that so many writes take when nobody else writes. */
export function secondsFor(writes: number, quota: Quota = WRITE_QUOTA): number {
  return writes / (rateOf(quota) * MOST_SHARE);
}
