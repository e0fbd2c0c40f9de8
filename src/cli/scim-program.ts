import { Command } from "commander";
import type { AddOnFlag } from "./add-on-flags.ts";
import type { Start } from "./program.ts";

/** What declares one subcommand of `scim`. */
type Declare = (scim: Command, start: Start, addOns: readonly AddOnFlag[]) => void;

/** The subcommands, in the order in which the help lists them; each loads its code when it is run. */
const SUBCOMMANDS: readonly Declare[] = [];

/** `scim`: provisioning of users and groups. */
export function addScimCommands(program: Command, start: Start, addOns: readonly AddOnFlag[]): void {
  const scim = new Command("scim").description("provisioning of users and groups (SCIM)");
  scim.copyInheritedSettings(program);
  for (const declare of SUBCOMMANDS) declare(scim, start, addOns);
  if (scim.commands.length > 0) program.addCommand(scim);
}
