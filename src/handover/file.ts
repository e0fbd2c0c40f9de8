import { join, parse } from "node:path";
import { AppError } from "../errors.ts";
import type { Files, Ports } from "../ports/index.ts";
import { Secret } from "../secret.ts";

/** A hand-over file has a few hundred bytes; what is larger is something else. */
const LARGEST_BYTES = 1024 * 1024;

export interface HandoverFile {
  /** An absolute path. */
  readonly folder: string;
  readonly fileName: string;
  /** Keys and values, in the order they stand in the file. */
  readonly entries: readonly (readonly [string, string | Secret])[];
  /** The key of this application's own object, in a file that several applications share. */
  readonly section?: string | undefined;
  /** Whether an existing file, or its section, speaks of the same application, and may be replaced. */
  readonly isSameApp: (existing: Record<string, unknown>) => boolean;
  /** Whether a section of another application may stay beside this one: it is of the same tenant. */
  readonly isSibling?: (existing: Record<string, unknown>) => boolean;
  /**
   * Called with the path of a draft that holds the same, before the file takes its place: as long as the
   * draft is there and the file is not, a killed run has not handed anything over.
   */
  readonly onDraft: (draft: string) => Promise<void>;
}

/**
 * Writes the hand-over file, readable by its owner only, whole or not at all. What stands in its place and
 * is not about the same application (or cannot be read) is kept under a dated name, given as `keptAs`.
 * Throws AppError `DISK`; the old file is then still there, under one name or the other.
 */
export async function writeHandover(
  { files, clock, ids }: Pick<Ports, "files" | "clock" | "ids">,
  handover: HandoverFile,
): Promise<{ file: string; keptAs?: string }> {
  const { folder, fileName, section, onDraft } = handover;
  const own = plain(handover.entries);
  const alone = section === undefined ? own : { [section]: own };
  const file = join(folder, fileName);
  const draft = join(folder, `.${fileName}.${ids.uuid().slice(0, 8)}.tmp`);
  try {
    await files.writeAtomic(draft, toText(alone));
    await onDraft(draft);
    const existing = await look(files, file);
    const beside = existing === "none" ? {} : besideOwn(existing, handover);
    const keptAs = beside ? undefined : await keepUnderDate(files, folder, fileName, clock.now());
    await files.writeAtomic(file, toText({ ...beside, ...alone }));
    return { file, ...(keptAs !== undefined && { keptAs }) };
  } catch (cause) {
    throw new AppError("DISK", { path: file, errno: codeOf(cause) }, { cause });
  } finally {
    await files.remove(draft).catch(() => undefined);
  }
}

/** A file beside the hand-over file that anybody may read who is given it. */
export interface HandoverText {
  /** An absolute path. */
  readonly folder: string;
  readonly fileName: string;
  readonly text: string;
  /** Whether an existing file is about the same, and may be replaced. */
  readonly isSame: (existing: string) => boolean;
}

/**
 * Writes such a file, readable by its owner only, whole or not at all. What stands in its place and is about
 * something else (or cannot be read) is kept under a dated name, given as `keptAs`.
 *
 * @throws AppError DISK
 */
export async function writeHandoverText(
  { files, clock }: Pick<Ports, "files" | "clock">,
  { folder, fileName, text, isSame }: HandoverText,
): Promise<{ file: string; keptAs?: string }> {
  const file = join(folder, fileName);
  try {
    const existing = await lookAtText(files, file);
    const isFree = existing === "none" || (existing !== "unreadable" && isSame(existing.text));
    const keptAs = isFree ? undefined : await keepUnderDate(files, folder, fileName, clock.now());
    await files.writeAtomic(file, text);
    return { file, ...(keptAs !== undefined && { keptAs }) };
  } catch (cause) {
    throw new AppError("DISK", { path: file, errno: codeOf(cause) }, { cause });
  }
}

/**
 * What stands in the place of the link where a person took the secret from their screen: whom to ask for it.
 * With the key id, so that it proves one secret handed over and no other of the same day.
 */
export function shownInstead(keyId: string, date: string): string {
  return `The client secret ${keyId} was shown once on ${date} to the person who ran the tool; it is not behind a link.`;
}

/** What a hand-over file, or a section of it, says; undefined where there is none or it cannot be read as one. */
export async function readHandover(
  files: Pick<Files, "read">,
  path: string,
  section?: string,
): Promise<Record<string, unknown> | undefined> {
  const existing = await look(files, path);
  if (typeof existing === "string") return undefined;
  const own = section === undefined ? existing : existing[section];
  return isRecord(own) ? own : undefined;
}

async function look(
  files: Pick<Files, "read">,
  path: string,
): Promise<Record<string, unknown> | "none" | "unreadable"> {
  const existing = await lookAtText(files, path);
  if (typeof existing === "string") return existing;
  try {
    const value: unknown = JSON.parse(existing.text);
    return isRecord(value) ? value : "unreadable";
  } catch {
    return "unreadable";
  }
}

async function lookAtText(
  files: Pick<Files, "read">,
  path: string,
): Promise<{ text: string } | "none" | "unreadable"> {
  try {
    return { text: new TextDecoder().decode(await files.read(path, LARGEST_BYTES)) };
  } catch (error) {
    return codeOf(error) === "ENOENT" ? "none" : "unreadable";
  }
}

/** `info.json` becomes `info.2026-03-01.json`, then `info.2026-03-01-2.json`, and so on. */
async function keepUnderDate(
  files: Pick<Files, "list" | "rename">,
  folder: string,
  fileName: string,
  now: Date,
): Promise<string> {
  const { name, ext } = parse(fileName);
  const dated = `${name}.${now.toISOString().slice(0, 10)}`;
  // A folder may hold names that differ in letter case alone, and most systems cannot.
  const taken = new Set((await files.list(folder)).map((other) => other.toLowerCase()));
  let free = `${dated}${ext}`;
  for (let count = 2; taken.has(free.toLowerCase()); count += 1) free = `${dated}-${count}${ext}`;
  const keptAs = join(folder, free);
  await files.rename(join(folder, fileName), keptAs);
  return keptAs;
}

/** What of an existing file stays beside the own entries; undefined where the file is something else's. */
function besideOwn(
  existing: Record<string, unknown> | "unreadable",
  { section, isSameApp, isSibling = () => false }: HandoverFile,
): Record<string, unknown> | undefined {
  if (existing === "unreadable") return undefined;
  if (section === undefined) return isSameApp(existing) ? {} : undefined;
  const isOurs = Object.entries(existing).every(
    ([key, value]) => isRecord(value) && (key === section ? isSameApp(value) : isSibling(value)),
  );
  return isOurs ? existing : undefined;
}

function plain(entries: HandoverFile["entries"]): Record<string, string> {
  return Object.fromEntries(
    entries.map(([key, value]) => [key, value instanceof Secret ? value.reveal() : value]),
  );
}

function toText(content: Record<string, unknown>): string {
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "UNKNOWN";
}
