import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { onTestFinished } from "vitest";
import { AppError } from "../../src/errors.ts";
import type {
  Clock,
  Fetch,
  Files,
  Ids,
  Ports,
  Programs,
  Prompter,
  Routes,
  System,
  Terminal,
} from "../../src/ports/index.ts";
import { nodeFiles } from "../../src/ports/node/files.ts";
import { nodeProcesses } from "../../src/ports/node/processes.ts";
import { Secret } from "../../src/secret.ts";
import { detectCloudShell } from "../../src/signin/detect-cloud-shell.ts";
import { folderForFiles } from "./scratch.ts";

/** The answer that stands for Ctrl-C. */
export const CTRL_C = Symbol("Ctrl-C");

/**
 * One answer, for the question whose text matches `expect`. Left out, it is Enter: the default. For a
 * choice it is the choice's value, its name, or an expression its name matches; for a search what is typed,
 * or a `Searching`.
 */
export interface ScriptedAnswer {
  readonly expect: RegExp;
  readonly answer?: unknown;
}

/** What is typed into a search, and which of the rows is taken then: the first choice unless given. */
export interface Searching {
  readonly typed?: string;
  readonly choose?: unknown;
}

export interface FakePortsOptions {
  /** The network; without one every request fails the test. */
  readonly fetch?: Fetch;
  /** The ways to the hosts: all direct, and all with public certificates, unless given. */
  readonly routes?: Routes;
  /** Where the clock starts: 2026-03-01T12:00:00Z unless given. */
  readonly now?: Date;
  /** Whether there is a person at a terminal: true where answers are scripted, unless given. */
  readonly interactive?: boolean;
  readonly columns?: number;
  readonly answers?: readonly ScriptedAnswer[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What is piped into the program. */
  readonly piped?: string;
  /** Other programs; there are none unless given, and pages open nowhere. */
  readonly programs?: Partial<Programs>;
  /** Keys that are pressed while something is under way, each as soon as it is listened for. */
  readonly keys?: readonly string[];
  readonly platform?: NodeJS.Platform;
  /** Replaces single file operations: a full disk, a folder nobody may write to. */
  readonly files?: Partial<Files>;
  /** The package's folder: the checkout's unless given. */
  readonly packageFolder?: string;
  /** An existing folder to work in, such as that of an earlier run. */
  readonly folder?: string;
}

export interface FakePorts extends Ports {
  /** The current folder, `work` in a fresh temporary folder; the home folder is `home` beside it. */
  readonly folder: string;
  readonly clock: FakeClock;
  /** What the run said, in order. */
  readonly said: {
    readonly results: string[];
    readonly notes: string[];
    readonly progress: string[];
    /** Secrets that were shown, in the clear. */
    readonly revealed: string[];
  };
  /** What it asked, in order, and the answers it would not take. */
  readonly asked: string[];
  readonly refused: { readonly question: string; readonly answer: string; readonly reason: string }[];
  /** The rows that each search showed. */
  readonly found: string[][];
}

/**
 * The outside world for a test in this process: a clock that moves by being waited on, real files in a
 * temporary folder, counted ids, a terminal that records, and scripted answers. A question nobody scripted
 * fails, and so does, when the test ends, a scripted answer nobody asked for.
 */
export function fakePorts(options: FakePortsOptions = {}): FakePorts {
  const root = options.folder ? resolve(options.folder, "..") : temporaryFolder();
  const folder = options.folder ?? join(root, "work");
  const said = { results: [], notes: [], progress: [], revealed: [] };
  const asked: string[] = [];
  const refused: FakePorts["refused"] = [];
  const found: string[][] = [];
  return {
    fetch: options.fetch ?? noNetwork,
    routes: options.routes ?? directRoutes,
    clock: fakeClock(options.now),
    files: { ...nodeFiles, ...options.files },
    ids: countedIds(),
    processes: nodeProcesses,
    programs: { run: async () => undefined, openPage: () => undefined, ...options.programs },
    terminal: recordingTerminal(said, options),
    prompter: scriptedPrompter(options, { asked, refused, found }),
    system: fakeSystem(root, folder, options),
    folder,
    said,
    asked,
    refused,
    found,
  };
}

export interface FakeClock extends Clock {
  /** The waits, in milliseconds, in the order they began. */
  readonly sleeps: number[];
  /** Lets time pass that nobody waited for. */
  advance(ms: number): void;
}

/** A clock that jumps: a wait takes a turn of the event loop and no time. Waits side by side overlap. */
export function fakeClock(start = new Date("2026-03-01T12:00:00.000Z")): FakeClock {
  let now = start.getTime();
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(now),
    advance: (ms) => {
      now += ms;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      sleeps.push(ms);
      const end = now + ms;
      await new Promise((wake) => setImmediate(wake));
      signal?.throwIfAborted();
      now = Math.max(now, end);
    },
  };
}

/** Ids that can be told apart and foretold: `00000000-0000-4000-8000-000000000001`, and so on. */
export function countedIds(): Ids {
  let count = 0;
  return {
    uuid() {
      count += 1;
      return `00000000-0000-4000-8000-${count.toString(16).padStart(12, "0")}`;
    },
  };
}

