import { type Choice, labelled } from "../settings/values.ts";
import type { TemplateScim } from "./scim.ts";

/** Something that each key allows and all of them together do not. */
export interface Contradiction {
  readonly path: (string | number)[];
  readonly message: string;
}

interface Input {
  readonly name: string;
  readonly format: string;
  readonly choices?: readonly Choice[] | undefined;
  readonly optional?: boolean | undefined;
}

interface Application {
  readonly appRoles?:
    | readonly { readonly value: string; readonly allowedMemberTypes: readonly string[] }[]
    | undefined;
  readonly scim?: TemplateScim | undefined;
}

type Report = (path: (string | number)[], message: string) => void;

/** What contradicts itself in how users get into a product. Paths begin at the application. */
export function scimContradictions(
  { scim, appRoles = [] }: Application,
  inputs: readonly Input[],
): Contradiction[] {
  if (!scim) return [];
  const found: Contradiction[] = [];
  const report: Report = (path, message) => found.push({ path: ["scim", ...path], message });
  checkMappings(scim, inputs, report);
  checkRequirements(scim, inputs, report);
  checkRepeats(scim, inputs, report);
  checkAppRole(scim, appRoles, inputs, report);
  if (scim.newGroup && scim.scope === "all") {
    report(["newGroup"], "nobody is assigned where everybody is provisioned");
  }
  return found;
}

/** Names of attributes differ by more than the case of their letters (RFC 7643, section 2.1). */
const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** Calls for each text that an earlier one is the same as. */
function forTwins(texts: readonly string[], found: (index: number) => void): void {
  texts.forEach((text, index) => {
    if (texts.some((other, before) => before < index && isSame(other, text))) found(index);
  });
}

function checkMappings({ users, attributes = [] }: TemplateScim, inputs: readonly Input[], report: Report) {
  const { mappings, exclusive } = users;
  const at = (index: number, key: string) => ["users", "mappings", index, key];
  forTwins(
    mappings.map(({ target }) => target),
    (index) => report(at(index, "target"), "a second mapping to this attribute"),
  );
  forTwins(
    attributes.map(({ name }) => name),
    (index) => report(["attributes", index, "name"], "a second attribute of this name"),
  );
  mappings.forEach(({ source, matchingPriority }, index) => {
    for (const text of badBrackets(source, inputs)) {
      report(at(index, "source"), `${text} is no input of the format attribute or choice`);
    }
    const isTwin = mappings.some(
      (other, before) => before < index && other.matchingPriority === matchingPriority,
    );
    if (matchingPriority !== undefined && isTwin) {
      report(at(index, "matchingPriority"), "a second mapping of this priority");
    }
  });
  if (exclusive && !mappings.some(({ matchingPriority }) => matchingPriority !== undefined)) {
    report(["users", "mappings"], "one of them needs a matchingPriority, since Entra's own are left out");
  }
}

/** The names of attributes in an expression that an answer could turn into something else. */
function badBrackets(source: string, inputs: readonly Input[]): string[] {
  const names = [...source.matchAll(/\[([^\]]*\{[^\]]*)\]/g)].map(([, name = ""]) => name);
  return names.filter((name) => {
    const input = inputs.find((one) => `{input.${one.name}}` === name);
    return input?.format !== "attribute" && input?.format !== "choice";
  });
}

/** The answers that a text is one of, as far as they are known before anybody answers. */
function possible(text: string, inputs: readonly Input[]): readonly string[] | undefined {
  if (!text.includes("{")) return [text];
  return inputs
    .find(({ name }) => `{input.${name}}` === text)
    ?.choices?.map((choice) => labelled(choice).value);
}

function checkRequirements(
  { users, requirements = [] }: TemplateScim,
  inputs: readonly Input[],
  report: Report,
) {
  forTwins(
    requirements.map(({ target }) => target),
    (index) => report(["requirements", index, "target"], "a second requirement of this attribute"),
  );
  requirements.forEach(({ target, present, unique, oneOf }, index) => {
    const mapping = users.mappings.find((one) => isSame(one.target, target));
    if (!mapping) {
      report(["requirements", index, "target"], "is not mapped; name the target of a mapping");
    }
    if (present === undefined && unique === undefined && oneOf === undefined) {
      report(["requirements", index], "present, unique or oneOf says what is required");
    }
    const proposed = mapping?.default === undefined ? [] : possible(mapping.default, inputs);
    if (oneOf && !proposed?.every((value) => oneOf.includes(value))) {
      report(["requirements", index, "oneOf"], "the mapping's default can be something else");
    }
  });
}

function checkRepeats({ repeat = [] }: TemplateScim, inputs: readonly Input[], report: Report) {
  repeat.forEach(({ input, source }, index) => {
    const format = inputs.find(({ name }) => name === input)?.format;
    if (format !== "pairs") {
      report(["repeat", index, "input"], `no input ${input} of the format pairs is declared`);
    }
    for (const text of badBrackets(source.replaceAll("[{value}]", ""), inputs)) {
      report(["repeat", index, "source"], `${text} is no input of the format attribute or choice`);
    }
  });
  forTwins(
    repeat.map(({ attribute }) => attribute.name),
    (index) => report(["repeat", index, "attribute", "name"], "a second attribute of this name"),
  );
}

function checkAppRole(
  { appRole }: TemplateScim,
  appRoles: NonNullable<Application["appRoles"]>,
  inputs: readonly Input[],
  report: Report,
) {
  if (appRole === undefined) return;
  const values = possible(appRole, inputs);
  if (!values) {
    report(["appRole"], "must be an app role, or an input of the format choice and nothing beside it");
  }
  for (const value of values ?? []) {
    const role = appRoles.find((one) => one.value === value);
    if (!role?.allowedMemberTypes.includes("User")) {
      report(["appRole"], `no app role ${value} for users is declared`);
    }
  }
}
