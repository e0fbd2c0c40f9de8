import { Chalk, type ChalkInstance } from "chalk";
import type { ConsentResult, Ended, RegisterResult, RetireResult } from "../../flow/events.ts";
import type { ProvisioningResult } from "../../flow/provisioner.ts";
import type { Terminal } from "../../ports/index.ts";
import { fill } from "../../template/placeholders.ts";
import { clean } from "./clean.ts";
import { fit } from "./fit.ts";
import type { ApplicationDocument, EndedDocument, ResultDocument } from "./result-document.ts";
import { advised } from "./words/advice.ts";
import { consentCommand, forwardConsent, type PackedProgram } from "./words/consent.ts";
import { DRY_RUN } from "./words/dry-run.ts";
import { GROUPS_TO_TELL } from "./words/groups.ts";
import { doneTitle, HANDED_OVER, resultRows, signInClientText, unchangedTitle } from "./words/result.ts";
import { provisioningSteps, provisioningTitle, setupCommand, waitingForToken } from "./words/scim-result.ts";
import { DOWNLOAD, downloadCommand, PASS_ON, ROTATED } from "./words/secrets.ts";

/** How a run ends that has changed nothing. */
const UNCHANGED: readonly string[] = ["planned", "nothingToDo", "refused"] satisfies readonly (
  | RegisterResult
  | ConsentResult
  | RetireResult
)["outcome"][];

/** A run that ended well, for standard output with `--json`. */
export function toJsonResult(command: string, result: Ended, packed: PackedProgram): EndedDocument {
  const app = { tenantId: result.tenant.id, appId: result.appId ?? "" };
  const provisioning =
    result.provisioning && toJsonProvisioning(result.provisioning, result.tenant.id, packed);
  return {
    schemaVersion: 1,
    command,
    changed: !UNCHANGED.includes(result.outcome),
    tenantId: clean(result.tenant.id),
    appId: cleanOrNull(result.appId),
    objectId: cleanOrNull(result.objectId),
    // The file and the link stay as they are: a program opens them, and the link was checked.
    handoverFile: result.handover?.file ?? null,
    clientSecret: result.handover?.link?.url.reveal() ?? null,
    handoverPage: result.handoverPage ?? null,
    groups: (result.groups ?? []).map(({ id, displayName }) => ({
      id: clean(id),
      displayName: clean(displayName),
    })),
    steps: result.plan.steps.map((step) => ({ kind: step.kind })),
    waiting: [
      ...result.waiting.map(({ value, type }) => ({
        permission: clean(value),
        type: type === "Role" ? ("application" as const) : ("delegated" as const),
        consentPage: cleanOrNull(result.consentPage),
        command: consentCommand(app, packed),
      })),
      ...(provisioning && provisioning.command !== null
        ? [{ secretToken: provisioning.tenantUrl, command: provisioning.command }]
        : []),
    ],
    ...(provisioning && { provisioning }),
  };
}

/** What became of the provisioning of an application. */
function toJsonProvisioning(
  provisioning: ProvisioningResult,
  tenantId: string,
  packed: PackedProgram,
): NonNullable<EndedDocument["provisioning"]> {
  const { outcome, tenantUrl, servicePrincipalId, job, state, steps, assigned, proof, nextCycle } =
    provisioning;
  const { arrivals, mappingsFile, answers } = provisioning;
  return {
    outcome,
    state: state ?? "notSetUp",
    tenantUrl: clean(tenantUrl),
    servicePrincipalId: cleanOrNull(servicePrincipalId),
    jobId: cleanOrNull(job?.id),
    steps: steps.map((kind) => ({ kind })),
    assigned: assigned.map(({ id, displayName, kind }) => ({
      id: clean(id),
      displayName: clean(displayName),
      kind,
    })),
    provenWith: cleanOrNull(proof?.user),
    nextCycle: nextCycle?.toISOString() ?? null,
    usersAtVendor: arrivals?.kind === "arrived" ? arrivals.count : arrivals?.kind === "none" ? 0 : null,
    mappingsFile: mappingsFile ?? null,
    command: outcome === "waiting" ? setupCommand({ ...answers, tenantId }, packed) : null,
  };
}

/** The same of several applications: the first at the top, all of them in a list. */
export function toJsonResults(
  command: string,
  results: readonly Ended[],
  packed: PackedProgram,
): ResultDocument {
  const [first] = results;
  if (!first) throw new TypeError("a result of nothing");
  const document = toJsonResult(command, first, packed);
  if (results.length === 1) return document;
  const applications = results.map((result) => toJsonApplication(result, packed));
  return { ...document, changed: applications.some(({ changed }) => changed), applications };
}

/** One of several applications. */
export function toJsonApplication(result: Ended, packed: PackedProgram): ApplicationDocument {
  const {
    schemaVersion: _version,
    command: _command,
    groups: _groups,
    handoverPage: _page,
    ...own
  } = toJsonResult("", result, packed);
  return { ...own, displayName: clean(result.displayName) };
}

/** JSON escapes ESC, but neither its one-byte forms (C1) nor the marks that turn text round. */
function cleanOrNull(text: string | undefined): string | null {
  return text === undefined ? null : clean(text);
}

/** The end of a run on the screen: what exists, where it is, what to do next. */
export function renderResult(result: RegisterResult, terminal: Terminal, packed: PackedProgram): string {
  return renderResults([result], terminal, packed);
}

