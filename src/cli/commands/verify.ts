import type { ExitCode } from "../../errors.ts";
import { verify } from "../../flow/verify.ts";
import type { Invocation } from "../program.ts";
import { renderVerifications, toJsonVerifications } from "../screen/verification.ts";
import { withSession } from "../session.ts";
import { meantApplications, oneApplication } from "../settings.ts";

/** `verify`: parses, calls the flow, shows what differs. */
export async function runVerify(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, outputFolder, program }) => {
    // To be compared with its own template, one that an ID names has to be named by its key as well.
    const isById = settings.known.appId !== undefined;
    const verifications = await verify(context, {
      ...settings,
      templates: isById ? [oneApplication(settings, flags)] : meantApplications(settings, flags),
      outputFolder,
    });
    return {
      exitCode: verifications.some(({ differs }) => differs) ? 3 : 0,
      text: renderVerifications(verifications, invocation.ports.terminal, program),
      json: toJsonVerifications(verifications),
    };
  });
}
