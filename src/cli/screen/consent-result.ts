import { Chalk } from "chalk";
import type { ConsentResult } from "../../flow/events.ts";
import type { Terminal } from "../../ports/index.ts";
import { fit } from "./fit.ts";
import { consentEnd, forwardConsent, type PackedProgram } from "./words/consent.ts";

/** The end of a consent run on the screen. */
export function renderConsent(result: ConsentResult, terminal: Terminal, packed: PackedProgram): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const { displayName, appId, tenant, waiting, consentPage, outcome } = result;
  const [first = "", ...rest] = consentEnd(result);
  const isGood = outcome === "granted" || outcome === "nothingToDo";
  const lines = [isGood ? style.green(first) : first, ...rest];
  if (waiting.length > 0 && consentPage !== undefined) {
    const app = { displayName, appId, tenantId: tenant.id };
    const { missing, lines: texts } = forwardConsent(app, waiting, consentPage, packed);
    lines.push("", style.yellow(missing), ...texts);
  }
  return fit(lines.join("\n"), terminal.resultColumns);
}
