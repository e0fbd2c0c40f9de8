import type { ApplicationStatus } from "../../../flow/scim/status.ts";
import { intervalMinutes, nextCycle } from "../../../provisioning/cycles.ts";
import { inStep, isOn } from "../../../provisioning/state.ts";
import type { Cycle, Job, SavedCredentials } from "../../../provisioning/types.ts";
import { say } from "../clean.ts";
import type { Row } from "../labelled.ts";
import type { Advice } from "./advice.ts";
import { REGISTER_FIRST } from "./scim-control.ts";
import { quarantineWording, SEE_FAILURES, STATE_ADVICE, STATES } from "./scim-state.ts";
import { counted, momentText } from "./scim-time.ts";

/** An application with provisioning, as far as it got. */
export type SetUp = Exclude<ApplicationStatus, { readonly state: "notRegistered" }>;

/** What stands above the facts. */
export function statusTitle(application: ApplicationStatus): string {
  const { displayName, state } = application;
  const is = state === "notRegistered" ? "not registered in this tenant" : STATES[state];
  return say`Provisioning of "${displayName}" is ${is}.`;
}

/** The facts, each with its name. */
export function statusRows({ provisioning }: SetUp, now: Date): Row[] {
  const { job, credentials } = provisioning;
  const cycles: Row[] = job
    ? [
        ...quarantineRows(job, now),
        { label: "Last cycle", text: lastCycleText(job.lastCycle, now) },
        ...beforeFailure(job, now),
        { label: "First cycle", text: firstCycleText(job, now) },
        { label: "Next cycle", text: nextCycleText(job, now) },
        { label: "In sync", text: inStepText(job) },
      ]
    : [];
  return [...cycles, ...(job ? settingsRows(credentials) : [])];
}

/** What somebody should do now; nothing where all is well. */
export function statusAdvice(application: ApplicationStatus): Advice | undefined {
  const { state } = application;
  if (state === "notRegistered") return REGISTER_FIRST;
  const { job } = application.provisioning;
  if (state === "quarantine" && job) return quarantineWording(job).advice;
  if (job?.lastCycle?.state === "EntryLevelErrors") return [SEE_FAILURES];
  return STATE_ADVICE[state];
}

function quarantineRows(job: Job, now: Date): Row[] {
  if (job.code !== "Quarantine" && !job.quarantine) return [];
  const { since } = job.quarantine ?? {};
  return [
    { label: "Why", text: quarantineWording(job).reason },
    ...(since === undefined ? [] : [{ label: "Since", text: momentText(since, now) }]),
  ];
}

const CYCLE_ENDS: Readonly<Record<string, string>> = {
  Succeeded: "went well",
  EntryLevelErrors: "went through, but some users or groups failed",
  Failed: "failed",
};

function lastCycleText(cycle: Cycle | undefined, now: Date): string {
  if (!cycle) return "none yet";
  const { state, began, ended, error } = cycle;
  const at = ended ?? began;
  const end = CYCLE_ENDS[state] ?? state;
  const said = state !== "Succeeded" && error?.message.trim() ? say`: ${error.message.trim()}` : "";
  const when = at === undefined ? "" : `${momentText(at, now)}: `;
  return say`${when}${end}` + `${said}; ${countsText(cycle)}`;
}

function countsText({ counts: { imported, entitled, exported, escrowed } }: Cycle): string {
  return [
    `${imported} looked at`,
    `${entitled} in scope`,
    `${exported} sent to the app`,
    ...(escrowed > 0 ? [`${escrowed} to be tried again`] : []),
  ].join(", ");
}

/** When it worked last, where the last cycle failed. */
function beforeFailure({ lastCycle, lastSuccessfulCycle }: Job, now: Date): Row[] {
  const at = lastSuccessfulCycle?.ended ?? lastSuccessfulCycle?.began;
  if (lastCycle?.state !== "Failed" || at === undefined) return [];
  return [{ label: "Last that worked", text: momentText(at, now) }];
}

function firstCycleText(job: Job, now: Date): string {
  if (job.steadySince !== undefined) return `complete since ${momentText(job.steadySince, now)}`;
  if (!isOn(job)) return job.lastCycle ? "not complete" : "not begun";
  return job.lastCycle ? "under way" : "about to begin";
}

function nextCycleText(job: Job, now: Date): string {
  if (!isOn(job)) return "none until it is started";
  const due = nextCycle(job);
  if (job.quarantine) {
    return due ? momentText(due.toISOString(), now) : "within a day, as long as it is in quarantine";
  }
  if (!due) return "within a few minutes";
  const every = `every ${intervalMinutes(job.interval)} minutes`;
  return due.getTime() <= now.getTime()
    ? `due now (${every})`
    : `${momentText(due.toISOString(), now)}, ${every}`;
}

function inStepText(job: Job): string {
  const users = inStep(job, "User");
  const groups = inStep(job, "Group");
  const known = [
    ...(users === undefined ? [] : [counted(users, "user")]),
    ...(groups === undefined ? [] : [counted(groups, "group")]),
  ];
  return known.length > 0 ? known.join(", ") : "nobody yet";
}

function settingsRows({
  tenantUrl,
  hasToken,
  scope,
  notification,
  deleteThreshold,
  hidden,
}: SavedCredentials): Row[] {
  const token = hasToken ? "a secret token is saved" : "no secret token is saved";
  return [
    { label: "Sends to", text: tenantUrl === undefined ? "nowhere yet" : say`${tenantUrl} (${token})` },
    { label: "Who", text: hidden.includes("scope") ? HIDDEN : SCOPES[scope ?? "unknown"] },
    {
      label: "Failures",
      text: hidden.includes("notification")
        ? HIDDEN
        : notification === undefined
          ? "are reported to nobody"
          : say`are reported to ${notification}`,
    },
    ...(deleteThreshold === undefined
      ? []
      : [{ label: "Deletions", text: `a cycle stops before it deletes more than ${deleteThreshold}` }]),
  ];
}

const HIDDEN = "not shown by Microsoft";

export const SCOPES = {
  assigned: "assigned users and groups only",
  all: "all users and groups of the tenant",
  unknown: "not set",
} as const;
