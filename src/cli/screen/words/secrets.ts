import type { RetireResult } from "../../../flow/events.ts";
import { toScreenDate } from "../../../handover/dates.ts";
import type { JudgedSecret, SecretState } from "../../../registration/secrets.ts";
import { clean, say } from "../clean.ts";
import type { Advice } from "./advice.ts";
import { DRY_RUN } from "./dry-run.ts";

/** What is said beside a new secret. */
export const ROTATED: Advice = [
  {
    say: "The secrets that were there before still work. When the vendor uses the new one, remove them with:",
    run: "secret retire",
  },
];

/** The last step where a person took the secret from the screen. */
export const PASS_ON =
  "Pass the client secret that you copied on to them by another, safe way; never by e-mail. It is in no file.";

const STATES: Readonly<Record<SecretState, string>> = {
  delivered: "handed over",
  undelivered: "not handed over",
  doubtful: "doubtful",
  expired: "ended",
  foreign: "not ours",
};

/** What the states mean that are not clear by themselves, for those that are there. */
const EXPLANATIONS: Partial<Readonly<Record<SecretState, string>>> = {
  undelivered: "not handed over: an earlier run left it; the next one, or secret retire, removes it.",
  doubtful:
    "doubtful: made by this tool, and neither its journal, nor a mark on the app, nor the hand-over file says whether the vendor has it. Name it to remove it: secret retire <key ID>",
  foreign: "not ours: this tool did not make it and never removes it.",
};

/** One secret as it is shown. */
export interface SecretRow {
  readonly keyId: string;
  readonly state: string;
  readonly until: string;
  readonly daysLeft: string;
  readonly name: string;
}

/** Whole days until a secret ends; below nothing once it has. */
export function daysLeft({ credential }: JudgedSecret, now: Date): number {
  return Math.floor((new Date(credential.endDateTime).getTime() - now.getTime()) / 86_400_000);
}

/** The texts of one secret. */
export function secretRow(secret: JudgedSecret, now: Date): SecretRow {
  const { credential, state } = secret;
  const days = daysLeft(secret, now);
  return {
    keyId: clean(credential.keyId),
    state: STATES[state],
    until: toScreenDate(new Date(credential.endDateTime)),
    daysLeft: days < 0 ? "none" : String(days),
    name: say`"${credential.displayName ?? ""}", since ${toScreenDate(new Date(credential.startDateTime))}`,
  };
}

/** What stands over the columns. */
export const HEADINGS: SecretRow = {
  keyId: "Key ID",
  state: "State",
  until: "Until",
  daysLeft: "Days left",
  name: "",
};

/** The heading of the list, or that there is none. */
export function secretsTitle(displayName: string, appId: string, count: number): string {
  return count === 0
    ? say`"${displayName}" (${appId}) has no client secret.`
    : say`Client secrets of "${displayName}" (${appId})`;
}

/** What the states in a list mean. */
export function stateExplanations(secrets: readonly JudgedSecret[]): string[] {
  return [...new Set(secrets.map(({ state }) => state))].flatMap((state) => EXPLANATIONS[state] ?? []);
}

/** How a retirement ended, the first line first. */
export function retireEnd({ outcome, displayName, appId, plan, gone, left }: RetireResult): string[] {
  const absent = gone.map((keyId) => say`${keyId} is not there, or not any more.`);
  const rest =
    left === 0
      ? "No client secret is left that was handed over: issue one with secret rotate before the app is used again."
      : say`${left} that ${left === 1 ? "was" : "were"} handed over ${left === 1 ? "is" : "are"} left.`;
  switch (outcome) {
    case "planned":
      return [DRY_RUN, ...absent];
    case "nothingToDo":
      return [say`Nothing to do: "${displayName}" (${appId}) has no client secret to remove.`, ...absent];
    case "retired": {
      const count = plan.steps.length;
      return [
        say`Done: ${count} client ${count === 1 ? "secret" : "secrets"} of "${displayName}" removed.`,
        rest,
        ...absent,
      ];
    }
  }
}

export const DOWNLOAD = "Save the file on your computer with:";

/** How a file leaves Cloud Shell: a command of the shell that makes the browser save it. */
export function downloadCommand(file: string): string {
  return say`download ${/^[\w./~-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`}`;
}
