import type { ControlResult, ControlVerb } from "../../../flow/scim/control.ts";
import { say } from "../clean.ts";
import { quarantineWording } from "./scim-state.ts";

const CHANGED: Readonly<Record<ControlVerb, string>> = {
  start: "is started. The next cycle begins within a few minutes. See how it goes with: scim status",
  pause: "is paused. Users and groups stay in the app as they are. Go on with: scim start",
  restart: "is restarted. The next cycle begins within a few minutes. See how it goes with: scim status",
};

const NOTHING: Readonly<Record<ControlVerb, string>> = {
  start: "is started already",
  pause: "is not started",
  // A restart always does something.
  restart: "is restarted already",
};

/** How a start, a pause or a restart ended, the first line first. */
export function controlEnd(result: ControlResult): string[] {
  const { outcome, verb, displayName, isVisible, job, state } = result;
  switch (outcome) {
    case "planned":
      return ["Dry run: nothing was changed."];
    case "nothingToDo":
      return [
        say`Nothing to do: provisioning of "${displayName}" ${state === "paused" ? "is paused already" : NOTHING[verb]}.`,
      ];
    case "quarantine":
      return [
        say`Nothing was changed: a start does not end the quarantine of "${displayName}".`,
        quarantineWording(job).advice,
      ];
    case "changed":
      return [
        say`Done: provisioning of "${displayName}" ${CHANGED[verb]}`,
        ...(isVisible ? [] : [NOT_VISIBLE]),
        ...(verb === "start" && state === "quarantine"
          ? [`It still is in quarantine. ${quarantineWording(job).advice}`]
          : []),
      ];
  }
}

const NOT_VISIBLE = "Microsoft Entra accepted it, but does not show it yet. That takes a minute sometimes.";
