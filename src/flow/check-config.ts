import { type Expectation, type Fault, isAppError } from "../errors.ts";
import type { Ports } from "../ports/index.ts";
import { shorten } from "../settings/config.ts";
import { type Inspection, inspectConfig } from "../settings/inspect-config.ts";
import { isInTheFile, type LoadedTemplate, loadTemplate, readJson, templateOf } from "./load.ts";

export interface ConfigCheck extends Inspection {
  /** Absolute. */
  readonly file: string;
}

type CheckPorts = Pick<Ports, "files" | "system">;

/**
 * Lists everything wrong with a config and everything odd about it. Signs nobody in and asks no host.
 *
 * @param named the template that a flag or variable names; the config's own is next, then the default one.
 * @throws AppError CONFIG_UNREADABLE where there is no such file; TEMPLATE_… where the named one is unusable.
 */
export async function checkConfig(
  ports: CheckPorts,
  file: string,
  { named, fallback }: { readonly named: string | undefined; readonly fallback: string },
): Promise<ConfigCheck> {
  let json: unknown;
  try {
    json = await readJson(ports.files, file, "CONFIG_UNREADABLE");
  } catch (error) {
    if (!isAppError(error, "CONFIG_UNREADABLE") || !isInTheFile(error.facts)) throw error;
    const { file: _file, ...expected } = error.facts;
    return { file, faults: [{ path: "(file)", expected }], warnings: [], asked: [] };
  }
  const own = named === undefined ? templateOf(json) : undefined;
  const { loaded, fault } = await loadNamed(ports, own);
  const inspection = inspectConfig(json, loaded ?? (await loadTemplate(ports, named ?? fallback)));
  return { ...inspection, file, faults: [...inspection.faults, ...(fault ? [fault] : [])] };
}

/** Loads the template that the config names; one that cannot be loaded is a fault of the config. */
async function loadNamed(
  ports: CheckPorts,
  own: string | undefined,
): Promise<{ readonly loaded?: LoadedTemplate; readonly fault?: Fault }> {
  if (own === undefined) return {};
  try {
    return { loaded: await loadTemplate(ports, own) };
  } catch (error) {
    const expected = toExpectation(error);
    return { fault: { path: "template", found: shorten(own), expected } };
  }
}

function toExpectation(error: unknown): Expectation {
  if (isAppError(error, "TEMPLATE_UNKNOWN")) return { oneOf: error.facts.known };
  if (isAppError(error, "TEMPLATE_INVALID") || isAppError(error, "TEMPLATE_UNREADABLE")) return "template";
  throw error;
}
