import { join } from "node:path";
import { AppError } from "../errors.ts";
import { grants } from "../registration/diff.ts";
import { planSecrets } from "../registration/secrets.ts";
import type { KnownValues } from "../settings/known-values.ts";
import type { Template } from "../template/schema.ts";
import { handoverOf } from "../template/units.ts";
import { applyPlan } from "./apply-plan.ts";
import { confirmDelivery } from "./confirm.ts";
import { type RunContext, stopIfInterrupted } from "./context.ts";
import { desiredRegistration } from "./desired-registration.ts";
import type { RegisterResult } from "./events.ts";
import { hostnameOf } from "./hostname.ts";
import { locate } from "./locate.ts";
import { checkOutputFolder } from "./output-folder.ts";
import { judge } from "./plan-registration.ts";
import { provable } from "./prove.ts";
import { checkReminder, writeReminder } from "./reminder.ts";
import { toResult } from "./result.ts";
import type { RegisterInput } from "./run.ts";
import { noLongerThan, otherServices, prepareServices, readyService, toDelivery } from "./service.ts";
import { CHANGING_SCOPES, permittedClient, READING_SCOPES } from "./sign-in.ts";
import { checkUnattended, missingTenant } from "./unattended.ts";

export type RotateInput = Omit<
  RegisterInput,
  "newSecret" | "deleted" | "addOns" | "templates" | "handoverPage"
> & {
  readonly template: Template;
};

/**
 * Issues a new client secret beside the old ones and hands it over as `register` does, touching nothing else
 * of the registration. A secret of an earlier run that was never handed over is removed on the way.
 *
 * @throws AppError REGISTRATION_INCOMPLETE where the app could not sign in with any secret.
 */
export async function rotateSecret(context: RunContext, input: RotateInput): Promise<RegisterResult> {
  checkUnattended(context, missingTenant(input.known), input);
  if (input.calendar !== undefined)
    await checkReminder(context, input.calendar, { ...input, templates: [input.template] });
  const { application, title } = input.template;
  if (!application.clientSecret) throw new AppError("NO_CLIENT_SECRET", { title });
  const { fileName } = handoverOf(input.template);
  const tidy = input.dryRun ? undefined : await checkOutputFolder(context, input.outputFolder, fileName);
  const result = await issueBeside(context, input);
  await tidy?.();
  return result;
}

async function issueBeside(context: RunContext, input: RotateInput): Promise<RegisterResult> {
  const { template, known, outputFolder, proof } = input;
  const services = prepareServices(context, template, known, input);
  const located = await locate(context, input, input.dryRun ? READING_SCOPES : CHANGING_SCOPES);
  const { graph, tenant, apis, appName, current, tokens } = located;
  const { application, servicePrincipal } = current;
  const { displayName, appId } = application;
  if (!servicePrincipal) throw new AppError("REGISTRATION_INCOMPLETE", { displayName, appId });

  const hostname = known.needsHostname ? await hostnameOf(context, template, known, application) : "";
  const inputs = await inputsOf(context, template, known);
  const wanted = desiredRegistration(context, input, apis, { appName, hostname, addOns: [], inputs });
  const judged = await judge(context, { ...input, tenantId: tenant.id }, application);
  const plan = { steps: planSecrets(wanted, judged, { newSecret: true, keepDoubtful: false }) };
  // The new secret is tried with what the app may do now; what it may not is no business of this run.
  const missing = grants(wanted.permissions, current).flatMap((step) =>
    step.kind === "grantAppRole" ? [step.permission] : step.added,
  );
  const permissions = wanted.permissions.filter((permission) => !missing.includes(permission));
  const desired = { ...wanted, displayName, permissions };
  const facts = {
    template,
    outputFolder,
    tenant,
    appName,
    hostname,
    inputs,
    current,
    desired,
    plan,
    secretEnd: undefined,
    signInClientId: permittedClient(tokens),
  };

  const profile = await readyService(context, services);
  const now = context.ports.clock.now();
  context.report({
    kind: "plan",
    proposal: {
      plan,
      tenant,
      displayName,
      current: application,
      clients: [],
      delivery: toDelivery(
        profile,
        services,
        noLongerThan(desired.secret?.end ?? now, known.linkLifetimeSeconds, now),
      ),
      handoverFile: join(outputFolder, handoverOf(template).fileName),
      proofs: proof ? provable(permissions) : [],
      obstacles: [],
      now,
    },
  });
  if (input.dryRun) return toResult(context, facts, "planned");
  const confirmed = await confirmDelivery(context, input.yes, services, profile);
  stopIfInterrupted(context.signal);
  const applied = await applyPlan(context, {
    graph,
    plan,
    desired,
    current,
    template,
    tenantId: tenant.id,
    hostname,
    inputs,
    profile: confirmed,
    otherServices: otherServices(template, profile),
    linkLifetimeSeconds: known.linkLifetimeSeconds,
    outputFolder,
    proof,
  });
  if (applied.handover) {
    const { keyId, secretEnd } = applied.handover;
    const end = new Date(secretEnd);
    const reminder = { keyId, appName: displayName, appId, tenantName: tenant.displayName, secretEnd: end };
    await writeReminder(context, input.calendar, [reminder]);
  }
  return toResult(context, facts, "rotated", applied);
}
/** The template's own inputs that its hand-over speaks of, by name: as they are known, else asked for. */
async function inputsOf(
  { questions }: RunContext,
  { application: { handover }, nextSteps }: Template,
  { inputs }: KnownValues,
): Promise<Record<string, string>> {
  const spoken = JSON.stringify([handover, nextSteps]);
  const values: Record<string, string> = {};
  for (const { name, input, value } of inputs) {
    if (value) values[name] = value.value;
    else if (!spoken.includes(`{input.${name}}`)) continue;
    else if (questions) values[name] = await questions.input(input, undefined);
    else {
      const { configKey } = input;
      throw new AppError("INPUT_MISSING", { missing: [{ flag: `--set ${name}=…`, configKey }] });
    }
  }
  return values;
}
