import type { Job } from "./types.ts";

/** Minutes a first cycle takes for each user in scope (https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-when-will-provisioning-finish-specific-user). */
const MINUTES_EACH = { from: 0.01, to: 0.08 } as const;
/** Between two cycles; nobody can change it. */
const INTERVAL_MINUTES = 40;

/** How long the first cycle takes, or one that goes through everybody again, in minutes. */
export function estimateFullCycle(users: number): { readonly from: number; readonly to: number } {
  return { from: users * MINUTES_EACH.from, to: users * MINUTES_EACH.to };
}

/**
 * When Entra runs the job next, as far as it shows; the start of a cycle that was due already says that it is
 * under way or about to be. Undefined where nothing is planned: the job is off, or was never run.
 */
export function nextCycle({ schedule, interval, lastCycle, quarantine }: Job): Date | undefined {
  if (schedule !== "Active") return undefined;
  if (quarantine) return toDate(quarantine.nextAttempt);
  const ended = toDate(lastCycle?.ended);
  return ended && new Date(ended.getTime() + intervalMinutes(interval) * 60_000);
}

/** The minutes of an ISO 8601 duration such as `PT40M`. */
export function intervalMinutes(interval: string | undefined): number {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/.exec(interval ?? "");
  if (!parts) return INTERVAL_MINUTES;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  const total = days * 1440 + hours * 60 + minutes + seconds / 60;
  return total > 0 ? total : INTERVAL_MINUTES;
}

function toDate(moment: string | undefined): Date | undefined {
  const date = new Date(moment ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
