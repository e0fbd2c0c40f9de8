import { Command, CommanderError, Option } from "commander";
import { AppError, EXIT_CODES, type ExitCode, isAppError } from "../errors.ts";
import type { Ports } from "../ports/index.ts";
import { CLOUD_NAMES } from "../settings/sign-in.ts";
import { type AddOnFlag, packagedAddOns } from "./add-on-flags.ts";
import { collect, readFlags } from "./flags.ts";
import {
  acceptConfigFlags,
  addAppOptions,
  addConfigOptions,
  addRegisterOptions,
  addSecretOptions,
  addTenantOptions,
  notifyOption,
  refuseContradictions,
} from "./options.ts";
import { PERSONA_NAMES } from "./sandbox.ts";
import { addScimCommands } from "./scim-program.ts";
import { clean } from "./screen/clean.ts";

/** What a command runs with. */
export interface Invocation {
  readonly command: Command;
  /** All that was typed after the program's name. */
  readonly argv: readonly string[];
  readonly ports: Ports;
  readonly globals: Globals;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Globals {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export interface PortOptions {
  /** False where nothing may be asked. */
  readonly input?: boolean;
  /** False where nothing may be coloured. */
  readonly colour?: boolean;
}

export interface Outside {
  /** Builds the outside world once it is known how much of it is wanted. */
  readonly makePorts: (options: PortOptions) => Ports;
  readonly signal: AbortSignal;
  readonly version: string;
}

type Action = (invocation: Invocation) => Promise<ExitCode>;

/** Runs what a command does; its code is loaded when it is run. */
export type Start = (command: Command, load: () => Promise<Action>) => Promise<void>;

/** Runs the program with the words a person typed after its name. Never throws. */
export async function run(argv: readonly string[], outside: Outside): Promise<ExitCode> {
  const { makePorts } = outside;
  let exitCode: ExitCode = 0;
  const program = buildProgram(outside, await packagedAddOns(makePorts({})), async (command, load) => {
    const { flags } = readFlags(command, makePorts({}).system.environment);
    const off = (name: string) => flags[name]?.value === false;
    const on = (name: string) => flags[name]?.value === true;
    const ports = makePorts({
      ...(off("input") && { input: false }),
      ...(off("color") && { colour: false }),
    });
    const globals = { json: on("json"), quiet: on("quiet"), verbose: on("verbose") };
    const action = await load();
    exitCode = await action({ command, argv, ports, globals, signal: outside.signal });
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    return handleUsage(error, argv, program, makePorts({}));
  }
}

/** Help and version are fine; everything else the parser throws is wrong usage. */
async function handleUsage(
  error: unknown,
  argv: readonly string[],
  program: Command,
  ports: Ports,
): Promise<ExitCode> {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof CommanderError && error.code === "commander.help" && !argv.includes("--json"))
    return 2;
  const failure = error instanceof CommanderError ? toUsageError(error, argv, program) : error;
  const { renderFailure, toJsonError } = await import("./screen/failure.ts");
  const { OtherCommands } = await import("./other-commands.ts");
  const other = new OtherCommands(program);
  const facts = { journal: undefined, verbose: false, changes: [], program: other };
  ports.terminal.note(renderFailure(failure, ports.terminal, facts));
  if (argv.includes("--json")) {
    const known = failure instanceof AppError ? failure : undefined;
    ports.terminal.result(JSON.stringify(toJsonError(known, other), null, 2));
  }
  return isAppError(failure) ? EXIT_CODES[failure.code] : 1;
}

function toUsageError(
  { code, message }: CommanderError,
  argv: readonly string[],
  program: Command,
): AppError {
  const command = commandOf(argv, program);
  if (code === "commander.help")
    return new AppError("USAGE", { detail: "A subcommand is missing.", command });
  // Whatever is no command is taken for an argument of the default one.
  const word = argv.find((argument) => !argument.startsWith("-")) ?? "";
  if (code === "commander.excessArguments" && command === "") {
    return new AppError("USAGE", { detail: `There is no command "${word}".` });
  }
  const detail = message.replace(/^error: /, "").replaceAll(/\s*\n/g, " ");
  return new AppError("USAGE", { detail: detail.charAt(0).toUpperCase() + detail.slice(1), command });
}

/** The command that was meant, as it is typed: `scim setup`; empty for the default one. */
function commandOf(argv: readonly string[], program: Command): string {
  const path: string[] = [];
  let within = program;
  for (const word of argv.filter((argument) => !argument.startsWith("-"))) {
    const found = within.commands.find((one) => one.name() === word);
    if (!found) break;
    path.push(word);
    within = found;
  }
  return path.join(" ");
}

function buildProgram({ makePorts, version }: Outside, addOns: readonly AddOnFlag[], start: Start): Command {
  const program = new Command("entra-app-registration");
  program
    .description("Registers a vendor's app in your Microsoft Entra tenant: one sign-in, one yes.")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => makePorts({}).terminal.result(text.trimEnd()),
      // Help that was asked for by leaving the subcommand out; failures have words of their own.
      writeErr: (text) => makePorts({}).terminal.note(text.trimEnd()),
      outputError: () => undefined,
    })
    .configureHelp({ showGlobalOptions: true })
    .option("--json", "print one JSON document on standard output")
    .option("--quiet", "say only what has to be said")
    .option("--verbose", "name every request, and show stacks of bugs")
    .option("--no-color", "no colour")
    .option("--no-input", "never ask; a missing value is an error that names its flag");

