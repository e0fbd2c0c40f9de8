import { Writable } from "node:stream";
import { wrapAnsi } from "fast-wrap-ansi";
import { AppError } from "../../errors.ts";
import { Secret } from "../../secret.ts";
import type { Prompter } from "../index.ts";
import type { Spinner } from "./spinner.ts";
import type { Streams } from "./terminal.ts";

interface PromptContext {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WritableStream;
  readonly clearPromptOnDone: boolean;
  readonly signal: AbortSignal;
}

export interface PrompterOptions {
  readonly colour: boolean;
  /** Holds the moving line while a question is on the screen. */
  readonly pauseProgress: Spinner["pause"];
  /** Takes an open question away, as Ctrl-C does. */
  readonly signal?: AbortSignal | undefined;
}

/** Questions on standard error, so that standard output carries the result alone. */
export function nodePrompter(streams: Pick<Streams, "stdin" | "stderr">, options: PrompterOptions): Prompter {
  const ask = asker(streams, options);
  /** The library breaks a question wherever the line ends, in the middle of a word, too. */
  const broken = <Question extends { readonly message: string }>(question: Question): Question => {
    // A terminal in a container may have no size.
    const columns = streams.stderr.columns > 0 ? streams.stderr.columns : 80;
    const lines = wrapAnsi(question.message, Math.max(20, columns - SIGN_WIDTH));
    return { ...question, message: lines.replaceAll("\n", `\n${" ".repeat(SIGN_WIDTH)}`) };
  };
  return {
    input: ({ check, ...question }) =>
      ask(async (context) => {
        const { input } = await import("./questions.ts");
        return input({ ...broken(question), validate: (answer) => check(answer) ?? true }, context);
      }),
    secret: ({ check, message }) =>
      ask(async (context) => {
        const { password } = await import("./questions.ts");
        const validate = (answer: string) => check(answer) ?? true;
        // Unless told otherwise, the library shows the answer at a key.
        const hidden = { mask: false, toggleMask: false } as const;
        return new Secret(await password(broken({ message, ...hidden, validate }), context));
      }),
    key: (keys, signal) => pressedKey(streams.stdin, keys, signal),
    confirm: (question) =>
      ask(async (context) => {
        const { confirm } = await import("./questions.ts");
        return confirm(broken(question), context);
      }),
    select: ({ message, choices }) =>
      ask(async (context) => {
        const { select } = await import("./questions.ts");
        return select(broken({ message, choices: [...choices] }), context);
      }),
    search: ({ message, find }) =>
      ask(async (context) => {
        const { pause, search, Separator } = await import("./questions.ts");
        return search(
          broken({
            message,
            source: async (typed = "", { signal }) => {
              if (typed !== "") await pause(PAUSE_MS, undefined, { signal });
              const rows = await find(typed, signal);
              return rows.map((row) => ("line" in row ? new Separator(row.line) : row));
            },
          }),
          context,
        );
      }),
  };
}

/** What stands before a question: its sign, and a space. */
const SIGN_WIDTH = 2;

/** Whoever types does not pause as long as this between two letters. */
const PAUSE_MS = 250;

const CTRL_C = "\x03";

/** On some systems another thread hands over what was typed. */
const EARLY_INPUT_MS = 30;

type Ask = <Answer>(question: (context: PromptContext) => Promise<Answer>) => Promise<Answer>;

function asker({ stdin, stderr }: Pick<Streams, "stdin" | "stderr">, options: PrompterOptions): Ask {
  return async (question) => {
    const resumeProgress = options.pauseProgress();
    const output = options.colour ? stderr : withoutColour(stderr);
    const ended = inputEnd(stdin);
    const signal = options.signal ? AbortSignal.any([ended.signal, options.signal]) : ended.signal;
    try {
      await dropEarlyInput(stdin);
      return await question({ input: stdin, output, clearPromptOnDone: false, signal });
    } catch (error) {
      throw isGivenUp(error) ? new AppError("INTERRUPTED", {}) : error;
    } finally {
      ended.release();
      resumeProgress();
    }
  };
}

