import { evaluateMapping } from "./mapping/evaluate.ts";
import { parseExpression, sourceAttributesOf } from "./mapping/expression.ts";
import { asText, isNothing } from "./mapping/value.ts";
import type { DesiredMapping, DesiredProvisioning, Requirement, SourceObject } from "./types.ts";

/** Why the vendor will not take a user, or not take them as somebody would expect. */
export type Shortcoming =
  /** The attributes of the user that the value is made of; none of them where it is a constant. */
  | { readonly kind: "lacks"; readonly target: string; readonly attributes: readonly string[] }
  | {
      readonly kind: "notOneOf";
      readonly target: string;
      readonly attributes: readonly string[];
      readonly value: string;
      readonly oneOf: readonly string[];
    }
  | {
      readonly kind: "notUnique";
      readonly target: string;
      readonly attributes: readonly string[];
      readonly value: string;
      /** Another user, by id, who has the same. */
      readonly sharedWith: string;
    }
  /** No failure: a disabled account arrives as one that is not active. */
  | { readonly kind: "disabled" };

/** A requirement with the mapping that fills what it is about. */
export interface Rule {
  readonly requirement: Requirement;
  readonly mapping: DesiredMapping;
  /** The attributes of a user that the mapping reads. */
  readonly attributes: readonly string[];
}

/** What is checked of each user, and the targets whose values only Entra knows. */
export interface Rules {
  readonly rules: readonly Rule[];
  readonly unforeseeable: readonly string[];
}

/**
 * The template's requirements as rules for users.
 *
 * @param isKnown whether an attribute of users can be read, or is given beside them.
 */
export function toRules(
  { requirements, users }: Pick<DesiredProvisioning, "requirements" | "users">,
  isKnown: (attribute: string) => boolean,
): Rules {
  const rules: Rule[] = [];
  const unforeseeable: string[] = [];
  for (const requirement of requirements) {
    const mapping = users.mappings.find(({ target }) => target === requirement.target);
    const attributes = mapping && attributesOf(mapping);
    if (mapping && attributes?.every(isKnown) === true && isForeseeable(mapping)) {
      rules.push({ requirement, mapping, attributes });
    } else unforeseeable.push(requirement.target);
  }
  return { rules, unforeseeable };
}

function attributesOf({ source }: DesiredMapping): readonly string[] | undefined {
  const expression = parseExpression(source);
  return expression.kind === "fault" ? undefined : sourceAttributesOf(expression);
}

/** Of a user without any attribute nothing is known but whether the functions are. */
function isForeseeable(mapping: DesiredMapping): boolean {
  return evaluateMapping(mapping, {}).kind === "value";
}

/** The shortcoming of one user by one rule, as far as it needs no look at the others; and the value there is. */
export function judge(
  { requirement, mapping, attributes }: Rule,
  source: SourceObject,
): { readonly shortcoming: Shortcoming | undefined; readonly value: string } {
  const { target, present, oneOf } = requirement;
  const evaluated = evaluateMapping(mapping, source);
  const given = evaluated.kind === "value" ? evaluated.value : undefined;
  const value = asText(given).trim();
  const isEmpty = isNothing(given) || value === "";
  if (isEmpty) {
    return { shortcoming: present ? { kind: "lacks", target, attributes } : undefined, value: "" };
  }
  if (oneOf && !oneOf.includes(value)) {
    return { shortcoming: { kind: "notOneOf", target, attributes, value, oneOf }, value };
  }
  return { shortcoming: undefined, value };
}
