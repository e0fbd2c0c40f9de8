import { AppError, type ErrorCode, isAppError, type Unreadable } from "../errors.ts";
import type { Ports } from "../ports/index.ts";
import { type Config, type ConfigInput, parseConfig } from "../settings/config.ts";
import { parseJsonBytes } from "../settings/json-text.ts";
import { clashes } from "../template/clashes.ts";
import { parseTemplate } from "../template/parse.ts";
import { AddOn, type Template, TemplateFile } from "../template/schema.ts";
import { toUnits } from "../template/units.ts";
import { unreadableReason } from "./errno.ts";

type LoadPorts = Pick<Ports, "files" | "system">;

/** No config or template is anywhere near this size. */
const MAX_BYTES = 1024 * 1024;

export interface LoadedTemplate {
  /** One for each application of the product. */
  readonly templates: readonly Template[];
  /** The template that takes its place where users are provisioned: its name, or its path beside this one. */
  readonly scimVariant: string | undefined;
  readonly addOns: readonly AddOn[];
  readonly inputs: NonNullable<TemplateFile["inputs"]>;
}

/**
 * Loads a packaged template by name, or any other by its path, with the add-ons it names.
 *
 * @throws AppError TEMPLATE_UNKNOWN, TEMPLATE_UNREADABLE, TEMPLATE_INVALID
 */
export async function loadTemplate(
  { files, system }: LoadPorts,
  nameOrPath: string,
): Promise<LoadedTemplate> {
  const path = templatePath(system, nameOrPath);
  const template = await loadParsed(files, path, TemplateFile).catch(async (error: unknown) => {
    const missing = isAppError(error, "TEMPLATE_UNREADABLE") && error.facts.reason === "missing";
    if (isPath(nameOrPath) || !(missing || (await isAddOn(files, path)))) throw error;
    throw await unknownTemplate({ files, system }, nameOrPath);
  });
  const folder = path.replace(/[/\\][^/\\]*$/, "");
  const addOns = await Promise.all(
    template.addOns.map((name) => loadParsed(files, `${folder}/${name}.json`, AddOn)),
  );
  const faults = clashes(template, addOns);
  if (faults.length > 0) throw new AppError("TEMPLATE_INVALID", { file: path, faults });
  const { inputs = [], scimVariant: variant } = template;
  const scimVariant = variant !== undefined && isPath(nameOrPath) ? `${folder}/${variant}.json` : variant;
  return { templates: toUnits(template), addOns, inputs, scimVariant };
}

/** An add-on is no product of its own; its flag switches it on. */
async function isAddOn(files: Ports["files"], path: string): Promise<boolean> {
  const json = await readJson(files, path, "TEMPLATE_UNREADABLE").catch(() => undefined);
  return AddOn.safeParse(json).success;
}

/** The failure of a name that no packaged template has. */
export async function unknownTemplate(ports: LoadPorts, name: string): Promise<AppError> {
  const known = (await packagedTemplates(ports)).map((template) => template.name);
  return new AppError("TEMPLATE_UNKNOWN", { name, known });
}

/** A template that is shipped, under the name by which it is chosen. */
export interface PackagedTemplate {
  readonly name: string;
  readonly title: string;
  /** The template of which it is the variant with provisioning. */
  readonly variantOf: string | undefined;
}

/** The templates that are shipped. */
export async function packagedTemplates({ files, system }: LoadPorts): Promise<PackagedTemplate[]> {
  const folder = `${system.packageFolder}/templates`;
  const found: { name: string; template: TemplateFile }[] = [];
  const names = (await files.list(folder)).map((file) => file.replace(/\.json$/, ""));
  for (const name of names.toSorted()) {
    const json = await readJson(files, `${folder}/${name}.json`, "TEMPLATE_UNREADABLE").catch(
      () => undefined,
    );
    const parsed = TemplateFile.safeParse(json);
    if (parsed.success) found.push({ name, template: parsed.data });
  }
  return found.map(({ name, template: { title } }) => ({
    name,
    title,
    variantOf: found.find(({ template }) => template.scimVariant === name)?.name,
  }));
}

/** Where a template lies that is named as on the command line. */
export function templatePath({ packageFolder, currentFolder }: Ports["system"], nameOrPath: string): string {
  return isPath(nameOrPath)
    ? absolute(currentFolder, nameOrPath)
    : `${packageFolder}/templates/${nameOrPath}.json`;
}

