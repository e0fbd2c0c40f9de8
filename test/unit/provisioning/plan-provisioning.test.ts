import { describe, expect, test } from "vitest";
import {
  type PlanInput,
  type ProvisioningStepKind,
  planProvisioning,
  unseenSettings,
} from "../../../src/provisioning/plan-provisioning.ts";
import type { CurrentProvisioning, Job, SavedCredentials } from "../../../src/provisioning/types.ts";
import * as fc from "../../support/fc.ts";
import { desired, schema } from "../../support/schemas.ts";

const WANTED = desired([]);
const CYCLE = {
  state: "Succeeded",
  began: "2026-03-01T10:00:00Z",
  ended: "2026-03-01T10:05:00Z",
  counts: { imported: 3, entitled: 2, exported: 2, escrowed: 0 },
  error: undefined,
};

function job(more: Partial<Job> = {}): Job {
  return {
    id: "scim.1",
    templateId: "scim",
    code: "Active",
    schedule: "Active",
    interval: "PT40M",
    lastCycle: CYCLE,
    lastSuccessfulCycle: CYCLE,
    steadySince: "2026-03-01T10:05:00Z",
    quarantine: undefined,
    entries: [],
    ...more,
  };
}

const FRESH = { code: "Paused", schedule: "Disabled", lastCycle: undefined, lastSuccessfulCycle: undefined };
const SAVED: SavedCredentials = {
  tenantUrl: WANTED.tenantUrl,
  hasToken: true,
  scope: "assigned",
  notification: undefined,
  deleteThreshold: undefined,
  kept: [],
  others: [],
  hidden: [],
};
const UNSAVED: SavedCredentials = { ...SAVED, tenantUrl: undefined, hasToken: false, scope: undefined };
const NOTHING: CurrentProvisioning = { job: undefined, schema: undefined, credentials: UNSAVED };

function running(more: Partial<Job> = {}, saved: Partial<SavedCredentials> = {}): CurrentProvisioning {
  return { job: job(more), schema: schema(), credentials: { ...SAVED, ...saved } };
}

function quarantined(reason: string): CurrentProvisioning {
  const quarantine = { reason, since: undefined, nextAttempt: undefined, count: 1, error: undefined };
  return running({ code: "Quarantine", quarantine });
}

function plan(more: Partial<PlanInput>) {
  return planProvisioning({
    desired: WANTED,
    current: running(),
    hasToken: false,
    savedWorks: true,
    mappingsChange: false,
    assigns: false,
    canProve: true,
    ...more,
  });
}

describe("what is to be done", () => {
  test("from nothing, with a token", () => {
    expect(
      plan({ current: NOTHING, hasToken: true, savedWorks: undefined, mappingsChange: true, assigns: true }),
    ).toEqual({
      steps: ["createJob", "writeCredentials", "changeSchema", "assign", "provisionOnDemand", "start"],
      waitsForToken: false,
    });
  });

  test("from nothing, without: everything that needs none", () => {
    expect(plan({ current: NOTHING, savedWorks: undefined, mappingsChange: true, assigns: true })).toEqual({
      steps: ["createJob", "changeSchema", "assign"],
      waitsForToken: true,
    });
  });

  test("everything is as it should be", () => {
    expect(plan({})).toEqual({ steps: [], waitsForToken: false });
  });

  test.each<[string, Partial<PlanInput>, readonly ProvisioningStepKind[]]>([
    [
      "a vendor who wants the state cleared",
      { current: running(FRESH), desired: desired([], { clearsState: true }) },
      ["provisionOnDemand", "restart"],
    ],
    ["the same, once it runs", { desired: desired([], { clearsState: true }) }, []],
    ["nobody to prove it with", { current: running(FRESH), canProve: false }, ["start"]],
    [
      "paused by somebody",
      { current: running({ code: "Paused", schedule: "Disabled" }) },
      ["provisionOnDemand", "start"],
    ],
    ["other mappings of a job that runs", { mappingsChange: true }, ["changeSchema"]],
    ["somebody new", { assigns: true }, ["assign"]],
    [
      "from everybody to those assigned",
      { current: running({}, { scope: "all" }), hasToken: true },
      ["writeCredentials", "provisionOnDemand", "restart"],
    ],
    ["a new token for a job that runs", { hasToken: true }, ["writeCredentials"]],
    [
      "a new address",
      { current: running({}, { tenantUrl: "https://old.example.com" }), hasToken: true },
      ["writeCredentials"],
    ],
    ["the same address, with a slash", { current: running({}, { tenantUrl: `${WANTED.tenantUrl}/` }) }, []],
    [
      "quarantine for a token that works again",
      { current: quarantined("EncounteredQuarantineException") },
      ["provisionOnDemand", "restart"],
    ],
    [
      "quarantine, with a new token",
      { current: quarantined("EncounteredQuarantineException"), hasToken: true, savedWorks: false },
      ["writeCredentials", "provisionOnDemand", "restart"],
    ],
    [
      "quarantine for failures, with other mappings",
      { current: quarantined("EncounteredEscrowProportionThreshold"), mappingsChange: true },
      ["changeSchema", "provisionOnDemand", "restart"],
    ],
    [
      "quarantine for too many deletions is a person's to end",
      { current: quarantined("TooManyDeletes"), mappingsChange: true, hasToken: true },
      ["writeCredentials", "changeSchema"],
    ],
    [
      "quarantine for failures, with nothing changed",
      { current: quarantined("EncounteredTotalEscrowThreshold") },
      [],
    ],
  ])("%s", (_name, input, steps) => {
    expect(plan(input)).toEqual({ steps, waitsForToken: false });
  });

  test("what is not shown of the credentials is no reason to wait for a token", () => {
    const notified = desired([], { notification: "it@contoso.com" });
    const shown = { scope: undefined, notification: undefined };
    const current = running({}, { ...shown, hidden: ["scope", "notification"] });
    expect(plan({ current, desired: notified })).toEqual({ steps: [], waitsForToken: false });
    expect(unseenSettings(notified, current)).toEqual(["scope", "notification"]);
    expect(unseenSettings(WANTED, current)).toEqual(["scope"]);
    expect(plan({ current: running({}, shown), desired: notified }).waitsForToken).toBe(true);
    expect(plan({ current, savedWorks: false }).waitsForToken).toBe(true);
  });

  test.each<[string, Partial<PlanInput>]>([
    ["the saved token works no more", { savedWorks: false }],
    ["another address", { current: running({}, { tenantUrl: "https://old.example.com" }) }],
    ["another scope", { current: running({}, { scope: "all" }) }],
    ["another address for failures", { desired: desired([], { notification: "ops@x.dk" }) }],
    ["no token was saved", { current: running(FRESH, { hasToken: false }) }],
  ])("%s: nothing without the token, for it is saved with everything else", (_name, input) => {
    expect(plan(input)).toEqual({ steps: [], waitsForToken: true });
  });

  test("an address for failures that nobody asked for is left", () => {
    expect(plan({ current: running({}, { notification: "ops@x.dk" }) }).steps).toEqual([]);
  });
});

