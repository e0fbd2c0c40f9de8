import { CALENDAR_PRODUCT, type Reminder, reminderDay, toCalendar } from "../handover/ics.ts";
import type { RunContext } from "./context.ts";

/**
 * Writes a calendar file that reminds before a secret ends. It is a help and never ends a run: a file that
 * cannot be written, or one of somebody else's in its place, is a warning.
 */
export async function writeReminder(
  { ports, report }: Pick<RunContext, "ports" | "report">,
  file: string,
  facts: Omit<Reminder, "now">,
): Promise<void> {
  const { files, clock } = ports;
  const reminder = { ...facts, now: clock.now() };
  try {
    if (!(await isFree(files, file))) return report({ kind: "reminderNotWritten", file, errno: "EEXIST" });
    await files.writeAtomic(file, toCalendar(reminder));
    report({ kind: "reminderWritten", file, day: reminderDay(reminder) });
  } catch (error) {
    const errno = (error as { code?: unknown }).code;
    report({ kind: "reminderNotWritten", file, errno: typeof errno === "string" ? errno : "UNKNOWN" });
  }
}

/** Nothing there, or a calendar of ours. */
async function isFree(files: RunContext["ports"]["files"], file: string): Promise<boolean> {
  try {
    const text = new TextDecoder().decode(await files.read(file, 1024 * 1024));
    return text.includes(CALENDAR_PRODUCT);
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return true;
    throw error;
  }
}
