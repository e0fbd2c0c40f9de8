import { AppError } from "../errors.ts";
import type { RunEvent } from "../flow/events.ts";
import {
  configTemplate,
  type LoadedTemplate,
  loadConfig,
  loadTemplate,
  type OwnKeys,
  packagedConfig,
} from "../flow/load.ts";
import { keyOf, splitKey } from "../flow/scim/keyed.ts";
import type { Ports } from "../ports/index.ts";
import { type Flags, type KnownValues, missingInputs, resolveValues } from "../settings/known-values.ts";
import { SIGN_IN_WAYS, type SignInWay } from "../settings/sign-in.ts";
import { detectCloudShell } from "../signin/detect-cloud-shell.ts";
import type { AddOn, Template } from "../template/schema.ts";
import { isOn, textOf, textsOf } from "./flags.ts";

/** The simulated tenant takes no session of a real one, and has no page for a browser. */
const REHEARSED_WAYS: readonly SignInWay[] = ["device-code", "cloud-shell"];

/** What a command works with, before anybody is asked. */
export interface Settings extends LoadedSettings {
  /** The command as it was typed. */
  readonly typed: { readonly argv: readonly string[]; readonly version: string };
}

export interface LoadedSettings {
  /** One for each application of the product. */
  readonly templates: readonly Template[];
  readonly addOns: readonly AddOn[];
  readonly known: KnownValues;
  /** The template as flag, variable or `config.json` named it; undefined for the default one. */
  readonly namedTemplate: string | undefined;
  /** The template of the variant whose users are provisioned, where that was taken in place of the product's own. */
  readonly variant: string | undefined;
}

/**
 * Puts template, `config.json`, environment and flags together, and says what is worth saying about them.
 *
 * @param examples values for a rehearsal, where nothing else gives one.
 * @throws AppError with everything that is wrong.
 */
export async function loadSettings(
  ports: Pick<Ports, "files" | "system">,
  flags: Flags,
  examples: { readonly tenant: string; readonly hostname: string } | undefined,
  report: (event: RunEvent) => void,
): Promise<LoadedSettings> {
  const named = textOf(flags, "template");
  const { config, loaded, product, name } = await loadProduct(ports, named, textOf(flags, "config"));
  const isVendors = loaded.file !== packagedConfig(ports);
  // The packaged one has the keys of the default product; nobody can be asked to correct it.
  report({ kind: "config", ...loaded, ...(!isVendors && { unknownKeys: [] }) });
  const { environment } = ports.system;
  const inCloudShell = detectCloudShell(environment) !== undefined;
  if (inCloudShell && !isVendors) report({ kind: "configNotUploaded" });
  const { templates, addOns } = await variantOf(ports, product, config, flags);
  const sources = {
    flags,
    config,
    templates,
    addOns,
    inCloudShell,
    ways: examples ? REHEARSED_WAYS : SIGN_IN_WAYS,
  };
  const { known, faults, hostnameReducedTo } = resolveValues({ ...sources, examples });
  if (faults.length > 0) throw new AppError("VALUES_INVALID", { faults });
  if (examples) {
    const own = resolveValues({ ...sources, examples: undefined });
    report({ kind: "sandbox", examples: missingInputs(own.known) });
  }
  if (hostnameReducedTo !== undefined) report({ kind: "hostnameReduced", origin: hostnameReducedTo });
  const variant = templates === product.templates ? undefined : templates[0]?.name;
  return { templates, addOns, known, namedTemplate: name, variant };
}

/** The config and the template that it or the flag names; the template says which keys the config may have. */
async function loadProduct(
  ports: Pick<Ports, "files" | "system">,
  named: string | undefined,
  configFile: string | undefined,
) {
  const [name, fallback] = await Promise.all([
    named ?? configTemplate(ports, configFile),
    readDefaultTemplate(ports),
  ]);
  const product = await loadTemplate(ports, name ?? fallback).catch(async (error: unknown) => {
    // Everything else that is wrong with the config that names it is said first.
    if (named === undefined) await loadConfig(ports, configFile, keysOf(await loadTemplate(ports, fallback)));
    throw error;
  });
  const { config, ...loaded } = await loadConfig(ports, configFile, keysOf(product));
  return { config, loaded, product, name };
}

