import type { World } from "../world.ts";
import { type Outcome } from "./outcome.ts";
import type { JobState, LogItem, TargetValue } from "./state.ts";

/** More are not kept. */
const MOST = 2000;

interface Circumstances {
  readonly cycleId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who asked for it; undefined for a cycle. */
  readonly initiatedBy: string | undefined;
}

/** Writes into a job's log what became of an object. */
export function remember(world: World, job: JobState, outcome: Outcome, circumstances: Circumstances): void {
  job.logs.push(toLogItem(world, job, outcome, circumstances));
  if (job.logs.length > MOST) job.logs.splice(0, job.logs.length - MOST);
}

function toLogItem(
  world: World,
  job: JobState,
  outcome: Outcome,
  { cycleId, at, initiatedBy }: Circumstances,
): LogItem {
  return {
    id: world.ids.uuid(),
    activityDateTime: new Date(at).toISOString(),
    jobId: job.id,
    cycleId,
    changeId: world.ids.uuid(),
    tenantId: world.state.tenantId,
    durationInMilliseconds: 100,
    ...eventOf(outcome),
    provisioningAction: outcome.action,
    provisioningStatusInfo: {
      status: outcome.status,
      errorInformation:
        outcome.error === undefined
          ? null
          : {
              errorCode: outcome.error.code,
              reason: outcome.error.reason,
              recommendedAction: "",
              errorCategory: outcome.status === "failure" ? "nonServiceFailure" : "success",
              additionalDetails: null,
            },
    },
    initiatedBy: {
      id: initiatedBy ?? "",
      displayName: initiatedBy === undefined ? "Azure AD Provisioning Service" : "",
      initiatorType: initiatedBy === undefined ? "system" : "user",
    },
  };
}

/** What the log and an on-demand run say of an object alike. */
export function eventOf({ subject, displayName, steps, changes, targetId }: Outcome) {
  const text = (value: TargetValue | undefined) =>
    value === undefined ? null : typeof value === "string" ? value : String(value);
  return {
    sourceSystem: { id: "source", displayName: "Microsoft Entra ID", details: {} },
    targetSystem: { id: "target", displayName: "customappsso", details: {} },
    sourceIdentity: { id: subject.id, displayName, identityType: subject.kind, details: {} },
    targetIdentity: {
      id: targetId ?? "",
      displayName: targetId === undefined ? "" : displayName,
      identityType: subject.kind,
      details: {},
    },
    provisioningSteps: steps,
    modifiedProperties: changes.map(({ target, before, after }) => ({
      displayName: target,
      oldValue: text(before),
      newValue: text(after),
    })),
  };
}
