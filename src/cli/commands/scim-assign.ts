import { setFlagsFromString } from "node:v8";
import { AppError, type ExitCode } from "../../errors.ts";
import { absolute } from "../../flow/load.ts";
import { assign } from "../../flow/scim/assign.ts";
import type { PeopleSources } from "../../flow/scim/people/named-people.ts";
import type { Flags, KnownValues } from "../../settings/known-values.ts";
import { isOn, textOf, textsOf } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderAssignments, toJsonAssignments } from "../screen/scim-assign.ts";
import { notAssigned } from "../screen/words/tables.ts";
import { withSession } from "../session.ts";
import { oneApplication } from "../settings.ts";

/** `scim assign`: parses, calls the flow, shows what came of it. */
export async function runScimAssign(invocation: Invocation): Promise<ExitCode> {
  keepHeapSmall();
  return withSession(invocation, async ({ context, settings, flags, outputFolder }) => {
    const sources = peopleSources(flags, invocation, settings.known);
    if (isNobody(sources)) {
      throw new AppError("USAGE", {
        detail: "Say whom to assign: --file, --user, --group or --members-of.",
        command: "scim assign",
      });
    }
    const result = await assign(context, {
      known: settings.known,
      template: oneApplication(settings, flags),
      sources,
      role: textOf(flags, "role"),
      yes: isOn(flags, "yes"),
      dryRun: isOn(flags, "dry-run"),
      outputFolder,
      table: notAssigned,
    });
    return {
      exitCode: result.plan.missing.length + result.refused.length > 0 ? 7 : 0,
      text: renderAssignments(result, invocation.ports.terminal),
      json: toJsonAssignments(result),
    };
  });
}

/**
 * Thousands of answers leave nothing behind, but over a long run V8 lets the part of its heap for what is young grow to
 * three times its size, and the other by as much again as it holds before it collects. It reads these flags each time it
 * wants to, so that they may be set now; their sibling is
 * https://nodejs.org/api/cli.html#--max-semi-space-sizesize-in-mib.
 */
function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=20");
}

/** Who is meant, as the flags say. @throws AppError USAGE */
export function peopleSources(
  flags: Flags,
  { ports: { system, terminal } }: Pick<Invocation, "ports">,
  { auth }: Pick<KnownValues, "auth">,
): PeopleSources {
  const file = textOf(flags, "file");
  if (file === "-" && auth === "token") {
    throw new AppError("USAGE", { detail: "Both --file - and --auth token read standard input." });
  }
  return {
    file: file === undefined || file === "-" ? file : absolute(system.currentFolder, file),
    users: textsOf(flags, "user"),
    groups: textsOf(flags, "group"),
    membersOf: textsOf(flags, "members-of"),
    input: () => terminal.inputChunks(),
  };
}

/** Whether nobody is named at all. */
export function isNobody({ file, users, groups, membersOf }: PeopleSources): boolean {
  return file === undefined && users.length + groups.length + membersOf.length === 0;
}
