import { join } from "node:path";
import type { Files, Processes } from "../ports/index.ts";

/** The newest journals that are read; a year of daily runs. */
const MOST_JOURNALS = 500;
const LARGEST_BYTES = 1024 * 1024;
/** How many are open at a time. */
const AT_ONCE = 32;

export type Line = Readonly<Record<string, unknown>>;

export interface JournalPorts {
  readonly files: Pick<Files, "list" | "read">;
  readonly processes: Processes;
}

/**
 * Shows all journals in `folder`, oldest first. Journals and lines that cannot be read are passed over.
 *
 * @param visit gets the lines of one run, and whether that run is still under way.
 */
export async function forEachJournal(
  { files, processes }: JournalPorts,
  folder: string,
  visit: (lines: readonly Line[], isUnderWay: boolean) => void,
): Promise<void> {
  const names = await files.list(folder).catch(() => []);
  // The names begin with the time.
  const newest = names
    .filter((name) => /^\d{8}T\d{9}Z-.*\.jsonl$/.test(name))
    .sort()
    .slice(-MOST_JOURNALS);
  for (let start = 0; start < newest.length; start += AT_ONCE) {
    const some = newest.slice(start, start + AT_ONCE).map((name) => readLines(files, join(folder, name)));
    for (const lines of await Promise.all(some)) visit(lines, isRunning(lines, processes));
  }
}

/** The JSON objects of a file, one on each line unless said; none where it cannot be read. */
export async function readLines(
  files: Pick<Files, "read">,
  path: string,
  toLines = (text: string) => text.split("\n"),
): Promise<Line[]> {
  try {
    const bytes = await files.read(path, LARGEST_BYTES);
    return toLines(new TextDecoder().decode(bytes)).flatMap(parseLine);
  } catch {
    return [];
  }
}

function parseLine(text: string): Line[] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? [value as Line] : [];
  } catch {
    return [];
  }
}

/**
 * A run that was killed wrote no end, but its process is gone. In a container the next process often has the
 * same id; it began at another time.
 */
function isRunning(lines: readonly Line[], processes: Processes): boolean {
  if (lines.some(({ event }) => event === "end")) return false;
  const start = lines.find(({ event }) => event === "start");
  const processId = start?.["processId"];
  if (processId === processes.id) return start?.["processStart"] === processes.startedAt;
  return typeof processId === "number" && processes.isRunning(processId);
}
