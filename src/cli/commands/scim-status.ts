import type { ExitCode } from "../../errors.ts";
import { scimStatus } from "../../flow/scim/status.ts";
import type { Invocation } from "../program.ts";
import { renderScimStatus, toJsonScimStatus } from "../screen/scim-status.ts";
import { withSession } from "../session.ts";
import { meantApplications } from "../settings.ts";

/** `scim status`: parses, calls the flow, shows how provisioning fares. */
export async function runScimStatus(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, program }) => {
    const status = await scimStatus(context, {
      templates: meantApplications(settings, flags),
      known: settings.known,
    });
    return {
      exitCode: status.applications.some(({ state }) => state === "quarantine") ? 3 : 0,
      text: renderScimStatus(status, invocation.ports.terminal, program),
      json: toJsonScimStatus(status, program),
    };
  });
}
