import { AppError, type ExitCode } from "../../errors.ts";
import { retireSecrets } from "../../flow/retire-secrets.ts";
import { parseGuid } from "../../settings/values.ts";
import { isOn } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { toJsonResult } from "../screen/result.ts";
import { renderRetirement } from "../screen/secrets.ts";
import { packedProgram, withSession } from "../session.ts";
import { oneApplication } from "../settings.ts";

/** `secret retire`: parses, calls the flow, shows what came of it. */
export async function runSecretRetire(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, outputFolder, program }) => {
    const result = await retireSecrets(context, {
      ...settings,
      template: oneApplication(settings, flags),
      keyIds: readKeyIds(invocation.command.args),
      yes: isOn(flags, "yes"),
      dryRun: isOn(flags, "dry-run"),
      outputFolder,
    });
    return {
      exitCode: 0,
      text: renderRetirement(result, invocation.ports.terminal),
      json: toJsonResult("secret retire", result, packedProgram(invocation, settings, program)),
    };
  });
}

function readKeyIds(words: readonly string[]): string[] {
  const parsed = words.map((found) => ({ found, value: parseGuid(found) }));
  const faults = parsed.flatMap(({ found, value }) =>
    value.ok ? [] : [{ path: "key ID", found, expected: value.expected }],
  );
  if (faults.length > 0) throw new AppError("VALUES_INVALID", { faults });
  return parsed.flatMap(({ value }) => (value.ok ? [value.value] : []));
}
