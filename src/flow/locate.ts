import { AppError } from "../errors.ts";
import type { GraphContext } from "../graph/batch.ts";
import {
  appNotFound,
  type CandidatesRead,
  type DeletedApplication,
  readCandidates,
  readRegistration,
} from "../graph/read.ts";
import { readTenant, type TenantRead } from "../graph/tenant.ts";
import { chooseApplication } from "../registration/choose.ts";
import { isMarked } from "../registration/names.ts";
import type { Application, CurrentRegistration } from "../registration/types.ts";
import { isSettled, type KnownValues } from "../settings/known-values.ts";
import type { TokenSource } from "../signin/token-source.ts";
import type { Template } from "../template/schema.ts";
import { deletedError, findAbsent } from "./absent.ts";
import { during, openGraph, type RunContext } from "./context.ts";
import { signIn } from "./sign-in.ts";
import { missingTenant } from "./unattended.ts";
import { apisOf, toWanted } from "./wanted.ts";

/** Where a command looked, and what it found. */
export interface Sought extends Omit<Located, "current"> {
  readonly application: Application | undefined;
  /** The deleted one that goes by that name or id and can be restored. */
  readonly deleted: DeletedApplication | undefined;
}

/** A registration that is there, with everything that belongs to it. */
export interface Located {
  readonly tokens: TokenSource;
  readonly graph: GraphContext;
  readonly tenant: TenantRead["tenant"];
  readonly apis: TenantRead["apis"];
  /** The name it goes by in the template's sense; what was typed, or the display name of `--app-id`. */
  readonly appName: string;
  readonly current: CurrentRegistration & { readonly application: Application };
}

/**
 * Signs in and finds the registration that a command works on, by `--app-id` or by name; a name that several
 * applications carry is never guessed.
 *
 * @throws AppError INPUT_MISSING, APP_NOT_FOUND, APP_OF_OTHER_TENANT, REGISTRATION_NOT_FOUND,
 * REGISTRATION_DELETED, NAMESAKES
 */
export async function locate(
  context: RunContext,
  input: LocateInput,
  scopes: readonly string[],
): Promise<Located> {
  const found = await seek(context, input, scopes);
  const { application, deleted: _deleted, ...sought } = found;
  if (!application) throw notThere(input, found);
  const { graph } = sought;
  const current = await during(context, "read", () => readRegistration(graph, application));
  return { ...sought, current: { ...current, application } };
}

/** The failure of a command that needs a registration where there is none. */
export function notThere(
  { known: { appId }, template }: Pick<LocateInput, "known" | "template">,
  { deleted, appName, tenant }: Pick<Sought, "deleted" | "appName" | "tenant">,
): AppError {
  if (deleted) return deletedError(template, deleted, appId === undefined ? appName : undefined);
  if (appId !== undefined) return appNotFound(appId, tenant.id);
  return new AppError("REGISTRATION_NOT_FOUND", { displayName: appName, tenantId: tenant.id });
}

export interface LocateInput {
  readonly template: Template;
  readonly known: KnownValues;
  /** Whether a deleted one of ours settles the search, also beside others of that name. */
  readonly deletedSettles?: boolean;
  /** The sign-in of a search before, for the next of several applications. */
  readonly session?: Pick<Located, "tokens" | "graph"> | undefined;
}

/**
 * The same where it is no failure that nothing is there.
 *
 * @throws AppError INPUT_MISSING, APP_OF_OTHER_TENANT, NAMESAKES
 */
export async function seek(
  context: RunContext,
  { template, known, deletedSettles = false, session }: LocateInput,
  scopes: readonly string[],
): Promise<Sought> {
  if (!context.questions) {
    const missing = missingTenant(known);
    if (missing.length > 0) throw new AppError("INPUT_MISSING", { missing });
  }
  const tokens = session?.tokens ?? (await signIn(context, known, scopes));
  const graph = session?.graph ?? openGraph(context, tokens);
  const proposed = known.appName?.value ?? template.name;
  const wanted = toWanted(template, known, proposed);
  const read = await during(context, "read", () => readTenant(graph, apisOf(template), wanted, undefined));
  const { tenant, apis } = read;
  if (!session) context.report({ kind: "signedIn", username: tokens.account.username, tenant });

  const found =
    "appId" in wanted
      ? await byId(graph, wanted.appId, { ...read, proposed })
      : await byName(context, graph, { template, known, deletedSettles, proposed }, read);
  return { tokens, graph, tenant, apis, ...found };
}

type Found = Pick<Sought, "appName" | "application" | "deleted">;

async function byId(
  graph: GraphContext,
  appId: string,
  { candidates, tenant, proposed }: CandidatesRead & TenantRead & { proposed: string },
): Promise<Found> {
  const application = candidates.byUniqueName;
  if (application) return { appName: application.displayName, application, deleted: undefined };
  const deleted = await findAbsent(graph, appId, tenant.id);
  return { appName: deleted?.displayName ?? proposed, application, deleted };
}

async function byName(
  context: RunContext,
  graph: GraphContext,
  { template, known, deletedSettles, proposed }: LocateInput & { readonly proposed: string },
  read: CandidatesRead,
): Promise<Found> {
  const { questions } = context;
  const appName = questions && !isSettled(known.appName) ? await questions.appName(proposed) : proposed;
  const wanted = toWanted(template, known, appName);
  if ("appId" in wanted) throw new TypeError("looked for by name and by id");
  const { candidates, deleted: all } = appName === proposed ? read : await readCandidates(graph, wanted);
  const choice = chooseApplication(candidates, wanted.uniqueName);
  const deleted = all.find((application) => isMarked(application, wanted.uniqueName));
  if (choice.kind === "none") return { appName, application: undefined, deleted };
  if (choice.kind === "ours") return { appName, application: choice.application, deleted };
  // Who only wants it gone need not say which of the others was never meant.
  if (deleted && deletedSettles) return { appName, application: undefined, deleted };
  if (!questions) {
    throw new AppError("NAMESAKES", { displayName: appName, candidates: choice.applications });
  }
  const appId = await questions.whichApplication(appName, choice.applications);
  const application = choice.applications.find((candidate) => candidate.appId === appId);
  return { appName, application, deleted };
}
