import { Chalk, type ChalkInstance } from "chalk";
import type { CheckedFile } from "../../flow/check-template.ts";
import type { PackagedTemplate } from "../../flow/load.ts";
import type { Terminal } from "../../ports/index.ts";
import { labelled } from "../../settings/values.ts";
import type { Outline } from "../../template/outline.ts";
import { privilegeOf } from "../../template/privileges.ts";
import type { TemplateScim } from "../../template/scim.ts";
import { clean, say } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import { checkTitle } from "./words/config.ts";
import { describeFault, expectation } from "./words/faults.ts";
import { mappingLines, mappingTitle, provisioningLines } from "./words/template-provisioning.ts";
import {
  addOnLines,
  applicationLines,
  askedLine,
  handoverLines,
  IN_MICROSOFTS_WORDS,
  listNote,
  nextStepLine,
  permissionLine,
  TEMPLATE_HEADINGS,
  variantLine,
} from "./words/templates.ts";

/** The templates that are shipped, one a line. */
export function renderTemplates(
  templates: readonly PackagedTemplate[],
  fallback: string,
  terminal: Terminal,
): string {
  const style = styleOf(terminal);
  const width = Math.max(...templates.map(({ name }) => name.length));
  return templates
    .map(
      ({ name, title, variantOf }) =>
        say`${name.padEnd(width)}  ${title}` + style.dim(listNote(name === fallback, variantOf)),
    )
    .join("\n");
}

/** The list of templates for standard output with `--json`. */
export function toJsonTemplates(templates: readonly PackagedTemplate[], fallback: string): ResultDocument {
  return {
    schemaVersion: 1,
    command: "templates list",
    changed: false,
    templates: templates.map(({ name, title, variantOf }) => ({
      name: clean(name),
      title: clean(title),
      isDefault: name === fallback,
      variantOf: variantOf ?? null,
    })),
  };
}