/** The tenant after the plan was carried out. */
function carriedOut(input: PlanInput, steps: readonly ProvisioningStepKind[]): CurrentProvisioning {
  const has = (kind: ProvisioningStepKind) => steps.includes(kind);
  const begins = has("start") || has("restart");
  const before = input.current.job ?? (has("createJob") ? job(FRESH) : undefined);
  return {
    schema: schema(),
    credentials: has("writeCredentials")
      ? {
          ...SAVED,
          notification: input.desired.notification ?? input.current.credentials.notification,
          scope: input.desired.scope,
          tenantUrl: input.desired.tenantUrl,
        }
      : input.current.credentials,
    job:
      before &&
      (begins
        ? { ...before, code: "Active", schedule: "Active", quarantine: undefined, lastCycle: CYCLE }
        : before),
  };
}

test("carried out once, nothing is left to do", () => {
  const anyInput = fc.record({
    desired: fc
      .record({
        scope: fc.constantFrom("assigned" as const, "all" as const),
        clearsState: fc.boolean(),
        notification: fc.constantFrom(undefined, "ops@x.dk"),
      })
      .map((more) => desired([], more)),
    current: fc.oneof(
      fc.constant(NOTHING),
      fc
        .tuple(
          fc.constantFrom(
            {},
            FRESH,
            { code: "Paused", schedule: "Disabled" },
            { code: "Quarantine", quarantine: quarantined("EncounteredQuarantineException").job?.quarantine },
            { code: "Quarantine", quarantine: quarantined("TooManyDeletes").job?.quarantine },
          ),
          fc.record({
            scope: fc.constantFrom("assigned" as const, "all" as const, undefined),
            hasToken: fc.boolean(),
            tenantUrl: fc.constantFrom(WANTED.tenantUrl, "https://old.example.com", undefined),
            notification: fc.constantFrom(undefined, "ops@x.dk", "other@x.dk"),
          }),
        )
        .map(([one, saved]) => running(one, saved)),
    ),
    hasToken: fc.boolean(),
    savedWorks: fc.constantFrom(true, false, undefined),
    mappingsChange: fc.boolean(),
    assigns: fc.boolean(),
    canProve: fc.boolean(),
  });
  fc.assert(
    fc.property(anyInput, (input) => {
      const first = planProvisioning(input);
      const again = planProvisioning({
        ...input,
        current: carriedOut(input, first.steps),
        hasToken: false,
        savedWorks: input.hasToken ? true : input.savedWorks,
        mappingsChange: false,
        assigns: false,
      });
      expect(again).toEqual({ steps: [], waitsForToken: first.waitsForToken });
    }),
  );
});
