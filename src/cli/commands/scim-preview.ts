import type { ExitCode } from "../../errors.ts";
import { preview } from "../../flow/scim/preview.ts";
import { textOf } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderPreview, toJsonPreview } from "../screen/scim-preview.ts";
import { usersToCheck } from "../screen/words/tables.ts";
import { withSession } from "../session.ts";
import { oneApplication } from "../settings.ts";
import { peopleSources } from "./scim-assign.ts";

/** `scim preview`: parses, calls the flow, shows who would fail. */
export async function runScimPreview(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, outputFolder }) => {
    const result = await preview(context, {
      known: settings.known,
      template: oneApplication(settings, flags),
      sources: peopleSources(flags, invocation, settings.known),
      role: textOf(flags, "role"),
      outputFolder,
      userTable: usersToCheck,
    });
    return {
      exitCode: result.check.failing + result.missing.length > 0 ? 3 : 0,
      text: renderPreview(result, invocation.ports.terminal),
      json: toJsonPreview(result),
    };
  });
}
