import type { ServicePrincipal } from "../state.ts";
import { isRecord, type World } from "../world.ts";
import { synchronize } from "./export.ts";
import { remember } from "./log-items.ts";
import { EndpointLost, type Outcome, type Run, type Subject } from "./outcome.ts";
import { newRun } from "./run.ts";
import type { Execution, JobState } from "./state.ts";
import { provisioningOf } from "./state.ts";

const INTERVAL_MS = 40 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** After that long in quarantine a job is switched off: application-provisioning-quarantine-status. */
const LONGEST_QUARANTINE_MS = 28 * DAY_MS;
/** Failures are looked at from so many on; so many at all, or such a share, are too many. */
const FAILURES_LOOKED_AT = 5000;
const MOST_FAILURES = 40_000;
const WORST_SHARE = 0.4;

/** Does one thing of the provisioning service at a time. */
export async function inTurn<Result>({ scim }: World, work: () => Promise<Result>): Promise<Result> {
  const before = scim.turn;
  let done: () => void = () => undefined;
  scim.turn = new Promise((resolve) => {
    done = resolve;
  });
  await before;
  try {
    return await work();
  } finally {
    done();
  }
}

/** Runs the cycles whose time has come, as if they had run when it came. */
export async function runDueCycles(world: World): Promise<void> {
  if (!dueJobs(world).next().done) {
    await inTurn(world, async () => {
      for (const { principal, job } of dueJobs(world)) await catchUp(world, principal, job);
    });
  }
}

function* dueJobs({ state, clock, scim }: World): Generator<{ principal: ServicePrincipal; job: JobState }> {
  const now = clock.now().toISOString();
  for (const [id, { job }] of Object.entries(state.provisioning ?? {})) {
    if (job?.nextCycle === undefined || job.nextCycle > now) continue;
    // The endpoint of others needs the token itself, which an earlier process took along.
    if (scim.fetch !== undefined && !scim.tokens.has(id)) continue;
    const principal = state.servicePrincipals.find((one) => one.id === id);
    if (principal !== undefined) yield { principal, job };
  }
}

/** The first that is due, and the last: between them nothing can have changed. */
async function catchUp(world: World, principal: ServicePrincipal, job: JobState): Promise<void> {
  await runCycle(world, principal, job, Date.parse(job.nextCycle ?? ""));
  const now = world.clock.now().getTime();
  const next = Date.parse(job.nextCycle ?? "");
  if (Number.isNaN(next) || next > now) return;
  const step = job.quarantine === undefined ? INTERVAL_MS : DAY_MS;
  await runCycle(world, principal, job, next + Math.floor((now - next) / step) * step);
}

async function runCycle(world: World, principal: ServicePrincipal, job: JobState, at: number): Promise<void> {
  const run = newRun(world, principal, job, false);
  world.changed = true;
  if (run === undefined) {
    job.nextCycle = undefined;
    return;
  }
  const cycle = new Tally(world, at);
  try {
    requireFewDeletes(world, principal, run);
    for (const subject of subjectsOf(run)) cycle.count(await synchronize(run, subject), job);
    finish(job, run, cycle, at);
  } catch (error) {
    if (!(error instanceof EndpointLost)) throw error;
    const { code, message } = error;
    const reason = code === "TooManyDeletes" ? code : "EncounteredQuarantineException";
    fail(job, cycle, at, { reason, code, message });
  }
}

/** People first: groups refer to them. Whoever is known comes again, in scope or not. */
function subjectsOf({ job, scope, mappings }: Run): Subject[] {
  const known = Object.entries(job.entries);
  const ofKind = (kind: Subject["kind"], has: (id: string) => boolean) => {
    if (mappings[kind] === undefined) return [];
    const ids = new Set([...scope.assigned].filter(has));
    for (const [id, entry] of known) if (entry.kind === kind) ids.add(id);
    return [...ids].map((id): Subject => ({ kind, id }));
  };
  return [...ofKind("User", (id) => scope.people.has(id)), ...ofKind("Group", (id) => scope.groups.has(id))];
}

/** What a cycle has come to. */
class Tally {
  readonly cycleId: string;
  readonly #world: World;
  readonly #at: number;
  imported = 0;
  entitled = 0;
  exported = 0;
  escrowed = 0;

