import { describe, expect, test } from "vitest";
import { labelled } from "../../../src/cli/screen/labelled.ts";
import { renderControl, toJsonControl } from "../../../src/cli/screen/scim-control.ts";
import { renderEntry, renderLogs, toJsonLogLine, toJsonLogs } from "../../../src/cli/screen/scim-logs.ts";
import { renderOnDemand, toJsonOnDemand } from "../../../src/cli/screen/scim-on-demand.ts";
import { renderScimStatus, toJsonScimStatus } from "../../../src/cli/screen/scim-status.ts";
import { advised, type Step } from "../../../src/cli/screen/words/advice.ts";
import { describeProvisioning, provisioningAdvice } from "../../../src/cli/screen/words/scim-findings.ts";
import { logsEnd } from "../../../src/cli/screen/words/scim-logs.ts";
import { skipReason } from "../../../src/cli/screen/words/scim-on-demand.ts";
import { quarantineWording, STATES } from "../../../src/cli/screen/words/scim-state.ts";
import { durationText, momentText } from "../../../src/cli/screen/words/scim-time.ts";
import type { Controlled, ControlResult } from "../../../src/flow/scim/control.ts";
import type { ScimLogs } from "../../../src/flow/scim/logs.ts";
import type { ProvisionResult } from "../../../src/flow/scim/provision.ts";
import type { ApplicationStatus, ScimStatus } from "../../../src/flow/scim/status.ts";
import type { ProvisioningFinding } from "../../../src/provisioning/findings.ts";
import type { SchemaChange, SchemaProblem } from "../../../src/provisioning/schema-changes.ts";
import { type ProvisioningState, stateOf } from "../../../src/provisioning/state.ts";
import type { CurrentProvisioning, LogEntry } from "../../../src/provisioning/types.ts";
import { guid } from "../../support/builders.ts";
import { fakePorts } from "../../support/fake-ports.ts";
import { aCycle, aJob, aNewJob, aProvisioning, aQuarantinedJob } from "../../support/jobs.ts";
import { controlOf, PROGRAM, poisoned } from "./helpers.ts";

const adviceOf = (finding: ProvisioningFinding) =>
  provisioningAdvice([finding]).map((advice) => advised(advice, PROGRAM));

/** The commands that advice has in it. */
const commandsOf = (advice: readonly Step[]) => advice.map(({ run }) => run);

