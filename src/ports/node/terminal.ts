import type { Progress, System, Terminal } from "../index.ts";
import { createSpinner, type Spinner } from "./spinner.ts";

export interface TerminalOptions {
  readonly environment: System["environment"];
  /** Whether questions may be asked at all (`--no-input`). */
  readonly input?: boolean | undefined;
  /** Colour always or never (`--no-color`); decided by environment and stream unless given. */
  readonly colour?: boolean | undefined;
}

/** The three streams of the process, or those of a test. */
export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

/** The terminal over `streams`, and the hold that questions need on its moving line. */
export function nodeTerminal(
  { stdin, stdout, stderr }: Streams,
  { environment, input = true, colour }: TerminalOptions,
): { terminal: Terminal; pauseProgress: Spinner["pause"] } {
  // `| head` closes the pipe, a closed window the terminal, a full disk the log: none is a reason to stop in
  // the middle of the work. What is written at once and fails is caught where it is written.
  for (const stream of [stdout, stderr]) stream.on("error", () => undefined);
  const takesColour = (stream: NodeJS.WriteStream): boolean => colour ?? wantsColour(stream, environment);
  const spinner = createSpinner(stderr, takesColour(stderr));
  return {
    pauseProgress: () => spinner.pause(),
    terminal: {
      interactive: input && isTerminal(stdin) && isTerminal(stderr),
      get columns() {
        return columnsOf(stderr);
      },
      get resultColumns() {
        return columnsOf(stdout);
      },
      colour: takesColour(stderr),
      resultColour: takesColour(stdout),
      result: (text) => void stdout.write(`${text}\n`),
      isRead: () => stdout.writable,
      note: (text) => {
        try {
          stderr.write(`${text}\n`);
        } catch {
          // A log on a full disk: talk is never worth ending a run that has a secret in its hands.
        }
      },
      // The only way of a secret to a screen: not through what a pipe, a journal or --json could get.
      reveal: (secret) => void (isTerminal(stderr) && stderr.write(`\n    ${secret.reveal()}\n\n`)),
      inputChunks: () => (isTerminal(stdin) ? nothing() : (stdin as AsyncIterable<Buffer>)),
      readInput: () => (isTerminal(stdin) ? Promise.resolve("") : readAll(stdin)),
      progress: (text) => (canAnimate(stderr, environment) ? spinner.start(text) : SILENT),
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {
  // A terminal has a person, who is asked.
}

/** More than any token. */
const MAX_INPUT_BYTES = 64 * 1024;

async function readAll(stream: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > MAX_INPUT_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function columnsOf(stream: NodeJS.WriteStream): number | undefined {
  return isTerminal(stream) && stream.columns > 0 ? stream.columns : undefined;
}

/** CI logs show every frame, and count as one by the variable being there at all. */
function canAnimate(stream: NodeJS.WriteStream, environment: System["environment"]): boolean {
  return (
    stream.isTTY && stream.columns > 0 && environment["CI"] === undefined && environment["TERM"] !== "dumb"
  );
}

/** https://no-color.org and https://force-color.org, in that order; else what the terminal is known to do. */
function wantsColour(stream: NodeJS.WriteStream, environment: System["environment"]): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force } = environment;
  if (no !== undefined && no !== "") return false;
  if (force !== undefined && force !== "") return force !== "0" && force !== "false";
  return isTerminal(stream) && stream.getColorDepth({ ...environment }) > 1;
}

/** Off a terminal Node leaves `isTTY` out, whatever its types say. */
function isTerminal(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true;
}
