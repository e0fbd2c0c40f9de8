import { Chalk, type ChalkInstance } from "chalk";
import type { ConfigCheck } from "../../flow/check-config.ts";
import type { Terminal } from "../../ports/index.ts";
import { clean } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import { advised, type Program } from "./words/advice.ts";
import { checkTitle, configWritten, describeWarning, leftOpen, tryIt } from "./words/config.ts";
import { describeFault, expectation } from "./words/faults.ts";

/** Everything wrong with a config, then everything odd about it. */
export function renderConfigCheck(check: ConfigCheck, terminal: Terminal): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const { file, faults } = check;
  const title = checkTitle(file, faults.length);
  const lines = [
    faults.length === 0 ? style.bold.green(title) : style.bold.red(title),
    ...faults.map((fault) => `  ${style.red("✖")} ${describeFault(fault)}`),
    ...remarks(check, style),
  ];
  return fit(lines.join("\n"), terminal.resultColumns);
}

/** What was written, what is odd about it, and how to try it. */
export function renderNewConfig(check: ConfigCheck, terminal: Terminal, program: Program): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const advice = advised(tryIt(check.file), program);
  const lines = [style.bold.green(configWritten(check.file)), ...remarks(check, style), advice];
  return fit(lines.join("\n"), terminal.resultColumns);
}

function remarks({ warnings, asked }: ConfigCheck, style: ChalkInstance): string[] {
  return [
    ...warnings.map((warning) => `  ${style.yellow("!")} ${describeWarning(warning)}`),
    ...(asked.length > 0 ? [style.dim(`  i ${leftOpen(asked)}`)] : []),
  ];
}

/** The same for standard output with `--json`. */
export function toJsonConfig(command: "config check" | "config init", check: ConfigCheck): ResultDocument {
  return {
    schemaVersion: 1,
    command,
    changed: false,
    // As it is: a program opens it.
    file: check.file,
    usable: check.faults.length === 0,
    faults: check.faults.map((fault) => ({
      path: clean(fault.path),
      found: fault.found === undefined ? null : clean(fault.found),
      expected: expectation(fault.expected),
      suggestion: fault.suggestion ?? null,
    })),
    warnings: check.warnings.map((warning) => ({
      kind: warning.kind,
      path: clean(warning.path),
      text: describeWarning(warning),
    })),
    asked: [...check.asked],
  };
}