/** Whether a template is named by its path, not as one that is shipped. */
export function isPath(nameOrPath: string): boolean {
  return /[/\\]|\.json$/.test(nameOrPath);
}

async function loadParsed<Value>(
  files: Ports["files"],
  file: string,
  schema: Parameters<typeof parseTemplate<Value>>[0],
): Promise<Value> {
  const parsed = parseTemplate(schema, await readJson(files, file, "TEMPLATE_UNREADABLE"));
  if (parsed.ok) return parsed.value;
  throw new AppError("TEMPLATE_INVALID", { file, faults: parsed.faults });
}

/** The keys of a config that a template declares. */
export interface OwnKeys {
  readonly addOnKeys: readonly string[];
  readonly inputs: readonly ConfigInput[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file the values are from. */
  readonly file: string;
  readonly unknownKeys: readonly string[];
  /** A `config.json` in the current folder that belongs to another program. */
  readonly ignoredFile: string | undefined;
}

/** The file of defaults that the package brings. */
export function packagedConfig({ system }: Pick<Ports, "system">): string {
  return `${system.packageFolder}/config.json`;
}

/**
 * Loads the named config, else `config.json` of the current folder, else the packaged one.
 *
 * @throws AppError CONFIG_UNREADABLE, or CONFIG_INVALID with everything that is wrong.
 */
export async function loadConfig(
  { files, system }: LoadPorts,
  named: string | undefined,
  own: OwnKeys,
): Promise<LoadedConfig> {
  if (named !== undefined) {
    return loadOne(files, absolute(system.currentFolder, named), own);
  }
  const packaged = packagedConfig({ system });
  const beside = `${system.currentFolder}/config.json`;
  try {
    const loaded = await loadOne(files, beside, own);
    if (loaded.ours) return loaded;
    return { ...(await loadOne(files, packaged, own)), ignoredFile: beside };
  } catch (error) {
    if (!isAppError(error, "CONFIG_UNREADABLE") || error.facts.reason !== "missing") throw error;
    return loadOne(files, packaged, own);
  }
}

async function loadOne(
  files: Ports["files"],
  file: string,
  { addOnKeys, inputs }: OwnKeys,
): Promise<LoadedConfig & { readonly ours: boolean }> {
  const json = await readJson(files, file, "CONFIG_UNREADABLE");
  const { config, faults, unknownKeys, ours } = parseConfig(json, addOnKeys, inputs);
  if (faults.length > 0) throw new AppError("CONFIG_INVALID", { file, faults });
  return { config, file, unknownKeys, ours, ignoredFile: undefined };
}

/** The template that the named config, or the one of the current folder, names; what is wrong with it is not said. */
export async function configTemplate(
  { files, system }: LoadPorts,
  named: string | undefined,
): Promise<string | undefined> {
  const file = absolute(system.currentFolder, named ?? "config.json");
  return templateOf(await readJson(files, file, "CONFIG_UNREADABLE").catch(() => undefined));
}

/** The template that a config names, if it names one as it should. */
export function templateOf(json: unknown): string | undefined {
  if (typeof json !== "object" || json === null || !Object.hasOwn(json, "template")) return undefined;
  const { template } = json as { template?: unknown };
  return typeof template === "string" && template.trim() !== "" ? template : undefined;
}

/** @throws AppError of the given code. */
export async function readJson(
  files: Ports["files"],
  file: string,
  code: Extract<ErrorCode, "CONFIG_UNREADABLE" | "TEMPLATE_UNREADABLE">,
): Promise<unknown> {
  const bytes = await files.read(file, MAX_BYTES).catch((error: unknown) => {
    throw new AppError(code, { file, reason: unreadableReason(error) }, { cause: error });
  });
  const parsed = parseJsonBytes(bytes);
  if (parsed.ok) return parsed.value;
  const { ok: _ok, ...facts } = parsed;
  throw new AppError(code, { file, ...facts });
}

/** Whether it is the content of a file that is wrong, not the name of it. */
export function isInTheFile({ reason }: Unreadable): boolean {
  return ["tooLarge", "notUtf8", "notJson"].includes(reason);
}

/** A path as the person gave it, from the current folder on. */
export function absolute(currentFolder: string, path: string): string {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path) ? path : `${currentFolder}/${path}`;
}
