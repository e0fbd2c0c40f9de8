import { type Choice, labelled } from "../../../settings/values.ts";
import { say } from "../clean.ts";

/** A choice as a list shows it: what people say, and what it stands for. */
export function choiceText(choice: Choice): string {
  const { label, value } = labelled(choice);
  return label === value ? say`${value}` : say`${label} (${value})`;
}
