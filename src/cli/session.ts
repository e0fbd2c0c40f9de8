import type { Command } from "commander";
import { AppError, type ExitCode, isAppError, type MissingInput } from "../errors.ts";
import { createContext, type RunContext } from "../flow/context.ts";
import { absolute } from "../flow/load.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import { stateFolder } from "../journal/state-folder.ts";
import type { Clock, Ports } from "../ports/index.ts";
import type { Flags } from "../settings/known-values.ts";
import { CLOUD_NAMES } from "../settings/sign-in.ts";
import { CLOUDS } from "../signin/cloud.ts";
import { highPrivileges } from "../template/privileges.ts";
import { type Ending, exitCodeOf, showEnding, showFailure } from "./ending.ts";
import { isOn, readFlags, textOf, unknownVariables } from "./flags.ts";
import { OtherCommands } from "./other-commands.ts";
import type { Invocation } from "./program.ts";
import { askWith } from "./prompts/questions.ts";
import { enterSandbox, type SandboxRun } from "./sandbox.ts";
import { Reporter } from "./screen/reporter.ts";
import { toJsonApplication } from "./screen/result.ts";
import type { CompleteDocument } from "./screen/result-document.ts";
import type { Program } from "./screen/words/advice.ts";
import type { PackedProgram } from "./screen/words/consent.ts";
import { SIGN_IN_PAGES } from "./screen/words/sign-in.ts";
import { loadSettings, type Settings } from "./settings.ts";

/** Everything a command that works on a tenant needs. */
export interface Session {
  readonly context: RunContext;
  readonly settings: Settings;
  readonly flags: Flags;
  /** Absolute. */
  readonly outputFolder: string;
  /** Of several applications those that a failure has to tell of. */
  readonly complete: CompleteDocument[];
  /** How other commands are run on the same app. */
  readonly program: OtherCommands;
}

/**
 * Runs the work of a command that needs a tenant: settings, sandbox, journal and screen round it, and every
 * failure turned into words and an exit code. Never throws.
 */
export async function withSession(
  { command, argv, ports, globals, signal }: Invocation,
  work: (session: Session) => Promise<Ending>,
): Promise<ExitCode> {
  const { flags: given, faults: flagFaults } = readFlags(command, ports.system.environment);
  const flags = command.parent?.name() === "scim" ? { ...given, ...PROVISIONED } : given;
  const program = new OtherCommands(command, given);
  const reporter = new Reporter(ports, globals, program);
  const { currentFolder } = ports.system;
  const outputFolder = absolute(currentFolder, textOf(flags, "output") ?? currentFolder);
  const interrupted = () => reporter.report({ kind: "interrupted", byKey: isKey(signal.reason) });
  signal.addEventListener("abort", interrupted, { once: true });
  const complete: CompleteDocument[] = [];
  let journal: Journal | undefined;
  let sandbox: SandboxRun | undefined;
  try {
    // A rehearsal leaves through no proxy.
    const proxyFaults = isOn(flags, "sandbox") ? [] : await ports.routes.faults();
    const faults = [...flagFaults, ...proxyFaults];
    if (faults.length > 0) throw new AppError("VALUES_INVALID", { faults });
    if (flags !== given && given["scim"]?.path === "--no-scim") {
      throw new AppError("USAGE", {
        detail: `--no-scim cannot go with scim ${command.name()}, which is about provisioning alone.`,
        command: `scim ${command.name()}`,
      });
    }
    const { report } = reporter;
    if (isOn(flags, "sandbox")) {
      // The simulated tenant lives in the cloud that is asked; a name that is none is named with the other faults.
      const cloud = CLOUD_NAMES.find((name) => name === textOf(flags, "cloud")) ?? "global";
      sandbox = await enterSandbox(ports, outputFolder, { signal, report, cloud });
    }
    const runId = ports.ids.uuid().slice(0, 8);
    const journalFolder = sandbox?.journalFolder ?? `${stateFolder(ports.system)}/journal`;
    journal = await openJournal(ports, {
      folder: journalFolder,
      runId,
      ...programOf(command),
      onUnwritable: ({ path }) => reporter.report({ kind: "noJournal", path }),
    });
    const names = unknownVariables(command, ports.system.environment);
    if (names.length > 0) reporter.report({ kind: "variablesUnknown", names });
    const loaded = await loadSettings(ports, flags, sandbox?.examples, (event) =>
      reporter.report(
        event.kind === "sandbox" ? { ...event, examples: neededBy(command, event.examples) } : event,
      ),
    );
    if (flags !== given && loaded.variant !== undefined) program.provisions(loaded.variant);
    const settings = { ...loaded, typed: { argv, version: programOf(command).version } };
    const privileges = isOn(flags, "allow-high-privilege") ? [] : highPrivileges(settings.templates);
    const consents = command.options.some(({ long }) => long === "--allow-high-privilege");
    if (consents && privileges.length > 0) throw new AppError("HIGH_PRIVILEGE", { privileges });
    const context = createContext({
      ports: { ...ports, ...(sandbox && { fetch: sandbox.fetch }) },
      cloud: CLOUDS[settings.known.cloud],
      journal,
      journalFolder,
      report: (event) => {
        program.hear(event);
        reporter.report(event);
        if (event.kind !== "applicationDone") return;
        complete.push(toJsonApplication(event.result, packedProgram({ command }, settings, program)));
      },
      signInPages: SIGN_IN_PAGES,
      readInput: () => ports.terminal.readInput(),
      questions: ports.terminal.interactive
        ? program.listening(askWith(ports.prompter, ports.terminal))
        : undefined,
      signal,
      runId,
    });
    const working = work({ context, settings, flags, outputFolder, complete, program });
    const ending = await Promise.race([working, givenUp(ports.clock, signal)]);
    reporter.stop();
    await journal.record({ event: "end", exitCode: ending.exitCode });
    showEnding(ending, ports, globals);
    if (journal.path !== undefined) reporter.report({ kind: "journal", path: journal.path });
    return ending.exitCode;
  } catch (error) {
    reporter.stop();
    const errorCode = isAppError(error) ? error.code : "INTERNAL";
    await journal?.record({ event: "end", exitCode: exitCodeOf(error), errorCode });
    const facts = { journal: journal?.path, changes: reporter.changes(), program };
    return await showFailure(error, ports, { ...globals, ...facts }, complete);
  } finally {
    signal.removeEventListener("abort", interrupted);
    await sandbox?.leave();
  }
}

