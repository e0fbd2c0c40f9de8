import { run } from "./cli/program.ts";
import { AppError, EXIT_CODES } from "./errors.ts";
import { nodePorts } from "./ports/node/index.ts";

/** The version of the package, put in by the build. */
declare const PRODUCT_VERSION: string;

/**
 * Builds the real outside world, runs the program in it and sets the exit code.
 *
 * @param packageFolder the folder of the installed package.
 */
export async function main(packageFolder: string): Promise<void> {
  const signal = interruption();
  const lost = lostResult();
  process.exitCode = await run(process.argv.slice(2), {
    makePorts: (options) => nodePorts({ packageFolder, signal, ...options }),
    signal,
    version: PRODUCT_VERSION,
  });
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  if (lost.errno !== undefined && process.exitCode === 0) {
    const { describeError } = await import("./cli/screen/words/errors.ts");
    const { advisedPlainly } = await import("./cli/screen/words/advice.ts");
    const error = new AppError("DISK", { path: "standard output", errno: lost.errno });
    const { message, hint } = describeError(error);
    const advice = advisedPlainly(hint, { again: (words) => words });
    process.stderr.write(`\n${message}\nThe run itself is complete. ${advice}\n`);
    process.exitCode = EXIT_CODES.DISK;
  }
  // A poll of the sign-in library may still be waiting; nothing of ours is.
  process.exit();
}

/** Why the result could not be printed; a reader that closed the pipe had enough of it. */
function lostResult(): { errno: string | undefined } {
  const lost: { errno: string | undefined } = { errno: undefined };
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (code !== "EPIPE" && code !== "EIO") lost.errno ??= code ?? "UNKNOWN";
  });
  return lost;
}

/** On Windows a pipe is written in the background; leaving early would cut the result off. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writable) await new Promise<void>((resolve) => void stream.write("", () => resolve()));
}

/** The first Ctrl-C, or a window that is closed, lets the write in flight end; the second does not wait. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(new AppError("INTERRUPTED", { signal: name }));
    });
  }
  return controller.signal;
}
