import { Chalk } from "chalk";
import type { AddOnResult } from "../../flow/events.ts";
import type { Terminal } from "../../ports/index.ts";
import { fit } from "./fit.ts";
import { addOnTitle } from "./words/result.ts";

/** The end of a run that added an optional part of a product, on the screen. */
export function renderAddOn(result: AddOnResult, terminal: Terminal): string {
  const { bold, green } = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const styles = { planned: String, nothingToDo: green, added: bold.green };
  return fit(styles[result.outcome](addOnTitle(result)), terminal.resultColumns);
}
