import { AppError } from "../errors.ts";
import type { Ports } from "../ports/index.ts";
import type { Config } from "../settings/config.ts";
import type { Product } from "../settings/inspect-config.ts";
import type { Flags } from "../settings/known-values.ts";
import { configFromFlags, ownFromFlags, toConfigDocument } from "../settings/new-config.ts";
import type { Hostname } from "../settings/values.ts";
import type { TemplateInput } from "../template/schema.ts";
import { needsHostname } from "../template/units.ts";
import { errnoOf } from "./errno.ts";
import type { RunEvent } from "./events.ts";
import { loadTemplate, type PackagedTemplate, packagedTemplates } from "./load.ts";

/** What is asked of whoever writes a config; undefined leaves the value to the customer. */
export interface ConfigQuestions {
  replace(file: string): Promise<boolean>;
  template(products: readonly PackagedTemplate[]): Promise<string>;
  tenant(): Promise<string | undefined>;
  appName(proposed: string | undefined): Promise<string | undefined>;
  hostname(): Promise<Hostname | undefined>;
  addOn(question: string): Promise<boolean>;
  provisioning(): Promise<boolean>;
  /** Who is told when provisioning has trouble, as config.json has it; `keys` are those of the applications. */
  notification(keys: readonly (string | undefined)[]): Promise<string | undefined>;
  groups(): Promise<readonly string[] | undefined>;
  input(input: TemplateInput): Promise<string | undefined>;
  service(services: readonly string[]): Promise<string | undefined>;
}

export interface NewConfig {
  /** Absolute. */
  readonly file: string;
  /** Replaces a file that is there, unasked. */
  readonly force: boolean;
  /** What is given by them is not asked for again. */
  readonly flags: Flags;
  /** The template that is used where nobody names one. */
  readonly fallback: string;
  /** Undefined where nobody can be asked. */
  readonly questions: ConfigQuestions | undefined;
  readonly report: (event: RunEvent) => void;
}

type ConfigPorts = Pick<Ports, "files" | "system">;

/**
 * Makes a `config.json` of what was given and answered, and writes it.
 *
 * @throws AppError VALUES_INVALID, CONFIG_EXISTS, DECLINED, OUTPUT_FOLDER, TEMPLATE_…
 */
export async function initConfig(
  ports: ConfigPorts,
  { file, force, flags, fallback, questions, report }: NewConfig,
): Promise<void> {
  const { config: given, faults, hostnameReducedTo: origin } = configFromFlags(flags);
  if (faults.length > 0) throw new AppError("VALUES_INVALID", { faults });
  if (origin !== undefined) report({ kind: "hostnameReduced", origin });
  if (!force) await mayReplace(ports, file, questions);
  const template = given.template ?? (await chooseTemplate(ports, questions, fallback));
  const product = await loadTemplate(ports, template ?? fallback);
  const { faults: others, ...own } = ownFromFlags(flags, product);
  if (others.length > 0) throw new AppError("VALUES_INVALID", { faults: others });
  const named = { ...given, ...own, ...(template !== undefined && { template }) };
  const config = questions ? await askForRest(questions, { product, given: named, report }) : named;
  const document = toConfigDocument(config, product, schemaFor(file, ports.system.packageFolder));
  await write(ports, file, `${JSON.stringify(document, null, 2)}\n`);
}

/** @throws AppError CONFIG_EXISTS, DECLINED where a file is there that nobody wants to be replaced. */
async function mayReplace(
  ports: ConfigPorts,
  file: string,
  questions: ConfigQuestions | undefined,
): Promise<void> {
  if (!(await exists(ports, file))) return;
  if (!questions) throw new AppError("CONFIG_EXISTS", { file });
  if (!(await questions.replace(file))) throw new AppError("DECLINED", {});
}

/** The product that a person names; undefined for the default one. Variants are chosen by their own question. */
async function chooseTemplate(
  ports: ConfigPorts,
  questions: ConfigQuestions | undefined,
  fallback: string,
): Promise<string | undefined> {
  if (!questions) return undefined;
  const products = (await packagedTemplates(ports)).filter(({ variantOf }) => variantOf === undefined);
  const isFirst = ({ name }: PackagedTemplate) => name === fallback;
  const others = products.filter((product) => !isFirst(product));
  const chosen = await questions.template([...products.filter(isFirst), ...others]);
  return chosen === fallback ? undefined : chosen;
}

/** Asks in the order in which the customer would be asked. */
async function askForRest(
  questions: ConfigQuestions,
  { product, given, report }: { product: Product; given: Config; report: NewConfig["report"] },
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
  const asksScim = product.scimVariant !== undefined && given.useSCIM === undefined;
  const useSCIM = asksScim ? await questions.provisioning() : given.useSCIM;
  const isProvisioned = useSCIM || templates.some(({ application }) => application.scim);
  const asksWhom = isProvisioned && given.notificationEmail === undefined;
  const keys = templates.map(({ application }) => application.key);
  const notificationEmail = asksWhom ? await questions.notification(keys) : given.notificationEmail;
  const groups = given.groups ?? (template?.groups && (await questions.groups()));
  const { services } = template?.oneTimePassword ?? {};
  const service = given.oneTimePasswordServiceUri ?? (services && (await questions.service(services)));
  return {
    ...given,
    ...(tenantID !== undefined && { tenantID }),
    ...(appName !== undefined && { appName }),
    ...(hostname !== undefined && { hostname }),
    ...(service !== undefined && { oneTimePasswordServiceUri: service }),
    ...(useSCIM !== undefined && { useSCIM }),
    ...(notificationEmail !== undefined && { notificationEmail }),
    ...(groups !== undefined && { groups }),
    addOns: switches,
    inputs: texts,
  };
}

async function exists({ files }: ConfigPorts, file: string): Promise<boolean> {
  const errno = await files.read(file, 1).then(() => undefined, errnoOf);
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
    throw new AppError("OUTPUT_FOLDER", {
      folder: file.replace(/[/\\][^/\\]*$/, ""),
      flag: "--output",
      errno: errnoOf(error) ?? "UNKNOWN",
    });
  }
}
