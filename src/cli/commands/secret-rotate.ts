import type { ExitCode } from "../../errors.ts";
import { rotateSecret } from "../../flow/rotate.ts";
import { isOn } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderResult, toJsonResult } from "../screen/result.ts";
import { calendarOf, packedProgram, withSession } from "../session.ts";
import { oneApplication } from "../settings.ts";

/** `secret rotate`: parses, calls the flow, shows what came of it. */
export async function runSecretRotate(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, outputFolder, program }) => {
    const result = await rotateSecret(context, {
      ...settings,
      template: oneApplication(settings, flags),
      yes: isOn(flags, "yes"),
      dryRun: isOn(flags, "dry-run"),
      proof: isOn(flags, "proof", true),
      calendar: calendarOf(flags, invocation.ports),
      outputFolder,
    });
    const packed = packedProgram(invocation, settings, program);
    return {
      exitCode: 0,
      text: renderResult(result, invocation.ports.terminal, packed),
      json: toJsonResult("secret rotate", result, packed),
    };
  });
}
