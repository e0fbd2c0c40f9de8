import { AppError } from "../errors.ts";
import { isMarked, provenanceOf } from "../registration/names.ts";
import { isMadeSince } from "../registration/origin.ts";
import type { Application, ServicePrincipal } from "../registration/types.ts";
import { expectSuccess, isSuccess, toAppError } from "./answers.ts";
import { type ApplicationTarget, adoptApplication } from "./apply.ts";
import type { GraphContext } from "./batch.ts";
import type { GraphRequest } from "./client.ts";
import { equals, literal } from "./odata.ts";
import { APPLICATION_SELECT, findByUniqueName, findDeletedHolder, findServicePrincipal } from "./read.ts";
import { readObject, readPage, shapes } from "./schemas.ts";
import { write } from "./write.ts";

/*
 * Instantiating a template makes a new application with its service principal, every time: there is no key
 * and no upsert. Graph has answered 404 although the pair was made
 * (https://github.com/hashicorp/terraform-provider-azuread/pull/1406).
 */

const ACTION = "instantiateApplication";
/** Waits between the reads that must agree that nothing was made: lists lag behind writes by seconds. */
const ABSENCE_WAITS_MS = [1000, 2000, 4000, 8000, 8000, 8000];
/** A 404 may also mean what it says. */
const MOST_NOT_FOUND = 2;
const AGREEING_READS = 2;
/** How long the pair may take to be known everywhere, with its mark. */
const VISIBLE_LIMIT_MS = 120_000;

export interface InstantiateRequest {
  /** The one of the cloud; see `signin/cloud.ts`. */
  readonly templateId: string;
  readonly displayName: string;
  readonly uniqueName: string;
  /**
   * When an earlier run noted that it would send this request, where no outcome is noted: the one pair made
   * since then is that run's.
   */
  readonly intendedAt?: Date | undefined;
  /** Object ids of applications of that template and name of which a person said that they are others. */
  readonly others?: readonly string[] | undefined;
  /** Told as soon as both halves are known, which other servers may not know yet; once. */
  readonly onMade?: ((made: MadePair) => void) | undefined;
}

/** The ids of an application and its service principal that were just made. */
export interface MadePair {
  readonly objectId: string;
  readonly appId: string;
  readonly servicePrincipalId: string;
}

export type Instantiated =
  | {
      readonly kind: "instantiated";
      readonly application: Application;
      readonly servicePrincipal: ServicePrincipal;
      /** Unmarked ones of the same template and name, which an attempt of this run made after all. */
      readonly surplus: readonly Application[];
    }
  /** There were some of that template and name already; nothing was made, a person has to say. */
  | { readonly kind: "namesakes"; readonly applications: readonly Application[] };

/**
 * Instantiates an application template once, marks what was made, and reads it; where it does not show at
 * once, waits until reads agree. Where the answer is lost or a 404, it looks for the pair, and sends again only
 * when reads agree that there is none.
 *
 * @throws AppError CHANGED_MEANWHILE where an application has the unique name by now; SOFT_DELETED where a
 * deleted one still holds it.
 */
export async function instantiateApplication(
  context: GraphContext,
  request: InstantiateRequest,
): Promise<Instantiated> {
  const isExpected = request.intendedAt !== undefined;
  const [, before] = await Promise.all([
    requireFreeName(context, request.uniqueName),
    isExpected ? lookLong(context, request) : findInstances(context, request),
  ]);
  const left = before.filter((application) => isMadeSince(application, request.intendedAt));
  const [ours] = left.length === 1 ? left : [];
  if (!ours && before.length > 0) return { kind: "namesakes", applications: before };
  const found = ours && { made: ours, servicePrincipalId: undefined, isRepeated: false };
  const { made, servicePrincipalId, isRepeated } = found ?? (await makePair(context, request));
  const { objectId, appId } = made;
  if (servicePrincipalId !== undefined) request.onMade?.({ objectId, appId, servicePrincipalId });
  const pair = await markPair(context, request, made);
  if (servicePrincipalId === undefined) {
    request.onMade?.({ objectId, appId, servicePrincipalId: pair.servicePrincipal.id });
  }
  const others = [...(request.others ?? []), objectId];
  const surplus = isRepeated ? await lookLong(context, { ...request, others }) : [];
  return { kind: "instantiated", ...pair, surplus };
}

/** The mark cannot be put on afterwards where somebody has it; better to know before there is a pair. */
async function requireFreeName(context: GraphContext, uniqueName: string): Promise<void> {
  const [live, deleted] = await Promise.all([
    findByUniqueName(context, uniqueName),
    findDeletedHolder(context, uniqueName),
  ]);
  if (live) throw new AppError("CHANGED_MEANWHILE", { displayName: uniqueName });
  if (deleted) {
    const { displayName, objectId, deletedDateTime } = deleted;
    throw new AppError("SOFT_DELETED", { displayName, objectId, deletedDateTime });
  }
}

