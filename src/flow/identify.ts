import { AppError } from "../errors.ts";
import { purgeApplication, restoreApplication } from "../graph/apply.ts";
import type { GraphContext } from "../graph/batch.ts";
import { type CandidatesRead, type DeletedApplication, readCandidates, type Wanted } from "../graph/read.ts";
import { removeSecret } from "../graph/secrets.ts";
import { chooseApplication } from "../registration/choose.ts";
import { isMarked, isOurSecretName, toNamesakes } from "../registration/names.ts";
import type { Application } from "../registration/types.ts";
import type { RunContext } from "./context.ts";
import { journaled } from "./context.ts";

export interface Identified {
  readonly kind: "identified";
  /** Undefined where it has to be created. */
  readonly application: Application | undefined;
  /** It is somebody else's until now. */
  readonly adopt: boolean;
}

export interface IdentifyInput extends CandidatesRead {
  readonly wanted: Wanted;
  readonly uniqueName: string;
  /** What becomes of a deleted application, where that was said beforehand. */
  readonly choice: "restore" | "purge" | undefined;
  readonly dryRun: boolean;
}

/**
 * Which application this run works on, by the rule that a display name alone decides nothing. Where a person
 * has to say, they are asked; where nobody can be asked, the run ends and names the flag.
 *
 * @returns `rename` where the person wants another name instead.
 */
export async function identify(
  context: RunContext,
  graph: GraphContext,
  input: IdentifyInput,
): Promise<Identified | { readonly kind: "rename" }> {
  const { wanted, uniqueName, candidates } = input;
  if ("appId" in wanted) {
    // Naming an application by its id is the choice to adopt it.
    const application = candidates.byUniqueName;
    const adopt = application !== undefined && !isMarked(application, uniqueName);
    return { kind: "identified", application, adopt };
  }
  const { displayName } = wanted;
  const choice = chooseApplication(candidates, uniqueName);
  if (choice.kind === "ours") return { kind: "identified", application: choice.application, adopt: false };
  if (choice.kind === "ambiguous")
    return askForNamesake(context, displayName, uniqueName, choice.applications);
  const deleted = input.deleted.find((application) => isMarked(application, uniqueName));
  const application = deleted && (await decideOnDeleted(context, graph, input, deleted));
  return { kind: "identified", application, adopt: false };
}

async function askForNamesake(
  { questions }: RunContext,
  displayName: string,
  uniqueName: string,
  applications: readonly Application[],
): Promise<Identified | { readonly kind: "rename" }> {
  const candidates = toNamesakes(applications, displayName, uniqueName);
  if (!questions) throw new AppError("NAMESAKES", { displayName, candidates });
  const answer = await questions.namesake(displayName, candidates);
  if (answer.kind === "stop") throw new AppError("DECLINED", {});
  if (answer.kind === "rename") return answer;
  const application = applications.find(({ appId }) => appId === answer.appId);
  return {
    kind: "identified",
    application,
    adopt: application !== undefined && !isMarked(application, uniqueName),
  };
}

/**
 * A deleted registration keeps its unique name for 30 days: it is restored, or removed for good. Undefined
 * where a new one has to be created.
 */
async function decideOnDeleted(
  context: RunContext,
  graph: GraphContext,
  { wanted, choice, dryRun }: IdentifyInput,
  { objectId, displayName, deletedDateTime }: DeletedApplication,
): Promise<Application | undefined> {
  const { questions } = context;
  if (dryRun && (choice || questions)) {
    context.report({ kind: "deletedFound", displayName, deletedDateTime, choice });
    return undefined;
  }
  const answer = choice ?? (await questions?.softDeleted(displayName, deletedDateTime));
  if (answer === undefined) throw new AppError("SOFT_DELETED", { displayName, objectId, deletedDateTime });
  if (answer === "stop") throw new AppError("DECLINED", {});
  if (answer === "purge") {
    await journaled(
      context,
      "purgeApplication",
      { event: "intent", step: "purgeApplication", objectId },
      () => purgeApplication(graph, objectId),
    );
    return undefined;
  }
  await journaled(
    context,
    "restoreApplication",
    { event: "intent", step: "restoreApplication", objectId },
    () => restoreApplication(graph, objectId),
  );
  return retireRestored(context, graph, await waitForRestored(graph, wanted, objectId));
}

/** The client secrets of a restored application work again, for whoever has them: each of ours may go. */
async function retireRestored(
  context: RunContext,
  graph: GraphContext,
  application: Application,
): Promise<Application> {
  const { objectId, appId, passwordCredentials } = application;
  const now = context.ports.clock.now();
  const live = passwordCredentials.filter(({ endDateTime }) => new Date(endDateTime) > now);
  const ours = live.filter(({ displayName }) => isOurSecretName(displayName));
  if (live.length > 0) {
    const kept = context.questions ? [] : ours.map(({ keyId }) => keyId);
    context.report({ kind: "secretsRestored", ours: ours.length, others: live.length - ours.length, kept });
  }
  const removed = new Set<string>();
  for (const { keyId, displayName, endDateTime } of ours) {
    if (!(await context.questions?.removeRestoredSecret(displayName ?? keyId, endDateTime))) continue;
    await journaled(
      context,
      "removeRestoredSecret",
      { event: "intent", step: "removeSecret", objectId, keyId },
      () => removeSecret(graph, { objectId, appId, isNew: false }, keyId),
    );
    await context.journal.record({ event: "removedSecret", objectId, keyId });
    removed.add(keyId);
  }
  return {
    ...application,
    passwordCredentials: passwordCredentials.filter(({ keyId }) => !removed.has(keyId)),
  };
}

/** A restored application shows under its name only after a while. */
async function waitForRestored(graph: GraphContext, wanted: Wanted, objectId: string): Promise<Application> {
  for (let attempt = 1; attempt <= 12; attempt += 1) {
    const { candidates } = await readCandidates(graph, wanted);
    const all = [candidates.byUniqueName, ...candidates.byTag, ...candidates.byName];
    const restored = all.find((application) => application?.objectId === objectId);
    if (restored) return restored;
    const ms = Math.min(500 * 2 ** (attempt - 1), 10_000);
    graph.onWait?.({ ms, reason: "replication", host: "Microsoft Graph", attempt });
    await graph.clock.sleep(ms);
  }
  throw new AppError("NOT_REPLICATED", { action: "restoreApplication", waitedSeconds: 90 });
}
