import type { ExitCode } from "../../errors.ts";
import { type ControlVerb, controlProvisioning } from "../../flow/scim/control.ts";
import { isOn } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderControl, toJsonControl } from "../screen/scim-control.ts";
import { withSession } from "../session.ts";
import { oneApplication } from "../settings.ts";

/** `scim start`, `scim pause`, `scim restart`: parses, calls the flow, shows what came of it. */
export function runScimControl(verb: ControlVerb): (invocation: Invocation) => Promise<ExitCode> {
  return (invocation) =>
    withSession(invocation, async ({ context, settings, flags }) => {
      const result = await controlProvisioning(context, {
        known: settings.known,
        template: oneApplication(settings, flags),
        verb,
        clearsState: isOn(flags, "clear-state"),
        yes: isOn(flags, "yes"),
        dryRun: isOn(flags, "dry-run"),
      });
      return {
        exitCode: result.outcome === "quarantine" ? 3 : 0,
        text: renderControl(result, invocation.ports.terminal),
        json: toJsonControl(result),
      };
    });
}
