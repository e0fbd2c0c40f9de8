import type { ExitCode } from "../../errors.ts";
import { scimStatus } from "../../flow/scim/status.ts";
import { textOf } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderScimStatus, toJsonScimStatus } from "../screen/scim-status.ts";
import { withSession } from "../session.ts";
import { oneApplication } from "../settings.ts";

/** `scim status`: parses, calls the flow, shows how provisioning fares. */
export async function runScimStatus(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags }) => {
    const isOne = textOf(flags, "application") !== undefined;
    // An id names one application, whichever of a product's it is.
    const meant = settings.known.appId === undefined ? settings.templates : settings.templates.slice(0, 1);
    const templates = isOne ? [oneApplication(settings, flags)] : meant;
    const status = await scimStatus(context, { templates, known: settings.known });
    return {
      exitCode: status.applications.some(({ state }) => state === "quarantine") ? 3 : 0,
      text: renderScimStatus(status, invocation.ports.terminal),
      json: toJsonScimStatus(status),
    };
  });
}
