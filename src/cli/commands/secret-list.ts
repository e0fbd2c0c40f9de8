import type { ExitCode } from "../../errors.ts";
import { listSecrets } from "../../flow/list-secrets.ts";
import type { Invocation } from "../program.ts";
import { renderSecrets, toJsonSecrets } from "../screen/secrets.ts";
import { withSession } from "../session.ts";
import { oneApplication } from "../settings.ts";

/** `secret list`: parses, calls the flow, shows what there is. */
export async function runSecretList(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, outputFolder }) => {
    const list = await listSecrets(context, {
      ...settings,
      template: oneApplication(settings, flags),
      outputFolder,
    });
    const { terminal } = invocation.ports;
    return { exitCode: 0, text: renderSecrets(list, terminal), json: toJsonSecrets(list) };
  });
}
