import { Chalk, type ChalkInstance } from "chalk";
import type { Verification } from "../../flow/verify.ts";
import type { Terminal } from "../../ports/index.ts";
import { type Finding, type FindingState, isEndingSoon, isFault } from "../../registration/findings.ts";
import { clean, say } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import { advice, describeFinding, SECTIONS, type Section, sectionOf } from "./words/findings.ts";

/** How a registration compares with its template, part by part. */
export function renderVerification(verification: Verification, terminal: Terminal): string {
  const { application, tenant, findings } = verification;
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const faults = findings.filter(isFault).length;
  const warnings = findings.filter(({ state }) => state === "warning").length;
  const endsSoon = findings.some(isEndingSoon);
  const lines = [
    "",
    verdict(application.displayName, faults, style),
    say`  ${application.appId} in ${tenant.displayName} (${tenant.id})`,
    ...(Object.keys(SECTIONS) as Section[]).flatMap((section) => sectionLines(section, findings, style)),
    "",
    ...advice({ faults, warnings, endsSoon }),
  ];
  return fit(lines.join("\n"), terminal.resultColumns);
}

function verdict(displayName: string, faults: number, style: ChalkInstance): string {
  if (faults === 0) return style.bold.green(say`"${displayName}" is as the template wants it.`);
  const count = faults === 1 ? "1 difference" : `${faults} differences`;
  return style.bold.yellow(say`"${displayName}" is not as the template wants it: ${count}.`);
}

function sectionLines(section: Section, findings: readonly Finding[], style: ChalkInstance): string[] {
  const own = findings.filter((finding) => sectionOf(finding) === section);
  if (own.length === 0) return [];
  return ["", style.bold(SECTIONS[section]), ...own.map((finding) => `  ${marked(finding, style)}`)];
}

const MARKS: Readonly<Record<FindingState, string>> = {
  ok: "✔",
  differs: "~",
  missing: "✖",
  extra: "i",
  warning: "!",
};

function marked(finding: Finding, { green, yellow, red, dim }: ChalkInstance): string {
  const colours = { ok: green, differs: yellow, missing: red, extra: dim, warning: yellow };
  const text = describeFinding(finding);
  const { state } = finding;
  return `${colours[state](MARKS[state])} ${state === "extra" ? dim(text) : text}`;
}

/** The same for standard output with `--json`. */
export function toJsonVerification({ tenant, application, findings }: Verification): ResultDocument {
  return {
    schemaVersion: 1,
    command: "verify",
    changed: false,
    tenantId: clean(tenant.id),
    appId: clean(application.appId),
    objectId: clean(application.objectId),
    differences: findings.filter(isFault).length,
    findings: findings.map((finding) => ({
      about: finding.about,
      state: finding.state,
      text: describeFinding(finding),
      daysLeft: finding.about === "secret" ? finding.daysLeft : null,
      keyId: keyIdOf(finding),
    })),
  };
}

function keyIdOf(finding: Finding): string | null {
  if (finding.about === "secret") return clean(finding.credential.keyId);
  return finding.about === "deliveryMark" ? clean(finding.keyId) : null;
}
