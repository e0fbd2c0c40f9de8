import { clean, say } from "../clean.ts";

/** One thing to do: a sentence, and the command that it ends on, where there is one. */
export interface Step {
  readonly say: string;
  /** What stands behind the name of the program: `scim status`. */
  readonly run?: string | undefined;
  /** Which of a product's several applications it is about. */
  readonly application?: string | undefined;
}

/** What somebody can do now. */
export type Advice = string | readonly Step[];

/** How a person runs this program where they are. */
export interface Program {
  /**
   * A whole command, to be copied: the flags that say which app is meant are told again.
   *
   * @param application which of a product's several, where this run was about all of them.
   */
  readonly again: (words: string, application?: string) => string;
}

/** Advice as it stands on a screen: each command on a line of its own, which nothing breaks. */
export function advised(advice: Advice, program: Program, application?: string): string {
  return joined(advice, program, "\n    ", application);
}

/** The same for a program that hands the text on: each step on one line. */
export function advisedPlainly(advice: Advice, program: Program, application?: string): string {
  return joined(advice, program, " ", application);
}

function joined(advice: Advice, program: Program, between: string, application: string | undefined): string {
  if (typeof advice === "string") return advice;
  return advice
    .map((step) =>
      step.run === undefined
        ? step.say
        : `${step.say}${between}${program.again(clean(step.run), step.application ?? application)}`,
    )
    .join("\n");
}

/** As a shell and PowerShell both take it. */
export function quoted(text: string): string {
  if (/^[\w./:\\-]+$/.test(text)) return text;
  // Inside double quotes these would be read once more by the one or the other.
  return /["$`!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}

/** Somebody of the directory in a command: by name where that is harmless to any shell, else by object ID. */
export function principal({ name, id }: { readonly name: string; readonly id: string }): string {
  return /^[\p{L}\p{N}][\p{L}\p{N} .@_-]*$/u.test(name) ? quoted(name) : say`${id}`;
}
