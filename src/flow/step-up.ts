import { AppError, isAppError } from "../errors.ts";
import type { GraphContext } from "../graph/batch.ts";
import { permissionsOf } from "../graph/grants.ts";
import { readGranted } from "../graph/read.ts";
import { grants } from "../registration/diff.ts";
import { isGrant, type Plan, type Step } from "../registration/plan.ts";
import type { Obstacle, Policies, Rights } from "../registration/rights.ts";
import type { ResolvedPermission } from "../registration/types.ts";
import type { KnownValues } from "../settings/known-values.ts";
import { consentPage } from "../signin/cloud.ts";
import type { TokenSource } from "../signin/token-source.ts";
import { during, openGraph, type RunContext, stopIfInterrupted } from "./context.ts";
import { CHANGING_SCOPES, inTenant, permittedClient, signIn } from "./sign-in.ts";

/** Who carries a plan out, and what of it somebody does on Microsoft's page instead. */
export interface Means {
  readonly graph: GraphContext;
  /** Steps of the plan that are left out; they are consented to on Microsoft's page, or later. */
  readonly left: ReadonlySet<Step>;
  /** Whether this run waits for that consent. */
  readonly waits: boolean;
  /** The client that somebody gave permissions to on the way. */
  readonly permittedClient?: string | undefined;
}

/** What is known of who signed in; a dry run asks for less than the plan would need, and that is no obstacle. */
export function rightsOf(
  { account: { roles, scopes } }: TokenSource,
  policies: Policies | undefined,
  dryRun: boolean,
): Rights {
  return { roles, scopes: dryRun ? undefined : scopes, policies };
}

interface Signed {
  readonly known: KnownValues;
  readonly tokens: TokenSource;
  readonly graph: GraphContext;
  /** What the run takes besides the permissions of changing a registration. */
  readonly scopes?: readonly string[];
}

/**
 * Makes sure that the sign-in is good for all of a plan. Some ways of signing in give a fixed set of
 * permissions (Cloud Shell's lacks the one for application permissions): then the person signs in once more
 * for the rest, or consents on Microsoft's own page. Where nobody can be asked, what lacks is tried all the
 * same: what a token says is a hint, and Graph the judge.
 *
 * @throws AppError SCOPES_MISSING where the person has no other way; DECLINED
 */
export async function stepUp(
  context: RunContext,
  { known, tokens, graph, scopes: besides = [] }: Signed,
  tenantId: string,
  found: readonly Obstacle[],
): Promise<Means> {
  const { questions } = context;
  const lacking = found.filter((obstacle) => obstacle.kind === "scope");
  const provisioning = found.filter((obstacle) => obstacle.kind === "provisioningScope");
  const asIs = { graph, left: new Set<Step>(), waits: false };
  if (lacking.length + provisioning.length === 0 || !questions) return asIs;
  const steps = new Set(lacking.map(({ step }) => step));
  const onlyConsent = provisioning.length === 0 && [...steps].every(isGrant);
  const permissions = [...steps].filter(isGrant).flatMap(permissionsOf);
  const choice = await questions.stepUp(onlyConsent ? permissions : undefined);
  if (choice === "stop") {
    const scopes = [...new Set([...lacking, ...provisioning].map(({ scope }) => scope))];
    const { way, clientId } = tokens.account;
    throw new AppError("SCOPES_MISSING", { scopes, way, clientId });
  }
  if (choice !== "signIn") return { graph, left: steps, waits: choice === "page" };
  const again = { ...inTenant(known, tenantId), auth: "device-code" } as const;
  const more = await signIn(context, again, [...CHANGING_SCOPES, ...besides]);
  return { ...asIs, graph: openGraph(context, more), permittedClient: permittedClient(more) };
}

/** How long somebody may take on Microsoft's page, and how often it is looked. */
const LIMIT_MS = 8 * 60_000;
const INTERVAL_MS = 5000;

/**
 * Waits until what a run left out has been consented to on Microsoft's page, or the person stops waiting. All
 * else is done by then: where nobody can look any more, what was last seen missing counts as missing.
 *
 * @returns what is still missing.
 */
export async function awaitConsent(
  context: RunContext,
  graph: GraphContext,
  app: { readonly tenantId: string; readonly appId: string; readonly servicePrincipalId: string },
  missing: readonly ResolvedPermission[],
): Promise<readonly ResolvedPermission[]> {
  const { questions, report, cloud, ports, signal } = context;
  let left = missing;
  report({ kind: "consentPage", url: consentPage(cloud, app.tenantId, app.appId), permissions: missing });
  const done = new AbortController();
  const stop = new AbortController();
  questions
    ?.key(["s"], AbortSignal.any([signal, done.signal]))
    .then(() => stop.abort())
    .catch(() => undefined);
  try {
    return await during(context, "awaitConsent", async () => {
      const end = ports.clock.now().getTime() + LIMIT_MS;
      for (;;) {
        stopIfInterrupted(signal);
        left = await stillMissing(graph, app.servicePrincipalId, missing);
        if (left.length === 0 || stop.signal.aborted || ports.clock.now().getTime() > end) return left;
        await ports.clock.sleep(INTERVAL_MS, stop.signal).catch((error: unknown) => {
          if (!stop.signal.aborted) throw error;
        });
      }
    });
  } catch (error) {
    if (signal.aborted || !isAppError(error)) throw error;
    report({ kind: "consentNotSeen" });
    return left;
  } finally {
    done.abort();
  }
}

async function stillMissing(
  graph: GraphContext,
  servicePrincipalId: string,
  wanted: readonly ResolvedPermission[],
): Promise<readonly ResolvedPermission[]> {
  return grants(wanted, await readGranted(graph, servicePrincipalId)).flatMap(permissionsOf);
}

/** The permissions of the steps that are left out. */
export function leftPermissions({ steps }: Plan, left: ReadonlySet<Step>): ResolvedPermission[] {
  return steps
    .filter((step) => left.has(step))
    .filter(isGrant)
    .flatMap(permissionsOf);
}

/** A plan without the steps that are left out. */
export function withoutLeft(plan: Plan, left: ReadonlySet<Step>): Plan {
  return { steps: plan.steps.filter((step) => !left.has(step)) };
}