/** The same of several applications; what is to be done next is said once for all of them. */
export function renderResults(
  results: readonly RegisterResult[],
  terminal: Terminal,
  packed: PackedProgram,
): string {
  const style = new Chalk({ level: terminal.resultColour ? 1 : 0 });
  const texts = results.map((result) => resultText(result, style, packed));
  const made = results.filter(({ outcome }) => outcome === "registered" || outcome === "rotated");
  const lines = [
    ...new Set(texts),
    ...tokenText(results, style, packed),
    ...nextSteps(made, style, packed),
    ...signInClient(made, style),
  ];
  return fit(lines.join("\n"), terminal.resultColumns);
}

function resultText(result: RegisterResult, style: ChalkInstance, packed: PackedProgram): string {
  switch (result.outcome) {
    case "planned":
      return DRY_RUN;
    case "nothingToDo":
      return [
        provisionedTitle(result, style) ?? style.green(unchangedTitle(result.displayName)),
        ...facts(result, style),
        ...groupLines(result, style),
        ...(result.secretEnd === undefined ? [] : [advised(HANDED_OVER, packed)]),
      ].join("\n");
    case "registered":
    case "rotated":
      return [
        "",
        (result.waiting.length > 0 ? undefined : provisionedTitle(result, style)) ??
          style.bold.green(doneTitle(result, isNew(result))),
        ...(result.outcome === "rotated" ? [advised(ROTATED, packed)] : []),
        "",
        ...facts(result, style),
        ...groupLines(result, style),
        ...waitingText(result, style, packed),
      ].join("\n");
  }
}

/** The first line of a run that sets provisioning up as well. */
function provisionedTitle(result: RegisterResult, style: ChalkInstance): string | undefined {
  const { provisioning, displayName } = result;
  if (!provisioning) return undefined;
  const text = provisioningTitle(displayName, provisioning, isNew(result));
  const isDone = provisioning.outcome !== "waiting" && provisioning.state !== "quarantine";
  return isDone ? style.bold.green(text) : style.bold.yellow(text);
}

/** What to do once the vendor's tokens are there: one run for all of them. */
function tokenText(
  results: readonly RegisterResult[],
  style: ChalkInstance,
  packed: PackedProgram,
): string[] {
  const waiting = results.filter(({ provisioning }) => provisioning?.outcome === "waiting");
  const [first] = waiting;
  if (!first?.provisioning) return [];
  const { provisioning, tenant } = first;
  const command = setupCommand({ ...provisioning.answers, tenantId: tenant.id }, packed);
  return ["", style.yellow(waitingForToken(provisioning, waiting.length)), "", `    ${command}`];
}

function signInClient(results: readonly RegisterResult[], style: ChalkInstance): string[] {
  const client = results.find(({ signInClientId }) => signInClientId !== undefined)?.signInClientId;
  if (client === undefined) return [];
  return ["", style.dim(signInClientText(client))];
}

function isNew({ plan }: RegisterResult): boolean {
  return plan.steps.some(({ kind }) => kind === "createApplication" || kind === "instantiateApplication");
}

function facts(result: RegisterResult, style: ChalkInstance): string[] {
  return resultRows(result).map(([label, value]) => `  ${style.dim(label.padEnd(26))}${clean(value)}`);
}

function groupLines({ groups, provisioning }: RegisterResult, style: ChalkInstance): string[] {
  // Whoever is provisioned need not be told of.
  if (groups.length === 0 || provisioning) return [];
  const rows = groups.map(
    ({ displayName, id }) => `  ${style.dim(clean(displayName).padEnd(26))}${clean(id)}`,
  );
  return ["", style.bold(GROUPS_TO_TELL), ...rows];
}

function waitingText(result: RegisterResult, style: ChalkInstance, packed: PackedProgram): string[] {
  const { waiting, consentPage, tenant, appId = "", displayName } = result;
  if (waiting.length === 0) return [];
  const app = { displayName, appId, tenantId: tenant.id };
  const { missing, lines } = forwardConsent(app, waiting, consentPage ?? "", packed);
  return ["", style.yellow(missing), ...lines];
}

/** A step of the template's; a command in it stands on a line of its own. */
function stepText(text: string, { answers, tenant }: RegisterResult, packed: PackedProgram): string {
  const command = setupCommand({ ...answers, tenantId: tenant.id }, packed);
  return fill(clean(text), { setupCommand: `\n    ${command}` }).replaceAll(" \n", "\n");
}

function nextSteps(
  results: readonly RegisterResult[],
  style: ChalkInstance,
  packed: PackedProgram,
): string[] {
  const handovers = results.flatMap(({ handover }) => handover ?? []);
  const downloads = handovers.filter(({ toDownload }) => toDownload);
  const texts = [
    ...(downloads.length > 0 ? [DOWNLOAD] : []),
    ...new Set(results.flatMap((result) => result.nextSteps.map((text) => stepText(text, result, packed)))),
    ...(handovers.some(({ link }) => !link) ? [PASS_ON] : []),
    ...new Set(
      results
        .flatMap(({ provisioning }) => (provisioning ? provisioningSteps(provisioning) : []))
        .map((advice) => (typeof advice === "string" ? clean(advice) : advised(advice, packed))),
    ),
  ];
  if (texts.length === 0) return [];
  const lines = texts.map((text, index) => `  ${index + 1}. ${text}`);
  // Lines of their own, to be copied as they stand.
  const commands = downloads.map(({ file }) => `  ${downloadCommand(file)}`);
  if (commands.length > 0) lines.splice(1, 0, "", ...commands, "");
  return ["", style.bold("Next:"), ...lines];
}
