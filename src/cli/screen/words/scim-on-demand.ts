import type { ProvisionResult } from "../../../flow/scim/provision.ts";
import type { ModifiedProperty, OnDemandResult, ProvisioningStep } from "../../../provisioning/types.ts";
import { fromTo, say } from "../clean.ts";
import { type Advice, principal } from "./advice.ts";

/** What Entra does in a step of each type, in the order in which it does them. */
const STEPS: Readonly<Record<string, string>> = {
  import: "Read from Microsoft Entra",
  scoping: "Is it in scope?",
  matching: "Looked up in the app",
  processing: "Worked out what the app should have",
  referenceResolution: "Looked up who belongs to it",
  export: "Written to the app",
};

/** One step: what it is for, and what Microsoft says of it. */
export function stepText({ type, name, description }: ProvisioningStep): string {
  const title = STEPS[type] ?? (name || type);
  const said = description.trim();
  return said === "" ? title : say`${title}` + say`${title.endsWith("?") ? "" : ":"} ${said}`;
}

const DONE: Readonly<Record<string, string>> = {
  create: "was created in the app",
  update: "was brought up to date in the app",
  delete: "was deleted in the app",
  disable: "was disabled in the app",
  stagedDelete: "was marked for deletion in the app",
};

/** What became of it, in one sentence. */
export function onDemandTitle({ outcome, subject, result }: ProvisionResult): string {
  const who = say`"${subject.name}"`;
  switch (outcome) {
    case "provisioned":
      return `${who} ${DONE[result.action ?? ""] ?? "is in the app as it should be"}${becauseOf(result)}.`;
    case "nothingToDo":
      return `${who} is in the app as it should be already: nothing had to be sent.`;
    case "skipped":
      return `${who} was skipped: ${skipReason(result, subject.kind).reason}.`;
    case "failed":
      return `${who} could not be provisioned: ${failureOf(result).reason}.`;
  }
}

/** What to do about it; undefined where nothing has to be done. */
export function onDemandAdvice({ outcome, subject, result, state }: ProvisionResult): Advice | undefined {
  if (outcome === "skipped") return remedyOf(skipReason(result, subject.kind), subject);
  if (outcome === "failed") return remedyOf(failureOf(result), subject);
  if (outcome === "provisioned" && TAKEN_AWAY.has(result.action ?? "")) {
    const reason = outOfScope(result);
    return reason && remedyOf(reason, subject);
  }
  if (state === "running" || state === "firstCycle") return undefined;
  return state === "quarantine"
    ? [{ say: "Provisioning itself is in quarantine. See why with:", run: "scim status" }]
    : [
        {
          say: "Provisioning itself is not started, so that nobody else arrives. Start it with:",
          run: "scim start",
        },
      ];
}

/** What becomes of those in the app who are out of scope. */
const TAKEN_AWAY: ReadonlySet<string> = new Set(["delete", "disable", "stagedDelete"]);

function becauseOf(result: OnDemandResult): string {
  const reason = TAKEN_AWAY.has(result.action ?? "") ? outOfScope(result)?.reason : undefined;
  return reason === undefined ? "" : `, because ${reason}`;
}

interface Reason {
  readonly reason: string;
  /** ASSIGN stands for the command that names whom it is about. */
  readonly advice: Advice | undefined;
}

/** Who was left out has to be assigned, with a role that counts. */
const ASSIGN: Advice = [];

/** What to do about a reason, with the command for the very user or group. */
function remedyOf({ advice }: Reason, subject: ProvisionResult["subject"]): Advice | undefined {
  if (advice !== ASSIGN) return advice;
  const isGroup = subject.kind.toLowerCase() === "group";
  return [
    {
      say: isGroup ? "Assign the group with:" : "Assign the user, or a group that the user is in, with:",
      run: `scim assign --${isGroup ? "group" : "user"} ${principal(subject)}`,
    },
    { say: "It counts a few minutes later." },
  ];
}

/**
 * What the step on scope says when it is false, by the name that Entra has for it; these names are for people,
 * and have changed.
 */
const SCOPE_CHECKS: readonly (Reason & { readonly when: RegExp })[] = [
  {
    when: /active/i,
    reason: "the user is disabled in Microsoft Entra",
    advice: "Disabled users cannot be provisioned on demand; the cycles take care of them.",
  },
  { when: /assigned/i, reason: "the user is not assigned to the app", advice: ASSIGN },
  {
    when: /required role|entitlement/i,
    reason: 'the user is assigned with "default access" only, which does not count for provisioning',
    advice: ASSIGN,
  },
  {
    when: /scop/i,
    reason: "a filter of the mapping leaves the user out",
    advice:
      "See the filter in the Entra admin center: Enterprise applications, this app, Provisioning, Mappings, Source object scope.",
  },
];

/** Reasons by Entra's code for them. */
const SKIPS: Readonly<Record<string, Reason>> = {
  RedundantExport: { reason: "the app has it all already", advice: undefined },
  NotEffectivelyEntitled: {
    reason: 'the user is not assigned to the app, or with "default access" only, or disabled',
    advice: ASSIGN,
  },
};

/** Why somebody or a group was skipped. */
export function skipReason(result: Pick<OnDemandResult, "error" | "steps">, kind: string): Reason {
  const { error } = result;
  const known = outOfScope(result) ?? SKIPS[error?.code ?? ""];
  if (!known) return microsofts(error);
  if (kind.toLowerCase() !== "group") return known;
  return { reason: known.reason.replace("the user", "the group"), advice: known.advice };
}

/** Why somebody is out of scope, where the steps tell. */
function outOfScope({ steps }: Pick<OnDemandResult, "steps">): Reason | undefined {
  const failed = steps.flatMap(({ details }) =>
    Object.entries(details).flatMap(([name, value]) => (isFalse(value) ? [name] : [])),
  );
  return SCOPE_CHECKS.find(({ when }) => failed.some((name) => when.test(name)));
}

function isFalse(value: unknown): boolean {
  return value === false || (typeof value === "string" && value.toLowerCase() === "false");
}

const FAILURES: readonly (Reason & { readonly when: RegExp })[] = [
  {
    when: /credential|unauthori[sz]ed/i,
    reason: "the app does not accept the secret token",
    advice: [{ say: "Save a new one with:", run: "scim setup --new-secret-token" }],
  },
  {
    when: /^DuplicateTargetEntries$/i,
    reason: "several users of the app match this one",
    advice: "Ask the vendor which of them is the right one, and to remove the others.",
  },
];

function failureOf({ error }: OnDemandResult): Reason {
  const known = FAILURES.find(({ when }) => when.test(error?.code ?? ""));
  const said = microsofts(error);
  return known ? { ...known, reason: known.reason } : said;
}

/** Microsoft's own words, where there are no better ones. */
function microsofts(error: OnDemandResult["error"]): Reason {
  const said = [error?.reason.trim().replace(/\.$/, "") ?? "", error?.code ? `(${error.code})` : ""]
    .filter((part) => part !== "")
    .join(" ");
  return { reason: said === "" ? "Microsoft Entra does not say why" : say`${said}`, advice: undefined };
}

/** What was changed of one attribute; people's data, shown and kept nowhere. */
export function changeText({ name, from, to }: ModifiedProperty): string {
  return say`${name}: ${fromTo(shown(from), shown(to))}`;
}

function shown(value: string | undefined): string {
  return value === undefined || value === "" ? "(nothing)" : value;
}

export const CHANGES = "What was sent:";
