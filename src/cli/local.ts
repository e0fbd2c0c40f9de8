import { AppError, type ExitCode } from "../errors.ts";
import type { Flags } from "../settings/known-values.ts";
import { type Ending, showEnding, showFailure } from "./ending.ts";
import { readFlags, unknownVariables } from "./flags.ts";
import { OtherCommands } from "./other-commands.ts";
import type { Invocation } from "./program.ts";
import { Reporter } from "./screen/reporter.ts";

/**
 * Runs the work of a command that needs neither tenant nor network: flags before it, every failure turned
 * into words and an exit code after it. Never throws.
 */
export async function withoutTenant(
  { command, ports, globals }: Invocation,
  work: (flags: Flags) => Promise<Ending>,
): Promise<ExitCode> {
  const program = new OtherCommands(command);
  try {
    const { flags, faults } = readFlags(command, ports.system.environment);
    if (faults.length > 0) throw new AppError("VALUES_INVALID", { faults });
    const names = unknownVariables(command, ports.system.environment);
    if (names.length > 0) new Reporter(ports, globals, program).report({ kind: "variablesUnknown", names });
    const ending = await work(flags);
    showEnding(ending, ports, globals);
    return ending.exitCode;
  } catch (error) {
    return await showFailure(error, ports, { ...globals, journal: undefined, changes: [], program });
  }
}
