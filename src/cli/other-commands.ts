import type { Command } from "commander";
import type { RunEvent } from "../flow/events.ts";
import type { Questions } from "../flow/questions.ts";
import type { Flags, FlagValue } from "../settings/known-values.ts";
import { clean } from "./screen/clean.ts";
import { type Program, quoted } from "./screen/words/advice.ts";
import { packedFile } from "./screen/words/consent.ts";

/** The flags that say which app a command is about, and how it is reached; add-ons and switches come besides. */
const WHICH: readonly string[] = [
  "config",
  "template",
  "set",
  "application",
  "tenant-id",
  "app-name",
  "app-id",
  "hostname",
  "group",
  "notify",
  "auth",
  "sign-in-client-id",
  "cloud",
  "output",
  "sandbox",
];

/** Switches that say how a run goes, not what it is about. */
const HOW: ReadonlySet<string> = new Set(["input", "color", "proof"]);

/**
 * How the person who runs a command would run another one on the same app: with the flags they gave that the other
 * one takes as well, and with what they answered since. What a variable says it goes on saying.
 */
export class OtherCommands implements Program {
  readonly #root: Command;
  readonly #given = new Map<string, readonly string[]>();
  #variant: string | undefined;

  constructor(command: Command, flags: Flags = {}) {
    this.#root = rootOf(command);
    const switches = command.options.flatMap(({ long }) => /^--no-(.+)$/.exec(long ?? "")?.[1] ?? []);
    for (const name of [...WHICH, ...switches.filter((one) => !HOW.has(one))]) {
      const flag = flags[name];
      if (flag?.source === "flag" && flag.path.startsWith("--"))
        this.#given.set(name, written(name, flag.value));
    }
  }

  /** Takes what was answered to a question, where no flag said it. */
  #answered(name: "tenant-id" | "app-name", value: string): void {
    if (!this.#given.has(name) && !(name === "app-name" && this.#given.has("app-id")))
      this.#given.set(name, written(name, value));
  }

  /** The same questions; what is answered is told to other commands as well. */
  listening(questions: Questions): Questions {
    const appName = async (proposed: string): Promise<string> => {
      const name = await questions.appName(proposed);
      this.#answered("app-name", name);
      return name;
    };
    return { ...questions, appName };
  }

  /** Learns from what a run says. */
  readonly hear = (event: RunEvent): void => {
    if (event.kind === "signedIn") this.#answered("tenant-id", event.tenant.id);
  };

  /** Learns the template of the variant that only a command below `scim` takes unasked. */
  provisions(variant: string): void {
    this.#variant = variant;
  }

  readonly again = (words: string, application?: string): string => {
    const program = `npx ./${packedFile(this.#root.version() ?? "")}`;
    if (words.endsWith("--help")) return clean(`${program} ${words}`);
    const taken = new Set(optionsOf(this.#root, words));
    const told = new Map(this.#given);
    // An app is named in one way; a deleted one has lost its client ID to `register`.
    if (words.includes(" --app-name ")) told.delete("app-id");
    if (application !== undefined) told.set("application", written("application", application));
    if (this.#variant !== undefined && !words.startsWith("scim "))
      told.set("template", written("template", this.#variant));
    const flags = [...told].flatMap(([name, texts]) =>
      taken.has(name) && !new RegExp(` --(no-)?${name}\\b`).test(words) ? texts : [],
    );
    return clean([program, words, ...flags].join(" "));
  };
}

function written(name: string, value: FlagValue["value"]): readonly string[] {
  if (typeof value === "boolean") return [value ? `--${name}` : `--no-${name}`];
  const texts = typeof value === "string" ? [value] : value;
  return texts.map((text) => `--${name} ${quoted(text)}`);
}

function rootOf(command: Command): Command {
  let root = command;
  while (root.parent) root = root.parent;
  return root;
}

/** The names of the flags that a command takes. */
function optionsOf(root: Command, words: string): readonly string[] {
  let command = root;
  for (const word of words.split(" ")) {
    const next = command.commands.find((one) => one.name() === word);
    if (!next) break;
    command = next;
  }
  return command.options.map(({ long }) => (long ?? "").replace(/^--(no-)?/, ""));
}
