import type { World } from "../world.ts";
import type { Execution, JobState } from "./state.ts";

const NEVER = "0001-01-01T00:00:00Z";

/** A job as Graph shows it. */
export function jobView(world: World, job: JobState): Record<string, unknown> {
  return {
    id: job.id,
    templateId: job.templateId,
    schedule: { expiration: null, interval: "PT40M", state: job.schedule },
    status: {
      code: codeOf(job),
      countSuccessiveCompleteFailures: job.failures,
      escrowsPruned: false,
      lastExecution: execution(job.lastExecution),
      lastSuccessfulExecution: execution(job.lastSuccessfulExecution),
      lastSuccessfulExecutionWithExports: execution(job.lastSuccessfulExecutionWithExports),
      progress: [],
      quarantine: job.quarantine ?? null,
      steadyStateFirstAchievedTime: job.steadySince ?? NEVER,
      steadyStateLastAchievedTime: job.steadyLast ?? NEVER,
      synchronizedEntryCountByType: counts(job),
      troubleshootingUrl: `https://portal.azure.com/?tenantId=${world.state.tenantId}#blade/Microsoft_AAD_IAM`,
    },
    synchronizationJobSettings: [{ name: "AzureIngestionAttributeOptimization", value: "False" }],
  };
}

function codeOf(job: JobState): string {
  if (job.schedule !== "Active") return "Paused";
  if (job.quarantine !== undefined) return "Quarantine";
  return job.lastExecution === undefined ? "NotRun" : "Active";
}

function execution(one: Execution | undefined) {
  if (one === undefined) return null;
  return {
    ...one,
    countEntitledForProvisioning: one.countEntitled,
    countEscrowedRaw: one.countEscrowed,
    countExports: one.countExported,
    countImportedDeltas: one.countImported,
    countImportedReferenceDeltas: 0,
  };
}

function counts(job: JobState): { key: string; value: number }[] {
  const synchronized = Object.values(job.entries).filter(({ targetId }) => targetId !== undefined);
  return (["User", "Group"] as const).flatMap((kind) => {
    const value = synchronized.filter((entry) => entry.kind === kind).length;
    return value === 0 ? [] : [{ key: kind === "User" ? "User to User" : "Group to Group", value }];
  });
}