const NOW = new Date("2026-11-20T12:00:00Z");
const TENANT = { id: guid(8), displayName: "Contoso" };
const APP = { displayName: "FlexWhere SCIM", appId: guid(1), objectId: guid(2) };
/** What a sentence must not have in it. */
const NO_SENTENCE = /undefined|null|NaN|\[object|\$\{|Invalid Date/;

const terminalOf = (columns: number) => ({ ...fakePorts().terminal, resultColumns: columns });
const wide = terminalOf(400);

function status(provisioning: CurrentProvisioning): ScimStatus {
  const application: ApplicationStatus = {
    ...APP,
    key: undefined,
    state: stateOf(provisioning),
    servicePrincipalId: guid(3),
    provisioning,
  };
  return { tenant: TENANT, applications: [application], now: NOW };
}

const PROVISIONINGS: readonly CurrentProvisioning[] = [
  aProvisioning(),
  aProvisioning({ job: undefined }),
  aProvisioning({ job: aNewJob() }),
  aProvisioning({ job: aJob({ lastCycle: undefined, steadySince: undefined }) }),
  aProvisioning({ job: aJob({ schedule: "Paused" }) }),
  aProvisioning({
    job: aJob({ lastCycle: aCycle({ began: "2026-11-20T10:00:00Z", ended: "2026-11-20T10:01:00Z" }) }),
  }),
  aProvisioning({
    job: aJob({ lastCycle: aCycle({ state: "Failed", error: { code: "x", message: "It broke." } }) }),
  }),
  aProvisioning({
    job: aJob({
      lastCycle: aCycle({
        state: "EntryLevelErrors",
        counts: { imported: 3, entitled: 3, exported: 1, escrowed: 2 },
      }),
    }),
  }),
  ...[
    "EncounteredQuarantineException",
    "EncounteredBaseEscrowThreshold",
    "EncounteredTotalEscrowThreshold",
    "EncounteredEscrowProportionThreshold",
    "TooManyDeletes",
    "QuarantinedOnDemand",
    "IngestionInterrupted",
    "Unknown",
    "SomethingNew",
  ].map((reason) => aProvisioning({ job: aQuarantinedJob({ reason }) })),
  aProvisioning({
    job: aQuarantinedJob({ nextAttempt: undefined, since: undefined, error: undefined }),
    credentials: {
      tenantUrl: undefined,
      hasToken: false,
      scope: undefined,
      notification: undefined,
      deleteThreshold: 500,
      kept: [],
      others: [],
      hidden: [],
    },
  }),
];

/** One of two words that this program chose, whatever Graph said. */
function poisonedProvisioning(provisioning: CurrentProvisioning): CurrentProvisioning {
  const { credentials, job, schema } = poisoned(provisioning);
  // What the program reads of a job, as it was; everything that is shown is poisoned.
  const known = job && {
    ...job,
    schedule: provisioning.job?.schedule ?? "",
    code: provisioning.job?.code ?? "",
  };
  return { credentials: { ...credentials, scope: provisioning.credentials.scope }, job: known, schema };
}

describe.each(PROVISIONINGS.map((provisioning) => [stateOf(provisioning), provisioning] as const))(
  "a status: %s",
  (state, provisioning) => {
    test.each([40, 72, 400])("reads well in %i columns", (columns) => {
      const text = renderScimStatus(status(provisioning), terminalOf(columns), PROGRAM);
      expect(text).toContain(STATES[state].split(" ")[0]);
      expect(text).not.toMatch(NO_SENTENCE);
      expect(text).not.toMatch(/ \n/);
    });

    test("brings nothing from outside to the terminal", () => {
      const dirty = status(poisonedProvisioning(provisioning));
      expect(controlOf(renderScimStatus(dirty, terminalOf(72), PROGRAM))).toEqual([]);
      expect(controlOf(JSON.stringify(toJsonScimStatus(dirty, PROGRAM)))).toEqual([]);
    });
  },
);

test("credentials are the reason where only the code of the error says so", () => {
  const job = aQuarantinedJob({ reason: "Unknown" });
  expect(commandsOf(quarantineWording(job).advice)).toContain("scim setup --new-secret-token");
  const other = aQuarantinedJob({ reason: "Unknown", error: { code: "Other", message: "" } });
  expect(commandsOf(quarantineWording(other).advice)).toContain("scim logs");
});

test("the next cycle is due, or so many minutes away", () => {
  const late = aProvisioning({ job: aJob({ lastCycle: aCycle({ ended: "2026-11-20T11:10:00Z" }) }) });
  expect(renderScimStatus(status(late), wide, PROGRAM)).toContain("due now (every 40 minutes)");
  const soon = aProvisioning({ job: aJob({ lastCycle: aCycle({ ended: "2026-11-20T11:45:00Z" }) }) });
  expect(renderScimStatus(status(soon), wide, PROGRAM)).toContain(
    "2026-11-20 12:25 UTC (in 25 minutes), every 40 minutes",
  );
});

test.each([
  [0.02, "1 minute"],
  [40, "40 minutes"],
  [99, "99 minutes"],
  [120, "2 hours"],
  [47 * 60, "47 hours"],
  [4 * 1440, "4 days"],
])("%d minutes are %s", (minutes, text) => {
  expect(durationText(minutes)).toBe(text);
});

test("a moment that is none", () => {
  expect(momentText("soon", NOW)).toBe("?");
});

const LEFT_OUT: Extract<ControlResult, { outcome: "notReady" }> = {
  verb: "start",
  outcome: "notReady",
  tenant: TENANT,
  displayName: APP.displayName,
  key: "rooms",
  state: "notRegistered",
  appId: undefined,
  objectId: undefined,
  job: undefined,
};

const CONTROLS: readonly Controlled[] = (["start", "pause", "restart"] as const).flatMap((verb) =>
  (["changed", "nothingToDo", "planned", "quarantine"] as const).map((outcome) => ({
    ...APP,
    verb,
    outcome,
    clearsState: false,
    key: undefined,
    tenant: TENANT,
    job: outcome === "quarantine" ? aQuarantinedJob() : aJob(),
    state: outcome === "quarantine" ? ("quarantine" as const) : ("running" as const),
    isVisible: verb === "pause",
  })),
);

test.each(CONTROLS)("$verb, $outcome", (result) => {
  for (const results of [
    [result],
    [result, LEFT_OUT],
    [{ ...LEFT_OUT, state: "incomplete" as const }, result],
  ]) {
    expect(renderControl(results, wide, PROGRAM)).not.toMatch(NO_SENTENCE);
    const dirty = poisoned(results).map((one) => ({ ...one, key: "rooms", verb: result.verb }));
    expect(controlOf(renderControl(dirty, wide, PROGRAM))).toEqual([]);
    const document = toJsonControl(poisoned(results));
    expect(controlOf(JSON.stringify(document))).toEqual([]);
    expect(document.appId).not.toBe("");
    expect(document.applications?.length ?? 1).toBe(results.length);
  }
});

test("a job that is started and still in quarantine is no success without a word", () => {
  const [changed] = CONTROLS;
  if (!changed) throw new Error("no result");
  const text = renderControl([{ ...changed, job: aQuarantinedJob(), state: "quarantine" }], wide, PROGRAM);
  expect(text).toMatch(/still is in quarantine[^]*scim restart/);
});

const onDemand = (result: Partial<ProvisionResult["result"]>): ProvisionResult["result"] => ({
  result: "success",
  isRedundant: false,
  action: "create",
  steps: ["success", "failure", "warning", "skipped"].map((state) => ({
    name: "Entry",
    type: state === "warning" ? "new" : "scoping",
    status: state,
    description: state === "failure" ? "" : "What was done",
    details: {},
  })),
  changes: [
    { name: "title", from: undefined, to: "Boss" },
    { name: "active", from: "True", to: "" },
  ],
  error: undefined,
  target: undefined,
  requestId: undefined,
  ...result,
});

const ON_DEMANDS: readonly ProvisionResult[] = (
  [
    ["provisioned", {}],
    ["provisioned", { action: undefined }],
    ["nothingToDo", { isRedundant: true, changes: [] }],
    ["skipped", { result: "skipped", error: { code: "NotEffectivelyEntitled", reason: "x" } }],
    ["skipped", { result: "skipped", error: undefined }],
    ["failed", { result: "failure", error: { code: "DuplicateTargetEntries", reason: "x" } }],
    ["failed", { result: "failure", error: { code: "", reason: "It broke." } }],
  ] as const
).flatMap(([outcome, result]) =>
  (["running", "paused", "quarantine"] as const).map((state) => ({
    ...APP,
    outcome,
    tenant: TENANT,
    subject: { kind: "User" as const, id: guid(4), name: "anna@contoso.com", members: [] },
    result: onDemand(result),
    state,
  })),
);

test.each(ON_DEMANDS)("on demand, $outcome while $state", (result) => {
  const text = renderOnDemand(result, wide, PROGRAM);
  expect(text).not.toMatch(NO_SENTENCE);
  expect(text).not.toMatch(/\.\.$/m);
  expect(controlOf(renderOnDemand(poisoned(result), wide, PROGRAM))).toEqual([]);
  expect(controlOf(JSON.stringify(toJsonOnDemand(poisoned(result), PROGRAM)))).toEqual([]);
});

const ENTRIES: readonly LogEntry[] = ["success", "failure", "skipped", "warning", "somethingNew"].flatMap(
  (one) =>
    ["create", "stagedDelete", "other"].map((action) => ({
      id: `${one}-${action}`,
      at: action === "other" ? "never" : "2026-11-20T11:00:00.123Z",
      action,
      status: one,
      error: one === "success" ? undefined : { code: "C", reason: "R", recommendedAction: "A" },
      source:
        action === "other"
          ? undefined
          : { id: guid(5), displayName: action === "create" ? "Anna" : "", type: "Group" },
      target: undefined,
      steps: [],
      changes: [{ name: "title", from: "secret of a person", to: "other secret" }],
      cycleId: undefined,
      durationMs: undefined,
    })),
);

test.each(ENTRIES)("a log entry: $id", (entry) => {
  const text = renderEntry(entry, wide);
  expect(text).not.toMatch(NO_SENTENCE);
  expect(text + JSON.stringify(toJsonLogLine(entry))).not.toMatch(/secret/);
  expect(controlOf(renderEntry(poisoned(entry), wide))).toEqual([]);
  expect(controlOf(JSON.stringify(toJsonLogLine(poisoned(entry))))).toEqual([]);
});

test("logs as a whole", () => {
  const logs: ScimLogs = {
    applications: [APP, APP],
    tenant: TENANT,
    entries: [...ENTRIES, ...ENTRIES.map((entry) => ({ ...entry, application: APP.displayName }))],
    hasMore: true,
    since: new Date("2026-11-19T12:00:00Z"),
    now: NOW,
  };
  const text = renderLogs(logs, terminalOf(60));
  expect(text).not.toMatch(NO_SENTENCE);
  expect(text.split("\n").filter((line) => line.length > 60)).toEqual([]);
  const dirty = { ...poisoned(logs), since: logs.since, now: NOW };
  expect(controlOf(renderLogs(dirty, wide))).toEqual([]);
  expect(controlOf(JSON.stringify(toJsonLogs(dirty)))).toEqual([]);
});

test.each([
  [50, /--limit 200 shows/],
  [2500, /--limit 10000 shows/],
  [4000, /--limit 10000 shows/],
  [10_000, /^(?!.*--limit).*leave some out with --user/],
])("of older log entries than %i no more are promised than --limit takes", (count, promised) => {
  const [entry] = ENTRIES;
  const entries = entry ? Array.from({ length: count }, () => entry) : [];
  const logs: ScimLogs = {
    applications: [APP],
    tenant: TENANT,
    entries,
    hasMore: true,
    since: NOW,
    now: NOW,
  };
  expect(logsEnd(logs, false).join("\n")).toMatch(promised);
});

const FACTS = { source: "[a]", default: undefined, matchingPriority: 0, flowType: "Always" };
const CHANGES: readonly SchemaChange[] = [
  { kind: "switchMapping", object: "User", to: true },
  { kind: "switchMapping", object: "Group", to: false },
  { kind: "addSourceAttribute", name: "extension_x" },
  { kind: "addTargetAttribute", attribute: { name: "urn:x:y", type: "String", multiValued: true } },
  { kind: "addMapping", target: "title", to: { ...FACTS, default: "none", matchingPriority: 2 } },
  {
    kind: "changeMapping",
    target: "title",
    from: { ...FACTS, source: undefined },
    to: { ...FACTS, flowType: "ObjectAddOnly" },
  },
  { kind: "removeMapping", target: "title", from: FACTS },
];
const PROBLEMS: readonly SchemaProblem[] = [
  { kind: "noRule" },
  { kind: "noGroupMapping" },
  { kind: "unknownSource", target: "title", attribute: "jobTitel", near: ["jobTitle"] },
  { kind: "unknownTarget", target: "titel", near: [] },
  { kind: "badExpression", target: "title", source: "Join(", detail: "" },
  { kind: "lastMatching", removed: ["userName"] },
];
const FINDINGS: readonly ProvisioningFinding[] = [
  ...PROVISIONINGS.map((provisioning): ProvisioningFinding => {
    const is: ProvisioningState = stateOf(provisioning);
    return { about: "provisioning", is, job: provisioning.job, state: is === "running" ? "ok" : "differs" };
  }),
  ...CHANGES.map((change) => ({ about: "mapping", change, state: "differs" }) as const),
  ...PROBLEMS.map((problem) => ({ about: "mappingProblem", problem, state: "differs" }) as const),
  { about: "mappings", state: "ok" },
  { about: "singleValued", name: "urn:x:y", state: "warning" },
  { about: "notKept", name: "urn:x:y", state: "warning" },
  { about: "secretToken", state: "missing" },
  { about: "tenantUrl", wanted: "https://a.example", found: undefined, state: "missing" },
  { about: "tenantUrl", wanted: "https://a.example", found: "https://b.example", state: "differs" },
  { about: "provisioningScope", wanted: "all", found: "assigned", state: "differs" },
  { about: "provisioningScope", wanted: "all", found: undefined, state: "missing" },
  { about: "provisioningScope", wanted: "all", found: undefined, state: "warning" },
  { about: "notification", wanted: "a@b.c", found: undefined, state: "warning" },
  { about: "notification", wanted: undefined, found: undefined, state: "extra" },
  { about: "notification", wanted: undefined, found: "a@b.c", state: "extra" },
  { about: "notification", wanted: "a@b.c", found: undefined, state: "missing" },
  { about: "assignments", count: 0, state: "warning" },
  { about: "assignments", count: 7, state: "ok" },
  { about: "groupAssignment", displayName: "Sales", state: "missing" },
  { about: "defaultAccess", count: 7, names: ["a", "b"], state: "differs" },
  { about: "provisioningUnread", state: "warning" },
];

test.each(FINDINGS)("a finding: $about, $state", (finding) => {
  for (const text of [describeProvisioning(finding), ...adviceOf(finding)]) {
    expect(text.trim()).not.toBe("");
    expect(text).not.toMatch(NO_SENTENCE);
  }
  const dirty = poisoned(finding);
  const known = {
    ...dirty,
    about: finding.about,
    ...("is" in finding && { is: finding.is }),
  } as ProvisioningFinding;
  if (finding.about === "mapping" || finding.about === "mappingProblem" || "wanted" in finding) return;
  expect(controlOf([describeProvisioning(known), ...adviceOf(known)].join("\n"))).toEqual([]);
});

test("what comes from outside in a mapping is cleaned", () => {
  const change: SchemaChange = {
    kind: "changeMapping",
    target: "title\u001B[2J",
    from: { ...FACTS, source: "[a]\u009B31m" },
    to: { ...FACTS, default: "\u202Ex" },
  };
  expect(controlOf(describeProvisioning({ about: "mapping", change, state: "differs" }))).toEqual([]);
});

test("a group that is not assigned is no user", () => {
  const steps = [
    { type: "scoping", name: "", status: "skipped", description: "", details: { "Assigned to it": "False" } },
  ] as const;
  const skipped = (kind: string) => skipReason({ error: undefined, steps }, kind);
  expect(skipped("Group").reason).toBe("the group is not assigned to the app");
  expect(skipped("User").reason).toBe("the user is not assigned to the app");
});

test("labels that leave no room beside them stand above one another", () => {
  const rows = [
    { label: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", text: "only Entra knows" },
    { label: "active", text: "True" },
  ];
  expect(labelled(rows, 80).at(1)).toBe("  active: True");
  expect(labelled(rows, 100).at(1)).toMatch(/^ {2}active {60,}True$/);
});
