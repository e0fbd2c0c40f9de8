import { type Fault, isAppError } from "../errors.ts";
import type { Ports } from "../ports/index.ts";
import { clashes } from "../template/clashes.ts";
import { lintProvisioning } from "../template/lint.ts";
import { type ParsedTemplate, parseTemplate } from "../template/parse.ts";
import { AddOn, TemplateFile } from "../template/schema.ts";
import { isInTheFile, isPath, readJson, templatePath, unknownTemplate } from "./load.ts";

/** What is wrong with one file of a template. */
export interface CheckedFile {
  /** Absolute. */
  readonly file: string;
  readonly faults: readonly Fault[];
}

type CheckPorts = Pick<Ports, "files" | "system">;
type Schema = typeof AddOn | typeof TemplateFile;

/**
 * Lists everything wrong with a template or an add-on, and with each file that it names.
 *
 * @returns the file itself first, then those of the others that have faults.
 * @throws AppError TEMPLATE_UNREADABLE, TEMPLATE_UNKNOWN where there is no such file.
 */
export async function checkTemplate(ports: CheckPorts, nameOrPath: string): Promise<CheckedFile[]> {
  const file = templatePath(ports.system, nameOrPath);
  const { json, fault } = await read(ports, file).catch(async (error: unknown) => {
    throw isPath(nameOrPath) ? error : await unknownTemplate(ports, nameOrPath);
  });
  if (fault) return [{ file, faults: [fault] }];
  if (keyOf(json, "kind") === "addOn") return [{ file, faults: faultsOf(parseTemplate(AddOn, json)) }];
  const template = parseTemplate(TemplateFile, json);
  const named = await Promise.all(
    companionsOf(json).map((companion) => checkCompanion(ports, file, companion)),
  );
  const addOns = named.flatMap(({ addOn }) => addOn ?? []);
  const faults = [
    ...faultsOf(template),
    ...named.flatMap(({ missing }) => missing ?? []),
    ...(template.ok ? [...clashes(template.value, addOns), ...lintProvisioning(template.value)] : []),
  ];
  return [{ file, faults }, ...named.flatMap(({ faulty }) => faulty ?? [])];
}

/** A file that a template names, and where it does. */
interface Companion {
  readonly path: string;
  readonly name: string;
  readonly schema: Schema;
}

/** The files beside it that a template names; names that no file can have are faults of their own. */
function companionsOf(json: unknown): Companion[] {
  const addOns = keyOf(json, "addOns");
  const variant = keyOf(json, "scimVariant");
  const isName = (name: unknown): name is string => typeof name === "string" && /^[a-z0-9-]+$/.test(name);
  return [
    ...(Array.isArray(addOns) ? addOns : []).flatMap((name: unknown, index) =>
      isName(name) ? [{ path: `addOns.${index}`, name, schema: AddOn }] : [],
    ),
    ...(isName(variant) ? [{ path: "scimVariant", name: variant, schema: TemplateFile }] : []),
  ];
}

/** A file that is not there is a fault of the template; any other fault is one of the file. */
async function checkCompanion(
  ports: CheckPorts,
  template: string,
  { path, name, schema }: Companion,
): Promise<{ readonly addOn?: AddOn; readonly missing?: Fault; readonly faulty?: CheckedFile }> {
  const file = template.replace(/[^/\\]*$/, `${name}.json`);
  const { json, fault } = await read(ports, file).catch((error: unknown) => {
    if (!isAppError(error, "TEMPLATE_UNREADABLE")) throw error;
    const { file: found, ...expected } = error.facts;
    return { json: undefined, fault: { path, found, expected } };
  });
  if (fault) return fault.path === path ? { missing: fault } : { faulty: { file, faults: [fault] } };
  const parsed = parseTemplate<AddOn | TemplateFile>(schema, json);
  const faults =
    parsed.ok && parsed.value.kind === "template" ? lintProvisioning(parsed.value) : faultsOf(parsed);
  if (faults.length > 0) return { faulty: { file, faults } };
  return parsed.ok && parsed.value.kind === "addOn" ? { addOn: parsed.value } : {};
}

/** A file's JSON, or what is wrong with its text. @throws AppError TEMPLATE_UNREADABLE */
async function read(
  { files }: CheckPorts,
  file: string,
): Promise<{ readonly json?: unknown; readonly fault?: Fault }> {
  try {
    return { json: await readJson(files, file, "TEMPLATE_UNREADABLE") };
  } catch (error) {
    if (!isAppError(error, "TEMPLATE_UNREADABLE") || !isInTheFile(error.facts)) throw error;
    const { file: _file, ...expected } = error.facts;
    return { fault: { path: "(file)", expected } };
  }
}

function faultsOf(parsed: ParsedTemplate<unknown>): readonly Fault[] {
  return parsed.ok ? [] : parsed.faults;
}

function keyOf(json: unknown, key: string): unknown {
  return typeof json === "object" && json !== null
    ? Object.getOwnPropertyDescriptor(json, key)?.value
    : undefined;
}
