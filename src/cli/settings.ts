import { AppError } from "../errors.ts";
import type { RunEvent } from "../flow/events.ts";
import { loadConfig, loadTemplate } from "../flow/load.ts";
import type { Ports } from "../ports/index.ts";
import { type Flags, type KnownValues, missingInputs, resolveValues } from "../settings/known-values.ts";
import { SIGN_IN_WAYS, type SignInWay } from "../settings/sign-in.ts";
import { detectCloudShell } from "../signin/cloud-shell.ts";
import type { AddOn, Template } from "../template/schema.ts";
import { textOf } from "./flags.ts";

/** The simulated tenant takes no session of a real one, and has no page for a browser. */
const REHEARSED_WAYS: readonly SignInWay[] = ["device-code", "cloud-shell"];

/** What a command works with, before anybody is asked. */
export interface Settings {
  readonly template: Template;
  readonly addOns: readonly AddOn[];
  readonly known: KnownValues;
  /** The template as flag, variable or `config.json` named it; undefined for the default one. */
  readonly namedTemplate: string | undefined;
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
): Promise<Settings> {
  const named = textOf(flags, "template");
  const first = await loadTemplate(ports, named ?? (await readDefaultTemplate(ports)));
  const keys = first.addOns.map(({ configKey }) => configKey);
  const { config, ...loaded } = await loadConfig(ports, textOf(flags, "config"), keys);
  report({ kind: "config", ...loaded });
  const { environment } = ports.system;
  const inCloudShell = detectCloudShell(environment) !== undefined;
  const isVendors = !loaded.file.startsWith(ports.system.packageFolder);
  if (inCloudShell && !isVendors) report({ kind: "configNotUploaded" });
  const { template, addOns } =
    named === undefined && config.template !== undefined ? await loadTemplate(ports, config.template) : first;
  if (config.useSCIM === true) throw new AppError("SETTING_UNSUPPORTED", { setting: "useSCIM" });
  const sources = {
    flags,
    config,
    template,
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
  return { template, addOns, known, namedTemplate: named ?? config.template };
}

/** Which template is used when nobody names one is data of the package, not of the code. */
async function readDefaultTemplate({ files, system }: Pick<Ports, "files" | "system">): Promise<string> {
  const bytes = await files.read(`${system.packageFolder}/package.json`, 1024 * 1024);
  const { defaultTemplate } = JSON.parse(new TextDecoder().decode(bytes)) as { defaultTemplate?: unknown };
  if (typeof defaultTemplate !== "string") throw new TypeError("package.json names no defaultTemplate");
  return defaultTemplate;
}
