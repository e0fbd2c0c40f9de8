import type { ExitCode } from "../../errors.ts";
import { remove } from "../../flow/remove.ts";
import { isOn } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderRemoval, toJsonRemoval } from "../screen/removal.ts";
import { withSession } from "../session.ts";
import { oneApplication } from "../settings.ts";

/** `remove`: parses, calls the flow, shows what went. */
export async function runRemove(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags }) => {
    const yes = isOn(flags, "yes");
    const result = await remove(context, {
      ...settings,
      template: oneApplication(settings, flags),
      yes,
      dryRun: isOn(flags, "dry-run"),
    });
    return {
      exitCode: 0,
      text: renderRemoval(result, invocation.ports.terminal),
      json: toJsonRemoval(result),
    };
  });
}
