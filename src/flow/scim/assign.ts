import { join } from "node:path";
import { AppError } from "../../errors.ts";
import { type AssignProgress, assignMany, type RefusedAssignment } from "../../graph/assign-many.ts";
import { readAppRoles } from "../../graph/assignments.ts";
import type { GraphContext } from "../../graph/batch.ts";
import { secondsFor } from "../../graph/pacer.ts";
import { toCsv } from "../../handover/csv.ts";
import type { Clock } from "../../ports/index.ts";
import type { KnownValues } from "../../settings/known-values.ts";
import type { Template } from "../../template/schema.ts";
import { confirmPlan } from "../confirm.ts";
import { during, type RunContext, stopIfInterrupted } from "../context.ts";
import { locate } from "../locate.ts";
import { tryFolder } from "../output-folder.ts";
import { READING_SCOPES } from "../sign-in.ts";
import { checkUnattended, missingTenant } from "../unattended.ts";
import { desiredAsGiven } from "./desired.ts";
import { type PeopleSources, readPeople } from "./people/named-people.ts";
import { type AssignmentPlan, type Missing, planAssignments } from "./people/plan-assignments.ts";
import { tableName } from "./people/user-list.ts";

/** The least that assigning takes; what it reads can be read by everybody who may assign. */
const ASSIGNING_SCOPES = [...READING_SCOPES, "AppRoleAssignment.ReadWrite.All"];

export interface AssignInput {
  readonly template: Template;
  readonly known: KnownValues;
  readonly sources: PeopleSources;
  /** The value of an app role, or its name, for everybody for whom the list names none. */
  readonly role: string | undefined;
  readonly yes: boolean;
  readonly dryRun: boolean;
  /** Absolute; where the table goes of those who could not be assigned. */
  readonly outputFolder: string;
  /** What that table says. */
  readonly table: (left: NotAssigned) => readonly (readonly string[])[];
}

/** Everybody who is not assigned. */
export interface NotAssigned {
  readonly missing: AssignmentPlan["missing"];
  readonly refused: readonly RefusedPrincipal[];
}

/** What a person has to know before they say yes to many assignments. */
export interface AssignmentProposal {
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  readonly plan: AssignmentPlan;
  /** When nobody else writes. */
  readonly seconds: number;
  /** Where those are who could not be made out; undefined where there are none. */
  readonly file: string | undefined;
}

/** Of somebody refused, no more than what is told of them: there may be thousands. */
export type RefusedPrincipal = Omit<RefusedAssignment, "error">;

export interface AssignResult {
  readonly outcome: "assigned" | "nothingToDo" | "planned";
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  readonly appId: string;
  readonly objectId: string;
  readonly plan: AssignmentPlan;
  /** How many are assigned by this run, and how many older assignments gave way. */
  readonly assigned: number;
  readonly removed: number;
  readonly refused: readonly RefusedPrincipal[];
  /** Where everybody is who is not assigned; undefined where there is nobody. */
  readonly file: string | undefined;
}

/**
 * Assigns any number of users and groups to an application, so that Entra provisions them: what is there already is
 * left, what is missing is made as fast as Microsoft's write quota allows. Run again after whatever happened, it
 * goes on from what exists.
 *
 * @throws AppError PEOPLE_LIST, ROLE_UNKNOWN, NOBODY_FOUND, GROUPS_UNCLEAR, GRAPH_FORBIDDEN, LICENCE_MISSING where
 * not a single one could be assigned for it, and what `locate` throws.
 */
