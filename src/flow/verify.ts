import { AppError } from "../errors.ts";
import type { Tenant } from "../graph/tenant.ts";
import type { ProvisioningFinding } from "../provisioning/findings.ts";
import { diff, staleRedirectUris } from "../registration/diff.ts";
import { type Finding, toFindings } from "../registration/findings.ts";
import { isMarked } from "../registration/names.ts";
import type { Plan } from "../registration/plan.ts";
import type { Application } from "../registration/types.ts";
import { isSettled, type KnownValues, missingInputs } from "../settings/known-values.ts";
import type { AddOn, Template } from "../template/schema.ts";
import { askForAnswers } from "./answers.ts";
import type { RunContext } from "./context.ts";
import { desiredRegistration } from "./desired-registration.ts";
import { locate } from "./locate.ts";
import { judge } from "./plan-registration.ts";
import { SCIM_READING_SCOPES } from "./scim/locate.ts";
import { verifyProvisioning } from "./scim/verify.ts";
import { READING_SCOPES } from "./sign-in.ts";

export interface VerifyInput {
  readonly template: Template;
  /** The template's add-ons. */
  readonly addOns: readonly AddOn[];
  readonly known: KnownValues;
  /** Absolute; where a hand-over file of an earlier run may be. */
  readonly outputFolder: string;
}

export interface Verification {
  readonly tenant: Tenant;
  readonly application: Application;
  readonly findings: readonly Finding[];
  /** Of provisioning, where the template has some. */
  readonly provisioning: readonly ProvisioningFinding[];
  /** What `register` would do about it; empty where the registration is as the template wants it. */
  readonly plan: Plan;
}

/**
 * Compares a registration with what the template and the settings ask for. Reads only, and asks for nothing
 * but the values that say what is wanted. The plan is the one that `register` would make unattended, so the
 * two cannot disagree.
 *
 * @throws AppError for everything that can be foreseen.
 */
export async function verify(context: RunContext, input: VerifyInput): Promise<Verification> {
  const { known, addOns } = input;
  const missing = missingInputs(known);
  if (!context.questions && missing.length > 0) throw new AppError("INPUT_MISSING", { missing });
  const { scim } = input.template.application;
  const located = await locate(context, input, scim ? SCIM_READING_SCOPES : READING_SCOPES);
  const { tenant, apis, current } = located;
  const { application } = current;
  // With --app-id a name that was given all the same is the name the registration should have.
  const appName =
    known.appId !== undefined && known.appName && isSettled(known.appName)
      ? known.appName.value
      : located.appName;
  const settled: KnownValues = { ...known, appName: { value: appName, source: "flag" } };
  const answers = await askForAnswers(context, settled, addOns, appName);
  const desired = desiredRegistration(context, input, apis, answers);
  const secrets = await judge(context, { ...input, tenantId: tenant.id }, application);
  const adopt = !isMarked(application, desired.uniqueName);
  const plan = diff(desired, current, secrets, {
    adopt,
    removeRedirectUris: [],
    newSecret: false,
    keepDoubtful: false,
  });
  const findings = toFindings({
    desired,
    current,
    secrets,
    adopt,
    apis,
    stale: staleRedirectUris(desired, application),
    now: context.ports.clock.now(),
  });
  const provisioning = scim ? await verifyProvisioning(context, located, { ...input, answers }) : [];
  return { tenant, application, findings, provisioning, plan };
}
