import { type Asked, batchOf, graphError, type Reply } from "./helpers.ts";

export interface QuotaOptions {
  readonly writes: number;
  readonly windowMs: number;
  /** Whether what was written counts for a window from then on, or until the next window begins. */
  readonly kind: "sliding" | "fixed";
  /** Writes a second of somebody else. */
  readonly others: number;
}

/**
 * Graph's write quota, as far as it is documented: what does not fit any more is 429, and answers carry the
 * percentage from 0.8 on. Others' writes count as time goes on.
 */
export function quotaOf({ writes, windowMs, kind, others }: QuotaOptions, now: () => number) {
  let sent: number[] = [];
  let othersAt = now();
  const figures = { rejected: 0, served: 0, highest: 0 };
  const used = (): number => {
    const at = now();
    const due = Math.floor(((at - othersAt) * others) / 1000);
    for (let index = 1; index <= due; index += 1) sent.push(othersAt + (index * 1000) / others);
    othersAt = others > 0 ? othersAt + (due * 1000) / others : at;
    const since = kind === "sliding" ? at - windowMs : Math.floor(at / windowMs) * windowMs;
    sent = sent.filter((time) => time >= since);
    return sent.length;
  };
  const answer = (): Extract<Reply, { status: number }> => {
    const before = used() / writes;
    figures.highest = Math.max(figures.highest, before);
    const headers: Record<string, string> =
      before >= 0.8 ? { "x-ms-throttle-limit-percentage": String(before) } : {};
    if (before >= 1) {
      figures.rejected += 1;
      return { ...graphError(429, "TooManyRequests"), headers: { ...headers, "Retry-After": "5" } };
    }
    sent.push(now());
    figures.served += 1;
    return { status: 201, body: {}, headers };
  };
  return { figures, handle: (asked: Asked): Reply => batchOf(asked, answer) };
}
