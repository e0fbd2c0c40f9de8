import type { Fault } from "../errors.ts";
import type { TemplateInput } from "../template/schema.ts";
import type { FlagValue, Known } from "./known-values.ts";
import { parseInput } from "./values.ts";

/**
 * The values that `--set <input>=<value>` gives to a template's own inputs, by the input's name. Of the format `pairs`
 * each gives some more; of another, the last one counts.
 */
export function inputsFromFlag(
  flag: FlagValue | undefined,
  inputs: readonly TemplateInput[],
  faults: Fault[],
): ReadonlyMap<string, Known<string>> {
  const values = new Map<string, Known<string>>();
  if (typeof flag?.value !== "object") return values;
  const { path, source } = flag;
  for (const text of flag.value) {
    const [, name = "", value = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    const input = inputs.find((one) => one.name === name.trim());
    const earlier = input?.format === "pairs" ? (values.get(input.name)?.value ?? "") : "";
    const parsed = input && parseInput(input)(earlier === "" ? value : `${earlier}, ${value}`);
    if (parsed?.ok) values.set(name.trim(), { value: parsed.value, source });
    else if (parsed) faults.push({ path: `${path} ${name.trim()}`, found: value, expected: parsed.expected });
    else {
      const expected = { oneOf: inputs.map((one) => `${one.name}=…`) };
      faults.push({ path, found: text, expected: inputs.length > 0 ? expected : "noInput" });
    }
  }
  return values;
}
