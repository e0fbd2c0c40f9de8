import type { ExitCode } from "../../errors.ts";
import { checkConfig } from "../../flow/check-config.ts";
import { initConfig } from "../../flow/init-config.ts";
import { absolute } from "../../flow/load.ts";
import { isOn, textOf } from "../flags.ts";
import { withoutTenant } from "../local.ts";
import { OtherCommands } from "../other-commands.ts";
import type { Invocation } from "../program.ts";
import { askForConfig } from "../prompts/config-questions.ts";
import { renderConfigCheck, renderNewConfig, toJsonConfig } from "../screen/config.ts";
import { Reporter } from "../screen/reporter.ts";
import { readDefaultTemplate } from "../settings.ts";

/** `config init`: parses, asks, writes, and checks what it wrote. */
export async function runConfigInit(invocation: Invocation): Promise<ExitCode> {
  const { ports, globals } = invocation;
  const program = new OtherCommands(invocation.command);
  const { report } = new Reporter(ports, globals, program);
  return withoutTenant(invocation, async (flags) => {
    const file = targetFile(ports.system.currentFolder, textOf(flags, "output"));
    const questions = ports.terminal.interactive ? askForConfig(ports.prompter) : undefined;
    const fallback = await readDefaultTemplate(ports);
    await initConfig(ports, { file, force: isOn(flags, "force"), flags, fallback, questions, report });
    const check = await checkConfig(ports, file, { named: undefined, fallback });
    return {
      exitCode: 0,
      text: renderNewConfig(check, ports.terminal, program),
      json: toJsonConfig("config init", check),
    };
  });
}

/** `config check`: parses, reads the file, shows what is wrong with it. */
export async function runConfigCheck(invocation: Invocation): Promise<ExitCode> {
  const { ports, command } = invocation;
  return withoutTenant(invocation, async (flags) => {
    const [typed = "config.json"] = command.args;
    const file = absolute(ports.system.currentFolder, typed);
    const fallback = await readDefaultTemplate(ports);
    const check = await checkConfig(ports, file, { named: textOf(flags, "template"), fallback });
    return {
      exitCode: check.faults.length > 0 ? 3 : 0,
      text: renderConfigCheck(check, ports.terminal),
      json: toJsonConfig("config check", check),
    };
  });
}

/** What `--output` names: a file where it ends so, else the folder that the file goes to. */
function targetFile(currentFolder: string, output: string | undefined): string {
  const path = absolute(currentFolder, output ?? currentFolder);
  return path.endsWith(".json") ? path : `${path.replace(/[/\\]$/, "")}/config.json`;
}
