import { AppError } from "../errors.ts";
import type { GraphContext } from "../graph/batch.ts";
import {
  appNotFound,
  findOwner,
  readCandidates,
  readRegistration,
  readTenant,
  type TenantRead,
} from "../graph/read.ts";
import { type Candidates, chooseApplication } from "../registration/choose.ts";
import type { Application, CurrentRegistration } from "../registration/types.ts";
import { isSettled, type KnownValues, missingInputs } from "../settings/known-values.ts";
import type { TokenSource } from "../signin/token-source.ts";
import type { Template } from "../template/schema.ts";
import { during, openGraph, type RunContext } from "./context.ts";
import { signIn } from "./sign-in.ts";
import { apisOf, toWanted } from "./wanted.ts";

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
 * @throws AppError INPUT_MISSING, APP_NOT_FOUND, APP_OF_OTHER_TENANT, REGISTRATION_NOT_FOUND, NAMESAKES
 */
export async function locate(
  context: RunContext,
  { template, known }: { readonly template: Template; readonly known: KnownValues },
  scopes: readonly string[],
): Promise<Located> {
  if (!context.questions) {
    const missing = missingInputs(known).filter(({ flag }) => flag === "--tenant-id");
    if (missing.length > 0) throw new AppError("INPUT_MISSING", { missing });
  }
  const tokens = await signIn(context, known, scopes);
  const graph = openGraph(context, tokens);
  const proposed = known.appName?.value ?? template.name;
  const wanted = toWanted(template, known, proposed);
  const read = await during(context, "read", () => readTenant(graph, apisOf(template), wanted));
  const { tenant, apis } = read;
  context.report({ kind: "signedIn", username: tokens.account.username, tenant });

  const { appName, application } =
    "appId" in wanted
      ? await byId(graph, wanted.appId, read.candidates, tenant.id)
      : await byName(context, graph, { template, known, proposed }, read.candidates);
  if (!application) {
    throw new AppError("REGISTRATION_NOT_FOUND", { displayName: appName, tenantId: tenant.id });
  }
  const current = await during(context, "read", () => readRegistration(graph, application));
  return { tokens, graph, tenant, apis, appName, current: { ...current, application } };
}

interface Found {
  readonly appName: string;
  readonly application: Application | undefined;
}

async function byId(
  graph: GraphContext,
  appId: string,
  { byUniqueName: application }: Candidates,
  tenantId: string,
): Promise<Found> {
  if (application) return { appName: application.displayName, application };
  const owner = await findOwner(graph, appId);
  if (!owner || owner.ownerTenantId === tenantId) throw appNotFound(appId, tenantId);
  throw new AppError("APP_OF_OTHER_TENANT", { appId, tenantId, ...owner });
}

async function byName(
  context: RunContext,
  graph: GraphContext,
  { template, known, proposed }: { template: Template; known: KnownValues; proposed: string },
  read: Candidates,
): Promise<Found> {
  const { questions } = context;
  const appName = questions && !isSettled(known.appName) ? await questions.appName(proposed) : proposed;
  const wanted = toWanted(template, known, appName);
  if ("appId" in wanted) throw new TypeError("looked for by name and by id");
  const candidates = appName === proposed ? read : (await readCandidates(graph, wanted)).candidates;
  const choice = chooseApplication(candidates, wanted.uniqueName);
  if (choice.kind === "none") return { appName, application: undefined };
  if (choice.kind === "ours") return { appName, application: choice.application };
  if (!questions) {
    throw new AppError("NAMESAKES", { displayName: appName, candidates: choice.applications });
  }
  const appId = await questions.whichApplication(appName, choice.applications);
  return { appName, application: choice.applications.find((application) => application.appId === appId) };
}
