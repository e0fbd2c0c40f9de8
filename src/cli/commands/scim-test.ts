import type { ExitCode } from "../../errors.ts";
import { testConnection } from "../../flow/scim/test-connection.ts";
import { textOf } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderConnectionTest, toJsonConnectionTest } from "../screen/scim-test.ts";
import { withSession } from "../session.ts";
import { oneApplication, ownValues } from "../settings.ts";
import { tokenFilesOf } from "./scim-setup.ts";

/** `scim test`: parses, calls the flow, shows whether Entra can connect. */
export async function runScimTest(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, program }) => {
    const template = oneApplication(settings, flags);
    const tested = await testConnection(context, {
      ...settings,
      template,
      tokenFiles: tokenFilesOf(flags, ownValues(settings, flags)),
      tenantUrl: textOf(flags, "tenant-url"),
    });
    return {
      exitCode: tested.test.ok ? 0 : 3,
      text: renderConnectionTest(tested, invocation.ports.terminal, program),
      json: toJsonConnectionTest(tested, program),
    };
  });
}
