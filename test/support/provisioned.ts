import { type Behaviour, EXAMPLE } from "../../src/sandbox/index.ts";
import type { JobState, ProvisioningState } from "../../src/sandbox/provisioning/state.ts";
import { runInProcess, type TestRunOptions, type TestTenant, testTenant } from "./run.ts";

/** What every command below `scim` needs where nobody is asked. */
export const FLEXWHERE = ["--template", "flexwhere", "--no-input", "--tenant-id", EXAMPLE.tenantId] as const;

export interface Provisioned {
  readonly tenant: TestTenant;
  readonly folder: string;
  /** The one application's, as the simulated tenant keeps it. */
  readonly state: ProvisioningState & { job: JobState };
  readonly servicePrincipalId: string;
  /** Runs `scim <words>` on it. */
  readonly scim: (words: readonly string[], options?: TestRunOptions) => ReturnType<typeof runInProcess>;
}

/** A tenant in which FlexWhere is registered and its provisioning runs, a day old. */
export async function provisioned(
  behaviour: Partial<Behaviour> = {},
  job: Partial<JobState> = {},
): Promise<Provisioned> {
  const tenant = testTenant(behaviour);
  const made = await runInProcess([...FLEXWHERE, "--yes"], tenant);
  if (made.exitCode !== 0) throw new Error(made.stderr);
  const [principal] = tenant.state.servicePrincipals;
  if (!principal) throw new Error("no service principal");
  const state = { credentials: CREDENTIALS, job: { ...aJobState(), ...job } };
  tenant.state.provisioning = { [principal.id]: structuredClone(state) };
  const { folder } = made;
  return {
    tenant,
    folder,
    state: tenant.state.provisioning[principal.id] as Provisioned["state"],
    servicePrincipalId: principal.id,
    scim: (words, options) => runInProcess(["scim", ...words, ...FLEXWHERE], tenant, { folder, ...options }),
  };
}

/** FlexWhere's, with a token that nobody knows. */
export const CREDENTIALS: ProvisioningState["credentials"] = {
  values: {
    BaseAddress: "https://scim.flexwhere.com/scim",
    SyncNotificationSettings: JSON.stringify({
      Enabled: true,
      Recipients: "ops@contoso.com",
      DeleteThresholdEnabled: false,
    }),
    SyncAll: "false",
  },
  secretKeys: ["SecretToken"],
  tokenHash: "0".repeat(64),
};

/** A cycle that ended at noon, when the tests' clock begins. */
export const EXECUTION: NonNullable<JobState["lastExecution"]> = {
  activityIdentifier: "00000000-0000-4000-8000-0000000000ac",
  state: "Succeeded",
  timeBegan: "2026-11-20T11:58:00Z",
  timeEnded: "2026-11-20T12:00:00Z",
  countEntitled: 3,
  countExported: 1,
  countImported: 3,
  countEscrowed: 0,
  error: null,
};

/** A job that has been running for a day at the tests' noon. */
export function aJobState(): JobState {
  return {
    id: `scim.${EXAMPLE.tenantId.replaceAll("-", "")}.00000000-0000-4000-8000-00000000010b`,
    templateId: "scim",
    schedule: "Active",
    schema: undefined,
    // Far off: what a test shows is what it put there.
    nextCycle: "2027-01-01T00:00:00Z",
    initial: false,
    syncsAll: false,
    failures: 0,
    lastExecution: EXECUTION,
    lastSuccessfulExecution: EXECUTION,
    lastSuccessfulExecutionWithExports: EXECUTION,
    steadySince: "2026-11-19T12:00:00Z",
    steadyLast: "2026-11-20T12:00:00Z",
    quarantine: undefined,
    entries: Object.fromEntries(
      [1, 2, 3].map((number) => [
        `user-${number}`,
        { kind: "User", targetId: `t-${number}`, values: {}, disabled: false, escrow: undefined },
      ]),
    ),
    logs: [],
  };
}

/** What every command needs that works on both applications of &Money where nobody is asked. */
export const ANDMONEY = ["--template", "andmoney", "--no-input", "--tenant-id", EXAMPLE.tenantId] as const;

/** One of the two applications of &Money. */
export interface OfTwo {
  readonly appId: string;
  readonly servicePrincipalId: string;
  readonly state: ProvisioningState & { job: JobState };
}

/** A tenant in which both applications of &Money are registered and provisioned, with the jobs that are given. */
export async function provisionedTwice(
  jobs: Readonly<Record<"advisors" | "rooms", Partial<JobState>>> = { advisors: {}, rooms: {} },
): Promise<{ tenant: TestTenant; folder: string; advisors: OfTwo; rooms: OfTwo }> {
  const tenant = testTenant();
  const { exitCode, stderr, folder } = await runInProcess([...ANDMONEY, "--yes"], tenant);
  if (exitCode !== 0) throw new Error(stderr);
  const provisioning: Record<string, ProvisioningState> = {};
  tenant.state.provisioning = provisioning;
  const one = (key: "advisors" | "rooms"): OfTwo => {
    // They were made side by side, in either order.
    const made = tenant.state.applications.find(({ displayName }) => displayName.endsWith(key));
    const principal = tenant.state.servicePrincipals.find(({ appId }) => appId === made?.appId);
    if (!made || !principal) throw new Error(`no ${key}`);
    const state = structuredClone({ credentials: CREDENTIALS, job: { ...aJobState(), ...jobs[key] } });
    const BaseAddress = `https://api.booking.andmoney.dk/${key}/scim`;
    Object.assign(state.credentials?.values ?? {}, { BaseAddress });
    state.job.id = `scim.${EXAMPLE.tenantId.replaceAll("-", "")}.${principal.id}`;
    provisioning[principal.id] = state;
    return { appId: made.appId, servicePrincipalId: principal.id, state };
  };
  return { tenant, folder, advisors: one("advisors"), rooms: one("rooms") };
}