/** What a template asks, creates, grants and hands over. */
export function renderOutline(outline: Outline, terminal: Terminal): string {
  const style = styleOf(terminal);
  const { title, name, asks, applications, addOns, oneTimePassword, scimVariant, nextSteps } = outline;
  const section = (heading: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", style.bold(heading), ...lines];
  const permissions = applications.flatMap((application) => application.permissions);
  const services = oneTimePassword?.services ?? [];
  const lines = [
    style.bold.green(say`${title} (${name})`),
    ...section(
      TEMPLATE_HEADINGS.asks,
      asks.map(askedLine).map((line) => `  ${line}`),
    ),
    ...section(TEMPLATE_HEADINGS.creates, [
      ...applications.flatMap((application) => tree(applicationLines(application, services))),
      ...addOns.flatMap((addOn) => tree(addOnLines(addOn))),
    ]),
    ...section(TEMPLATE_HEADINGS.grants, [
      ...new Set(permissions.map(permissionLine).map((line) => `  + ${line}`)),
    ]),
    ...(permissions.length > 0 ? [style.dim(`    ${IN_MICROSOFTS_WORDS}`)] : []),
    ...section(
      TEMPLATE_HEADINGS.provisions,
      applications.flatMap((application) => provisioningOf(application)),
    ),
    ...section(
      TEMPLATE_HEADINGS.handsOver,
      applications.flatMap(({ handover }) => (handover ? tree(handoverLines(handover)) : [])),
    ),
    ...section(
      TEMPLATE_HEADINGS.nextSteps,
      nextSteps.map((step, index) => `  ${index + 1}. ${nextStepLine(step)}`),
    ),
    ...(scimVariant === undefined ? [] : ["", variantLine(scimVariant)]),
  ];
  return fit(lines.join("\n"), terminal.resultColumns);
}

/** A line with the others below it. */
function tree([first = "", ...rest]: readonly string[]): string[] {
  return [`  + ${first}`, ...rest.map((line) => `      + ${line}`)];
}

/** How users get into an application, with a table of what is mapped. */
function provisioningOf(application: Outline["applications"][number]): string[] {
  const { scim } = application;
  if (!scim) return [];
  const mappings = mappingLines(scim);
  return [
    ...tree([...provisioningLines(application), mappingTitle(scim, mappings.length)]),
    ...mappings.map((line) => `          ${line}`),
  ];
}

/** The same as a document; placeholders stand as the template has them. */
export function toJsonOutline(outline: Outline): ResultDocument {
  const { name, title, asks, applications, addOns, oneTimePassword, nextSteps } = outline;
  return cleaned({
    schemaVersion: 1,
    command: "templates show",
    changed: false,
    name,
    title,
    asks: asks.map(({ configKey, question, proposed, choices, optional }) => ({
      configKey,
      question: question ?? null,
      proposed: proposed ?? null,
      choices: choices ? choices.map((choice) => labelled(choice).value) : null,
      optional,
    })),
    applications: applications.map(({ web, spa, publicClient, ...application }) => ({
      displayName: application.displayName,
      isNonGallery: application.origin === "nonGallery",
      redirectUris: {
        web: web?.redirectUris ?? [],
        spa: spa?.redirectUris ?? [],
        publicClient: publicClient?.redirectUris ?? [],
      },
      implicitFlow: Object.values(web?.implicitGrantSettings ?? {}).includes(true),
      appRoles: (application.appRoles ?? []).map(({ value, displayName }) => ({ value, displayName })),
      permissions: application.permissions.map((permission) => ({
        api: permission.api,
        permission: permission.name,
        type: permission.type,
        optional: permission.optional !== undefined,
        highPrivilege: privilegeOf(permission) !== undefined,
      })),
      clientSecretLifetime: application.clientSecret?.lifetime ?? null,
      handoverFile: application.handover?.fileName ?? null,
      handoverEntries: application.handover?.entries ?? {},
      provisionedTo: application.scim?.tenantUrl ?? null,
      provisioning: application.scim ? toProvisioning(application.scim) : null,
    })),
    addOns: addOns.map(({ name: addOn, title: part, configKey, exposedApi }) => ({
      name: addOn,
      title: part,
      configKey,
      identifierUris: exposedApi.identifierUris,
      scopes: exposedApi.oauth2PermissionScopes.map(({ value }) => value),
      authorisedClients: exposedApi.preAuthorizedApplications.map(({ appId }) => appId),
    })),
    oneTimePasswordServices: oneTimePassword?.services ?? [],
    nextSteps: [...nextSteps],
  });
}

function toProvisioning(scim: TemplateScim) {
  const { scope, groups, users, repeat = [], attributes = [], requirements = [], appRole, newGroup } = scim;
  return {
    scope,
    groups,
    exclusive: users.exclusive,
    mappings: [
      ...users.mappings.map(({ target, source, default: proposed, matchingPriority, apply }) => ({
        target,
        source,
        default: proposed ?? null,
        matchingPriority: matchingPriority ?? null,
        onlyWhenCreating: apply === "onlyWhenCreating",
        repeatedFor: null,
      })),
      ...repeat.map(({ input, attribute, source }) => ({
        target: attribute.name,
        source,
        default: null,
        matchingPriority: null,
        onlyWhenCreating: false,
        repeatedFor: input,
      })),
    ],
    addedAttributes: [...attributes, ...repeat.map(({ attribute }) => attribute)].map(
      ({ name, multiValued }) => ({
        name,
        multiValued,
      }),
    ),
    requirements: requirements.map(({ target, present, unique, oneOf }) => ({
      target,
      present: present ?? false,
      unique: unique ?? false,
      oneOf: oneOf ? [...oneOf] : null,
    })),
    appRole: appRole ?? null,
    newGroup: newGroup?.displayName ?? null,
  };
}

/** A template was checked for control characters, but its texts may hold what turns text round. */
function cleaned(document: ResultDocument): ResultDocument {
  return JSON.parse(
    JSON.stringify(document, (_key, value: unknown) => (typeof value === "string" ? clean(value) : value)),
  ) as ResultDocument;
}

/** What is wrong with a template, file by file. */
export function renderTemplateCheck(checked: readonly CheckedFile[], terminal: Terminal): string {
  const style = styleOf(terminal);
  const [first] = checked;
  const faulty = checked.filter(({ faults }) => faults.length > 0);
  if (first && faulty.length === 0)
    return fit(style.bold.green(checkTitle(first.file, 0)), terminal.resultColumns);
  const lines = faulty.flatMap(({ file, faults }) => [
    style.bold.red(checkTitle(file, faults.length)),
    ...faults.map((fault) => `  ${style.red("✖")} ${describeFault(fault)}`),
  ]);
  return fit(lines.join("\n"), terminal.resultColumns);
}

/** The faults of template files for standard output with `--json`. */
export function toJsonTemplateCheck(checked: readonly CheckedFile[]): ResultDocument {
  return {
    schemaVersion: 1,
    command: "templates check",
    changed: false,
    // As it is: a program opens it.
    file: checked[0]?.file ?? "",
    usable: checked.every(({ faults }) => faults.length === 0),
    faults: checked.flatMap(({ file, faults }) =>
      faults.map(({ path, expected }) => ({
        file,
        path: clean(path),
        expected: expectation(expected),
      })),
    ),
  };
}

function styleOf(terminal: Terminal): ChalkInstance {
  return new Chalk({ level: terminal.resultColour ? 1 : 0 });
}
