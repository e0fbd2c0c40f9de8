import { Chalk, type ChalkInstance } from "chalk";
import type { ApplicationStatus, ScimStatus } from "../../flow/scim/status.ts";
import type { Terminal } from "../../ports/index.ts";
import { nextCycle } from "../../provisioning/cycles.ts";
import type { Job } from "../../provisioning/types.ts";
import { clean, say } from "./clean.ts";
import { fit } from "./fit.ts";
import { labelled } from "./labelled.ts";
import type { ResultDocument } from "./result-document.ts";
import { advised, advisedPlainly, type Program } from "./words/advice.ts";
import { quarantineWording } from "./words/scim-state.ts";
import { statusAdvice, statusRows, statusTitle } from "./words/scim-status.ts";

/** How provisioning fares, one application after the other. */
export function renderScimStatus(
  { applications, now, tenant }: ScimStatus,
  terminal: Terminal,
  program: Program,
): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const columns = terminal.resultColumns;
  const blocks = applications.map((application) => {
    const advice = statusAdvice(application);
    const rows = application.state === "notRegistered" ? [] : statusRows(application, now);
    return [
      "",
      title(application, style),
      ...(application.state === "notRegistered"
        ? []
        : [say`  ${application.appId} in ${tenant.displayName} (${tenant.id})`]),
      ...(rows.length > 0 ? ["", ...labelled(rows, columns, (label) => style.dim(label))] : []),
      ...(advice === undefined ? [] : ["", advised(advice, program, application.key)]),
    ].join("\n");
  });
  return fit(blocks.join("\n"), columns);
}

function title(application: ApplicationStatus, { bold }: ChalkInstance): string {
  const text = statusTitle(application);
  const { state } = application;
  if (state === "running" || state === "firstCycle") return bold.green(text);
  return state === "quarantine" ? bold.red(text) : bold.yellow(text);
}

/** The same for standard output with `--json`. */
export function toJsonScimStatus({ applications, tenant }: ScimStatus, program: Program): ResultDocument {
  return {
    schemaVersion: 1,
    command: "scim status",
    changed: false,
    tenantId: clean(tenant.id),
    applications: applications.map((application) => toJsonApplication(application, program)),
  };
}

type JsonApplication = Extract<ResultDocument, { command: "scim status" }>["applications"][number];

function toJsonApplication(application: ApplicationStatus, program: Program): JsonApplication {
  const { state } = application;
  const displayName = clean(application.displayName);
  const what = statusAdvice(application);
  const advice = what === undefined ? null : advisedPlainly(what, program, application.key);
  if (state === "notRegistered") return { ...NOTHING, displayName, state, advice };
  const { job, credentials } = application.provisioning;
  const { tenantUrl, hasToken, scope, notification } = credentials;
  return {
    displayName,
    state,
    advice,
    appId: clean(application.appId),
    objectId: clean(application.objectId),
    servicePrincipalId: clean(application.servicePrincipalId),
    tenantUrl: cleanOrNull(tenantUrl),
    hasToken,
    scope: scope ?? null,
    notification: cleanOrNull(notification),
    ...toJsonJob(job),
  };
}

/** What a job is known by and how it fares. */
export function toJsonJob(
  job: Job | undefined,
): Pick<
  JsonApplication,
  "jobId" | "lastCycle" | "firstCycleComplete" | "nextCycle" | "inStep" | "quarantine"
> {
  const { lastCycle, quarantine } = job ?? {};
  return {
    jobId: cleanOrNull(job?.id),
    lastCycle: lastCycle
      ? {
          state: clean(lastCycle.state),
          began: cleanOrNull(lastCycle.began),
          ended: cleanOrNull(lastCycle.ended),
          ...lastCycle.counts,
        }
      : null,
    firstCycleComplete: cleanOrNull(job?.steadySince),
    nextCycle: (job && nextCycle(job)?.toISOString()) ?? null,
    inStep: (job?.entries ?? []).map(({ kind, count }) => ({ kind: clean(kind), count })),
    quarantine:
      job && quarantine
        ? {
            reason: clean(quarantine.reason),
            text: quarantineWording(job).reason,
            since: cleanOrNull(quarantine.since),
            nextAttempt: cleanOrNull(quarantine.nextAttempt),
          }
        : null,
  };
}

const NOTHING = {
  appId: null,
  objectId: null,
  servicePrincipalId: null,
  tenantUrl: null,
  hasToken: false,
  scope: null,
  notification: null,
  ...toJsonJob(undefined),
} as const;

function cleanOrNull(text: string | undefined): string | null {
  return text === undefined ? null : clean(text);
}
