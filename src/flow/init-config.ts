import { AppError } from "../errors.ts";
import type { Ports } from "../ports/index.ts";
import type { Config } from "../settings/config.ts";
import type { Product } from "../settings/inspect-config.ts";
import { toConfigDocument } from "../settings/new-config.ts";
import type { Hostname } from "../settings/values.ts";
import type { TemplateInput } from "../template/schema.ts";
import { needsHostname } from "../template/units.ts";
import type { RunEvent } from "./events.ts";

/** What is asked of whoever writes a config; undefined leaves the value to the customer. */
export interface ConfigQuestions {
  replace(file: string): Promise<boolean>;
  tenant(): Promise<string | undefined>;
  appName(proposed: string | undefined): Promise<string | undefined>;
  hostname(): Promise<Hostname | undefined>;
  addOn(question: string): Promise<boolean>;
  input(input: TemplateInput): Promise<string | undefined>;
  service(services: readonly string[]): Promise<string | undefined>;
}

export interface NewConfig {
  /** Absolute. */
  readonly file: string;
  /** Replaces a file that is there, unasked. */
  readonly force: boolean;
  readonly product: Product;
  /** What flags and variables gave; it is not asked for again. */
  readonly given: Config;
  /** Undefined where nobody can be asked. */
  readonly questions: ConfigQuestions | undefined;
  readonly report: (event: RunEvent) => void;
}

type ConfigPorts = Pick<Ports, "files" | "system">;

/**
 * Makes a `config.json` of what was given and answered, and writes it.
 *
 * @throws AppError CONFIG_EXISTS, DECLINED, OUTPUT_FOLDER
 */
export async function initConfig(
  ports: ConfigPorts,
  { file, force, questions, ...wanted }: NewConfig,
): Promise<void> {
  if (!force && (await exists(ports, file))) {
    if (!questions) throw new AppError("CONFIG_EXISTS", { file });
    if (!(await questions.replace(file))) throw new AppError("DECLINED", {});
  }
  const config = questions ? await askForRest(questions, wanted) : wanted.given;
  const document = toConfigDocument(config, wanted.product, schemaFor(file, ports.system.packageFolder));
  await write(ports, file, `${JSON.stringify(document, null, 2)}\n`);
}

/** Asks in the order in which the customer would be asked. */
async function askForRest(
  questions: ConfigQuestions,
  { product, given, report }: Pick<NewConfig, "product" | "given" | "report">,
): Promise<Config> {
  const { templates, addOns, inputs } = product;
  const [template] = templates;
  const tenantID = given.tenantID ?? (await questions.tenant());
  const appName = given.appName ?? (await questions.appName(template?.defaults.appName));
  const asksHostname = given.hostname === undefined && needsHostname(templates);
  const typed = asksHostname ? await questions.hostname() : undefined;
  if (typed?.reduced) report({ kind: "hostnameReduced", origin: typed.origin });
  const hostname = given.hostname ?? typed?.origin;
  const texts: Record<string, string> = {};
  for (const input of inputs) {
    const text = given.inputs[input.configKey] ?? (await questions.input(input));
    if (text !== undefined) texts[input.configKey] = text;
  }
  const switches: Record<string, boolean> = {};
  for (const { configKey, question } of addOns) {
    switches[configKey] = given.addOns[configKey] ?? (await questions.addOn(question));
  }
  const { services } = template?.oneTimePassword ?? {};
  const service = given.oneTimePasswordServiceUri ?? (services && (await questions.service(services)));
  return {
    ...given,
    ...(tenantID !== undefined && { tenantID }),
    ...(appName !== undefined && { appName }),
    ...(hostname !== undefined && { hostname }),
    ...(service !== undefined && { oneTimePasswordServiceUri: service }),
    addOns: switches,
    inputs: texts,
  };
}

async function exists({ files }: ConfigPorts, file: string): Promise<boolean> {
  const errno = await files.read(file, 1).then(
    () => undefined,
    (error: unknown) => (error as { code?: unknown }).code,
  );
  // Whatever else stands in the way of reading it, a longer file among it, is there.
  return errno !== "ENOENT";
}

/**
 * An editor finds the schema from the file only where the package lies in the file's folder or below it. Any
 * other path would be one of this machine, and the file is for another.
 */
function schemaFor(file: string, packageFolder: string): string | undefined {
  const posix = (path: string) => path.replaceAll("\\", "/");
  const folder = posix(file).replace(/[^/]*$/, "");
  const schema = `${posix(packageFolder)}/schemas/config.schema.json`;
  return schema.startsWith(folder) ? `./${schema.slice(folder.length)}` : undefined;
}

async function write({ files }: ConfigPorts, file: string, text: string): Promise<void> {
  try {
    await files.writeAtomic(file, text);
  } catch (error) {
    const { code } = error as { code?: unknown };
    const errno = typeof code === "string" ? code : "UNKNOWN";
    throw new AppError("OUTPUT_FOLDER", {
      folder: file.replace(/[/\\][^/\\]*$/, ""),
      flag: "--output",
      errno,
    });
  }
}
