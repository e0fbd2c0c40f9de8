import { isSettled, type KnownValues } from "../settings/known-values.ts";
import type { AddOn } from "../template/schema.ts";
import type { RunContext } from "./context.ts";

/** What is known once the last question is answered. */
export interface Answers {
  readonly appName: string;
  /** An origin, such as `https://app.example.com`. */
  readonly hostname: string;
  /** The add-ons that were chosen. */
  readonly addOns: readonly AddOn[];
  /** The template's own inputs, by name. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** Asks for everything that no flag or variable settled, in the order of the vendor's guide. */
export async function askForAnswers(
  { questions, report }: Pick<RunContext, "questions" | "report">,
  known: KnownValues,
  addOns: readonly AddOn[],
  proposedName: string,
): Promise<Answers> {
  const appName =
    questions && !isSettled(known.appName) ? await questions.appName(proposedName) : proposedName;
  let hostname = known.hostname?.value ?? "";
  if (questions && known.needsHostname && !isSettled(known.hostname)) {
    const answer = await questions.hostname(known.hostname?.value);
    hostname = answer.origin;
    if (answer.reduced) report({ kind: "hostnameReduced", origin: hostname });
  }
  const inputs: Record<string, string> = {};
  for (const { name, value, input } of known.inputs) {
    const answer = questions && !isSettled(value) ? await questions.input(input, value?.value) : value?.value;
    if (answer !== undefined) inputs[name] = answer;
  }
  const chosen: AddOn[] = [];
  for (const addOn of addOns) {
    const proposed = known.addOns[addOn.name];
    const isOn =
      questions && !isSettled(proposed)
        ? await questions.addOn(addOn.question, proposed?.value ?? false)
        : (proposed?.value ?? false);
    if (isOn) chosen.push(addOn);
  }
  return { appName, hostname, addOns: chosen, inputs };
}
