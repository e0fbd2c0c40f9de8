import type { ExitCode } from "../../errors.ts";
import { checkTemplate } from "../../flow/check-template.ts";
import { loadTemplate, packagedTemplates } from "../../flow/load.ts";
import { outlineOf } from "../../template/outline.ts";
import { withoutTenant } from "../local.ts";
import type { Invocation } from "../program.ts";
import {
  renderOutline,
  renderTemplateCheck,
  renderTemplates,
  toJsonOutline,
  toJsonTemplateCheck,
  toJsonTemplates,
} from "../screen/templates.ts";
import { readDefaultTemplate } from "../settings.ts";

/** `templates list`: the vendors that are known. */
export async function runTemplatesList(invocation: Invocation): Promise<ExitCode> {
  const { ports } = invocation;
  return withoutTenant(invocation, async () => {
    const templates = await packagedTemplates(ports);
    const fallback = await readDefaultTemplate(ports);
    return {
      exitCode: 0,
      text: renderTemplates(templates, fallback, ports.terminal),
      json: toJsonTemplates(templates, fallback),
    };
  });
}

/** `templates show`: what a template asks, creates, grants and hands over. */
export async function runTemplatesShow(invocation: Invocation): Promise<ExitCode> {
  const { ports, command } = invocation;
  return withoutTenant(invocation, async () => {
    const outline = outlineOf(await loadTemplate(ports, command.args[0] ?? ""));
    return { exitCode: 0, text: renderOutline(outline, ports.terminal), json: toJsonOutline(outline) };
  });
}

/** `templates check`: everything wrong with a template and the files that it names. */
export async function runTemplatesCheck(invocation: Invocation): Promise<ExitCode> {
  const { ports, command } = invocation;
  return withoutTenant(invocation, async () => {
    const checked = await checkTemplate(ports, command.args[0] ?? "");
    return {
      exitCode: checked.some(({ faults }) => faults.length > 0) ? 3 : 0,
      text: renderTemplateCheck(checked, ports.terminal),
      json: toJsonTemplateCheck(checked),
    };
  });
}