/** A temporary folder, with `work` and `home` in it, that is gone when the test has ended. */
export function temporaryFolder(): string {
  const folder = folderForFiles("entra-app-registration-test-");
  whenTestEnds(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function noNetwork(request: Request): Promise<Response> {
  return Promise.reject(new Error(`unexpected request: ${request.method} ${request.url}`));
}

const directRoutes: Routes = {
  faults: async () => [],
  proxyFor: async () => undefined,
  certificateOf: async () => ({ issuer: "A Public CA", isPublic: true }),
};

function recordingTerminal(
  said: FakePorts["said"],
  { answers, interactive = answers !== undefined, columns, piped = "" }: FakePortsOptions,
): Terminal {
  return {
    interactive,
    columns,
    resultColumns: columns,
    colour: false,
    resultColour: false,
    result: (text) => void said.results.push(text),
    isRead: () => true,
    note: (text) => void said.notes.push(text),
    reveal: (secret) => void said.revealed.push(secret.reveal()),
    readInput: async () => piped,
    async *inputChunks() {
      yield new TextEncoder().encode(piped);
    },
    progress(text) {
      said.progress.push(text);
      return { update: (next) => void said.progress.push(next), stop: () => undefined };
    },
  };
}

function scriptedPrompter(
  { answers = [], keys = [] }: FakePortsOptions,
  { asked, refused, found }: Pick<FakePorts, "asked" | "refused" | "found">,
): Prompter {
  const left = [...answers];
  const keysLeft = [...keys];
  whenTestEnds(() => {
    if (left.length > 0) throw new Error(`never asked: ${left.map((one) => one.expect).join(", ")}`);
  });
  const next = (message: string): unknown => {
    const question = stripVTControlCharacters(message);
    asked.push(question);
    const scripted = left[0];
    if (!scripted?.expect.test(question)) {
      throw new Error(`unexpected question: ${question} (scripted: ${scripted?.expect ?? "none"})`);
    }
    left.shift();
    if (scripted.answer === CTRL_C) throw new AppError("INTERRUPTED", {});
    return scripted.answer;
  };
  return {
    async input({ message, default: preset = "", check }) {
      for (;;) {
        const given = next(message);
        const answer = typeof given === "string" ? given : preset;
        const reason = check(answer);
        if (reason === undefined) return answer;
        refused.push({ question: message, answer, reason });
      }
    },
    async secret({ message, check }) {
      const answer = String(next(message));
      const reason = check(answer);
      if (reason !== undefined) throw new Error(`refused: ${reason}`);
      return new Secret(answer);
    },
    key: (wanted, signal) => {
      const key = keysLeft.shift();
      if (key !== undefined && wanted.includes(key)) return Promise.resolve(key);
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      });
    },
    confirm: async ({ message, default: preset }) => Boolean(next(message) ?? preset),
    select: async ({ message, choices }) => choose(choices, next(message)),
    async search({ message, find }) {
      const isScripted = left[0]?.expect.test(stripVTControlCharacters(message)) === true;
      // An optional question that no answer is scripted for is left with Enter.
      const answer = isScripted ? next(message) : void asked.push(stripVTControlCharacters(message));
      const searching = typeof answer === "string" ? { typed: answer } : ((answer ?? {}) as Searching);
      const rows = await find(searching.typed ?? "", new AbortController().signal);
      found.push(rows.map((row) => ("line" in row ? row.line : row.name)));
      return choose(
        rows.filter((row) => "name" in row),
        searching.choose,
      );
    },
  };
}

function choose<Value>(choices: readonly { value: Value; name: string }[], wanted: unknown): Value {
  const chosen = wanted === undefined ? choices[0] : choices.find((choice) => isChoice(choice, wanted));
  if (chosen === undefined) {
    throw new Error(`no such choice: ${String(wanted)} (${choices.map((one) => one.name).join(", ")})`);
  }
  return chosen.value;
}

function isChoice(choice: { value: unknown; name: string }, wanted: unknown): boolean {
  if (wanted instanceof RegExp) return wanted.test(choice.name);
  return choice.value === wanted || choice.name === wanted;
}

function fakeSystem(root: string, folder: string, options: FakePortsOptions): System {
  for (const path of [folder, join(root, "home")]) mkdirSync(path, { recursive: true });
  const environment = options.environment ?? {};
  return {
    environment,
    platform: options.platform ?? process.platform,
    currentFolder: folder,
    // Cloud Shell begins in the home folder, and lets nothing be downloaded from elsewhere.
    homeFolder: detectCloudShell(environment) ? folder : join(root, "home"),
    packageFolder: options.packageFolder ?? resolve(import.meta.dirname, "../.."),
  };
}

/** Outside of a test (in `beforeAll`) nothing is cleaned or checked. */
function whenTestEnds(run: () => void): void {
  try {
    onTestFinished(run);
  } catch {
    // The helper is used outside of a test.
  }
}
