import { Chalk } from "chalk";
import { AppError } from "../../errors.ts";
import type { Terminal } from "../../ports/index.ts";
import { clean } from "./clean.ts";
import { fit } from "./fit.ts";
import type { CompleteDocument, ResultDocument } from "./result-document.ts";
import { advised, advisedPlainly, type Program } from "./words/advice.ts";
import { describeError } from "./words/errors.ts";
import { doneSoFar, journalLine, requestIdLine, UNFORESEEN } from "./words/failure.ts";

export interface FailureFacts {
  /** The journal of the run, for support. */
  readonly journal: string | undefined;
  readonly verbose: boolean;
  /** What the run had changed by then; undefined where a change was asked for and never answered. */
  readonly changes: readonly string[] | undefined;
  /** How other commands are run that help. */
  readonly program: Program;
}

/** A failure on the screen: the sentence first, what to do, then what support needs, the request id last. */
export function renderFailure(
  error: unknown,
  terminal: Terminal,
  { journal, verbose, changes, program }: FailureFacts,
): string {
  const style = new Chalk({ level: terminal.colour ? 1 : 0 });
  const lines: string[] = [""];
  let evidence: string | undefined;
  if (error instanceof AppError) {
    const { message, details = [], hint, said } = describeError(error);
    evidence = said;
    const gentle: boolean = error.code === "INTERRUPTED" || error.code === "DECLINED";
    lines.push(gentle ? style.bold(message) : style.bold.red(message));
    lines.push(...details.map((detail) => `  ${detail}`), advised(hint, program));
  } else {
    lines.push(style.bold.red(UNFORESEEN.message), UNFORESEEN.hint);
    lines.push(clean(error instanceof Error ? `${error.name}: ${error.message}` : typeof error));
    if (verbose && error instanceof Error) {
      lines.push(...(error.stack ?? "").split("\n").slice(1).map(clean));
    }
  }
  if (changes) lines.push(doneSoFar(changes));
  if (journal !== undefined) lines.push(style.dim(journalLine(journal)));
  if (evidence !== undefined) lines.push(style.dim(evidence));
  if (error instanceof AppError && error.requestId !== undefined) {
    lines.push(style.dim(requestIdLine(error.requestId)));
  }
  return fit(lines.join("\n"), terminal.columns);
}

/**
 * A run that failed, for standard output with `--json`; undefined stands for a bug.
 *
 * @param applications of several those that were complete before.
 */
export function toJsonError(
  error: AppError | undefined,
  program: Program,
  applications: readonly CompleteDocument[] = [],
): ResultDocument {
  const words = error && describeError(error);
  return {
    schemaVersion: 1,
    error: {
      code: error?.code ?? "INTERNAL",
      message: [
        words?.message ?? UNFORESEEN.plainMessage,
        words?.details?.join("; ") ?? "",
        words?.said ?? "",
      ]
        .filter((text) => text !== "")
        .join(" "),
      hint: words ? advisedPlainly(words.hint, program) : UNFORESEEN.plainHint,
      requestId: error?.requestId === undefined ? null : clean(error.requestId),
    },
    ...(applications.length > 0 && { applications: [...applications] }),
  };
}
