import type { Ports } from "../ports/index.ts";

/** What an entry is about; each as far as it is known when the entry is written. */
export interface JournalIds {
  readonly tenantId?: string | undefined;
  readonly appId?: string | undefined;
  readonly objectId?: string | undefined;
  readonly servicePrincipalId?: string | undefined;
  /** The display name of a client secret: known before it exists, and different for each. */
  readonly secretName?: string | undefined;
  readonly keyId?: string | undefined;
  /** A provisioning job. */
  readonly jobId?: string | undefined;
  /** Who is assigned or provisioned: a user or a group. */
  readonly principalId?: string | undefined;
  /** The key by which an application that is about to be made will be known. */
  readonly uniqueName?: string | undefined;
}

/** What a run intended and did. Nothing in it is secret: no client secret, no token, no one-time link. */
export type JournalEntry =
  | {
      readonly event: "start";
      readonly runId: string;
      readonly command: string;
      readonly version: string;
      /** By which a later run knows whether this one is still under way. */
      readonly processId: number;
      readonly processStart: number;
    }
  /** Written before a change is asked for; without an outcome it stays open whether it came about. */
  | ({ readonly event: "intent"; readonly step: string } & JournalIds)
  | ({
      readonly event: "outcome";
      readonly step: string;
      /** False where it failed or where nobody knows. */
      readonly ok: boolean;
      /** It failed because it was refused: nothing was made. */
      readonly refused?: boolean | undefined;
      readonly requestId?: string | undefined;
      /** How many of each kind, for a step that does the same to very many. */
      readonly counts?: Readonly<Record<string, number>> | undefined;
    } & JournalIds)
  | {
      readonly event: "request";
      readonly method: string;
      readonly host: string;
      readonly path: string;
      /** The HTTP status, or the transport's code where no answer came. */
      readonly status: number | string;
      readonly durationMs: number;
      readonly requestId?: string | undefined;
    }
  /**
   * Written when the draft of the hand-over file is there and the file is not yet: whether it came about is
   * seen by which of them holds the link.
   */
  | {
      readonly event: "handingOver";
      readonly objectId: string;
      readonly keyId: string;
      readonly file: string;
      readonly draft: string;
      /** SHA-256 of the entry that holds the link. */
      readonly linkHash: string;
    }
  | {
      readonly event: "delivered";
      readonly objectId: string;
      readonly keyId: string;
      /** When the secret ends, ISO 8601; a list may not show it yet. */
      readonly endDateTime: string;
    }
  /** The tenant's list shows the secret. */
  | { readonly event: "listed"; readonly objectId: string; readonly keyId: string }
  | { readonly event: "removedSecret"; readonly objectId: string; readonly keyId: string }
  /** Attributes of the vendor's that a provisioning job's tenant accepted and does not show: it drops them. */
  | {
      readonly event: "notKept";
      readonly jobId: string;
      readonly attributes: readonly { readonly name: string; readonly multiValued: boolean }[];
    }
  | { readonly event: "end"; readonly exitCode: number; readonly errorCode?: string | undefined };

export interface Journal {
  /** The file to send to support; undefined where none could be made. */
  readonly path: string | undefined;
  /** Adds a line, after those before it. Never rejects: a run does not end for the sake of its journal. */
  record(entry: JournalEntry): Promise<void>;
}

export interface JournalOptions {
  readonly folder: string;
  /** Names the run; lower-case letters, digits and dashes. */
  readonly runId: string;
  readonly command: string;
  readonly version: string;
  /** Told once, with Node's code, when the journal cannot be written. */
  readonly onUnwritable?: ((failure: { path: string; errno: string }) => void) | undefined;
}

/** A journal that has nowhere to go. */
export const NO_JOURNAL: Journal = { path: undefined, record: () => Promise.resolve() };

/**
 * Starts the journal of a run: one file of JSON lines, each with its time (`at`, UTC). Where the folder or
 * the file cannot be made the run goes on without, for the tenant and our marks in it are enough.
 */
export async function openJournal(
  { files, clock, processes }: Pick<Ports, "files" | "clock" | "processes">,
  { folder, runId, command, version, onUnwritable }: JournalOptions,
): Promise<Journal> {
  const path = `${folder}${folder.includes("\\") ? "\\" : "/"}${compactTime(clock.now())}-${runId}.jsonl`;
  const warn = once((error: unknown) => onUnwritable?.({ path, errno: errnoOf(error) }));
  const append = appender(files, path);
  const line = (entry: JournalEntry): string => JSON.stringify({ at: clock.now().toISOString(), ...entry });
  try {
    await files.ensureFolder(folder);
    await append(
      line({
        event: "start",
        runId,
        command,
        version,
        processId: processes.id,
        processStart: processes.startedAt,
      }),
    );
  } catch (error) {
    warn(error);
    return NO_JOURNAL;
  }
  return { path, record: (entry) => append(line(entry)).catch(warn) };
}

type Append = (line: string) => Promise<void>;

/** Lines one after the other. One that failed may stand there in part, so the next begins with a line end. */
function appender(files: Pick<Ports["files"], "append">, path: string): Append {
  let last: Promise<void> = Promise.resolve();
  let isTorn = false;
  const append: Append = async (line) => {
    await last.catch(() => undefined);
    try {
      await files.append(path, `${isTorn ? "\n" : ""}${line}\n`);
      isTorn = false;
    } catch (error) {
      isTorn = true;
      throw error;
    }
  };
  return (line) => {
    last = append(line);
    return last;
  };
}

/** `20260301T120000000Z`: sorts by time, and is a file name everywhere. */
function compactTime(time: Date): string {
  return time.toISOString().replace(/[-:.]/g, "");
}

function errnoOf(error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "UNKNOWN";
}

function once<Argument>(run: (argument: Argument) => void): (argument: Argument) => void {
  let isDone = false;
  return (argument) => {
    if (!isDone) run(argument);
    isDone = true;
  };
}
