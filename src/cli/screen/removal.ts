import { Chalk } from "chalk";
import type { RemoveResult } from "../../flow/remove.ts";
import type { Terminal } from "../../ports/index.ts";
import { clean } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import { removalEnd } from "./words/removal.ts";

/** The end of a removal on the screen. */
export function renderRemoval(result: RemoveResult, terminal: Terminal): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const [first = "", ...rest] = removalEnd(result);
  const head = result.outcome === "planned" ? [first] : ["", style.bold.green(first)];
  return fit([...head, ...rest].join("\n"), terminal.resultColumns);
}

/** The same for standard output with `--json`. */
export function toJsonRemoval(result: RemoveResult): ResultDocument {
  const { outcome, tenant, appId, objectId, restorableUntil, removal } = result;
  const secrets = [...(removal?.ourSecrets ?? []), ...(removal?.otherSecrets ?? [])];
  return {
    schemaVersion: 1,
    command: "remove",
    changed: outcome === "removed",
    tenantId: clean(tenant.id),
    appId: appId === undefined ? null : clean(appId),
    objectId: objectId === undefined ? null : clean(objectId),
    restorableUntil: restorableUntil?.toISOString() ?? null,
    consent: (removal?.consent ?? []).map(({ api, value, type }) => ({
      permission: clean(value),
      api: clean(api),
      type: type === "Role" ? "application" : "delegated",
    })),
    clientSecrets: secrets.map(({ keyId }) => ({ keyId: clean(keyId) })),
  };
}