export async function assign(context: RunContext, input: AssignInput): Promise<AssignResult> {
  checkUnattended(context, missingTenant(input.known), input);
  if (!input.dryRun)
    await tryFolder(context.ports, context.runId, { folder: input.outputFolder, flag: "--output" });
  const people = await readPeople(context.ports, input.sources);
  const located = await locate(context, input, input.dryRun ? READING_SCOPES : ASSIGNING_SCOPES);
  const { application, servicePrincipal } = located.current;
  const { displayName, appId, objectId } = application;
  if (!servicePrincipal) throw new AppError("REGISTRATION_INCOMPLETE", { displayName, appId });
  const reading = quiet(located.graph, located.graph.clock);
  const plan = await during(context, "findUsers", async () =>
    planAssignments(reading, {
      servicePrincipalId: servicePrincipal.id,
      people,
      membersOf: input.sources.membersOf,
      appRoles: await readAppRoles(reading, servicePrincipal.id),
      role: input.role ?? desiredAsGiven(input.template, input.known, located.appName)?.appRole,
      isRoleExplicit: input.role !== undefined,
      displayName,
    }),
  );
  const count = plan.users + plan.groups;
  if (count === 0 && plan.already === 0 && plan.missing.length > 0) {
    const named = plan.missing.slice(0, 20);
    const whose = (problem: Missing["problem"]) =>
      named.filter((one) => one.problem === problem).map(({ who }) => who);
    throw new AppError("NOBODY_FOUND", {
      names: whose("unknown"),
      ambiguous: whose("ambiguous"),
      count: plan.missing.length,
    });
  }
  // The list may be the table of an earlier run, put right: it is not replaced before its work is done.
  const isSpared = input.dryRun || (count > 0 && input.sources.file === tableFile(input));
  const file = isSpared ? undefined : await writeMissing(context, input, plan, []);
  const { tenant } = located;
  const facts = { tenant, displayName, appId, objectId, plan };
  const nothing = { ...facts, assigned: 0, removed: 0, refused: [], file } as const;
  const seconds = secondsFor(count + plan.replaced.defaultAccess + plan.replaced.otherRole);
  context.report({ kind: "assignments", proposal: { tenant, displayName, plan, seconds, file } });
  if (count === 0) return { outcome: "nothingToDo", ...nothing };
  if (input.dryRun) return { outcome: "planned", ...nothing };
  await confirmPlan(context, input.yes);
  stopIfInterrupted(context.signal);
  const ids = { objectId, appId, servicePrincipalId: servicePrincipal.id };
  const done = await apply(context, located.graph, plan, ids);
  if (done.assigned === 0 && done.firstError?.code === "LICENCE_MISSING") throw done.firstError;
  const all = await writeMissing(context, input, plan, done.refused);
  const { assigned, removed, refused } = done;
  return { outcome: "assigned", ...facts, assigned, removed, refused, file: all };
}

/** Carries the plan out. The journal gets what was intended and how many were done, not every one of them. */
async function apply(
  context: RunContext,
  graph: GraphContext,
  plan: AssignmentPlan,
  ids: { readonly objectId: string; readonly appId: string; readonly servicePrincipalId: string },
): Promise<Pick<AssignResult, "assigned" | "removed" | "refused"> & { firstError: AppError | undefined }> {
  const total = plan.users + plan.groups;
  const clock: Clock = { now: () => context.ports.clock.now(), sleep: (ms) => context.rest(ms) };
  const refused: RefusedPrincipal[] = [];
  let firstError: AppError | undefined;
  let tally: Omit<AssignProgress, "perSecond" | "isSlowed"> = { assigned: 0, removed: 0, refused: 0 };
  const outcome = (ok: boolean) => {
    const { assigned, removed, refused: refusals } = tally;
    const counts = { total, assigned, removed, refused: refusals };
    return context.journal.record({ event: "outcome", step: "assign", ok, counts, ...ids });
  };
  await context.journal.record({ event: "intent", step: "assign", ...ids });
  try {
    await during(context, "assign", () =>
      assignMany(quiet(graph, clock), plan.writes(), {
        servicePrincipalId: ids.servicePrincipalId,
        clock,
        signal: context.signal,
        onRefused: ({ principalId, error, detail }) => {
          firstError ??= error;
          refused.push({ principalId, detail });
        },
        onProgress: (progress) => {
          tally = progress;
          context.report({ kind: "assigning", total, progress });
        },
      }),
    );
  } catch (error) {
    await outcome(false);
    if (tally.assigned > 0) context.report({ kind: "assignedSoFar", total, assigned: tally.assigned });
    throw error;
  }
  await outcome(true);
  return { assigned: tally.assigned, removed: tally.removed, refused, firstError };
}

/** Without a line in the journal for every one of thousands; the batches they go in are in it. */
function quiet({ graph, onWait }: GraphContext, clock: Clock): GraphContext {
  return { graph, clock, onWait };
}

/** A table of everybody who is not assigned, which can be put right and given to the next run as it is. */
async function writeMissing(
  { ports }: RunContext,
  input: Pick<AssignInput, "outputFolder" | "template" | "table">,
  { missing }: AssignmentPlan,
  refused: readonly RefusedPrincipal[],
): Promise<string | undefined> {
  if (missing.length + refused.length === 0) return undefined;
  const file = tableFile(input);
  await ports.files.writeAtomic(file, toCsv(input.table({ missing, refused })));
  return file;
}

function tableFile({ outputFolder, template }: Pick<AssignInput, "outputFolder" | "template">): string {
  return join(outputFolder, tableName("not-assigned", template));
}
