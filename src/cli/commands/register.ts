import type { ExitCode } from "../../errors.ts";
import { register } from "../../flow/register.ts";
import type { RegisterInput } from "../../flow/run.ts";
import type { Flags } from "../../settings/known-values.ts";
import { isOn, textOf } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderResults, toJsonResults } from "../screen/result.ts";
import { calendarOf, packedProgram, withSession } from "../session.ts";

/** `register`: parses, calls the flow, shows what came of it. */
export async function runRegister(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, outputFolder, program }) => {
    const results = await register(context, {
      ...settings,
      ...registerOptions(flags, invocation),
      outputFolder,
    });
    const packed = packedProgram(invocation, settings, program);
    return {
      exitCode: results.some(({ waiting }) => waiting.length > 0) ? 7 : 0,
      text: renderResults(results, invocation.ports.terminal, packed),
      json: toJsonResults("register", results, packed),
    };
  });
}

/** What the commands are told that register an app. */
export function registerOptions(
  flags: Flags,
  { ports }: Pick<Invocation, "ports">,
): Pick<RegisterInput, "yes" | "dryRun" | "newSecret" | "deleted" | "proof" | "calendar" | "handoverPage"> {
  return {
    yes: isOn(flags, "yes"),
    dryRun: isOn(flags, "dry-run"),
    newSecret: isOn(flags, "new-secret"),
    deleted: deletedOf(flags),
    proof: isOn(flags, "proof", true),
    calendar: calendarOf(flags, ports),
    handoverPage: isOn(flags, "handover-page"),
  };
}

/** What `--deleted` says; the parser lets nothing else through. */
function deletedOf(flags: Flags): RegisterInput["deleted"] {
  const text = textOf(flags, "deleted");
  return text === "restore" || text === "purge" ? text : undefined;
}
