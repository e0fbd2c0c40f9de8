import { expect, test } from "vitest";
import { type ProvisioningState, stateOf } from "../../../src/provisioning/state.ts";
import type { CurrentProvisioning } from "../../../src/provisioning/types.ts";
import { aCycle, aJob, aNewJob, aProvisioning, aQuarantinedJob } from "../../support/jobs.ts";

const { credentials } = aProvisioning();

test.each<readonly [ProvisioningState, string, Partial<CurrentProvisioning>]>([
  ["notSetUp", "without a job", { job: undefined }],
  [
    "incomplete",
    "a job without a token",
    { job: aNewJob(), credentials: { ...credentials, hasToken: false } },
  ],
  [
    "incomplete",
    "a job without a tenant URL",
    { job: aNewJob(), credentials: { ...credentials, tenantUrl: undefined } },
  ],
  ["ready", "never started", { job: aNewJob() }],
  ["ready", "never started, as the code has it", { job: aNewJob({ code: "NotRun" }) }],
  ["firstCycle", "started, no cycle yet", { job: aJob({ lastCycle: undefined, steadySince: undefined }) }],
  ["firstCycle", "the first cycle took more than one", { job: aJob({ steadySince: undefined }) }],
  ["running", "steady", { job: aJob() }],
  [
    "running",
    "steady, and some users fail",
    { job: aJob({ lastCycle: aCycle({ state: "EntryLevelErrors" }) }) },
  ],
  ["paused", "somebody paused it", { job: aJob({ code: "Paused", schedule: "Paused" }) }],
  ["paused", "paused by the portal", { job: aJob({ code: "Paused", schedule: "Disabled" }) }],
  ["quarantine", "in quarantine", { job: aQuarantinedJob() }],
  ["quarantine", "paused in quarantine", { job: aQuarantinedJob({}, { schedule: "Paused" }) }],
])("%s: %s", (state, _name, overrides) => {
  expect(stateOf(aProvisioning(overrides))).toBe(state);
});
