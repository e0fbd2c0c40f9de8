import { Chalk } from "chalk";
import type { ControlResult } from "../../flow/scim/control.ts";
import type { Terminal } from "../../ports/index.ts";
import { clean } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import type { ControlledDocument } from "./scim-document.ts";
import { toJsonJob } from "./scim-status.ts";
import { advised, type Program } from "./words/advice.ts";
import { controlEnd, controlEnds } from "./words/scim-control.ts";

/** How a start, a pause or a restart ended, one application after the other. */
export function renderControl(
  results: readonly ControlResult[],
  terminal: Terminal,
  program: Program,
): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const [only] = results;
  const { each, all } =
    results.length === 1 && only ? { each: [controlEnd(only)], all: [] } : controlEnds(results);
  const lines = each.flatMap((advice, index) => {
    const { outcome, key } = results[index] ?? {};
    const [first = "", ...rest] = advice.map((one) => advised(one, program, key));
    return [outcome === "changed" || outcome === "nothingToDo" ? style.green(first) : first, ...rest];
  });
  return fit([...lines, ...all.map((one) => advised(one, program))].join("\n"), terminal.resultColumns);
}

const COMMANDS = { start: "scim start", pause: "scim pause", restart: "scim restart" } as const;

type ControlDocument = Extract<ResultDocument, { command: "scim start" | "scim pause" | "scim restart" }>;

/** The same for standard output with `--json`: the first that is there at the top, all of several in a list. */
export function toJsonControl(results: readonly ControlResult[]): ControlDocument {
  const applications = results.map(toJsonControlled);
  const index = applications.findIndex(({ appId }) => appId !== null);
  const [result, first] = [results[index], applications[index]];
  if (!result || !first || first.state === "notRegistered") throw new TypeError("a result of nothing");
  const { appId, objectId, state } = first;
  return {
    schemaVersion: 1,
    command: COMMANDS[result.verb],
    ...first,
    changed: applications.some(({ changed }) => changed),
    appId: appId ?? "",
    objectId: objectId ?? "",
    state,
    ...(results.length > 1 && { applications }),
  };
}

/** One of several. */
export function toJsonControlled(result: ControlResult): ControlledDocument {
  const { outcome, tenant, displayName, appId, objectId, state, job } = result;
  return {
    changed: outcome === "changed",
    tenantId: clean(tenant.id),
    displayName: clean(displayName),
    appId: appId === undefined ? null : clean(appId),
    objectId: objectId === undefined ? null : clean(objectId),
    state,
    ...toJsonJob(job),
  };
}
