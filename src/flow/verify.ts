import { AppError } from "../errors.ts";
import type { Tenant } from "../graph/tenant.ts";
import type { ProvisioningFinding } from "../provisioning/findings.ts";
import { diff, staleRedirectUris } from "../registration/diff.ts";
import { type Finding, isFault, toFindings } from "../registration/findings.ts";
import { isMarked } from "../registration/names.ts";
import type { Application } from "../registration/types.ts";
import { isSettled, type KnownValues, missingInputs } from "../settings/known-values.ts";
import { fill } from "../template/placeholders.ts";
import type { AddOn, Template } from "../template/schema.ts";
import { type Answers, askForAnswers } from "./answers.ts";
import type { RunContext } from "./context.ts";
import { desiredRegistration } from "./desired-registration.ts";
import { type Located, locateAll } from "./locate.ts";
import { judge } from "./plan-registration.ts";
import { SCIM_READING_SCOPES } from "./scim/locate.ts";
import { verifyProvisioning } from "./scim/verify.ts";
import { READING_SCOPES } from "./sign-in.ts";
import { together } from "./together.ts";

export interface VerifyInput {
  /** One for each application that is meant; never empty. */
  readonly templates: readonly Template[];
  /** The product's add-ons. */
  readonly addOns: readonly AddOn[];
  readonly known: KnownValues;
  /** Absolute; where a hand-over file of an earlier run may be. */
  readonly outputFolder: string;
}

export interface Verification {
  readonly tenant: Tenant;
  readonly displayName: string;
  /** Which of the product's several it is. */
  readonly key: string | undefined;
  /** Undefined for one of several that is not registered. */
  readonly application: Application | undefined;
  readonly findings: readonly Finding[];
  /** Of provisioning, where the template has some. */
  readonly provisioning: readonly ProvisioningFinding[];
  /** Whether `register` or `scim setup` would find something to do. */
  readonly differs: boolean;
}

/**
 * Compares the registrations of a product with what the template and the settings ask for. Reads only, and asks
 * for nothing but the values that say what is wanted. The plan behind it is the one that `register` would make
 * unattended, so the two cannot disagree.
 *
 * @throws AppError for everything that can be foreseen; of several applications where none is there.
 */
export async function verify(context: RunContext, input: VerifyInput): Promise<Verification[]> {
  const { known, addOns, templates } = input;
  const missing = missingInputs(known);
  if (!context.questions && missing.length > 0) throw new AppError("INPUT_MISSING", { missing });
  const isProvisioned = templates.some(({ application }) => application.scim);
  const all = await locateAll(context, input, isProvisioned ? SCIM_READING_SCOPES : READING_SCOPES);
  const first = all.find((located) => located !== undefined);
  if (!first) throw new TypeError("neither found nor missed");
  // With --app-id a name that was given all the same is the name the registration should have.
  const appName =
    known.appId !== undefined && known.appName && isSettled(known.appName)
      ? known.appName.value
      : first.appName;
  const settled: KnownValues = { ...known, appName: { value: appName, source: "flag" } };
  const answers = await askForAnswers(context, settled, addOns, appName);
  return together(
    ...templates.map(async (template, index) => {
      const located = all[index];
      if (located) return verifyOne(context, located, { ...input, template, answers });
      const displayName = fill(template.application.displayName, { appName });
      return { ...NOT_THERE, tenant: first.tenant, displayName, key: template.application.key };
    }),
  );
}

const NOT_THERE = { application: undefined, findings: [], provisioning: [], differs: true } as const;

async function verifyOne(
  context: RunContext,
  located: Located,
  input: VerifyInput & { readonly template: Template; readonly answers: Answers },
): Promise<Verification> {
  const { tenant, apis, current } = located;
  const { application } = current;
  const desired = desiredRegistration(context, input, apis, input.answers);
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
  const { scim, key } = input.template.application;
  const provisioning = scim ? await verifyProvisioning(context, located, input) : [];
  const differs = plan.steps.length > 0 || provisioning.some(isFault);
  return { tenant, displayName: application.displayName, key, application, findings, provisioning, differs };
}
