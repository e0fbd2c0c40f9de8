import { Chalk, type ChalkInstance } from "chalk";
import type { Verification } from "../../flow/verify.ts";
import type { Terminal } from "../../ports/index.ts";
import type { ProvisioningFinding } from "../../provisioning/findings.ts";
import { type Finding, type FindingState, isEndingSoon, isFault } from "../../registration/findings.ts";
import { clean, say } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ResultDocument } from "./result-document.ts";
import { type Advice, advised, type Program } from "./words/advice.ts";
import {
  advice,
  describeFinding,
  notRegistered,
  SECTIONS,
  type Section,
  sectionOf,
  verdict,
} from "./words/findings.ts";
import { describeProvisioning, PROVISIONING, provisioningAdvice } from "./words/scim-findings.ts";

/** How the registrations of a product compare with their templates, one after the other, part by part. */
export function renderVerifications(
  all: readonly Verification[],
  terminal: Terminal,
  program: Program,
): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const findings = all.flatMap((one) => one.findings);
  const provisioning = all.flatMap((one) => one.provisioning);
  const ofAll = advice({
    faults: findings.filter(isFault).length + all.filter(({ application }) => !application).length,
    ofProvisioning: provisioning.filter(isFault).length,
    warnings: [...findings, ...provisioning].filter(({ state }) => state === "warning").length,
    endsSoon: findings.some(isEndingSoon),
  });
  const ofEach = all.flatMap((one) =>
    provisioningAdvice(one.provisioning).map((what) =>
      advised(what, program, isForAll(what) ? undefined : one.key),
    ),
  );
  const lines = [
    ...all.flatMap((one) => verificationLines(one, style)),
    "",
    ...ofAll.map((what) => advised(what, program)),
    ...new Set(ofEach),
  ];
  return fit(lines.join("\n"), terminal.resultColumns);
}

/** Commands that are about all applications of a product stand there once. */
function isForAll(what: Advice): boolean {
  return typeof what !== "string" && what.every(({ run }) => run === "scim start" || run === "scim setup");
}

function verificationLines(verification: Verification, style: ChalkInstance): string[] {
  const { application, displayName, tenant, findings, provisioning } = verification;
  if (!application) return ["", style.bold.yellow(notRegistered(displayName))];
  const faults = [...findings, ...provisioning].filter(isFault).length;
  return [
    "",
    (faults === 0 ? style.bold.green : style.bold.yellow)(verdict(displayName, faults)),
    say`  ${application.appId} in ${tenant.displayName} (${tenant.id})`,
    ...(Object.keys(SECTIONS) as Section[]).flatMap((section) => sectionLines(section, findings, style)),
    ...provisioningLines(provisioning, style),
  ];
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

type VerifyDocument = Extract<ResultDocument, { command: "verify" }>;

/** The same for standard output with `--json`: of several applications each, and at the top all of them together. */
export function toJsonVerifications(all: readonly Verification[]): VerifyDocument {
  const applications = all.map(toJsonApplication);
  const there = all.find(({ application }) => application !== undefined);
  if (!there?.application) throw new TypeError("a verification of nothing");
  return {
    schemaVersion: 1,
    command: "verify",
    changed: false,
    tenantId: clean(there.tenant.id),
    appId: clean(there.application.appId),
    objectId: clean(there.application.objectId),
    differences: applications.reduce((sum, { differences }) => sum + differences, 0),
    findings: applications.flatMap(({ findings }) => findings),
    ...(all.length > 1 && { applications }),
  };
}

type JsonApplication = NonNullable<VerifyDocument["applications"]>[number];

function toJsonApplication(verification: Verification): JsonApplication {
  const { application, displayName } = verification;
  const findings = application ? toJsonFindings(verification) : [missing(displayName)];
  return {
    displayName: clean(displayName),
    appId: application ? clean(application.appId) : null,
    objectId: application ? clean(application.objectId) : null,
    differences: findings.filter(isFault).length,
    findings,
  };
}

function missing(displayName: string): JsonApplication["findings"][number] {
  const text = notRegistered(displayName);
  return { about: "application", state: "missing", text, daysLeft: null, keyId: null };
}

function toJsonFindings({ findings, provisioning }: Verification): JsonApplication["findings"] {
  return [
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
  ];
}

function keyIdOf(finding: Finding): string | null {
  if (finding.about === "secret") return clean(finding.credential.keyId);
  return finding.about === "deliveryMark" ? clean(finding.keyId) : null;
}
