import type { Choice } from "../settings/values.ts";
import type { PLACEHOLDERS } from "./placeholders.ts";
import type { AddOn, Template, TemplateInput } from "./schema.ts";
import { needsHostname } from "./units.ts";

/** A value that a person is asked for. */
export interface Asked {
  readonly configKey: string;
  /** Undefined for what every template asks. */
  readonly question: string | undefined;
  readonly proposed: string | undefined;
  readonly choices: readonly Choice[] | undefined;
  readonly optional: boolean;
}

/** What a template will ask, create, grant and hand over, as far as it can be said without a tenant. */
export interface Outline {
  readonly name: string;
  readonly title: string;
  readonly asks: readonly Asked[];
  readonly applications: readonly Template["application"][];
  readonly addOns: readonly AddOn[];
  readonly oneTimePassword: Template["oneTimePassword"];
  readonly scimVariant: string | undefined;
  readonly nextSteps: readonly string[];
}

/** Puts a template and its add-ons together as somebody reads them who decides about them. */
export function outlineOf({
  templates,
  addOns,
  inputs,
  scimVariant,
}: {
  readonly templates: readonly Template[];
  readonly addOns: readonly AddOn[];
  readonly inputs: readonly TemplateInput[];
  readonly scimVariant: string | undefined;
}): Outline {
  const [first] = templates;
  if (!first) throw new TypeError("a template without an application");
  const { name, title, defaults, groups, oneTimePassword, nextSteps, provisioningSteps = [] } = first;
  const asked = (configKey: string, question?: string, proposed?: string): Asked => ({
    configKey,
    question,
    proposed,
    choices: undefined,
    optional: false,
  });
  return {
    name,
    title,
    asks: [
      asked("tenantID"),
      asked("appName", undefined, defaults.appName),
      ...(needsHostname(templates) ? [asked("hostname")] : []),
      ...inputs.map((input) => ({
        ...asked(input.configKey, input.question, input.default),
        choices: input.choices,
        optional: input.optional ?? false,
      })),
      ...addOns.map(({ configKey, question }) => asked(configKey, question, "no")),
      ...(groups ? [asked("groups", groups.question)] : []),
    ],
    applications: templates.map(({ application }) => application),
    addOns,
    oneTimePassword,
    scimVariant,
    nextSteps: [...nextSteps, ...provisioningSteps],
  };
}

/** The placeholders that a template may use, each once. */
export type Placeholder = (typeof PLACEHOLDERS)[keyof typeof PLACEHOLDERS][number];
