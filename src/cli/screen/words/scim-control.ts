import type { GoAheadWith } from "../../../flow/questions.ts";
import type { Controlled, ControlResult, ControlVerb } from "../../../flow/scim/control.ts";
import type { LeftOut } from "../../../flow/scim/standing.ts";
import { say } from "../clean.ts";
import type { Advice } from "./advice.ts";
import { DRY_RUN } from "./dry-run.ts";
import { quarantineWording, STATE_ADVICE, STATES } from "./scim-state.ts";

const SOON = "The next cycle begins within a few minutes. See how it goes with:";

const CHANGED: Readonly<Record<ControlVerb, { readonly is: string; readonly next: Advice }>> = {
  start: { is: "is started.", next: [{ say: SOON, run: "scim status" }] },
  pause: {
    is: "is paused.",
    next: [{ say: "Users and groups stay in the app as they are. Go on with:", run: "scim start" }],
  },
  restart: { is: "is restarted.", next: [{ say: SOON, run: "scim status" }] },
};

const NOTHING: Readonly<Record<ControlVerb, string>> = {
  start: "is started already",
  pause: "is not started",
  // A restart always does something.
  restart: "is restarted already",
};

/** How a start, a pause or a restart ended, the first line first. */
export function controlEnd(result: ControlResult): readonly Advice[] {
  const [first = "", ...rest] = endOf(result);
  return result.outcome === "changed" ? [first, CHANGED[result.verb].next, ...rest] : [first, ...rest];
}

/** The same of several applications: each by itself, and what holds for all of them behind it. */
export function controlEnds(results: readonly ControlResult[]): {
  readonly each: readonly (readonly Advice[])[];
  readonly all: readonly Advice[];
} {
  const all = results.flatMap(({ outcome, verb }) => {
    if (outcome === "planned") return [DRY_RUN];
    return outcome === "changed" ? [CHANGED[verb].next] : [];
  });
  const each = results.map((result) => (result.outcome === "planned" ? [planned(result)] : endOf(result)));
  return { each, all: [...new Set(all)] };
}

function endOf(result: ControlResult): readonly Advice[] {
  const { outcome, verb, displayName } = result;
  switch (outcome) {
    case "planned":
      return [DRY_RUN];
    case "nothingToDo":
      return [
        say`Nothing to do: provisioning of "${displayName}" ${result.state === "paused" ? "is paused already" : NOTHING[verb]}.`,
      ];
    case "quarantine":
      return [
        say`Nothing was changed: a start does not end the quarantine of "${displayName}".`,
        quarantineWording(result.job).advice,
      ];
    case "notReady":
      return leftOutEnd(result);
    case "changed":
      return [
        say`Done: provisioning of "${displayName}" ${CHANGED[verb].is}`,
        ...(result.isVisible ? [] : [NOT_VISIBLE]),
        ...(verb === "start" && result.state === "quarantine"
          ? [[{ say: "It still is in quarantine." }, ...quarantineWording(result.job).advice]]
          : []),
      ];
  }
}

const NOT_VISIBLE = "Microsoft Entra accepted it, but does not show it yet. That takes a minute sometimes.";

function planned({ displayName, verb }: ControlResult): string {
  return say`Provisioning of "${displayName}" would be ${PLANNED[verb]}.`;
}

const PLANNED: Readonly<Record<ControlVerb, string>> = {
  start: "started",
  pause: "paused",
  restart: "restarted",
};

function leftOutEnd(result: Extract<ControlResult, { outcome: "notReady" }>): readonly Advice[] {
  const { state, verb } = result;
  const advice = state === "notRegistered" ? REGISTER_FIRST : STATE_ADVICE[state];
  // What was never set up is as good as paused.
  return [leftOut(result), ...(verb === "pause" || advice === undefined ? [] : [advice])];
}

export const REGISTER_FIRST: Advice = [{ say: "Register it and set it up with:", run: "scim setup" }];

/** What is known of one of several before the others are started, paused or restarted. */
export function leftOut({ displayName, state }: LeftOut): string {
  const is = state === "notRegistered" ? "not registered in this tenant" : STATES[state];
  return say`Left out: "${displayName}" is ${is}.`;
}

/** How it ended for one of several, where it failed for another; nothing where nothing was done. */
export function controlDone(result: ControlResult): string | undefined {
  return result.outcome === "changed" ? changed(result) : undefined;
}

function changed({ displayName, verb }: Controlled): string {
  return say`Provisioning of "${displayName}" ${CHANGED[verb].is.replace(".", "")}`;
}

/** That it failed for one of several; the failure follows. */
export function controlFailed(displayName: string): string {
  return say`It failed for "${displayName}"; the reason is below.`;
}

/** The one question about several. */
export function goAheadWith({ verb, displayNames }: GoAheadWith): string {
  return `${ASKED[verb]} provisioning of ${listed(displayNames)}?`;
}

/** Names of applications, one after the other. */
export function listed(displayNames: readonly string[]): string {
  const names = displayNames.map((name) => say`"${name}"`);
  const last = names.pop() ?? "";
  return names.length > 0 ? `${names.join(", ")} and ${last}` : last;
}

const ASKED: Readonly<Record<ControlVerb, string>> = { start: "Start", pause: "Pause", restart: "Restart" };
