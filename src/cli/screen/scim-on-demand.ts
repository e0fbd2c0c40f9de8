import { Chalk, type ChalkInstance } from "chalk";
import type { ProvisionResult } from "../../flow/scim/provision.ts";
import type { Terminal } from "../../ports/index.ts";
import type { ProvisioningStep } from "../../provisioning/types.ts";
import { clean } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import { advised, advisedPlainly, type Program } from "./words/advice.ts";
import { CHANGES, changeText, onDemandAdvice, onDemandTitle, stepText } from "./words/scim-on-demand.ts";

/** What Entra did for one user or group, step by step, and what came of it. */
export function renderOnDemand(provision: ProvisionResult, terminal: Terminal, program: Program): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const { steps, changes } = provision.result;
  const advice = onDemandAdvice(provision);
  const lines = [
    "",
    ...steps.map((step) => `  ${marked(step, style)}`),
    ...(changes.length > 0 ? ["", CHANGES, ...changes.map((change) => `    ${changeText(change)}`)] : []),
    "",
    title(provision, style),
    ...(advice === undefined ? [] : [advised(advice, program)]),
  ];
  return fit(lines.join("\n"), terminal.resultColumns);
}

function title(provision: ProvisionResult, { bold }: ChalkInstance): string {
  const text = onDemandTitle(provision);
  if (provision.outcome === "failed") return bold.red(text);
  return provision.outcome === "skipped" ? bold.yellow(text) : bold.green(text);
}

function marked(step: ProvisioningStep, { green, red, yellow, dim }: ChalkInstance): string {
  const text = stepText(step);
  switch (step.status.toLowerCase()) {
    case "success":
      return `${green("✔")} ${text}`;
    case "failure":
      return `${red("✖")} ${text}`;
    case "warning":
      return `${yellow("!")} ${text}`;
    default:
      return dim(`- ${text}`);
  }
}

/** The same for standard output with `--json`. */
export function toJsonOnDemand(provision: ProvisionResult, program: Program): ResultDocument {
  const advice = onDemandAdvice(provision);
  const { outcome, tenant, appId, objectId, displayName, subject, result } = provision;
  return {
    schemaVersion: 1,
    command: "scim provision",
    changed: outcome === "provisioned",
    tenantId: clean(tenant.id),
    displayName: clean(displayName),
    appId: clean(appId),
    objectId: clean(objectId),
    outcome,
    subject: {
      kind: subject.kind,
      id: clean(subject.id),
      name: clean(subject.name),
      members: subject.members.map(clean),
    },
    text: onDemandTitle(provision),
    advice: advice === undefined ? null : advisedPlainly(advice, program),
    action: cleanOrNull(result.action),
    errorCode: cleanOrNull(result.error?.code),
    steps: result.steps.map((step) => ({
      type: clean(step.type),
      status: clean(step.status),
      text: stepText(step),
    })),
    changes: result.changes.map(({ name, from, to }) => ({
      attribute: clean(name),
      from: cleanOrNull(from),
      to: cleanOrNull(to),
    })),
  };
}

function cleanOrNull(text: string | undefined): string | null {
  return text === undefined ? null : clean(text);
}