  const register = program
    .command("register", { isDefault: true })
    .description("register the app, or bring its registration in line with the template (the default)")
    .action(() => start(register, async () => (await import("./commands/register.ts")).runRegister));
  addRegisterOptions(addTenantOptions(register, addOns))
    .option("--group <name|id>", "group whose users are synchronised; give it once for each", collect)
    .option("--no-group", "no such group, and no question about it")
    .option("--no-proof", "do not sign in as the new app to prove that it works");

  for (const { name, title } of addOns) {
    const addOn = program
      .command(name)
      .description(`add ${clean(title)} to a registration that is there`)
      .action(() => start(addOn, async () => (await import("./commands/add-on.ts")).runAddOn));
    addAppOptions(addOn)
      .option("--hostname <url>", "URL of the app (default: as the registration has it)")
      .option("--scim", "of the variant of the product that is provisioned")
      .option("--dry-run", "show the plan, change nothing")
      .option("--yes", "accept the plan unasked");
  }

  const consent = program
    .command("consent")
    .description("grant the admin consent that an earlier run had to leave to somebody with your role")
    .action(() => start(consent, async () => (await import("./commands/consent.ts")).runConsent));
  addAppOptions(consent)
    .option("--no-group-sync", "without the optional permission for groups")
    .option("--allow-high-privilege", "accept permissions of the template that could take the tenant over")
    .option("--dry-run", "show the plan, change nothing")
    .option("--yes", "accept the plan unasked");

  const verify = program
    .command("verify")
    .description("compare the registration with the template; changes nothing")
    .action(() => start(verify, async () => (await import("./commands/verify.ts")).runVerify));
  addTenantOptions(verify, addOns)
    .option("--group <name|id>", "group that should be provisioned; give it once for each", collect)
    .addOption(notifyOption());

  const secret = program.command("secret").description("the client secrets of the registration");
  const list = secret
    .command("list")
    .description("show all, this tool's and others', with their state and days left")
    .action(() => start(list, async () => (await import("./commands/secret-list.ts")).runSecretList));
  addAppOptions(list);
  const rotate = secret
    .command("rotate")
    .description("issue a new one beside the old, and hand it over as register does")
    .action(() => start(rotate, async () => (await import("./commands/secret-rotate.ts")).runSecretRotate));
  addSecretOptions(addAppOptions(rotate))
    .option("--hostname <url>", "URL of the app (default: as the registration has it)")
    .option("--no-proof", "do not sign in as the app to prove that the secret works")
    .option("--dry-run", "show the plan, change nothing")
    .option("--yes", "accept the plan unasked");
  const retire = secret
    .command("retire")
    .argument("[key-id...]", "which (default: those that ended, were never handed over, or have a successor)")
    .description("remove secrets that this tool made, after showing them")
    .action(() => start(retire, async () => (await import("./commands/secret-retire.ts")).runSecretRetire));
  addAppOptions(retire)
    .option("--dry-run", "show the plan, change nothing")
    .option("--yes", "accept the plan unasked");

