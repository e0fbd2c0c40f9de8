import { AppError, type ExitCode } from "../../errors.ts";
import { MOST_MEMBERS, provision } from "../../flow/scim/provision.ts";
import { textOf } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderOnDemand, toJsonOnDemand } from "../screen/scim-on-demand.ts";
import { withSession } from "../session.ts";
import { oneApplication } from "../settings.ts";

/** `scim provision`: parses, calls the flow, shows what Entra did. */
export async function runScimProvision(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async ({ context, settings, flags, program }) => {
    const users = invocation.command.args;
    const group = textOf(flags, "group");
    checkSubject(users, group);
    const result = await provision(context, {
      known: settings.known,
      template: oneApplication(settings, flags),
      users,
      group,
    });
    const isGood = result.outcome === "provisioned" || result.outcome === "nothingToDo";
    return {
      exitCode: isGood ? 0 : 3,
      text: renderOnDemand(result, invocation.ports.terminal, program),
      json: toJsonOnDemand(result, program),
    };
  });
}

/** One user; or a group, with some of its members. @throws AppError USAGE, NAMES_UNUSABLE */
function checkSubject(users: readonly string[], group: string | undefined): void {
  // A variable of a script that is not set, say.
  if ([...users, group ?? "-"].some((name) => name.trim() === "")) {
    throw new AppError("NAMES_UNUSABLE", { problem: { kind: "empty" } });
  }
  if (group === undefined && users.length !== 1) {
    throw new AppError("USAGE", {
      detail:
        users.length === 0
          ? "Name the user, or a group with --group."
          : "One user at a time; several go along with a group only (--group).",
      command: "scim provision",
    });
  }
  if (users.length > MOST_MEMBERS) {
    throw new AppError("USAGE", {
      detail: `No more than ${MOST_MEMBERS} members go along with a group.`,
      command: "scim provision",
    });
  }
}
