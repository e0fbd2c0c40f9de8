import { Chalk } from "chalk";
import type { AssignResult } from "../../flow/scim/assign.ts";
import type { Terminal } from "../../ports/index.ts";
import { clean } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import { assignEnd } from "./words/scim-assign.ts";

/** The end of many assignments on the screen. */
export function renderAssignments(result: AssignResult, terminal: Terminal): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const [first = "", ...rest] = assignEnd(result);
  const isWhole = result.plan.missing.length + result.refused.length === 0;
  const isGood = isWhole && result.outcome !== "planned";
  return fit([isGood ? style.green(first) : first, ...rest].join("\n"), terminal.resultColumns);
}

/** The same for standard output with `--json`: numbers; names are in the file. */
export function toJsonAssignments(result: AssignResult): ResultDocument {
  const { outcome, tenant, displayName, appId, objectId, plan, assigned, removed, refused, file } = result;
  return {
    schemaVersion: 1,
    command: "scim assign",
    changed: assigned + removed > 0,
    tenantId: clean(tenant.id),
    displayName: clean(displayName),
    appId: clean(appId),
    objectId: clean(objectId),
    outcome,
    planned: plan.users + plan.groups,
    assigned,
    already: plan.already,
    replaced: removed,
    notFound: plan.missing.length,
    refused: refused.length,
    notAssignedFile: file ?? null,
  };
}
