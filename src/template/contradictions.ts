import { type Choice, labelled, parseInput } from "../settings/values.ts";
import type { TemplateScim } from "./scim.ts";
import { type Contradiction, scimContradictions } from "./scim-contradictions.ts";

type RedirectUris = { readonly redirectUris: readonly string[] } | undefined;

interface Input {
  readonly name: string;
  readonly format: "text" | "url" | "installedUrl" | "choice" | "attribute" | "pairs";
  readonly choices?: readonly Choice[] | undefined;
  readonly default?: string | undefined;
  readonly optional?: boolean | undefined;
}

interface Application {
  readonly key?: string | undefined;
  readonly clientSecret?: unknown;
  readonly handover?: { readonly fileName: string; readonly section?: string | undefined } | undefined;
  readonly appRoles?:
    | readonly { readonly value: string; readonly allowedMemberTypes: readonly string[] }[]
    | undefined;
  readonly scim?: TemplateScim | undefined;
  readonly origin?: string | undefined;
  readonly web?: RedirectUris;
  readonly spa?: RedirectUris;
  readonly publicClient?: RedirectUris;
}

interface File {
  readonly inputs?: readonly Input[] | undefined;
  readonly applications: readonly Application[];
  readonly oneTimePassword?: unknown;
}

/** What each key of a template allows and all of them together do not. */
export function contradictions(template: File): Contradiction[] {
  const { inputs = [], applications } = template;
  const inApplications = applications.flatMap((application, index) =>
    [
      ...applicationContradictions(application, template),
      ...redirectContradictions(application, inputs),
      ...scimContradictions(application, inputs),
    ].map(({ path, message }) => ({ path: ["applications", index, ...path], message })),
  );
  const inInputs = inputs.flatMap((input, index) =>
    inputContradictions(input, inputs.slice(0, index), template).map(({ path, message }) => ({
      path: ["inputs", index, ...path],
      message,
    })),
  );
  return [...inApplications, ...inInputs, ...undeclared(template)];
}

function applicationContradictions(
  application: Application,
  { applications, oneTimePassword }: File,
): Contradiction[] {
  const found: Contradiction[] = [];
  const { key, clientSecret, handover, scim, origin } = application;
  const twins = applications.filter((other) => other.key === key).length;
  if (applications.length > 1 && (key === undefined || twins > 1)) {
    found.push({ path: ["key"], message: "each of several applications needs a key of its own" });
  }
  if ((clientSecret === undefined) !== (handover === undefined)) {
    found.push({ path: [], message: "clientSecret and handover go together" });
  }
  const sharing = applications.filter((other) => handover && other.handover?.fileName === handover.fileName);
  const sections = new Set(sharing.map((other) => other.handover?.section));
  if (sharing.length > 1 && (sections.has(undefined) || sections.size < sharing.length)) {
    const message = "applications that share a file need a section each";
    found.push({ path: ["handover", "section"], message });
  }
  if (clientSecret !== undefined && oneTimePassword === undefined) {
    found.push({ path: [], message: "a client secret needs oneTimePassword" });
  }
  if (scim !== undefined && origin !== "nonGallery") {
    found.push({ path: ["origin"], message: "only a nonGallery application can be provisioned" });
  }
  return found;
}

function redirectContradictions(
  { web, spa, publicClient }: Application,
  inputs: readonly Input[],
): Contradiction[] {
  return Object.entries({ web, spa, publicClient }).flatMap(([platform, uris]) =>
    (uris?.redirectUris ?? []).flatMap((uri, at) => {
      const name = /^\{input\.([A-Za-z0-9]+)\}/.exec(uri)?.[1];
      const format = inputs.find((input) => input.name === name)?.format ?? "url";
      if (format === "url" || (format === "installedUrl" && platform === "publicClient")) return [];
      const path = [platform, "redirectUris", at];
      return [{ path, message: `the input ${name} is not of the format url` }];
    }),
  );
}

function inputContradictions(input: Input, earlier: readonly Input[], template: File): Contradiction[] {
  const found: Contradiction[] = [];
  const { name, format, choices, optional = false } = input;
  if ((format === "choice") !== (choices !== undefined)) {
    found.push({ path: [], message: "choices go with the format choice" });
  } else if (input.default !== undefined && !parseInput(input)(input.default).ok) {
    found.push({ path: ["default"], message: "is no answer to the question" });
  }
  for (const word of ambiguous(choices ?? [])) {
    found.push({ path: ["choices"], message: `"${word}" says two of them` });
  }
  if (earlier.some((other) => other.name === name)) {
    found.push({ path: ["name"], message: `a second input ${name}` });
  }
  if (optional && format === "choice") {
    found.push({ path: ["optional"], message: "one of the choices is always taken" });
  }
  const isUsed = (where: unknown) => JSON.stringify(where).includes(`{input.${name}}`);
  if (format === "pairs" && isUsed(template)) {
    found.push({ path: [], message: "an input of the format pairs can stand in repeat alone" });
  } else if (optional && isUsed(withoutWhatCanBeLeftOut(template))) {
    found.push({
      path: ["optional"],
      message: "it is needed elsewhere than in mappings and their attributes",
    });
  }
  return found;
}

/** Labels that another choice has as well, as its label or its value. */
function ambiguous(choices: readonly Choice[]): string[] {
  return choices.flatMap((choice, at) => {
    if (typeof choice === "string") return [];
    const label = choice.label.toLowerCase();
    const others = choices.filter((_, index) => index !== at).map(labelled);
    const isTaken = others.some((other) =>
      [other.label, other.value].some((one) => one.toLowerCase() === label),
    );
    return isTaken ? [choice.label] : [];
  });
}

/** A template without the parts that are dropped where an input they stand on stays empty. */
function withoutWhatCanBeLeftOut({ applications, ...shared }: File): unknown {
  const rest = applications.map(({ scim, ...application }) => {
    if (!scim) return application;
    const { users: _users, attributes: _attributes, requirements: _requirements, ...kept } = scim;
    return { ...application, scim: kept };
  });
  return { ...shared, applications: rest };
}

function undeclared(template: File): Contradiction[] {
  const names = new Set((template.inputs ?? []).map(({ name }) => name));
  const used = JSON.stringify(template).matchAll(/\{input\.([A-Za-z0-9]+)\}/g);
  return [...new Set([...used].map((match) => match[1] ?? ""))]
    .filter((name) => !names.has(name))
    .map((name) => ({ path: ["inputs"], message: `no input ${name} is declared` }));
}
