import { EXIT_CODES, type ExitCode, isAppError } from "../errors.ts";
import type { Ports } from "../ports/index.ts";
import type { Globals } from "./program.ts";
import type { FailureFacts } from "./screen/failure.ts";
import type { CompleteDocument, ResultDocument } from "./screen/result-document.ts";

/** How a command ended: its exit code, and its result in words and as JSON. */
export interface Ending {
  readonly exitCode: ExitCode;
  /** Undefined where everything was shown as it came; so is `json`. */
  readonly text: string | undefined;
  readonly json: ResultDocument | undefined;
}

/** The result of a command, on standard output. */
export function showEnding(
  { text, json }: Ending,
  { terminal }: Pick<Ports, "terminal">,
  globals: Globals,
): void {
  const shown = globals.json ? json && toText(json) : text;
  if (shown !== undefined) terminal.result(shown);
}

/**
 * A failure, on standard error and with `--json` on standard output as well.
 *
 * @param applications of several those that were complete before.
 */
export async function showFailure(
  error: unknown,
  { terminal }: Pick<Ports, "terminal">,
  options: FailureFacts & Pick<Globals, "json">,
  applications: readonly CompleteDocument[] = [],
): Promise<ExitCode> {
  // The words for all that may fail are many, and most runs need none of them.
  const { renderFailure, toJsonError } = await import("./screen/failure.ts");
  terminal.note(renderFailure(error, terminal, options));
  if (options.json)
    terminal.result(
      toText(toJsonError(isAppError(error) ? error : undefined, options.program, applications)),
    );
  return exitCodeOf(error);
}

/** The exit code of a failure: its own, or that of a bug. */
export function exitCodeOf(error: unknown): ExitCode {
  return isAppError(error) ? EXIT_CODES[error.code] : 1;
}

function toText(document: ResultDocument): string {
  return JSON.stringify(document, null, 2);
}
