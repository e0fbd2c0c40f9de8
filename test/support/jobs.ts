import type { CurrentProvisioning, Cycle, Job } from "../../src/provisioning/types.ts";
import { guid } from "./builders.ts";

/** A cycle of two minutes in which one of three users was new. */
export function aCycle(overrides: Partial<Cycle> = {}): Cycle {
  return {
    state: "Succeeded",
    began: "2026-11-20T11:30:00Z",
    ended: "2026-11-20T11:32:00Z",
    counts: { imported: 3, entitled: 3, exported: 1, escrowed: 0 },
    error: undefined,
    ...overrides,
  };
}

/** A job that has been running for a day. */
export function aJob(overrides: Partial<Job> = {}): Job {
  const last = aCycle();
  return {
    id: `scim.${guid(8).replaceAll("-", "")}.${guid(0x10b)}`,
    templateId: "scim",
    code: "Active",
    schedule: "Active",
    interval: "PT40M",
    lastCycle: last,
    lastSuccessfulCycle: last,
    steadySince: "2026-11-19T12:00:00Z",
    quarantine: undefined,
    entries: [
      { kind: "User", count: 12 },
      { kind: "Group", count: 2 },
    ],
    ...overrides,
  };
}

/** A job as Graph answers it right after it was made. */
export function aNewJob(overrides: Partial<Job> = {}): Job {
  return aJob({
    code: "Paused",
    schedule: "Disabled",
    lastCycle: undefined,
    lastSuccessfulCycle: undefined,
    steadySince: undefined,
    entries: [],
    ...overrides,
  });
}

/** A job whose token is refused. */
export function aQuarantinedJob(
  quarantine: Partial<NonNullable<Job["quarantine"]>> = {},
  overrides: Partial<Job> = {},
): Job {
  return aJob({
    code: "Quarantine",
    quarantine: {
      reason: "EncounteredQuarantineException",
      since: "2026-11-19T12:00:00Z",
      nextAttempt: "2026-11-21T12:00:00Z",
      count: 3,
      error: {
        code: "SystemForCrossDomainIdentityManagementInvalidCredentials",
        message: "The credentials were refused.",
      },
      ...quarantine,
    },
    ...overrides,
  });
}

/** Provisioning with everything that it needs; without a schema, which nobody looks at here. */
export function aProvisioning(overrides: Partial<CurrentProvisioning> = {}): CurrentProvisioning {
  return {
    job: aJob(),
    schema: undefined,
    credentials: {
      tenantUrl: "https://scim.example.com/scim",
      hasToken: true,
      scope: "assigned",
      notification: "ops@contoso.com",
      deleteThreshold: undefined,
      kept: [],
      others: [],
      hidden: [],
    },
    ...overrides,
  };
}
