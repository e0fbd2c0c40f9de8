import type { RunEvent } from "../../../flow/events.ts";
import { estimateFullCycle } from "../../../provisioning/cycles.ts";
import { say } from "../clean.ts";
import { quarantineWording, STATES } from "./scim-state.ts";
import { counted, durationText } from "./scim-time.ts";

/** How provisioning stands before something is done about it. */
export function provisioningFound({
  displayName,
  state,
  job,
}: Extract<RunEvent, { kind: "provisioningFound" }>): string {
  const stands = say`Provisioning of "${displayName}" is ${STATES[state]}.`;
  return state === "quarantine" ? `${stands} Why: ${quarantineWording(job).reason}.` : stands;
}

/** What a restart will do, before it is agreed to. */
export function restartMeans({
  clearsState,
  users,
  jobs,
}: Extract<RunEvent, { kind: "restartMeans" }>): string {
  if (!clearsState) {
    return "A restart ends a quarantine, and the next cycle goes on where the last one was. With --clear-state everybody would be looked at again, as in a first cycle.";
  }
  const meaning =
    "Microsoft Entra forgets how far it was and looks at everybody again, as in a first cycle: nobody is deleted by that, and who is right already stays as is.";
  if (users === undefined || users === 0)
    return `${meaning} A first cycle takes from 20 minutes to several hours.`;
  const { from, to } = estimateFullCycle(users);
  const [best, worst] = [durationText(from), durationText(to)];
  const span = best === worst ? `about ${best}` : `${best} to ${worst}`;
  const count = jobs > 1 ? `up to ${counted(users, "user")} in each` : counted(users, "user");
  return say`${meaning} For ${count} that takes ${span} once it has begun.`;
}

export const FOLLOWING =
  "Waiting for more: entries arrive some minutes after they happened. Ctrl-C ends this.";
