import { spawn } from "node:child_process";
import { inject, onTestFinished } from "vitest";
import { open, type Pty, type PtyOptions } from "./pty.ts";
import type { Outpost } from "./served.ts";

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface PipedOptions {
  /** Another Node.js than the one that runs the tests. */
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is piped into it; its input is at its end from the start unless given. */
  readonly input?: string;
  /** Called with the child's process id as soon as there is one. */
  readonly onStart?: (pid: number) => void;
  /** When it counts as hanging; after a minute unless given. */
  readonly limitMs?: number;
}

const LIMIT_MS = 60_000;

/** Runs the installed program without a terminal. */
export async function piped(
  { folder, env }: Pick<Outpost, "folder" | "env">,
  args: readonly string[],
  options: PipedOptions = {},
): Promise<Ended> {
  const child = spawn(options.node ?? process.execPath, [inject("product").bin, ...args], {
    cwd: folder,
    env: { ...env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // Whoever does not read its input may be gone before it is written.
  child.stdin.on("error", () => undefined).end(options.input ?? "");
  if (child.pid !== undefined) options.onStart?.(child.pid);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return await new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`still running; it said:\n${stdout}\n${stderr}`));
    }, options.limitMs ?? LIMIT_MS);
    child.on("error", reject);
    child.on("close", (exitCode) => {
      clearTimeout(limit);
      resolve({ exitCode, stdout, stderr });
    });
  });
}

interface TerminalOptions extends PtyOptions {
  /** Has the terminal say that it has no columns, as some containers' terminals do. Not on Windows. */
  readonly noColumns?: boolean;
}

/** Runs the installed program in a terminal; what still runs when the test ends is killed. */
export function inTerminal(
  { folder, env }: Pick<Outpost, "folder" | "env">,
  args: readonly string[] = [],
  { noColumns = false, ...options }: TerminalOptions = {},
): Pty {
  const command = [process.execPath, inject("product").bin, ...args] as const;
  // No pseudo-terminal is made without columns: the first program in it takes them away.
  const [file, ...rest] = noColumns
    ? (["/bin/sh", "-c", 'stty cols 0 rows 0; exec "$@"', "sh", ...command] as const)
    : command;
  const pty = open(file, rest, { cwd: folder, ...options, env: { ...env, ...options.env } });
  onTestFinished(() => pty.kill());
  return pty;
}

/** The questions of a run, in the order in which they are asked. */
export const ASKED = {
  tenant: /Microsoft Entra tenant ID \(or a domain name/,
  appName: /Name for the app registration/,
  hostname: /URL of the app/,
  mailsOnline: /\(y\/n\)/,
  /** With the row that Enter takes: before it is there, Enter takes nothing. */
  groups: /Groups whose[^]*No group/,
  goAhead: /Go ahead\?/,
} as const;
