import type { ExitCode } from "../../errors.ts";
import { consent } from "../../flow/consent.ts";
import { isOn } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderConsent } from "../screen/consent-result.ts";
import { toJsonResult } from "../screen/result.ts";
import { packedProgram, withSession } from "../session.ts";
import { oneApplication } from "../settings.ts";

/** `consent`: parses, calls the flow, shows what came of it. */
export async function runConsent(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, program }) => {
    const yes = isOn(flags, "yes");
    const result = await consent(context, {
      ...settings,
      template: oneApplication(settings, flags),
      yes,
      dryRun: isOn(flags, "dry-run"),
    });
    const packed = packedProgram(invocation, settings, program);
    return {
      exitCode: result.waiting.length > 0 ? 7 : 0,
      text: renderConsent(result, invocation.ports.terminal, packed),
      json: toJsonResult("consent", result, packed),
    };
  });
}