/** The keys of a config that a product declares. */
function keysOf({ addOns, inputs }: LoadedTemplate): OwnKeys {
  return { addOnKeys: addOns.map(({ configKey }) => configKey), inputs };
}

/** The variant of a product whose users are provisioned, where that is wanted and there is one. */
async function variantOf(
  ports: Pick<Ports, "files" | "system">,
  product: LoadedTemplate,
  { useSCIM }: { readonly useSCIM?: boolean },
  flags: Flags,
): Promise<LoadedTemplate> {
  const wanted = isOn(flags, "scim", useSCIM ?? false);
  if (!wanted || product.templates.some(({ application }) => application.scim)) return product;
  if (product.scimVariant === undefined) {
    throw new AppError("SETTING_UNSUPPORTED", {
      setting: flags["scim"]?.path === "scim" ? "scim" : "useSCIM",
    });
  }
  return loadTemplate(ports, product.scimVariant);
}

/** The add-on of that name, where the product has it. @throws AppError USAGE */
export function namedAddOn({ addOns, templates }: Settings, name: string): AddOn {
  const found = addOns.find((addOn) => addOn.name === name);
  if (found) return found;
  throw new AppError("USAGE", { detail: `${templates[0]?.title ?? ""} has no part of the name "${name}".` });
}

/**
 * The one application that a command works on: the product's only one, or the one that `--application` names.
 *
 * @throws AppError APPLICATION_UNNAMED, VALUES_INVALID where that is none.
 */
export function oneApplication({ templates, typed }: Settings, flags: Flags): Template {
  const [first] = templates;
  if (first && templates.length === 1) return first;
  const key = textOf(flags, "application");
  const found = templates.find(({ application }) => application.key === key);
  if (found) return found;
  const keys = templates.flatMap(({ application }) => application.key ?? []);
  if (key === undefined) {
    throw new AppError("APPLICATION_UNNAMED", { title: first?.title ?? "", keys, ...typed });
  }
  const fault = { path: "--application", found: key, expected: { oneOf: keys } };
  throw new AppError("VALUES_INVALID", { faults: [fault] });
}

/**
 * The applications that a command works on: all of the product's, or the one that `--application` names. An ID names
 * one application, whichever of a product's it is.
 */
export function meantApplications(settings: Settings, flags: Flags): readonly Template[] {
  const { templates, known } = settings;
  if (textOf(flags, "application") !== undefined) return [oneApplication(settings, flags)];
  return known.appId === undefined ? templates : templates.slice(0, 1);
}

/** Flags whose values may name the application that they are for in front. */
const KEYED = ["user", "group", "new-group", "member", "secret-token-file"];

/**
 * Leaves out of such values what is for an application that `--application` leaves out: a variable and `config.json`
 * may be there for all of them.
 *
 * @throws AppError USAGE where a flag says it.
 */
export function ownValues(
  { templates }: Pick<Settings, "templates">,
  flags: Flags,
): (texts: readonly string[]) => readonly string[] {
  const meant = textOf(flags, "application");
  const keys = meant === undefined ? [] : templates.map(keyOf).filter((key) => key !== meant);
  for (const name of KEYED.filter((one) => flags[one]?.source === "flag")) {
    const other = textsOf(flags, name).flatMap((text) => splitKey(text, keys).key ?? [])[0];
    if (other === undefined) continue;
    const detail = `--${name} names ${other}, which is not part of this run: --application ${meant} leaves it out.`;
    throw new AppError("USAGE", { detail });
  }
  return (texts) => texts.filter((text) => splitKey(text, keys).key === undefined);
}

/** Which template is used when nobody names one is data of the package, not of the code. */
export async function readDefaultTemplate({
  files,
  system,
}: Pick<Ports, "files" | "system">): Promise<string> {
  const bytes = await files.read(`${system.packageFolder}/package.json`, 1024 * 1024);
  const { defaultTemplate } = JSON.parse(new TextDecoder().decode(bytes)) as { defaultTemplate?: unknown };
  if (typeof defaultTemplate !== "string") throw new TypeError("package.json names no defaultTemplate");
  return defaultTemplate;
}
