import type { ExitCode } from "../../errors.ts";
import { register } from "../../flow/register.ts";
import type { RegisterInput } from "../../flow/run.ts";
import type { Flags } from "../../settings/known-values.ts";
import { isOn, textOf, textsOf } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderResults, toJsonResults } from "../screen/result.ts";
import { quoted } from "../screen/words/advice.ts";
import { calendarOf, packedProgram, withSession } from "../session.ts";
import type { Settings } from "../settings.ts";

/** `register`: parses, calls the flow, shows what came of it. */
export async function runRegister(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, outputFolder, program }) => {
    const results = await register(context, {
      ...settings,
      ...registerOptions(flags, invocation),
      outputFolder,
    });
    const packed = { ...packedProgram(invocation, settings, program), flags: toldAgain(flags, settings) };
    return {
      exitCode: results.some(({ waiting }) => waiting.length > 0) ? 7 : 0,
      text: renderResults(results, invocation.ports.terminal, packed),
      json: toJsonResults("register", results, packed),
    };
  });
}

/**
 * What the command that sets provisioning up has to say again: what the tenant does not keep before there are credentials,
 * and what a run without it would put back to the template's own.
 */
export function toldAgain(flags: Flags, { addOns }: Pick<Settings, "addOns">): string[] {
  const switches = ["group-sync", "implicit-flow", ...addOns.map(({ name }) => name)];
  const application = textOf(flags, "application");
  return [
    ...(application === undefined ? [] : [`--application ${quoted(application)}`]),
    ...textsOf(flags, "notify").map((text) => `--notify ${quoted(text)}`),
    ...switches.flatMap((name) => {
      const value = flags[name]?.value;
      return typeof value === "boolean" ? [value ? `--${name}` : `--no-${name}`] : [];
    }),
    ...(isOn(flags, "sandbox") ? ["--sandbox"] : []),
  ];
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