/** Applications of that template and exactly that name which are neither marked nor known to be others. */
async function findInstances(
  { graph }: GraphContext,
  { templateId, displayName, others = [] }: InstantiateRequest,
): Promise<Application[]> {
  const filter = `${equals("applicationTemplateId", templateId)}%20and%20displayName%20eq%20${literal(displayName)}`;
  const path = `/applications?${filter}&${APPLICATION_SELECT}&$top=999`;
  const answer = expectSuccess("readTenant", await graph.send({ method: "GET", path }));
  const page = readPage(shapes.application, answer.body);
  if (!page) throw toAppError("readTenant", answer);
  return page.values
    .filter(
      (application) => application.displayName === displayName && !others.includes(application.objectId),
    )
    .filter((application) => application.uniqueName === undefined && provenanceOf(application) === "stranger")
    .sort((one, another) => (one.createdDateTime ?? "").localeCompare(another.createdDateTime ?? ""));
}

/** Looks until one shows; none only where every read for half a minute agrees on that. */
async function lookLong(context: GraphContext, request: InstantiateRequest): Promise<Application[]> {
  for (const [index, ms] of ABSENCE_WAITS_MS.entries()) {
    const found = await findInstances(context, request);
    if (found.length > 0) return found;
    context.onWait?.({ ms, reason: "absence", host: "Microsoft Graph", attempt: index + 1 });
    await context.clock.sleep(ms);
  }
  return findInstances(context, request);
}

interface MadeOrFound {
  readonly made: Application;
  /** Where the answer said it. */
  readonly servicePrincipalId: string | undefined;
  /** It was sent again, and an attempt that all reads denied may have made one after all. */
  readonly isRepeated: boolean;
}

async function makePair(context: GraphContext, request: InstantiateRequest): Promise<MadeOrFound> {
  let isRepeated = false;
  const look = async () => {
    // The oldest, so that whoever looks again finds the same one.
    const [found] = await lookLong(context, request);
    isRepeated ||= found === undefined;
    return found;
  };
  const post: GraphRequest = {
    method: "POST",
    path: `/applicationTemplates/${request.templateId}/instantiate`,
    body: { displayName: request.displayName },
  };
  for (let attempt = 1; ; attempt += 1) {
    const written = await write(context, ACTION, post, { look });
    if (written.kind === "found") return { made: written.found, servicePrincipalId: undefined, isRepeated };
    const { answer } = written;
    const pair = isSuccess(answer) ? readObject(shapes.instantiated, answer.body) : undefined;
    if (pair) return { made: pair.application, servicePrincipalId: pair.servicePrincipal?.id, isRepeated };
    if (!isSuccess(answer) && answer.status !== 404) throw toAppError(ACTION, answer);
    const found = await look();
    if (found) return { made: found, servicePrincipalId: undefined, isRepeated };
    // After a success that shows no pair there is one somewhere: another attempt would make a second.
    if (isSuccess(answer) || attempt === MOST_NOT_FOUND) throw toAppError(ACTION, answer);
  }
}

/** Marks the application at once, so that a run after a killed one finds it; both halves are read beside that. */
async function markPair(
  context: GraphContext,
  { uniqueName }: InstantiateRequest,
  { objectId, appId, displayName, tags }: Application,
): Promise<Pair> {
  const target = { objectId, appId, isNew: true };
  const marked = [...new Set([...tags, uniqueName])];
  const step = { kind: "adoptApplication", objectId, displayName, uniqueName, tags: marked } as const;
  const [isNamed, read] = await Promise.all([
    adoptApplication(context, target, step),
    readPair(context, target),
  ]);
  if (!read) return await waitForPair(context, target, uniqueName);
  // The read may have been answered before the mark was on.
  const named = isNamed ? { uniqueName } : {};
  return { ...read, application: { ...read.application, ...named, tags: marked } };
}

interface Pair {
  readonly application: Application;
  readonly servicePrincipal: ServicePrincipal;
}

async function readPair(
  context: GraphContext,
  { objectId, appId }: Pick<ApplicationTarget, "objectId" | "appId">,
): Promise<Pair | undefined> {
  const [application, servicePrincipal] = await Promise.all([
    findByObjectId(context, objectId),
    findServicePrincipal(context, appId),
  ]);
  return application && servicePrincipal && { application, servicePrincipal };
}

/** Waits until reads that agree show both halves, with the mark. */
async function waitForPair(
  context: GraphContext,
  target: ApplicationTarget,
  uniqueName: string,
): Promise<Pair> {
  const start = context.clock.now().getTime();
  for (let attempt = 1, agreeing = 0; ; attempt += 1) {
    const pair = await readPair(context, target);
    const shows = pair && isMarked(pair.application, uniqueName);
    agreeing = shows ? agreeing + 1 : 0;
    if (shows && agreeing === AGREEING_READS) return pair;
    const waitedMs = context.clock.now().getTime() - start;
    if (waitedMs > VISIBLE_LIMIT_MS) {
      throw new AppError("NOT_REPLICATED", { action: ACTION, waitedSeconds: Math.round(waitedMs / 1000) });
    }
    const ms = Math.min(500 * 2 ** (attempt - 1), 8000);
    context.onWait?.({ ms, reason: "replication", host: "Microsoft Graph", attempt });
    await context.clock.sleep(ms);
  }
}

async function findByObjectId({ graph }: GraphContext, objectId: string): Promise<Application | undefined> {
  const path = `/applications/${objectId}?${APPLICATION_SELECT}`;
  const answer = await graph.send({ method: "GET", path });
  if (answer.status === 404) return undefined;
  return readObject(shapes.application, expectSuccess("readBack", answer).body);
}
