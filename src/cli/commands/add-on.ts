import type { ExitCode } from "../../errors.ts";
import { addOnTo } from "../../flow/add-on.ts";
import { isOn } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderAddOn } from "../screen/add-on.ts";
import { toJsonResult } from "../screen/result.ts";
import { packedProgram, withSession } from "../session.ts";
import { namedAddOn, oneApplication } from "../settings.ts";

/** The command of an add-on, which has its name: parses, calls the flow, shows what came of it. */
export async function runAddOn(invocation: Invocation): Promise<ExitCode> {
  const name = invocation.command.name();
  return withSession(invocation, async ({ context, settings, flags, program }) => {
    const result = await addOnTo(context, {
      ...settings,
      template: oneApplication(settings, flags),
      addOn: namedAddOn(settings, name),
      yes: isOn(flags, "yes"),
      dryRun: isOn(flags, "dry-run"),
    });
    return {
      exitCode: 0,
      text: renderAddOn(result, invocation.ports.terminal),
      json: toJsonResult(name, result, packedProgram(invocation, settings, program)),
    };
  });
}
