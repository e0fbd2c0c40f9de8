import { Chalk } from "chalk";
import type { ControlResult } from "../../flow/scim/control.ts";
import type { Terminal } from "../../ports/index.ts";
import { clean } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import { toJsonJob } from "./scim-status.ts";
import { controlEnd } from "./words/scim-control.ts";

/** How a start, a pause or a restart ended. */
export function renderControl(result: ControlResult, terminal: Terminal): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const [first = "", ...rest] = controlEnd(result);
  const isGood = result.outcome === "changed" || result.outcome === "nothingToDo";
  return fit([isGood ? style.green(first) : first, ...rest].join("\n"), terminal.resultColumns);
}

const COMMANDS = { start: "scim start", pause: "scim pause", restart: "scim restart" } as const;

/** The same for standard output with `--json`. */
export function toJsonControl(result: ControlResult): ResultDocument {
  const { verb, outcome, tenant, appId, objectId, displayName, state, job } = result;
  return {
    schemaVersion: 1,
    command: COMMANDS[verb],
    changed: outcome === "changed",
    tenantId: clean(tenant.id),
    displayName: clean(displayName),
    appId: clean(appId),
    objectId: clean(objectId),
    state,
    ...toJsonJob(job),
  };
}