  const remove = program
    .command("remove")
    .description("remove what this tool made, after showing it")
    .action(() => start(remove, async () => (await import("./commands/remove.ts")).runRemove));
  addTenantOptions(remove, addOns)
    .option("--dry-run", "show what would go, change nothing")
    .option("--yes", "remove it unasked; one that was taken over still wants its name typed");

  addScimCommands(program, start, addOns);
  const ofTenants = [...program.commands, ...program.commands.flatMap(({ commands }) => commands)];
  for (const command of ofTenants.filter(({ options }) => options.some(({ long }) => long === "--app-id"))) {
    acceptConfigFlags(command, addOns);
  }

  const config = program
    .command("config")
    .description("write or check a config.json, for a vendor's support");
  const init = config
    .command("init")
    .description("write a config.json for a customer; asks for what no flag gives")
    .action(() => start(init, async () => (await import("./commands/config.ts")).runConfigInit));
  addConfigOptions(init, addOns);
  const check = config
    .command("check")
    .argument("[file]", "the file (default: config.json)")
    .description("list everything wrong with a config.json; signs nobody in and asks no host")
    .option("--template <name|file>", "the vendor's product, where the file names none")
    .action(() => start(check, async () => (await import("./commands/config.ts")).runConfigCheck));

  const templates = program.command("templates").description("the vendors' products that are known");
  const known = templates
    .command("list")
    .description("list them by name")
    .action(() => start(known, async () => (await import("./commands/templates.ts")).runTemplatesList));
  const show = templates
    .command("show")
    .argument("<name|file>", "a template by its name, or the path of a file")
    .description("what a template asks, creates, grants and hands over")
    .action(() => start(show, async () => (await import("./commands/templates.ts")).runTemplatesShow));
  const checkTemplate = templates
    .command("check")
    .argument("<file>", "the path of a template or an add-on")
    .description("list everything wrong with a template and the files that it names")
    .action(() =>
      start(checkTemplate, async () => (await import("./commands/templates.ts")).runTemplatesCheck),
    );

  const doctor = program.command("doctor").description("find out what is in the way");
  const network = doctor
    .command("network")
    .description("try each host that the job needs; signs nobody in and changes nothing")
    .option("--config <file>", "settings (default: ./config.json, else the packaged one)")
    .option("--template <name|file>", "the vendor's product: a name, or the path of a template file")
    .option("--one-time-password-service <url>", "the service to try instead of the template's")
    .option("--cloud <name>", `Microsoft cloud: ${CLOUD_NAMES.join(", ")} (default: global)`)
    .action(() => start(network, async () => (await import("./commands/doctor.ts")).runDoctorNetwork));

  const sandbox = program.command("sandbox").description("the simulated tenant, for rehearsals and tests");
  const serve = sandbox
    .command("serve")
    .description("serve the simulated tenant over HTTPS on this machine, for other clients")
    .addOption(new Option("--port <number>", "port of the HTTPS server (default: any free one)"))
    .addOption(
      new Option("--persona <who>", "who signs in (default: global-administrator)").choices([
        ...PERSONA_NAMES.keys(),
      ]),
    )
    .action(() => start(serve, async () => (await import("./commands/sandbox.ts")).runServe));
  const reset = sandbox
    .command("reset")
    .description("forget what the simulated tenant of this folder has become")
    .option("--output <folder>", "the folder (default: the current one)")
    .action(() => start(reset, async () => (await import("./commands/sandbox.ts")).runReset));
  for (const command of [init, ...ofTenants]) refuseContradictions(command);
  return program;
}
