import { dirname, join, resolve } from "node:path";
import { AppError } from "../errors.ts";
import { CALENDAR_PRODUCT, type Reminder, reminderDay, toCalendar } from "../handover/ics.ts";
import type { RunContext } from "./context.ts";
import { errnoOf } from "./errno.ts";
import { tryFolder } from "./output-folder.ts";
import type { RegisterInput } from "./run.ts";

/**
 * Makes sure, before anybody signs in, that the calendar file will have a place to go. A dry run leaves the
 * folder alone and looks at the name only.
 *
 * @throws AppError OUTPUT_FOLDER, VALUES_INVALID
 */
export async function checkReminder(
  { ports, runId }: Pick<RunContext, "ports" | "runId">,
  file: string,
  { outputFolder, templates, dryRun }: Pick<RegisterInput, "outputFolder" | "templates" | "dryRun">,
): Promise<void> {
  if (!dryRun) await tryFolder(ports, runId, { folder: dirname(file), flag: "--ics" });
  const isHandover = templates.some(
    ({ application: { handover } }) => handover && isSamePath(file, join(outputFolder, handover.fileName)),
  );
  const isFolder = /[/\\]$/.test(file);
  if (!isHandover && !isFolder && (await isFree(ports.files, file).catch(() => false))) return;
  throw new AppError("VALUES_INVALID", { faults: [{ path: "--ics", found: file, expected: "calendar" }] });
}

/** Where letters count, two that differ in nothing else are still nobody's intention. */
function isSamePath(one: string, other: string): boolean {
  return resolve(one).toLowerCase() === resolve(other).toLowerCase();
}

/** What is said of a secret in the calendar. */
export type SecretEnd = Omit<Reminder, "now">;

/**
 * Writes a calendar file that reminds before each of these secrets ends. It is a help and never ends a run: a
 * file that cannot be written, or one of somebody else's in its place, is a warning.
 *
 * @param file undefined where no reminder is wanted.
 */
export async function writeReminder(
  { ports, report }: Pick<RunContext, "ports" | "report">,
  file: string | undefined,
  secretEnds: readonly SecretEnd[],
): Promise<void> {
  if (file === undefined || secretEnds.length === 0) return;
  const { files, clock } = ports;
  const reminders = secretEnds.map((end) => ({ ...end, now: clock.now() }));
  try {
    if (!(await isFree(files, file))) return report({ kind: "reminderNotWritten", file, errno: "EEXIST" });
    await files.writeAtomic(file, toCalendar(reminders));
    report({ kind: "reminderWritten", file, days: reminders.map(reminderDay) });
  } catch (error) {
    report({ kind: "reminderNotWritten", file, errno: errnoOf(error) ?? "UNKNOWN" });
  }
}

/** Nothing there, or a calendar of ours. */
async function isFree(files: RunContext["ports"]["files"], file: string): Promise<boolean> {
  try {
    const text = new TextDecoder().decode(await files.read(file, 1024 * 1024));
    return text.includes(CALENDAR_PRODUCT);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return true;
    throw error;
  }
}
