import { toDesiredProvisioning } from "../../src/provisioning/desired.ts";
import type { DesiredProvisioning } from "../../src/provisioning/types.ts";
import { parseInput } from "../../src/settings/values.ts";
import type { Template } from "../../src/template/schema.ts";

/** Answers to a template's own questions: those given, else what Enter gives. */
export function provisioningAnswers(template: Template, others: Readonly<Record<string, string>> = {}) {
  const given = (template.inputs ?? []).map((input) => {
    const fallback = /url$/i.test(input.format) ? `https://${input.name.toLowerCase()}.example.com/scim` : "";
    const text = others[input.name] ?? input.default ?? fallback;
    const answer = parseInput(input)(text);
    if (!answer.ok) throw new Error(`${input.name}: ${text}`);
    return [input.name, answer.value] as const;
  });
  return { appName: "Contoso", hostname: "https://app.contoso.com", inputs: Object.fromEntries(given) };
}

/** The provisioning of a template with those answers; some that cannot be used together fail the test. */
export function provisioned(
  template: Template,
  others?: Readonly<Record<string, string>>,
  notification?: string,
): DesiredProvisioning {
  const result = toDesiredProvisioning(template, provisioningAnswers(template, others), { notification });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.desired;
}