  constructor(world: World, at: number) {
    this.#world = world;
    this.#at = at;
    this.cycleId = world.ids.uuid();
  }

  count(outcome: Outcome, job: JobState): void {
    const { status, error } = outcome;
    this.imported += 1;
    if (error?.code !== "NotEffectivelyEntitled") this.entitled += 1;
    if (status === "success") this.exported += 1;
    if (status === "failure") this.escrowed += 1;
    // What is in step already is no news.
    if (error?.code === "RedundantExport") return;
    remember(this.#world, job, outcome, { cycleId: this.cycleId, at: this.#at, initiatedBy: undefined });
  }

  execution(at: number, state: Execution["state"], error: Execution["error"]): Execution {
    const moment = new Date(at).toISOString();
    return {
      activityIdentifier: this.cycleId,
      state,
      timeBegan: moment,
      timeEnded: moment,
      countEntitled: this.entitled,
      countExported: this.exported,
      countImported: this.imported,
      countEscrowed: this.escrowed,
      error,
    };
  }
}

interface Trouble {
  readonly reason: string;
  readonly code: string;
  readonly message: string;
}

function finish(job: JobState, run: Run, cycle: Tally, at: number): void {
  const { escrowed, imported } = cycle;
  if (escrowed >= MOST_FAILURES) {
    const message = "Too many objects could not be provisioned.";
    fail(job, cycle, at, { reason: "EncounteredTotalEscrowThreshold", code: "EscrowThreshold", message });
    return;
  }
  if (escrowed >= FAILURES_LOOKED_AT && escrowed / imported > WORST_SHARE) {
    const message = "Too large a share of the objects could not be provisioned.";
    fail(job, cycle, at, {
      reason: "EncounteredEscrowProportionThreshold",
      code: "EscrowThreshold",
      message,
    });
    return;
  }
  const execution = cycle.execution(at, escrowed > 0 ? "EntryLevelErrors" : "Succeeded", null);
  job.lastExecution = execution;
  job.lastSuccessfulExecution = execution;
  if (cycle.exported > 0) job.lastSuccessfulExecutionWithExports = execution;
  job.steadySince ??= execution.timeEnded;
  job.steadyLast = execution.timeEnded;
  job.quarantine = undefined;
  job.failures = 0;
  job.initial = false;
  job.syncsAll = run.syncsAll;
  job.nextCycle = new Date(at + INTERVAL_MS).toISOString();
}

function fail(job: JobState, cycle: Tally, at: number, { reason, code, message }: Trouble): void {
  const error = { code, message, tenantActionable: true };
  const moment = new Date(at).toISOString();
  const nextAttempt = new Date(at + DAY_MS).toISOString();
  job.lastExecution = cycle.execution(at, "Failed", error);
  job.failures += 1;
  job.quarantine = {
    reason,
    seriesBegan: job.quarantine?.seriesBegan ?? moment,
    currentBegan: moment,
    nextAttempt,
    seriesCount: (job.quarantine?.seriesCount ?? 0) + 1,
    error,
  };
  const isOver = at - Date.parse(job.quarantine.seriesBegan) >= LONGEST_QUARANTINE_MS;
  if (isOver) job.schedule = "Disabled";
  job.nextCycle = isOver ? undefined : nextAttempt;
}

/** The guard against accidental deletions, where it was asked for: nothing at all is sent then. */
function requireFewDeletes(world: World, principal: ServicePrincipal, { job, scope }: Run): void {
  const text = provisioningOf(world, principal.id).credentials?.values["SyncNotificationSettings"] ?? "{}";
  const settings: unknown = JSON.parse(text);
  if (!isRecord(settings) || settings["DeleteThresholdEnabled"] !== true) return;
  const most = settings["DeleteThresholdValue"];
  const leaving = Object.entries(job.entries).filter(
    ([id, { targetId, disabled }]) => targetId !== undefined && !disabled && !scope.entitled.has(id),
  );
  if (typeof most === "number" && leaving.length > most) {
    throw new EndpointLost("TooManyDeletes", "More objects than allowed would be deleted.");
  }
}
