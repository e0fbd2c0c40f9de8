import type { ExitCode } from "../../errors.ts";
import { verify } from "../../flow/verify.ts";
import { isFault } from "../../registration/findings.ts";
import type { Invocation } from "../program.ts";
import { renderVerification, toJsonVerification } from "../screen/verification.ts";
import { withSession } from "../session.ts";
import { oneApplication } from "../settings.ts";

/** `verify`: parses, calls the flow, shows what differs. */
export async function runVerify(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, outputFolder }) => {
    const verification = await verify(context, {
      ...settings,
      template: oneApplication(settings, flags),
      outputFolder,
    });
    return {
      // The plan decides, not its picture: 0 exactly where register would find nothing to do, and setup neither.
      exitCode: verification.plan.steps.length > 0 || verification.provisioning.some(isFault) ? 3 : 0,
      text: renderVerification(verification, invocation.ports.terminal),
      json: toJsonVerification(verification),
    };
  });
}
