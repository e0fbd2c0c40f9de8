import type { ExitCode } from "../../errors.ts";
import type { TokenInput } from "../../flow/scim/secret-tokens.ts";
import { setup } from "../../flow/scim/setup/setup.ts";
import type { Flags } from "../../settings/known-values.ts";
import { isOn, textOf, textsOf } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderResults, toJsonResults } from "../screen/result.ts";
import { GROUP_QUESTIONS } from "../screen/words/groups.ts";
import { usersToCheck } from "../screen/words/tables.ts";
import { packedProgram, withSession } from "../session.ts";
import { oneApplication, ownValues } from "../settings.ts";
import { registerOptions, toldAgain } from "./register.ts";

/** `scim setup`: parses, calls the flow, shows what came of it. */
export async function runScimSetup(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, outputFolder, program }) => {
    const isOne = textOf(flags, "application") !== undefined;
    const templates = isOne ? [oneApplication(settings, flags)] : settings.templates;
    const own = ownValues(settings, flags);
    const { groups } = settings.known;
    const results = await setup(context, {
      ...settings,
      templates,
      known: { ...settings.known, groups: groups && { ...groups, value: own(groups.value) } },
      ...registerOptions(flags, invocation),
      outputFolder,
      tokenFiles: tokenFilesOf(flags, own),
      users: own(textsOf(flags, "user")),
      newGroups: own(textsOf(flags, "new-group")),
      members: own(textsOf(flags, "member")),
      role: textOf(flags, "role"),
      proofUser: textOf(flags, "proof-user"),
      newSecretToken: isOn(flags, "new-secret-token"),
      groupQuestion: GROUP_QUESTIONS.provisioned,
      userTable: usersToCheck,
    });
    const packed = { ...packedProgram(invocation, settings, program), flags: toldAgain(flags, settings) };
    const waits = results.some(
      ({ waiting, provisioning }) => waiting.length > 0 || provisioning?.outcome === "waiting",
    );
    return {
      exitCode: waits && !isOn(flags, "dry-run") ? 7 : 0,
      text: renderResults(results, invocation.ports.terminal, packed),
      json: toJsonResults("scim setup", results, packed),
    };
  });
}

/** The files that hold secret tokens, and how they were named. */
export function tokenFilesOf(flags: Flags, own: ReturnType<typeof ownValues>): TokenInput["files"] {
  const path = flags["secret-token-file"]?.path ?? "--secret-token-file";
  return { values: own(textsOf(flags, "secret-token-file")), path };
}
