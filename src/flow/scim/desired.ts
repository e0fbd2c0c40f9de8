import { AppError } from "../../errors.ts";
import { type ProvisioningValues, toDesiredProvisioning } from "../../provisioning/desired.ts";
import type { DesiredProvisioning } from "../../provisioning/types.ts";
import { givenInputs, type KnownValues } from "../../settings/known-values.ts";
import type { Template } from "../../template/schema.ts";

/** The provisioning that a template and answers ask for. @throws AppError SETTING_UNSUPPORTED, VALUES_INVALID */
export function desiredProvisioning(
  template: Template,
  answers: ProvisioningValues,
  { notifications }: Pick<KnownValues, "notifications">,
): DesiredProvisioning {
  const { scim, key } = template.application;
  if (!scim) throw new AppError("SETTING_UNSUPPORTED", { setting: "scim" });
  const parsed = toDesiredProvisioning(template, answers, { notification: notifications.get(key) });
  if (!parsed.ok) throw new AppError("VALUES_INVALID", { faults: parsed.faults });
  return parsed.desired;
}

/** The same as far as it goes without an answer that nobody gave; undefined where it does not go. */
export function desiredAsGiven(
  template: Template,
  known: KnownValues,
  appName: string,
): DesiredProvisioning | undefined {
  if (!template.application.scim) return undefined;
  const parsed = toDesiredProvisioning(template, givenAnswers(known, appName), { notification: undefined });
  return parsed.ok ? parsed.desired : undefined;
}

/** The answers of a run that asks nobody. */
export function givenAnswers(known: KnownValues, appName: string): ProvisioningValues {
  return { appName, hostname: known.hostname?.value ?? "", inputs: givenInputs(known) };
}
