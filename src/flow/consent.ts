import { AppError } from "../errors.ts";
import { readBack } from "../graph/read.ts";
import { readApis } from "../graph/tenant.ts";
import { askedPermissions, extraPermissions, nameOf } from "../registration/consent.ts";
import { SERVICE_PRINCIPAL_TAGS, toPermissions } from "../registration/desired.ts";
import { grants } from "../registration/diff.ts";
import type { Plan } from "../registration/plan.ts";
import { obstacles } from "../registration/rights.ts";
import type { ResolvedPermission } from "../registration/types.ts";
import type { KnownValues } from "../settings/known-values.ts";
import { consentPage } from "../signin/cloud.ts";
import type { Template } from "../template/schema.ts";
import { giveConsent } from "./apply-plan.ts";
import { applyStep, type Progress } from "./apply-step.ts";
import { confirmPlan } from "./confirm.ts";
import { during, type RunContext, stopIfInterrupted } from "./context.ts";
import type { ConsentResult } from "./events.ts";
import { type Located, locate } from "./locate.ts";
import { CHANGING_SCOPES, READING_SCOPES } from "./sign-in.ts";
import { awaitConsent, leftPermissions, rightsOf, stepUp, withoutLeft } from "./step-up.ts";
import { checkUnattended, missingTenant } from "./unattended.ts";

export interface ConsentInput {
  readonly template: Template;
  readonly known: KnownValues;
  readonly yes: boolean;
  readonly dryRun: boolean;
}

/**
 * Gives the admin consent that an earlier run had to leave open, by somebody with the right role on any
 * machine: exactly the template's permissions, and of these only what the app asks for.
 *
 * @throws AppError CONSENT_REFUSED for an app that is not the template's, APP_OF_OTHER_TENANT, and what
 * `locate` throws.
 */
export async function consent(context: RunContext, input: ConsentInput): Promise<ConsentResult> {
  checkUnattended(context, missingTenant(input.known), input);
  const located = await locate(context, input, input.dryRun ? READING_SCOPES : CHANGING_SCOPES);
  const permissions = await permissionsToGrant(input, located);
  const { current, tenant, tokens } = located;
  const { application, servicePrincipal } = current;
  context.report({ kind: "consentSubject", subject: { application, tenant, permissions } });
  const restores = application.applicationTemplateId !== undefined;
  const plan: Plan = {
    steps: [
      ...(servicePrincipal
        ? []
        : [{ kind: "createServicePrincipal", tags: SERVICE_PRINCIPAL_TAGS, restores } as const]),
      ...grants(permissions, current),
    ],
  };
  const ended = (
    outcome: ConsentResult["outcome"],
    waiting: readonly ResolvedPermission[] = [],
  ): ConsentResult => ({
    outcome,
    tenant,
    displayName: application.displayName,
    appId: application.appId,
    objectId: application.objectId,
    plan,
    handover: undefined,
    waiting,
    consentPage: waiting.length > 0 ? consentPage(context.cloud, tenant.id, application.appId) : undefined,
  });
  if (plan.steps.length === 0) return ended("nothingToDo");
  const found = obstacles(plan, rightsOf(tokens, undefined, input.dryRun));
  context.report({
    kind: "plan",
    proposal: {
      plan,
      tenant,
      displayName: application.displayName,
      current: application,
      clients: [],
      delivery: undefined,
      handoverFile: undefined,
      proofs: [],
      obstacles: found,
      now: context.ports.clock.now(),
    },
  });
  if (input.dryRun) return ended("planned");
  const means = await stepUp(context, { ...located, known: input.known }, tenant.id, found);
  await confirmPlan(context, input.yes);
  stopIfInterrupted(context.signal);
  const left = leftPermissions(plan, means.left);
  const { granted, refused, servicePrincipalId } = await grantAndReadBack(
    context,
    { ...located, graph: means.graph },
    withoutLeft(plan, means.left),
    permissions.filter((permission) => !left.includes(permission)),
  );
  const app = { tenantId: tenant.id, appId: application.appId, servicePrincipalId };
  const missing = means.waits ? await awaitConsent(context, means.graph, app, left) : left;
  const changed = granted.length > 0 || missing.length < left.length || !servicePrincipal;
  return ended(changed ? "granted" : "refused", [...refused, ...missing]);
}

/** What the app asks for, once it is sure that this is no more than the template does. */
async function permissionsToGrant(
  { template, known }: ConsentInput,
  { graph, apis, current: { application } }: Located,
): Promise<ResolvedPermission[]> {
  const { appId, displayName, signInAudience } = application;
  if (signInAudience !== "AzureADMyOrg") {
    const problem = { kind: "multiTenant", signInAudience } as const;
    throw new AppError("CONSENT_REFUSED", { appId, displayName, problem });
  }
  // An optional permission that this run leaves out is the template's all the same.
  const all = toPermissions({ template, groupSync: true, apis });
  const wanted = toPermissions({ template, groupSync: known.groupSync, apis });
  if (!wanted.ok) throw new AppError("PERMISSION_UNKNOWN", { api: wanted.api, permissions: wanted.unknown });
  const extras = extraPermissions(application, all.ok ? all.permissions : wanted.permissions);
  if (extras.length > 0) {
    const others = [...new Set(extras.map(({ resourceAppId }) => resourceAppId))].filter(
      (resourceAppId) => !apis.some((api) => api.appId === resourceAppId),
    );
    const named = [...apis, ...(await readApis(graph, others))];
    const names = extras.map((extra) => nameOf(extra, named));
    throw new AppError("CONSENT_REFUSED", {
      appId,
      displayName,
      problem: { kind: "extraPermissions", names },
    });
  }
  return askedPermissions(application, wanted.permissions);
}

async function grantAndReadBack(
  context: RunContext,
  { graph, current }: Located,
  plan: Plan,
  permissions: readonly ResolvedPermission[],
): Promise<Awaited<ReturnType<typeof giveConsent>> & { readonly servicePrincipalId: string }> {
  const { application, servicePrincipal } = current;
  const target = { ...application, isNew: false };
  const progress: Progress = {
    target,
    servicePrincipalId: servicePrincipal?.id,
    tags: application.tags,
  };
  for (const step of plan.steps) {
    if (step.kind === "createServicePrincipal") await applyStep(context, { graph }, progress, step);
  }
  const { servicePrincipalId } = progress;
  if (servicePrincipalId === undefined) throw new TypeError("consent without a service principal");
  stopIfInterrupted(context.signal);
  const outcome = await giveConsent(context, { graph, plan }, { target, servicePrincipalId });
  const expected = permissions.filter((permission) => !outcome.refused.includes(permission));
  const seen = await during(context, "readBack", () =>
    readBack(graph, { objectId: application.objectId, servicePrincipalId }),
  ).catch(() => undefined);
  if (!seen) context.report({ kind: "readBackFailed" });
  else {
    const steps = grants(expected, seen);
    if (steps.length > 0) context.report({ kind: "notVisibleYet", plan: { steps } });
  }
  return { ...outcome, servicePrincipalId };
}
