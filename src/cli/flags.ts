import type { Command, Option } from "commander";
import type { Fault } from "../errors.ts";
import type { Flags } from "../settings/known-values.ts";
import { parseYesOrNo } from "../settings/values.ts";
import { ACCESS_TOKEN_VARIABLE, SECRET_TOKEN_VARIABLE } from "../signin/token-source.ts";

const PREFIX = "ENTRA_APP_REGISTRATION_";

/** The environment variable that stands for a flag: `--tenant-id` is `ENTRA_APP_REGISTRATION_TENANT_ID`. */
export function toVariable(flag: string): string {
  return PREFIX + flag.toUpperCase().replaceAll("-", "_");
}

/** What a command was given, by flag first and by environment variable second. */
export function readFlags(
  command: Command,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly flags: Flags; readonly faults: readonly Fault[] } {
  const flags: Record<string, Flags[string]> = {};
  const faults: Fault[] = [];
  for (let owner: Command | null = command; owner; owner = owner.parent) {
    for (const option of owner.options) {
      const name = (option.long ?? "").replace(/^--(no-)?/, "");
      if (name === "" || name === "version" || flags[name] !== undefined) continue;
      const key = option.attributeName();
      const value: unknown = owner.getOptionValue(key);
      if (owner.getOptionValueSource(key) === "cli") {
        const path = value === false ? `--no-${name}` : `--${name}`;
        if (typeof value === "string" && isPath(option) && value.trim() === "") {
          faults.push({ path, found: value, expected: "path" });
        }
        flags[name] = { value: isText(value) ? value : value === true, source: "flag", path };
        continue;
      }
      const variable = toVariable(name);
      const text = environment[variable];
      if (text === undefined || text === "") continue;
      if (option.required || option.optional) {
        const { argChoices: oneOf } = option;
        if (oneOf && !oneOf.includes(text)) faults.push({ path: variable, found: text, expected: { oneOf } });
        else if (isRepeatable(option)) {
          const texts = text.split(",").filter((part) => part.trim() !== "");
          flags[name] = { value: texts, source: "environment", path: variable };
        } else flags[name] = { value: text, source: "environment", path: variable };
        continue;
      }
      const parsed = parseYesOrNo({ "1": "yes", "0": "no" }[text] ?? text);
      if (parsed.ok) flags[name] = { value: parsed.value, source: "environment", path: variable };
      else faults.push({ path: variable, found: text, expected: parsed.expected });
    }
  }
  return { flags, faults };
}

/** The text of an option, or the texts of one that may be given more than once. */
function isText(value: unknown): value is string | string[] {
  return typeof value === "string" || Array.isArray(value);
}

/** Whether an option may be given more than once; its variable holds all of them, with commas between. */
function isRepeatable({ parseArg, argChoices }: Option): boolean {
  return parseArg !== undefined && argChoices === undefined;
}

/** Collects what an option was given, for one that may be given more than once. */
export function collect(text: string, earlier: unknown): readonly unknown[] {
  return Array.isArray(earlier) ? [...(earlier as unknown[]), text] : [text];
}

/** Whether an option takes a file or a folder, as its help says. */
function isPath({ flags }: Option): boolean {
  return /<(.*\|)?(file|folder)>$/.test(flags);
}

/** The variables that look like ours and stand for no flag: probably misspelt. */
export function unknownVariables(
  command: Command,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  let program = command;
  while (program.parent) program = program.parent;
  // One environment serves all commands: what another one takes is not misspelt.
  const known = new Set(
    allOptions(program).map(({ long }) => toVariable((long ?? "").replace(/^--(no-)?/, ""))),
  );
  return Object.keys(environment).filter(
    (name) =>
      name.startsWith(PREFIX) &&
      !known.has(name) &&
      name !== ACCESS_TOKEN_VARIABLE &&
      // Which application one of these is for is known with the template.
      !name.startsWith(SECRET_TOKEN_VARIABLE),
  );
}

function allOptions({ options, commands }: Command): Option[] {
  return [...options, ...commands.flatMap(allOptions)];
}

/** Whether a switch is on. */
export function isOn(flags: Flags, name: string, fallback = false): boolean {
  const value = flags[name]?.value;
  return typeof value === "boolean" ? value : fallback;
}

/** A flag's text, where it was given. */
export function textOf(flags: Flags, name: string): string | undefined {
  const value = flags[name]?.value;
  return typeof value === "string" ? value : undefined;
}

/** What a flag was given that may be given more than once. */
export function textsOf(flags: Flags, name: string): readonly string[] {
  const value = flags[name]?.value;
  if (typeof value === "string") return [value];
  return typeof value === "object" ? value : [];
}
