import { Chalk, type ChalkInstance } from "chalk";
import type { Verification } from "../../flow/verify.ts";
import type { Terminal } from "../../ports/index.ts";
import type { ProvisioningFinding } from "../../provisioning/findings.ts";
import { type Finding, type FindingState, isEndingSoon, isFault } from "../../registration/findings.ts";
import { clean, say } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import { advice, describeFinding, SECTIONS, type Section, sectionOf } from "./words/findings.ts";
import { describeProvisioning, PROVISIONING, provisioningAdvice } from "./words/scim-findings.ts";

/** How a registration compares with its template, part by part. */
export function renderVerification(verification: Verification, terminal: Terminal): string {
  const { application, tenant, findings, provisioning } = verification;
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const faults = findings.filter(isFault).length;
  const ofProvisioning = provisioning.filter(isFault).length;
  const warnings = [...findings, ...provisioning].filter(({ state }) => state === "warning").length;
  const endsSoon = findings.some(isEndingSoon);
  const lines = [
    "",
    verdict(application.displayName, faults + ofProvisioning, style),
    say`  ${application.appId} in ${tenant.displayName} (${tenant.id})`,
    ...(Object.keys(SECTIONS) as Section[]).flatMap((section) => sectionLines(section, findings, style)),
    ...provisioningLines(provisioning, style),
    "",
    ...advice({ faults, ofProvisioning, warnings, endsSoon }),
    ...provisioningAdvice(provisioning),
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
  const lines = own.map((finding) => `  ${marked(finding.state, describeFinding(finding), style)}`);
  return ["", style.bold(SECTIONS[section]), ...lines];
}

function provisioningLines(findings: readonly ProvisioningFinding[], style: ChalkInstance): string[] {
  if (findings.length === 0) return [];
  const lines = findings.map((finding) => `  ${marked(finding.state, describeProvisioning(finding), style)}`);
  return ["", style.bold(PROVISIONING), ...lines];
}

const MARKS: Readonly<Record<FindingState, string>> = {
  ok: "✔",
  differs: "~",
  missing: "✖",
  extra: "i",
  warning: "!",
};

function marked(state: FindingState, text: string, { green, yellow, red, dim }: ChalkInstance): string {
  const colours = { ok: green, differs: yellow, missing: red, extra: dim, warning: yellow };
  return `${colours[state](MARKS[state])} ${state === "extra" ? dim(text) : text}`;
}

/** The same for standard output with `--json`. */
export function toJsonVerification({
  tenant,
  application,
  findings,
  provisioning,
}: Verification): ResultDocument {
  return {
    schemaVersion: 1,
    command: "verify",
    changed: false,
    tenantId: clean(tenant.id),
    appId: clean(application.appId),
    objectId: clean(application.objectId),
    differences: [...findings, ...provisioning].filter(isFault).length,
    findings: [
      ...findings.map((finding) => ({
        about: finding.about,
        state: finding.state,
        text: describeFinding(finding),
        daysLeft: finding.about === "secret" ? finding.daysLeft : null,
        keyId: keyIdOf(finding),
      })),
      ...provisioning.map((finding) => ({
        about: finding.about,
        state: finding.state,
        text: describeProvisioning(finding),
        daysLeft: null,
        keyId: null,
      })),
    ],
  };
}

function keyIdOf(finding: Finding): string | null {
  if (finding.about === "secret") return clean(finding.credential.keyId);
  return finding.about === "deliveryMark" ? clean(finding.keyId) : null;
}