/** What a command below `scim` is about: the variant of the product whose users are provisioned. */
const PROVISIONED: Flags = { scim: { value: true, source: "flag", path: "scim" } };

/** The words of a command, `secret list` for one below another, and the version of the program it is of. */
function programOf(command: Command): { command: string; version: string } {
  const names: string[] = [];
  let program = command;
  for (; program.parent; program = program.parent) names.unshift(program.name());
  return { command: names.join(" "), version: program.version() ?? "" };
}

/** The commands that work on a registration as a whole; the others only have to find it. */
const WHOLE: ReadonlySet<string> = new Set(["register", "verify", "setup"]);

/** The values that a command cannot do without. */
function neededBy(command: Command, values: readonly MissingInput[]): readonly MissingInput[] {
  return WHOLE.has(command.name()) ? values : values.filter(({ flag }) => flag === "--tenant-id");
}

/** How somebody else would run this program with the same template. */
export function packedProgram(
  { command }: Pick<Invocation, "command">,
  { namedTemplate, variant, known: { cloud } }: Settings,
  { again }: Program,
): PackedProgram {
  return { version: programOf(command).version, template: variant ?? namedTemplate, cloud, again };
}

/** The calendar file that `--ics` names, absolute. */
export function calendarOf(flags: Flags, { system }: Pick<Ports, "system">): string | undefined {
  const file = textOf(flags, "ics");
  return file === undefined ? undefined : absolute(system.currentFolder, file);
}

/** Whether a run was interrupted at the keyboard, where Ctrl-C can be pressed again. */
function isKey(reason: unknown): boolean {
  const signal = isAppError(reason, "INTERRUPTED") ? reason.facts.signal : undefined;
  return signal === undefined || signal === "SIGINT";
}

/** How long what is under way may still take after Ctrl-C. */
const GRACE_MS = 10_000;

/** Rejects when the person pressed Ctrl-C and what was under way has not ended by itself since. */
async function givenUp(clock: Clock, signal: AbortSignal): Promise<never> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await clock.sleep(GRACE_MS);
  throw new AppError("INTERRUPTED", {});
}
