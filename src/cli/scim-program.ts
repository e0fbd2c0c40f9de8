import { Command, Option } from "commander";
import type { AddOnFlag } from "./add-on-flags.ts";
import { collect } from "./flags.ts";
import { addAppOptions, addRegisterOptions, addTenantOptions, notifyOption } from "./options.ts";
import type { Start } from "./program.ts";

/** What declares one subcommand of `scim`. */
type Declare = (scim: Command, start: Start, addOns: readonly AddOnFlag[]) => void;

/** The subcommands, in the order in which the help lists them; each loads its code when it is run. */
const SUBCOMMANDS: readonly Declare[] = [
  declareSetup,
  declareTest,
  declarePreview,
  declareAssign,
  declareStatus,
  declareProvision,
  declareStart,
  declarePause,
  declareRestart,
  declareLogs,
];

/** `scim`: provisioning of users and groups. */
export function addScimCommands(program: Command, start: Start, addOns: readonly AddOnFlag[]): void {
  const scim = new Command("scim").description("provisioning of users and groups (SCIM)");
  scim.copyInheritedSettings(program);
  for (const declare of SUBCOMMANDS) declare(scim, start, addOns);
  if (scim.commands.length > 0) program.addCommand(scim);
}

function declareSetup(scim: Command, start: Start, addOns: readonly AddOnFlag[]): void {
  const setup = scim
    .command("setup")
    .description("register the app and set up its provisioning: one sign-in, one plan, one yes")
    .action(() => start(setup, async () => (await import("./commands/scim-setup.ts")).runScimSetup));
  addRegisterOptions(addTenantOptions(setup, addOns))
    .option("--user <user>", "user to assign, by user principal name or object ID; once for each", collect)
    .option("--group <name|id>", "group to assign, of which the direct members count; once for each", collect)
    .option("--no-group", "assign no group, and do not ask for one")
    .option("--new-group <name>", "security group to create and assign, if there is none", collect)
    .option("--member <user>", "user who becomes a member of that group; once for each", collect)
    .option("--role <value>", "app role that they are assigned (default: the template's)")
    .option("--secret-token-file <file>", "file with the vendor's secret token", collect)
    .option("--new-secret-token", "replace a saved secret token that still works")
    .addOption(notifyOption())
    .option("--proof-user <user>", "user to provision first, as a test (default: the first who is assigned)")
    .option("--no-proof", "neither that test, nor one as the new app")
    .addHelpText("after", SETUP_HELP);
}

function declareTest(scim: Command, start: Start): void {
  const test = scim
    .command("test")
    .description(
      "have Microsoft Entra try the connection to the vendor; changes nothing, exit code 3 if refused",
    )
    .option("--tenant-url <url>", "another address than the saved one, with a token for it")
    .option("--secret-token-file <file>", "file with a secret token to try instead of the saved one", collect)
    .action(() => start(test, async () => (await import("./commands/scim-test.ts")).runScimTest));
  addAppOptions(test);
}

const SETUP_HELP = `
The secret token is asked for, hidden, or read from --secret-token-file, from the variable
ENTRA_APP_REGISTRATION_SECRET_TOKEN, or from standard input; never from a flag. Without it, everything
that needs none is done. Of a product with several applications, name the one that is meant in front, by
its key: --group <key>=Sales, --secret-token-file <key>=token.txt, ENTRA_APP_REGISTRATION_SECRET_TOKEN_<KEY>,
or a line <key>=<token> for each on standard input.`;

function declareStatus(scim: Command, start: Start): void {
  const status = scim
    .command("status")
    .description("show how provisioning is going; changes nothing, exit code 3 in quarantine")
    .action(() => start(status, async () => (await import("./commands/scim-status.ts")).runScimStatus));
  addAppOptions(status);
}

