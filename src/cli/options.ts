import { type Command, Option } from "commander";
import { CLOUD_NAMES, SIGN_IN_WAYS } from "../settings/sign-in.ts";
import type { AddOnFlag } from "./add-on-flags.ts";
import { collect } from "./flags.ts";
import { clean } from "./screen/clean.ts";

/** What every command takes that finds its app registration in a tenant. */
export function addAppOptions(command: Command): Command {
  return command
    .option("--config <file>", "settings (default: ./config.json, else the packaged one)")
    .option("--template <name|file>", "the vendor's product: a name, or the path of a template file")
    .option("--set <input=value>", "a value that only this product asks for; give it once for each", collect)
    .option("--application <key>", "which of a product's several applications is meant")
    .option("--tenant-id <id>", "tenant ID, or a domain name of the tenant")
    .option("--app-name <name>", "name of the app registration")
    .option("--app-id <guid>", "client ID of the app registration to work on")
    .option("--auth <way>", `how to sign in: auto, ${SIGN_IN_WAYS.join(", ")} (default: auto)`)
    .option("--sign-in-client-id <guid>", "public client that signs you in")
    .option("--cloud <name>", `Microsoft cloud: ${CLOUD_NAMES.join(", ")} (default: global)`)
    .option("--output <folder>", "where the result goes (default: the current folder)")
    .option("--sandbox", "rehearse against a simulated tenant; nothing leaves this machine");
}

/** The values that a config.json can hold. */
export function addConfigOptions(command: Command, addOns: readonly AddOnFlag[]): void {
  command
    .option("--template <name|file>", "the vendor's product: a name, or the path of a template file")
    .option("--tenant-id <id>", "tenant ID, or a domain name of the tenant")
    .option("--app-name <name>", "name of the app registration")
    .option("--hostname <url>", "URL of the app, starting with https://")
    .option("--set <input=value>", "a value that only this product asks for; give it once for each", collect)
    .option("--group <name|id>", "group whose users are synchronised; give it once for each", collect)
    .option("--scim", "with provisioning")
    .option("--no-scim", "without provisioning")
    .addOption(notifyOption())
    .option("--no-group-sync", "without the optional permission for groups")
    .option("--no-implicit-flow", "without implicit flow, for newer versions of the app");
  addAddOnOptions(command, addOns);
  addLifetimeOptions(command)
    .option("--output <folder|file>", "where the file goes (default: config.json in the current folder)")
    .option("--force", "replace a file that is there");
}

/** Who is told when provisioning fails. */
export function notifyOption(): Option {
  return new Option(
    "--notify <[application=]e-mail>",
    "who is told when provisioning fails; give it once for each of several applications",
  ).argParser(collect);
}

/** What a command takes besides when it compares a registration as a whole with its template. */
export function addTenantOptions(command: Command, addOns: readonly AddOnFlag[]): Command {
  addAppOptions(command)
    .option("--hostname <url>", "URL of the app, starting with https://")
    .option("--no-group-sync", "without the optional permission for groups")
    .option("--scim", "for provisioning: the variant of the product whose users Entra creates")
    .option("--no-scim", "without provisioning")
    .option("--no-implicit-flow", "without implicit flow, for newer versions of the app");
  return addAddOnOptions(command, addOns);
}

/** The switches that the packaged add-ons declare. */
function addAddOnOptions(command: Command, addOns: readonly AddOnFlag[]): Command {
  for (const { name, title } of addOns) {
    command.option(`--${name}`, `with ${clean(title)}`).option(`--no-${name}`, `without ${clean(title)}`);
  }
  return command;
}

/**
 * The other values of a config.json as flags, for a command that has no use for them: whoever repeats the
 * flags of `register` with another command is understood. The help leaves them out.
 */
export function acceptConfigFlags(command: Command, addOns: readonly AddOnFlag[]): void {
  const known = new Set(command.options.map(({ long }) => long));
  const switches = addOns.flatMap(({ name }) => [`--${name}`, `--no-${name}`]);
  for (const flags of [...CONFIG_FLAGS, ...switches]) {
    if (!known.has(flags.split(" ", 1)[0])) command.addOption(new Option(flags).hideHelp());
  }
}

/** Flags that say the contrary of each other, besides each `--no-x` of its `--x`. */
const CONTRARY: readonly (readonly [string, string])[] = [
  ["new-group", "no-group"],
  ["proof-user", "no-proof"],
];

/** Makes it wrong usage to give a command flags that contradict each other, or a second list of people. */
export function refuseContradictions(command: Command): void {
  const names = command.options.map((option) => option.name());
  const pairs = [...names.map((name) => [name, `no-${name}`] as const), ...CONTRARY];
  const given = new Set<string>();
  for (const name of names) {
    const contraries = pairs.flatMap(([one, other]) => (one === name ? other : other === name ? one : []));
    command.on(`option:${name}`, () => {
      const contrary = contraries.find((one) => given.has(one));
      if (contrary !== undefined) command.error(`--${name} cannot go with --${contrary}.`);
      if (name === "file" && given.has(name)) command.error("--file names one list: put all names into it.");
      given.add(name);
    });
  }
}

const CONFIG_FLAGS = [
  "--hostname <url>",
  "--no-group-sync",
  "--scim",
  "--no-scim",
  "--no-implicit-flow",
  "--one-time-password-service <url>",
  "--link-lifetime <time>",
  "--secret-lifetime <time>",
  "--no-proof",
  "--yes",
] as const;

/** What a command takes besides when it hands a new client secret over. */
export function addSecretOptions(command: Command): Command {
  return addLifetimeOptions(command).option(
    "--ics <file>",
    "write a calendar reminder for the time before the secret ends",
  );
}

/** What the commands take besides that register an app. */
export function addRegisterOptions(command: Command): Command {
  return addSecretOptions(command)
    .option("--new-secret", "issue a new client secret beside the old one")
    .addOption(
      new Option("--deleted <what>", "what to do with a deleted app that still holds the name").choices([
        "restore",
        "purge",
      ]),
    )
    .option("--handover-page", "write a page for people too, as always where groups were chosen")
    .option("--allow-high-privilege", "accept permissions of the template that could take the tenant over")
    .option("--dry-run", "show the plan, change nothing")
    .option("--yes", "accept the plan unasked");
}

/** Where a new client secret goes, and how long it and its link work. */
function addLifetimeOptions(command: Command): Command {
  return command
    .option("--one-time-password-service <url>", "where the client secret goes")
    .option("--link-lifetime <time>", "how long the one-time link works at most, such as 7d")
    .option("--secret-lifetime <time>", "how long the client secret works, such as 12m, 24m, 100y");
}
