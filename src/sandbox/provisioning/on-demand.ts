import { Hono } from "hono";
import { contextOf, type GraphEnv } from "../graph/environment.ts";
import { badRequest, GraphError, notFound } from "../graph/errors.ts";
import { checkBody } from "../graph/validate.ts";
import { isRecord, type World } from "../world.ts";
import { inTurn } from "./cycle.ts";
import { synchronize } from "./export.ts";
import { schemaOf } from "./jobs.ts";
import { eventOf, remember } from "./log-items.ts";
import { EndpointLost, type Outcome, type Run, type Subject } from "./outcome.ts";
import { jobOf, permitted } from "./rules.ts";
import { newRun } from "./run.ts";
import type { JobState } from "./state.ts";

const MOST_IN_WINDOW = 5;
const WINDOW_MS = 10_000;
const MOST_MEMBERS = 5;

/** `provisionOnDemand`: one user, or one group with a few of its members, now. */
export function onDemandRoutes(world: World) {
  const routes = new Hono<GraphEnv>();
  const times: number[] = [];
  routes.post("/servicePrincipals/:key/synchronization/jobs/:job/provisionOnDemand", async (c) => {
    const principal = permitted(world, c, "write");
    const job = jobOf(world, principal, c.req.param("job"));
    refuseTooMany(world, times);
    const subjects = readSubjects(job, c.get("body"));
    const run = newRun(world, principal, job, true);
    if (run === undefined) {
      throw new GraphError(400, "CredentialsMissing", "The credentials of the synchronization are missing.");
    }
    requireKnown(run, subjects);
    const outcomes = await inTurn(world, async () => await runAll(run, subjects));
    const last = outcomes.at(-1);
    if (last === undefined) throw badRequest("No subject was given.");
    const circumstances = { cycleId: world.ids.uuid(), at: world.clock.now().getTime() };
    for (const outcome of outcomes) {
      remember(world, job, outcome, { ...circumstances, initiatedBy: c.get("caller").objectId });
    }
    world.changed = true;
    return c.json({
      "@odata.context": contextOf(c, "microsoft.graph.stringKeyStringValuePair"),
      ...answer(last),
    });
  });
  return routes;
}

function refuseTooMany({ clock }: World, times: number[]): void {
  const now = clock.now().getTime();
  const recent = times.filter((time) => now - time < WINDOW_MS);
  if (recent.length >= MOST_IN_WINDOW) {
    const seconds = Math.ceil(((recent[0] ?? now) + WINDOW_MS - now) / 1000);
    throw new GraphError(429, "TooManyRequests", "Too many on-demand requests.", {
      headers: { "Retry-After": String(seconds) },
    });
  }
  times.splice(0, times.length, ...recent, now);
}

/** The members of a group come before it. */
function readSubjects(job: JobState, body: Record<string, unknown>): Subject[] {
  const { parameters, ...others } = body;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) {
    throw badRequest(
      `The parameter '${unknown}' in the request payload is not a valid parameter for the operation 'provisionOnDemand'.`,
    );
  }
  const [parameter, ...more] = Array.isArray(parameters) ? (parameters as unknown[]) : [];
  if (!isRecord(parameter) || more.length > 0)
    throw badRequest("Exactly one entry of parameters is supported.");
  checkBody("synchronizationJobApplicationParameters", parameter);
  const { ruleId, subjects } = parameter;
  if (schemaOf(job).synchronizationRules[0]?.id !== ruleId)
    throw badRequest(`The rule '${String(ruleId)}' does not exist.`);
  const [subject, ...others_] = Array.isArray(subjects) ? (subjects as unknown[]) : [];
  if (!isRecord(subject) || others_.length > 0) throw badRequest("Exactly one subject is supported.");
  return [...membersOf(subject), toSubject(subject)];
}

function membersOf(subject: Record<string, unknown>): Subject[] {
  const { links } = subject;
  const members = isRecord(links) && Array.isArray(links["members"]) ? (links["members"] as unknown[]) : [];
  if (members.length > 0 && subject["objectTypeName"] !== "Group")
    throw badRequest("Only a group has members.");
  if (members.length > MOST_MEMBERS) throw badRequest(`At most ${MOST_MEMBERS} members are supported.`);
  return members.map((member) => toSubject(isRecord(member) ? member : {}));
}

function toSubject({ objectId, objectTypeName }: Record<string, unknown>): Subject {
  if (typeof objectId !== "string") throw badRequest("A subject needs an objectId.");
  if (objectTypeName !== "User" && objectTypeName !== "Group") {
    throw badRequest(`The object type '${String(objectTypeName)}' is not supported.`);
  }
  return { kind: objectTypeName, id: objectId };
}

function requireKnown({ scope, mappings }: Run, subjects: readonly Subject[]): void {
  for (const { kind, id } of subjects) {
    const isKnown = kind === "User" ? scope.people.has(id) : scope.groups.has(id);
    if (!isKnown) throw notFound(id);
    if (mappings[kind] === undefined) throw badRequest(`The mapping of ${kind}s is switched off.`);
  }
}

async function runAll(run: Run, subjects: readonly Subject[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const subject of subjects) outcomes.push(await runOne(run, subject));
  return outcomes;
}

async function runOne(run: Run, subject: Subject): Promise<Outcome> {
  // Whoever is disabled is left to the cycles.
  const person = run.scope.people.get(subject.id);
  const entry = run.job.entries[subject.id];
  if (person?.["accountEnabled"] === false && entry !== undefined) {
    const { [subject.id]: _, ...others } = run.job.entries;
    return await runOne({ ...run, job: { ...run.job, entries: others } }, subject);
  }
  try {
    return await synchronize(run, subject);
  } catch (error) {
    if (!(error instanceof EndpointLost)) throw error;
    const { code, message: reason } = error;
    return {
      subject,
      displayName: (person ?? run.scope.groups.get(subject.id))?.displayName ?? "",
      action: "other",
      status: "failure",
      error: { code, reason },
      steps: [
        {
          name: "EntryExport",
          provisioningStepType: "export",
          status: "failure",
          description: reason,
          details: {},
        },
      ],
      changes: [],
      targetId: undefined,
    };
  }
}

/** Key and value are JSON in texts. */
function answer(outcome: Outcome): { key: string; value: string } {
  const { status, error, action } = outcome;
  const result = { success: "Success", failure: "Failure", skipped: "Skipped" }[status];
  const { provisioningSteps, ...event } = eventOf(outcome);
  const value = {
    action: action.slice(0, 1).toUpperCase() + action.slice(1),
    ...event,
    provisioningSteps: provisioningSteps.map(({ provisioningStepType: type, ...step }) => ({
      ...step,
      type,
    })),
    statusInfo: { status: result, errorCode: error?.code ?? "", reason: error?.reason ?? "" },
  };
  const details = { errorCode: error?.code ?? null, errorMessage: error?.reason ?? null };
  return { key: JSON.stringify({ result, details }), value: JSON.stringify(value) };
}
