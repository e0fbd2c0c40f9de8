import { AppError, EXIT_CODES, type ExitCode, isAppError } from "../../errors.ts";
import { createContext } from "../../flow/context.ts";
import type { RegisterResult } from "../../flow/events.ts";
import { absolute, loadConfig, loadTemplate } from "../../flow/load.ts";
import { register } from "../../flow/register.ts";
import { type Journal, openJournal } from "../../journal/journal.ts";
import { stateFolder } from "../../journal/state-folder.ts";
import type { Ports } from "../../ports/index.ts";
import { type Flags, missingInputs, resolveValues } from "../../settings/known-values.ts";
import { GLOBAL_CLOUD } from "../../signin/cloud.ts";
import { isOn, readFlags, textOf } from "../flags.ts";
import { type Invocation } from "../program.ts";
import { askWith } from "../prompts/questions.ts";
import { enterSandbox } from "../sandbox.ts";
import { renderFailure } from "../screen/failure.ts";
import { Reporter } from "../screen/reporter.ts";
import { renderResult, toJsonError, toJsonResult } from "../screen/result.ts";
import type { ResultDocument } from "../screen/result-document.ts";

/** `register`: parses, calls the flow, shows what came of it. */
export async function runRegister({ command, ports, globals, signal }: Invocation): Promise<ExitCode> {
  const { flags, faults } = readFlags(command, ports.system.environment);
  const reporter = new Reporter(ports, globals);
  const outputFolder = absolute(
    ports.system.currentFolder,
    textOf(flags, "output") ?? ports.system.currentFolder,
  );
  let journal: Journal | undefined;
  signal.addEventListener("abort", () => reporter.report({ kind: "interrupted" }), { once: true });
  try {
    if (faults.length > 0) throw new AppError("VALUES_INVALID", { faults });
    const sandbox = isOn(flags, "sandbox") ? await enterSandbox(ports, outputFolder) : undefined;
    const runId = ports.ids.uuid().slice(0, 8);
    const journalFolder = sandbox?.journalFolder ?? `${stateFolder(ports.system)}/journal`;
    journal = await openJournal(ports, {
      folder: journalFolder,
      runId,
      command: "register",
      version: command.parent?.version() ?? "",
    });
    const settings = await loadSettings(ports, flags, sandbox?.examples, reporter);
    const questions = ports.terminal.interactive ? askWith(ports.prompter) : undefined;
    const context = createContext({
      ports: { ...ports, ...(sandbox && { fetch: sandbox.fetch }) },
      cloud: GLOBAL_CLOUD,
      journal,
      report: reporter.report,
      questions,
      signal,
      runId,
    });
    const result = await register(context, {
      ...settings,
      yes: isOn(flags, "yes"),
      dryRun: isOn(flags, "dry-run"),
      newSecret: isOn(flags, "new-secret"),
      proof: isOn(flags, "proof", true),
      outputFolder,
      journalFolder,
    });
    reporter.stop();
    const exitCode = result.waiting.length > 0 ? 7 : 0;
    await journal.record({ event: "end", exitCode });
    showResult(ports, globals.json, result);
    return exitCode;
  } catch (error) {
    reporter.stop();
    const exitCode = isAppError(error) ? EXIT_CODES[error.code] : 1;
    const errorCode = isAppError(error) ? error.code : "INTERNAL";
    await journal?.record({ event: "end", exitCode, errorCode });
    const facts = { journal: journal?.path, verbose: globals.verbose, changes: reporter.changes() };
    ports.terminal.note(renderFailure(error, ports.terminal, facts));
    if (globals.json) showJson(ports, toJsonError(isAppError(error) ? error : undefined));
    return exitCode;
  }
}

async function loadSettings(
  ports: Ports,
  flags: Flags,
  examples: { tenant: string; hostname: string } | undefined,
  reporter: Reporter,
) {
  const named = textOf(flags, "template");
  const defaultTemplate = await readDefaultTemplate(ports);
  const firstGuess = await loadTemplate(ports, named ?? defaultTemplate);
  const keys = firstGuess.addOns.map(({ configKey }) => configKey);
  const loaded = await loadConfig(ports, textOf(flags, "config"), keys);
  const { config, file } = loaded;
  reporter.report({ kind: "config", file, unknownKeys: loaded.unknownKeys, ignoredFile: loaded.ignoredFile });
  const { template, addOns } =
    named === undefined && config.template !== undefined
      ? await loadTemplate(ports, config.template)
      : firstGuess;
  if (config.useSCIM === true) throw new AppError("SETTING_UNSUPPORTED", { setting: "useSCIM" });
  const resolved = resolveValues({ flags, config, template, addOns, examples });
  if (resolved.faults.length > 0) throw new AppError("VALUES_INVALID", { faults: resolved.faults });
  if (examples) {
    const { known } = resolveValues({ flags, config, template, addOns, examples: undefined });
    reporter.report({ kind: "sandbox", examples: missingInputs(known) });
  }
  if (resolved.hostnameReducedTo !== undefined) {
    reporter.report({ kind: "hostnameReduced", origin: resolved.hostnameReducedTo });
  }
  return { template, addOns, known: resolved.known };
}

/** Which template is used when nobody names one is data of the package, not of the code. */
async function readDefaultTemplate({ files, system }: Ports): Promise<string> {
  const bytes = await files.read(`${system.packageFolder}/package.json`, 1024 * 1024);
  const { defaultTemplate } = JSON.parse(new TextDecoder().decode(bytes)) as { defaultTemplate?: unknown };
  if (typeof defaultTemplate !== "string") throw new TypeError("package.json names no defaultTemplate");
  return defaultTemplate;
}

function showResult(ports: Ports, json: boolean, result: RegisterResult): void {
  if (json) showJson(ports, toJsonResult("register", result));
  else ports.terminal.result(renderResult(result, ports.terminal));
}

function showJson({ terminal }: Ports, document: ResultDocument): void {
  terminal.result(JSON.stringify(document, null, 2));
}
