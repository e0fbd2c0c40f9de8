import type { Fault } from "../errors.ts";
import { toValues } from "../registration/desired.ts";
import { parsePairs } from "../settings/values.ts";
import { fill } from "../template/placeholders.ts";
import type { Template, TemplateInput } from "../template/schema.ts";
import type { TemplateScim } from "../template/scim.ts";
import type { DesiredMapping, DesiredProvisioning, TargetAttribute } from "./types.ts";

/** What a template's placeholders stand for. */
export interface ProvisioningValues {
  readonly appName: string;
  /** An origin, such as `https://app.example.com`; empty where the template needs none. */
  readonly hostname: string;
  /** The template's own inputs, by name. */
  readonly inputs: Readonly<Record<string, string>>;
}

export type ParsedProvisioning =
  | { readonly ok: true; readonly desired: DesiredProvisioning }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** A mapping that answers took part in, and the key of the one to blame for its target. */
interface Filled {
  readonly mapping: DesiredMapping;
  readonly configKey: string | undefined;
}

/**
 * The provisioning that template and answers ask for. What stands on an input that was left open is left out.
 *
 * @returns the answers that cannot be used together, by their keys in `config.json`.
 */
export function toDesiredProvisioning(
  template: Template,
  answers: ProvisioningValues,
  { notification }: { readonly notification: string | undefined },
): ParsedProvisioning {
  const { inputs = [], application } = template;
  const { scim } = application;
  if (!scim) throw new TypeError("a template that says nothing about provisioning");
  const values = toValues(answers);
  const isOpen = openTexts(inputs, answers.inputs);
  const listed = scim.users.mappings
    .filter(({ target, source }) => !isOpen(target) && !isOpen(source))
    .map((mapping) => toMapping(mapping, { inputs, values, isOpen }));
  const repeated = (scim.repeat ?? []).flatMap((repeat) => toRepeated(repeat, { inputs, values, answers }));
  const all = [...listed, ...repeated.map(({ filled }) => filled)];
  const faults = twinsOf(all);
  if (faults.length > 0) return { ok: false, faults };
  const left = new Set(all.map(({ mapping }) => mapping.target));
  const dropped = new Set(
    scim.users.mappings.map(({ target }) => fill(target, values)).filter((target) => !left.has(target)),
  );
  return {
    ok: true,
    desired: {
      tenantUrl: fill(scim.tenantUrl, values),
      scope: scim.scope,
      groups: scim.groups,
      users: { mappings: all.map(({ mapping }) => mapping), exclusive: scim.users.exclusive },
      attributes: [
        ...(scim.attributes ?? [])
          .filter(({ name }) => !isOpen(name))
          .map((attribute) => ({ ...attribute, name: fill(attribute.name, values) }))
          .filter(({ name }) => !dropped.has(name)),
        ...repeated.map(({ attribute }) => attribute),
      ],
      appRole: scim.appRole === undefined ? undefined : fill(scim.appRole, values),
      requirements: (scim.requirements ?? [])
        .map(({ target, present = false, unique = false, oneOf }) => ({
          target: fill(target, values),
          present,
          unique,
          oneOf,
        }))
        .filter(({ target }) => left.has(target)),
      clearsState: scim.clearsState ?? false,
      notification,
    },
  };
}

/** Whether a text stands on an input that was left open. */
function openTexts(
  inputs: readonly TemplateInput[],
  given: Readonly<Record<string, string>>,
): (text: string) => boolean {
  const open = inputs.filter(({ name, optional }) => optional && (given[name] ?? "") === "");
  return (text) => open.some(({ name }) => text.includes(`{input.${name}}`));
}

function toMapping(
  { target, source, default: proposed, matchingPriority, apply }: TemplateScim["users"]["mappings"][number],
  {
    inputs,
    values,
    isOpen,
  }: {
    readonly inputs: readonly TemplateInput[];
    readonly values: Readonly<Record<string, string>>;
    readonly isOpen: (text: string) => boolean;
  },
): Filled {
  return {
    mapping: {
      target: fill(target, values),
      source: fill(source, escaped(values)),
      default: proposed === undefined || isOpen(proposed) ? undefined : fill(proposed, values),
      matchingPriority,
      apply: apply ?? "always",
    },
    configKey: inputs.find(({ name }) => target.includes(`{input.${name}}`))?.configKey,
  };
}

/** One attribute and its mapping for each pair that was given. */
function toRepeated(
  { input: name, attribute, source }: NonNullable<TemplateScim["repeat"]>[number],
  {
    inputs,
    values,
    answers,
  }: {
    readonly inputs: readonly TemplateInput[];
    readonly values: Readonly<Record<string, string>>;
    readonly answers: ProvisioningValues;
  },
): { readonly filled: Filled; readonly attribute: TargetAttribute }[] {
  const pairs = parsePairs(answers.inputs[name] ?? "");
  const configKey = inputs.find((input) => input.name === name)?.configKey;
  return (pairs.ok ? pairs.value : []).map(([key, value]) => {
    const target = fill(attribute.name, { ...values, key });
    return {
      filled: {
        mapping: {
          target,
          source: fill(source, { ...escaped(values), value }),
          default: undefined,
          matchingPriority: undefined,
          apply: "always",
        },
        configKey,
      },
      attribute: { ...attribute, name: target },
    };
  });
}

/** Values as they can stand between quotes of an expression. */
function escaped(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value.replaceAll(/[\\"]/g, String.raw`\$&`)]),
  );
}

/** Entra maps an attribute once, and names of attributes differ by more than the case of their letters. */
function twinsOf(all: readonly Filled[]): Fault[] {
  const isSame = (one: Filled, other: Filled) =>
    one.mapping.target.toLowerCase() === other.mapping.target.toLowerCase();
  return all.flatMap((one, index) => {
    const { configKey: path, mapping } = one;
    const isBlamed = (other: Filled, at: number) =>
      at !== index && isSame(one, other) && (other.configKey === undefined || at < index);
    if (path === undefined || !all.some(isBlamed)) return [];
    return [{ path, found: mapping.target, expected: "attributeOnce" as const }];
  });
}