/**
 * Drops what was typed before the question is seen: it would answer it. The library drops it too, unless its answer
 * comes in the turn of the loop in which the terminal is listened to for the first time. Leaves the terminal
 * listened to, so that nothing piles up until the question does it.
 */
async function dropEarlyInput(stdin: NodeJS.ReadStream): Promise<void> {
  if (!stdin.isTTY) return;
  const { pause, turn } = await import("./questions.ts");
  let interrupted = false;
  const drop = (chunk: Buffer | string): void => {
    interrupted ||= chunk.toString().includes(CTRL_C);
  };
  // In raw mode a line that has no end yet is there as well.
  stdin.setRawMode(true);
  stdin.on("data", drop).resume();
  await pause(EARLY_INPUT_MS);
  // However late the timer was, the terminal is read between it and this.
  await turn();
  stdin.off("data", drop);
  if (!interrupted) return;
  stdin.pause().setRawMode(false);
  throw new AppError("INTERRUPTED", {});
}

/**
 * Aborts when no more input can come. At the end of input (Ctrl-D on an empty line, a closed terminal)
 * the prompt never settles, and the process would end with exit code 0. On Ctrl-D the only sign is that
 * readline, closing, pauses the stream and leaves raw mode. It pauses after Ctrl-Z and `fg` as well, but
 * goes back to raw mode; then the stream must be resumed, or the question is deaf.
 */
function inputEnd(stdin: NodeJS.ReadStream): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const paused = (): void => {
    setImmediate(() => {
      if (released) return;
      if (stdin.isRaw && !stdin.readableEnded) stdin.resume();
      else abort();
    });
  };
  let released = false;
  const listeners = { end: abort, close: abort, error: abort, pause: paused };
  for (const [event, listener] of Object.entries(listeners)) stdin.on(event, listener);
  return {
    signal: stdin.readableEnded || stdin.destroyed ? AbortSignal.abort() : controller.signal,
    release: () => {
      released = true;
      for (const [event, listener] of Object.entries(listeners)) stdin.off(event, listener);
    },
  };
}

/** Reads keys as they are pressed. In this mode the terminal sends no signal, so Ctrl-C is made one here. */
async function pressedKey(
  stdin: NodeJS.ReadStream,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  let leave = (): void => undefined;
  try {
    return await new Promise<string>((resolve, reject) => {
      const pressed = (chunk: Buffer | string): void => {
        const text = chunk.toString().toLowerCase();
        // Not by `process.kill`: on Windows that ends the process on the spot.
        if (text.includes(CTRL_C)) process.emit("SIGINT");
        // Two quick presses come as one text; what is pasted, or an arrow key, is no press.
        const [key = ""] = text;
        if (keys.includes(key) && text === key.repeat(text.length)) resolve(key);
      };
      const aborted = (): void => reject(signal.reason as Error);
      stdin.setRawMode(true);
      stdin.on("data", pressed).resume();
      signal.addEventListener("abort", aborted, { once: true });
      leave = () => {
        stdin.off("data", pressed).pause();
        stdin.setRawMode(false);
        signal.removeEventListener("abort", aborted);
      };
    });
  } finally {
    leave();
  }
}

/** Ctrl-C, our abort, and a prompt cut off by the end of the process. By name: the library may be there twice. */
function isGivenUp(error: unknown): boolean {
  return error instanceof Error && /^(ExitPrompt|AbortPrompt|CancelPrompt)Error$/.test(error.name);
}

/** The prompts colour as they like; what only draws stays, for without it a question cannot move. */
function withoutColour(stream: NodeJS.WriteStream): NodeJS.WritableStream {
  const plain = new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      stream.write(chunk.toString().replace(/\x1b\[[\d;]*m/g, ""));
      done();
    },
  });
  return Object.defineProperties(plain, {
    columns: { get: () => stream.columns },
    rows: { get: () => stream.rows },
    isTTY: { get: () => stream.isTTY },
  });
}
