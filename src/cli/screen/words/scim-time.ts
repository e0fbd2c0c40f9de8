import { say } from "../clean.ts";

const MINUTE_MS = 60_000;

/** A moment of the service, in UTC as its logs have it, and how far away it is; `?` for none. */
export function momentText(iso: string, now: Date): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "?";
  return say`${timeText(date)} UTC (${distanceText(date, now)})`;
}

/** `2026-12-04 13:05`, in UTC. */
export function timeText(date: Date): string {
  return date.toISOString().slice(0, 16).replace("T", " ");
}

/** How far away a moment is: `in 25 minutes`, `3 hours ago`, `just now`. */
function distanceText(date: Date, now: Date): string {
  const ms = date.getTime() - now.getTime();
  const minutes = Math.round(Math.abs(ms) / MINUTE_MS);
  if (minutes === 0) return ms > 0 ? "in less than a minute" : "just now";
  const text = durationText(minutes);
  return ms > 0 ? `in ${text}` : `${text} ago`;
}

/** So many minutes in the largest unit that says enough. */
export function durationText(minutes: number): string {
  if (minutes < 100) return counted(Math.max(1, Math.round(minutes)), "minute");
  if (minutes < 48 * 60) return counted(Math.round(minutes / 60), "hour");
  return counted(Math.round(minutes / (24 * 60)), "day");
}

/** A number with its word: `1 user`, `2 users`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
