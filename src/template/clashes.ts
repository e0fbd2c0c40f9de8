import type { Fault } from "../errors.ts";
import type { AddOn, TemplateFile } from "./schema.ts";

/** The keys of `config.json` that inputs and add-ons of one template declare twice. */
export function clashes({ inputs = [] }: TemplateFile, addOns: readonly AddOn[]): Fault[] {
  const declared = [
    ...inputs.map(({ configKey }, index) => ({ path: `inputs.${index}.configKey`, configKey })),
    ...addOns.map(({ configKey }, index) => ({ path: `addOns.${index}`, configKey })),
  ];
  return declared
    .filter(({ configKey }, index) =>
      declared.some((other, before) => before < index && other.configKey === configKey),
    )
    .map(({ path, configKey }) => ({
      path,
      expected: { schema: `the key ${configKey} of config.json is declared twice` },
    }));
}
