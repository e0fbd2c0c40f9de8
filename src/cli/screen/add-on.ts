import { Chalk } from "chalk";
import type { AddOnResult } from "../../flow/events.ts";
import type { Terminal } from "../../ports/index.ts";
import { say } from "./clean.ts";
import { fit } from "./fit.ts";

/** The end of a run that added an optional part of a product, on the screen. */
export function renderAddOn(result: AddOnResult, terminal: Terminal): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const { outcome, title, displayName, appId } = result;
  const ends: Readonly<Record<AddOnResult["outcome"], string>> = {
    planned: "Dry run: nothing was changed.",
    nothingToDo: style.green(say`Nothing to do: "${displayName}" (${appId}) has ${title} already.`),
    added: style.bold.green(say`Done: "${displayName}" (${appId}) serves ${title} now.`),
  };
  return fit(ends[outcome], terminal.resultColumns);
}
