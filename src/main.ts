import { run } from "./cli/program.ts";
import { AppError } from "./errors.ts";
import { nodePorts } from "./ports/node/index.ts";

/** The version of the package, put in by the build. */
declare const PRODUCT_VERSION: string;

/**
 * Builds the real outside world, runs the program in it and sets the exit code.
 *
 * @param packageFolder the folder of the installed package.
 */
export async function main(packageFolder: string): Promise<void> {
  process.exitCode = await run(process.argv.slice(2), {
    makePorts: (options) => nodePorts({ packageFolder, ...options }),
    signal: interruption(),
    version: PRODUCT_VERSION,
  });
  // A poll of the sign-in library may still be waiting; nothing of ours is.
  process.exit();
}

/** The first Ctrl-C lets the write in flight end; the second one does not wait. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(new AppError("INTERRUPTED", {}));
    });
  }
  return controller.signal;
}
