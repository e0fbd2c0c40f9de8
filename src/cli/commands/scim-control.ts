import type { ExitCode } from "../../errors.ts";
import type { RunContext } from "../../flow/context.ts";
import { type ControlResult, type ControlVerb, controlProvisioning } from "../../flow/scim/control.ts";
import { isOn } from "../flags.ts";
import type { Invocation } from "../program.ts";
import { renderControl, toJsonControl, toJsonControlled } from "../screen/scim-control.ts";
import { type Session, withSession } from "../session.ts";
import { meantApplications } from "../settings.ts";

/** `scim start`, `scim pause`, `scim restart`: parses, calls the flow, shows what came of it. */
export function runScimControl(verb: ControlVerb): (invocation: Invocation) => Promise<ExitCode> {
  return (invocation) =>
    withSession(invocation, async (session) => {
      const { settings, flags } = session;
      const dryRun = isOn(flags, "dry-run");
      const results = await controlProvisioning(telling(session), {
        known: settings.known,
        templates: meantApplications(settings, flags),
        verb,
        clearsState: isOn(flags, "clear-state"),
        yes: isOn(flags, "yes"),
        dryRun,
      });
      return {
        exitCode: exitCodeFor(results, dryRun),
        text: renderControl(results, invocation.ports.terminal, session.program),
        json: toJsonControl(results),
      };
    });
}

/** Keeps for a failure what was done for the other applications. */
function telling({ context, complete }: Session): RunContext {
  return {
    ...context,
    report: (event) => {
      context.report(event);
      if (event.kind === "controlDone") complete.push(toJsonControlled(event.result));
    },
  };
}

/** What was never set up is as good as paused. */
function exitCodeFor(results: readonly ControlResult[], dryRun: boolean): ExitCode {
  if (results.some(({ outcome }) => outcome === "quarantine")) return 3;
  const waits = results.some(({ outcome, verb }) => outcome === "notReady" && verb !== "pause");
  return waits && !dryRun ? 7 : 0;
}