function declareProvision(scim: Command, start: Start): void {
  const provision = scim
    .command("provision")
    .argument("[user...]", "the user, by user principal name or object ID; with --group, members to go along")
    .description("provision one user at once, and tell what became of it step by step")
    .option("--group <name|id>", "provision this group instead, with up to five of its members")
    .action(() =>
      start(provision, async () => (await import("./commands/scim-provision.ts")).runScimProvision),
    );
  addAppOptions(provision);
}

function declareStart(scim: Command, start: Start): void {
  const command = scim
    .command("start")
    .description("start provisioning, or go on with a paused one")
    .action(() =>
      start(command, async () => (await import("./commands/scim-control.ts")).runScimControl("start")),
    );
  addChangeOptions(addAppOptions(command));
}

function declarePause(scim: Command, start: Start): void {
  const command = scim
    .command("pause")
    .description("pause provisioning; users stay in the app as they are")
    .action(() =>
      start(command, async () => (await import("./commands/scim-control.ts")).runScimControl("pause")),
    );
  addChangeOptions(addAppOptions(command));
}

function declareRestart(scim: Command, start: Start): void {
  const command = scim
    .command("restart")
    .description("end a quarantine and go on; with --clear-state look at everybody again")
    .option("--clear-state", "forget how far it was: everybody is looked at again, as in a first cycle")
    .action(() =>
      start(command, async () => (await import("./commands/scim-control.ts")).runScimControl("restart")),
    );
  addChangeOptions(addAppOptions(command));
}

function addChangeOptions(command: Command): Command {
  return command.option("--dry-run", "show how it stands, change nothing").option("--yes", "do it unasked");
}

function declareLogs(scim: Command, start: Start): void {
  const logs = scim
    .command("logs")
    .description("show what was provisioned and what failed; changes nothing")
    .option("--since <when>", "how far back: 30m, 2h, 7d, or a date such as 2026-03-01 (default: 1d)")
    .addOption(
      new Option("--status <status>", "only entries that ended so").choices([
        "success",
        "failure",
        "skipped",
        "warning",
      ]),
    )
    .addOption(
      new Option("--action <action>", "only entries of this kind").choices([
        "create",
        "update",
        "delete",
        "stagedDelete",
        "disable",
        "other",
      ]),
    )
    .option("--user <user>", "only entries about this user: user principal name, object ID or part of a name")
    .option("--limit <number>", "how many at most, the newest (default: 50)")
    .option("--follow", "wait for more until Ctrl-C; with --json one line of JSON for each")
    .action(() => start(logs, async () => (await import("./commands/scim-logs.ts")).runScimLogs));
  addAppOptions(logs);
}

function declarePreview(scim: Command, start: Start): void {
  const preview = scim
    .command("preview")
    .description("find users whom the vendor would refuse, and show what is sent of one; changes nothing")
    .option("--user <user>", "show what is sent of this user, by user principal name or object ID", collect)
    .option("--group <name|id>", "look at the members of this group instead of those assigned", collect)
    .option("--file <file>", "look at the users and groups of a list; - for standard input")
    .option("--role <value>", "the app role they will have (default: the template's, or the one for users)")
    .action(() => start(preview, async () => (await import("./commands/scim-preview.ts")).runScimPreview));
  addAppOptions(preview).option("--hostname <url>", "URL of the app, starting with https://");
}

function declareAssign(scim: Command, start: Start): void {
  const assign = scim
    .command("assign")
    .description("assign users and groups, also thousands of them, at Microsoft's write quota")
    .option("--file <file>", "a list of users and groups: one a line, or CSV; - for standard input")
    .option("--user <user>", "a user: user principal name, mail address or object ID", collect)
    .option("--group <name|id>", "a group, whose direct members are provisioned", collect)
    .option("--members-of <name|id>", "each direct member of this group, for tenants without P1", collect)
    .option("--role <value>", "the app role they get (default: the template's, or the one for users)")
    .action(() => start(assign, async () => (await import("./commands/scim-assign.ts")).runScimAssign));
  addChangeOptions(addAppOptions(assign));
}
