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
import { uniqueNameOf } from "../registration/desired.ts";
import { isMarked, toNamesakes } from "../registration/names.ts";
import type { Application, CurrentRegistration } from "../registration/types.ts";
import { isSettled, type KnownValues } from "../settings/known-values.ts";
import { sha256 } from "../sha256.ts";
import type { TokenSource } from "../signin/token-source.ts";
import { fill } from "../template/placeholders.ts";
import type { Template } from "../template/schema.ts";
import { deletedError, findAbsent } from "./absent.ts";
import { during, openGraph, type RunContext } from "./context.ts";
import { signIn } from "./sign-in.ts";
import { together } from "./together.ts";
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
  { template, ...input }: LocateInput,
  scopes: readonly string[],
): Promise<Located> {
  const [located] = await locateAll(context, { ...input, templates: [template] }, scopes);
  if (!located) throw new TypeError("neither found nor missed");
  return located;
}

/**
 * As `locate` does, for several applications of a product side by side.
 *
 * @returns one for each template, in their order; undefined for one that is not there while another is.
 */
export async function locateAll(
  context: RunContext,
  input: SeekInput,
  scopes: readonly string[],
): Promise<(Located | undefined)[]> {
  const all = await seekAll(context, input, scopes);
  const [template] = input.templates;
  const [first] = all;
  if (template && first && all.every(({ application }) => !application)) {
    throw notThere({ ...input, template }, first);
  }
  return together(
    ...all.map(async ({ application, deleted: _deleted, ...sought }) => {
      if (!application) return undefined;
      const { graph } = sought;
      const current = await during(context, "read", () => readRegistration(graph, application));
      return { ...sought, current: { ...current, application } };
    }),
  );
}

/** The failure of a command that needs a registration where there is none. */
export function notThere(
  { known: { appId }, template }: Pick<LocateInput, "known" | "template">,
  { deleted, appName, tenant }: Pick<Sought, "deleted" | "appName" | "tenant">,
): AppError {
  if (deleted) return deletedError(template, deleted, appId === undefined ? appName : undefined);
  if (appId !== undefined) return appNotFound(appId, tenant.id);
  const { scimVariant } = template;
  return new AppError("REGISTRATION_NOT_FOUND", { displayName: appName, tenantId: tenant.id, scimVariant });
}

export interface LocateInput {
  readonly template: Template;
  readonly known: KnownValues;
  /** Whether a deleted one of ours settles the search, also beside others of that name. */
  readonly deletedSettles?: boolean;
}

/**
 * Signs in and looks for what a command works on, as `locate` does; that nothing is there is no failure.
 *
 * @throws AppError INPUT_MISSING, APP_OF_OTHER_TENANT, NAMESAKES
 */
export async function seek(
  context: RunContext,
  { template, ...input }: LocateInput,
  scopes: readonly string[],
): Promise<Sought> {
  const [found] = await seekAll(context, { ...input, templates: [template] }, scopes);
  if (!found) throw new TypeError("looked for nothing");
  return found;
}

export interface SeekInput extends Omit<LocateInput, "template"> {
  /** One for each application that is meant; never empty, and one alone where it is looked for by ID. */
  readonly templates: readonly Template[];
}

/** As `seek` does, for several applications of a product: one sign-in, one question, and reads side by side. */
export async function seekAll(
  context: RunContext,
  { templates, known, deletedSettles = false }: SeekInput,
  scopes: readonly string[],
): Promise<Sought[]> {
  if (!context.questions) {
    const missing = missingTenant(known);
    if (missing.length > 0) throw new AppError("INPUT_MISSING", { missing });
  }
  const [template, ...others] = templates;
  if (!template) throw new TypeError("a product without an application");
  const tokens = await signIn(context, known, scopes);
  const graph = openGraph(context, tokens);
  const proposed = known.appName?.value ?? template.name;
  const wanted = toWanted(template, known, proposed);
  const [read, ...more] = await during(context, "read", () =>
    together(
      readTenant(graph, apisOf(...templates), wanted, undefined),
      ...others.map(async (other) => readCandidates(graph, toWanted(other, known, proposed))),
    ),
  );
  const { tenant, apis } = read;
  context.report({ kind: "signedIn", username: tokens.account.username, tenant });
  const session = { tokens, graph, tenant, apis };

  if ("appId" in wanted) return [{ ...session, ...(await byId(graph, wanted.appId, { ...read, proposed })) }];
  const { questions } = context;
  const appName = questions && !isSettled(known.appName) ? await questions.appName(proposed) : proposed;
  const candidates =
    appName === proposed
      ? [read, ...more]
      : await together(...templates.map(async (one) => readCandidates(graph, toWanted(one, known, appName))));
  const found: Sought[] = [];
  // One after the other: which of several is meant may have to be asked.
  for (const [index, one] of templates.entries()) {
    const own = candidates[index];
    if (!own) throw new TypeError("an application that nobody looked for");
    found.push({ ...session, ...(await byName(context, { template: one, appName, deletedSettles }, own)) });
  }
  return found;
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
  { questions }: RunContext,
  {
    template,
    appName,
    deletedSettles,
  }: { readonly template: Template; readonly appName: string; readonly deletedSettles: boolean },
  { candidates, deleted: all }: CandidatesRead,
): Promise<Found> {
  const uniqueName = uniqueNameOf(template, appName, sha256);
  const displayName = fill(template.application.displayName, { appName });
  const choice = chooseApplication(candidates, uniqueName);
  const deleted = all.find((application) => isMarked(application, uniqueName));
  if (choice.kind === "none") return { appName, application: undefined, deleted };
  if (choice.kind === "ours") return { appName, application: choice.application, deleted };
  // Who only wants it gone need not say which of the others was never meant.
  if (deleted && deletedSettles) return { appName, application: undefined, deleted };
  const namesakes = toNamesakes(choice.applications, displayName, uniqueName);
  if (!questions) throw new AppError("NAMESAKES", { displayName, candidates: namesakes });
  const appId = await questions.whichApplication(displayName, namesakes);
  const application = choice.applications.find((candidate) => candidate.appId === appId);
  return { appName, application, deleted };
}
