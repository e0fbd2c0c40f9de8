import { type IPty, spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

export interface PtyOptions {
  readonly cols?: number;
  readonly rows?: number;
  /** The whole environment of the child, but for `CI`, which is taken out: it counts when it is empty too. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A program in a real pseudo-terminal, with the screen that a person would see. */
export interface Pty {
  readonly pid: number;
  /**
   * Waits until the screen, scrolled-off lines included, is as wanted, wherever its lines are broken; fails
   * with the screen in the message.
   */
  until(wanted: RegExp | ((screen: string) => boolean), ms?: number): Promise<string>;
  /** Sends keys; those that are no text are in `KEYS`. */
  type(keys: string): void;
  screen(): string;
  /** Every byte that the program has written, as text. */
  raw(): string;
  /** The exit code, once there is one and the last of the output was read. */
  exit(ms?: number): Promise<number>;
  kill(): void;
}

export const KEYS = {
  enter: "\r",
  down: "\x1b[B",
  up: "\x1b[A",
  ctrlC: "\x03",
  ctrlD: "\x04",
  /** Empties the line. */
  ctrlU: "\x15",
} as const;

/** Past this a program hangs. Far above what a busy machine needs: nothing is measured with it. */
const LIMIT_MS = 60_000;

/** Starts a program in a pseudo-terminal of its own. */
export function open(file: string, args: readonly string[], options: PtyOptions = {}): Pty {
  const { cols = 80, rows = 24, env = process.env, cwd } = options;
  const { CI: _ci, ...environment } = env;
  const terminal = new xterm.Terminal({ cols, rows, scrollback: 5000, allowProposedApi: true });
  let written = "";
  let exitCode: number | undefined;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const check of waiting) check();
  };
  const child: IPty = spawn(file, [...args], {
    cols,
    rows,
    name: "xterm-256color",
    env: environment,
    ...(cwd !== undefined && { cwd }),
  });
  child.onData((data) => {
    written += data;
    terminal.write(data, wake);
  });
  let isOver = false;
  child.onExit((event) => {
    isOver = true;
    // What was written last may be read after the exit is known.
    const settle = (length: number): void => {
      if (length !== written.length) {
        setTimeout(settle, 50, written.length);
        return;
      }
      terminal.write("", () => {
        exitCode = event.exitCode;
        wake();
      });
    };
    settle(-1);
  });

  const settled = async (done: () => boolean, complaint: () => string, ms: number): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      const finish = (end: () => void): void => {
        clearTimeout(limit);
        waiting.delete(check);
        end();
      };
      const limit = setTimeout(() => finish(() => reject(new Error(complaint()))), ms);
      const check = (): void => {
        if (done()) finish(resolve);
      };
      waiting.add(check);
      check();
    });
  };
  const screen = (): string => textOf(terminal);
  return {
    pid: child.pid,
    screen,
    raw: () => written,
    type: (keys) => child.write(keys),
    kill: () => {
      if (!isOver) child.kill("SIGKILL");
    },
    until: async (wanted, ms = LIMIT_MS) => {
      const matches = (): boolean => {
        if (!(wanted instanceof RegExp)) return wanted(screen());
        // Questions break their lines themselves, between words and their answers anywhere: the terminal knows nothing of it.
        const screens = [screen(), screen().replaceAll("\n", ""), screen().replaceAll(/\n */g, " ")];
        return screens.some((text) => wanted.test(text));
      };
      let gone = false;
      await settled(
        () => {
          gone = !matches() && exitCode !== undefined;
          return gone || matches();
        },
        () => `never seen: ${String(wanted)}; the screen:\n${screen()}`,
        ms,
      );
      if (gone) throw new Error(`ended with ${exitCode} before ${String(wanted)}; the screen:\n${screen()}`);
      return screen();
    },
    exit: async (ms = LIMIT_MS) => {
      await settled(
        () => exitCode !== undefined,
        () => `still running; the screen:\n${screen()}`,
        ms,
      );
      return exitCode ?? -1;
    },
  };
}

/** The lines as written: what the terminal broke for its width is one line again. */
function textOf({ buffer }: InstanceType<typeof xterm.Terminal>): string {
  const lines: string[] = [];
  for (let index = 0; index < buffer.active.length; index += 1) {
    const line = buffer.active.getLine(index);
    const continues = buffer.active.getLine(index + 1)?.isWrapped === true;
    const text = line?.translateToString(!continues) ?? "";
    if (line?.isWrapped === true) lines.push((lines.pop() ?? "") + text);
    else lines.push(text);
  }
  return lines.join("\n").trimEnd();
}
