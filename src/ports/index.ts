import type { Fault } from "../errors.ts";
import type { Secret } from "../secret.ts";

/**
 * The outside world as small interfaces. `main.ts` builds the real ones (`ports/node`); tests and the
 * sandbox bring their own. Functions ask for the members they use: `Pick<Ports, "fetch" | "clock">`.
 */
export interface Ports {
  readonly fetch: Fetch;
  readonly routes: Routes;
  readonly clock: Clock;
  readonly files: Files;
  readonly ids: Ids;
  readonly processes: Processes;
  readonly programs: Programs;
  readonly terminal: Terminal;
  readonly prompter: Prompter;
  readonly system: System;
}

/**
 * One HTTP exchange, shaped like the platform's `fetch`, with three promises of its own: it never follows
 * a redirect (a 3xx is an answer like any other), it gives up with an error once a body passes 16 MB, and
 * it rejects with the transport's own error (`error.code` such as `ENOTFOUND` or `ECONNRESET`).
 * Time limits come in through `request.signal`.
 */
export type Fetch = (request: Request) => Promise<Response>;

/** The ways that requests take from this machine. Looking at one sends no request. */
export interface Routes {
  /** What is wrong with the environment's variables for proxies. */
  faults(): Promise<readonly Fault[]>;
  /** The proxy on the way to `url` as `host:port`; undefined where the way is direct. */
  proxyFor(url: URL): Promise<string | undefined>;
  /** The certificate shown on the way to `url`, trusted or not; rejects where none was seen. */
  certificateOf(url: URL, signal: AbortSignal): Promise<ShownCertificate>;
}

export interface ShownCertificate {
  /** Who issued it: common name and organisation, as they stand in it. */
  readonly issuer: string;
  /** Whether a public authority vouches for it; a company's own, or its proxy's, is none. */
  readonly isPublic: boolean;
}

export interface Clock {
  now(): Date;
  /** Waits `ms` milliseconds; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Paths are absolute. Failures are Node's own errors: `code` is `ENOENT`, `EISDIR`, `EACCES`, `ENOSPC`, … */
export interface Files {
  /** The whole file; rejects with code `EFBIG` when it is larger than `maxBytes`. */
  read(path: string, maxBytes: number): Promise<Uint8Array>;
  /** The file bit by bit, for one that may be long. */
  chunks(path: string): AsyncIterable<Uint8Array>;
  /** Readable by the owner only (0600), written beside its place, flushed, then renamed into it. */
  writeAtomic(path: string, text: string): Promise<void>;
  /** Appends to a file that only the owner can read (0600); makes the file, not its folder. */
  append(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** The names in a folder; empty where there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** Makes the folder and its parents, for the owner only (0700). */
  ensureFolder(path: string): Promise<void>;
  /** Whether accounts of this machine other than the owner may read the file; not known on Windows: false. */
  isReadableByOthers(path: string): Promise<boolean>;
}

export interface Ids {
  /** A random version 4 GUID in lower case. */
  uuid(): string;
}

export interface Processes {
  /** This process, and when it began, in milliseconds since 1970. */
  readonly id: number;
  readonly startedAt: number;
  /** Whether a process of this machine with that id is running now. */
  isRunning(id: number): boolean;
}

/** Other programs of this machine. They inherit its environment without the variables that hold secrets. */
export interface Programs {
  /** Runs a program to its end; undefined where there is none of that name. Arguments are plain words. */
  run(name: string, args: readonly string[], signal: AbortSignal): Promise<ProgramEnd | undefined>;
  /** Opens a page in the person's browser, as far as that can be told: on many machines there is none. */
  openPage(url: string): void;
}

export interface ProgramEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What is said. Everything given here has already been cleaned of control characters from outside. */
export interface Terminal {
  /** Whether a person can be asked: standard input and standard error are both terminals. */
  readonly interactive: boolean;
  /** Columns of standard error and of standard output; undefined where it is no terminal or has no width. */
  readonly columns: number | undefined;
  readonly resultColumns: number | undefined;
  /** Whether standard error takes colour. */
  readonly colour: boolean;
  /** Whether standard output takes colour. */
  readonly resultColour: boolean;
  /** A result, to standard output. A line end is added. */
  result(text: string): void;
  /** Whether results still reach somebody: `| head` closes the pipe when it has enough. */
  isRead(): boolean;
  /** Talk, to standard error. A line end is added. */
  note(text: string): void;
  /** Shows a secret to the person at the terminal; does nothing where standard error is none. */
  reveal(secret: Secret): void;
  /** Everything on standard input, where that is no terminal; at most 64 KB. */
  readInput(): Promise<string>;
  /** The same bit by bit, for one that may be long. */
  inputChunks(): AsyncIterable<Uint8Array>;
  /** A line on standard error that changes in place on a terminal, and is left out elsewhere. */
  progress(text: string): Progress;
}

export interface Progress {
  update(text: string): void;
  /** Takes the line away. */
  stop(): void;
}

/** Asks and returns answers. Ctrl-C and end of input reject with `AppError("INTERRUPTED")`. */
export interface Prompter {
  input(question: {
    message: string;
    default?: string;
    /** Undefined where the answer is good, else the reason, which is shown before asking again. */
    check: (answer: string) => string | undefined;
  }): Promise<string>;
  /** As `input`, without showing what is typed. */
  secret(question: { message: string; check: (answer: string) => string | undefined }): Promise<Secret>;
  /** Waits for one of these keys while something else is under way; nothing is shown. */
  key(keys: readonly string[], signal: AbortSignal): Promise<string>;
  confirm(question: { message: string; default: boolean }): Promise<boolean>;
  select<Value>(question: {
    message: string;
    choices: readonly { value: Value; name: string; description?: string }[];
  }): Promise<Value>;
  /** Offers what is found while the person types; Enter takes the first row that is a choice. */
  search<Value>(question: {
    message: string;
    /**
     * The rows for what was typed so far, nothing at first. Asked once the person pauses; the signal is
     * aborted when they type on.
     */
    find: (typed: string, signal: AbortSignal) => Promise<readonly SearchRow<Value>[]>;
  }): Promise<Value>;
}

/** A choice, or a line that is only read. */
export type SearchRow<Value> = { readonly value: Value; readonly name: string } | { readonly line: string };

/** Facts about the machine, read once at start. */
export interface System {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly currentFolder: string;
  readonly homeFolder: string;
  /** The folder of the installed package: `templates/` and the packaged `config.json` are in it. */
  readonly packageFolder: string;
}
