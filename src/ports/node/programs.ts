import { AppError } from "../../errors.ts";
import type { ProgramEnd, Programs, System } from "../index.ts";

/** No program asked here has more to say. */
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** A program that waits for something of its own would be waited for for ever. */
const LIMIT_MS = 120_000;
/** What a command line takes without quotes in every shell. */
const PLAIN_WORD = /^[\w.,:/-]+$/;

/** Variables that hold a secret: a program started from here has no use for them. */
export function withoutSecrets(environment: System["environment"]): Record<string, string> {
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/SECRET|PASSWORD|PASSWD|ACCESS_?TOKEN|API_?KEY/i.test(entry[0]),
  );
  return Object.fromEntries(kept);
}

/** The programs of this machine; Node's part for them is loaded with the first. */
export function nodePrograms({ environment, platform }: Pick<System, "environment" | "platform">): Programs {
  const env = withoutSecrets(environment);
  const start = async (name: string, args: readonly string[]): Promise<void> => {
    const { spawn } = await import("node:child_process");
    const child = spawn(name, args, { env, stdio: "ignore", detached: true });
    // The address stands on the screen as well.
    child.on("error", () => undefined);
    child.unref();
  };
  return {
    async run(name, args, signal) {
      const strange = [name, ...args].find((word) => !PLAIN_WORD.test(word));
      if (strange !== undefined) throw new TypeError("not a plain word of a command line");
      const { execFile } = await import("node:child_process");
      return new Promise((resolve, reject) => {
        // On Windows many programs are .cmd files, which only a shell starts.
        const limits = { signal, timeout: LIMIT_MS, maxBuffer: MAX_OUTPUT_BYTES };
        const options = { env, ...limits, shell: platform === "win32" };
        execFile(name, [...args], { ...options, windowsHide: true }, (error, stdout, stderr) => {
          if (signal.aborted) reject(reasonOf(signal));
          else resolve(toEnd(error, stdout, stderr));
        });
      });
    },
    openPage(url) {
      const [name, ...args] = opener(platform, url);
      start(name, args).catch(() => undefined);
    },
  };
}

function toEnd(error: Error | null, stdout: string, stderr: string): ProgramEnd | undefined {
  if (error === null) return { exitCode: 0, stdout, stderr };
  const { code, killed } = error as { code?: unknown; killed?: unknown };
  // 9009 is how cmd.exe says that there is no such program.
  if (code === "ENOENT" || code === 9009 || (code === 1 && /is not recognized/.test(stderr)))
    return undefined;
  const said = killed === true && stderr === "" ? `no answer within ${LIMIT_MS / 1000} seconds` : stderr;
  return { exitCode: typeof code === "number" ? code : 1, stdout, stderr: said };
}

/** What opens a page, by platform; none of them goes through a shell that would read the address. */
function opener(platform: NodeJS.Platform, url: string): [string, ...string[]] {
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", url];
  return [platform === "darwin" ? "open" : "xdg-open", url];
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new AppError("INTERRUPTED", {});
}
