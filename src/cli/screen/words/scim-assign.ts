import type { AssignmentProposal, AssignResult } from "../../../flow/scim/assign.ts";
import type { Missing } from "../../../flow/scim/people/plan-assignments.ts";
import type { AssignProgress } from "../../../graph/assign-many.ts";
import { say } from "../clean.ts";
import { DRY_RUN } from "./dry-run.ts";
import type { PlanLine } from "./plan.ts";
import { count } from "./scim-users.ts";

/** So many names are shown; the file has all. */
const MOST_SHOWN = 20;
const BAR_WIDTH = 16;

/** What stands above them. */
export function assignmentsTitle({ tenant, plan }: AssignmentProposal): string {
  const changes = plan.users + plan.groups > 0;
  const where = say`in ${tenant.displayName} (${tenant.id})`;
  return changes ? `This will change ${where}:` : `Nothing will change ${where}:`;
}

/** What many assignments will change, and what they will not. */
export function assignmentLines({ plan, displayName, seconds }: AssignmentProposal): readonly PlanLine[] {
  const { users, groups, roles, replaced, already, repeated, nested } = plan;
  const rest: string[] = [];
  if (replaced.defaultAccess > 0) {
    rest.push(
      `${ofThem(replaced.defaultAccess)} "Default access", which provisioning passes over: the role takes its place`,
    );
  }
  if (replaced.otherRole > 0) {
    rest.push(`${ofThem(replaced.otherRole)} another role: this one takes its place`);
  }
  if (seconds >= 60)
    rest.push(`takes about ${about(seconds)}: Microsoft takes 20 writes a second, and others write as well`);
  if (groups > 0) {
    rest.push(
      "of a group its direct members are provisioned, not those of groups inside it; groups need Microsoft Entra ID P1 or P2",
    );
  }
  const notes: string[] = [];
  if (already > 0) notes.push(`${count(already)} ${already === 1 ? "is" : "are"} assigned already`);
  if (repeated > 0) notes.push(`${count(repeated)} named more than once`);
  if (nested > 0) {
    notes.push(
      nested === 1
        ? "1 group among the members: who is in it is not assigned"
        : `${count(nested)} groups among the members: who is in them is not assigned`,
    );
  }
  return [
    ...(users + groups > 0
      ? [
          {
            mark: "+" as const,
            depth: 0 as const,
            text: say`assign ${principals(users, groups)} to "${displayName}", ${inRoles(roles)}`,
          },
        ]
      : []),
    ...rest.map((text) => ({ mark: " " as const, depth: 1 as const, text })),
    ...notes.map((text) => ({ mark: " " as const, depth: 0 as const, text })),
  ];
}

/** Who could not be made out, first line first; nothing where that is nobody. */
export function missingLines(missing: readonly Missing[], file: string | undefined): readonly string[] {
  if (missing.length === 0) return [];
  return [
    missing.length === 1 ? "1 name is left out:" : `${count(missing.length)} names are left out:`,
    ...missing
      .slice(0, MOST_SHOWN)
      .map(({ who, problem }) =>
        problem === "unknown"
          ? say`  ${who}: nobody goes by that`
          : say`  ${who}: several go by that name; give the object ID`,
      ),
    ...(missing.length > MOST_SHOWN ? [`  … and ${count(missing.length - MOST_SHOWN)} more`] : []),
    ...(file === undefined ? [] : [say`As a table, for a spreadsheet: ${file}`]),
  ];
}

function ofThem(number: number): string {
  return `${count(number)} of them ${number === 1 ? "has" : "have"}`;
}

function inRoles(roles: AssignmentProposal["plan"]["roles"]): string {
  const [first, ...others] = roles;
  if (first && others.length === 0) return say`role ${first.name}`;
  return roles.map(({ name, count: number }) => say`${count(number)} with role ${name}`).join(", ");
}

/** `9,950 users and 2 groups`. */
function principals(users: number, groups: number): string {
  const texts = [
    ...(users > 0 ? [users === 1 ? "1 user" : `${count(users)} users`] : []),
    ...(groups > 0 ? [groups === 1 ? "1 group" : `${count(groups)} groups`] : []),
  ];
  return texts.join(" and ");
}

/** The moving line of many assignments. */
export function assigningText(total: number, progress: AssignProgress): string {
  const done = progress.assigned + progress.refused;
  const filled = total === 0 ? 0 : Math.min(BAR_WIDTH, Math.floor((done / total) * BAR_WIDTH));
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const left = about(Math.max(0, total - done) / progress.perSecond);
  const slowed = progress.isSlowed ? " (others write as well)" : "";
  return `${bar} ${count(done)} of ${count(total)}, ${progress.perSecond.toFixed(0)} a second${slowed}, ${left} left`;
}

/** What is there of assignments that were not brought to their end. */
export function assignedSoFar(assigned: number, total: number): string {
  return `${count(assigned)} of ${count(total)} are assigned`;
}

/** How a run ended that assigns many, first line first. */
export function assignEnd({
  outcome,
  displayName,
  plan,
  assigned,
  removed,
  refused,
  file,
}: AssignResult): readonly string[] {
  const left = plan.missing.length + refused.length;
  const rest = [
    ...(refused.length > 0
      ? [
          `${count(refused.length)} could not be assigned:`,
          ...refused.slice(0, MOST_SHOWN).map(({ principalId, detail }) => say`  ${principalId}: ${detail}`),
          ...(refused.length > MOST_SHOWN ? [`  … and ${count(refused.length - MOST_SHOWN)} more`] : []),
        ]
      : []),
    ...(left > 0 && file !== undefined
      ? [
          say`${count(left)} not assigned: put the names right in ${file} and run the same command with --file and that file.`,
        ]
      : []),
  ];
  switch (outcome) {
    case "planned":
      return [DRY_RUN, ...rest];
    case "nothingToDo":
      return [
        plan.already === 0
          ? "Nothing to do: nobody was named."
          : say`Nothing to do: ${plan.already === 1 ? "the one found is" : `all ${count(plan.already)} found are`} assigned to "${displayName}".`,
        ...rest,
      ];
    case "assigned":
      return [
        say`${left > 0 ? "Partly done" : "Done"}: ${count(assigned)} assigned to "${displayName}"${removed > 0 ? `, ${removed === 1 ? "1 older assignment" : `${count(removed)} older assignments`} taken back` : ""}.`,
        ...rest,
        "Microsoft Entra provisions them with its next cycle; there is one every 40 minutes.",
      ];
  }
}

/** `9 minutes`, `40 seconds`. */
function about(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.ceil(seconds))} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
