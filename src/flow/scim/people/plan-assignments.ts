import { AppError } from "../../../errors.ts";
import type { AssignmentWrite } from "../../../graph/assign-many.ts";
import { isProvisioned, listAssignments, nameOfRole, pickUserRole } from "../../../graph/assignments.ts";
import type { GraphContext } from "../../../graph/batch.ts";
import { findPrincipals } from "../../../graph/find-principals.ts";
import { groupMembers } from "../../../graph/users.ts";
import type { Assignment } from "../../../provisioning/types.ts";
import type { AppRole } from "../../../registration/types.ts";
import { groupsNamed } from "./named-groups.ts";
import type { People } from "./named-people.ts";

/** Somebody who could not be made out. */
export interface Missing {
  readonly who: string;
  readonly problem: "unknown" | "ambiguous";
}

/** Who gets assigned, and who not and why. */
export interface AssignmentPlan {
  /** What is written, one after the other: the list is as long as the work. */
  readonly writes: () => Iterable<AssignmentWrite>;
  readonly users: number;
  readonly groups: number;
  /** The roles that are given, and to how many. */
  readonly roles: readonly { readonly name: string; readonly count: number }[];
  /** How many of those to be assigned have an assignment that gives way: to default access, or of another role. */
  readonly replaced: { readonly defaultAccess: number; readonly otherRole: number };
  /** How many are assigned as they should be. */
  readonly already: number;
  /** How often somebody was named once more. */
  readonly repeated: number;
  readonly missing: readonly Missing[];
  /** Groups among the members of a group: nobody in them is assigned. */
  readonly nested: number;
}

export interface PlanAssignmentsOptions {
  readonly servicePrincipalId: string;
  readonly people: People;
  readonly membersOf: readonly string[];
  readonly appRoles: readonly AppRole[];
  /** Of everybody for whom the list names none; undefined for the application's role for users. */
  readonly role: string | undefined;
  readonly displayName: string;
  /** Whether somebody said which role it is to be: then another one gives way to it. */
  readonly isRoleExplicit: boolean;
}

/**
 * What is kept of everybody who is wanted, in one number for each: of a hundred thousand, objects would be felt.
 * The role stands above these bits.
 */
const GROUP = 1;
const EXPLICIT = 2;
const THERE = 4;
const DEFAULT_ACCESS = 8;
const OTHER_ROLE = 16;
const ROLE_SHIFT = 5;

/**
 * Finds out who everybody is, and which of them are assigned already. What is kept is an object ID and a few
 * facts of each who is wanted; those who are assigned besides are only gone through.
 *
 * @throws AppError ROLE_UNKNOWN, GROUPS_UNCLEAR, GRAPH_FORBIDDEN
 */
export async function planAssignments(
  graph: GraphContext,
  options: PlanAssignmentsOptions,
): Promise<AssignmentPlan> {
  const planning = new Planning(rolesFor(options), options);
  for await (const { named, found, isAmbiguous } of findPrincipals(graph, options.people.all())) {
    if (found) planning.want(found.id, found.kind, named.role);
    else planning.miss({ who: named.who, problem: isAmbiguous ? "ambiguous" : "unknown" });
  }
  for (const { id } of await groupsNamed(graph, options.membersOf)) {
    for await (const member of groupMembers(graph, id)) {
      if (member.kind === "user") planning.want(member.id, "user", undefined);
      else if (member.kind === "group") planning.nested += 1;
    }
  }
  for await (const assignment of listAssignments(graph, options.servicePrincipalId)) {
    planning.seen(assignment);
  }
  return planning.plan();
}

/** The role for each name of one, under `undefined` that of everybody else. @throws AppError ROLE_UNKNOWN */
function rolesFor({
  people,
  role,
  appRoles,
  displayName,
}: PlanAssignmentsOptions): ReadonlyMap<string | undefined, AppRole> {
  const roles = new Map([...people.roles, role].map((name) => [name, roleNamed(appRoles, name)] as const));
  const usual = roles.get(role);
  roles.set(undefined, usual);
  const unknown = [...roles].flatMap(([name, found]) => (found || name === undefined ? [] : [name]));
  if (unknown.length > 0 || !usual) {
    const known = appRoles.filter((one) => pickUserRole([one]) !== undefined).map(nameOfRole);
    throw new AppError("ROLE_UNKNOWN", { roles: unknown, known: [...new Set(known)], displayName });
  }
  return new Map([...roles].flatMap(([name, found]) => (found ? [[name, found] as const] : [])));
}

/** A role by its value, or as the portal shows it: those of the gallery's template have no value. */
function roleNamed(appRoles: readonly AppRole[], name: string | undefined): AppRole | undefined {
  const byValue = pickUserRole(appRoles, name);
  if (byValue || name === undefined) return byValue;
  const shown = appRoles.filter(({ displayName }) => displayName.toLowerCase() === name.toLowerCase());
  return pickUserRole(shown);
}

class Planning {
  nested = 0;
  readonly #roles: readonly AppRole[];
  /** The index of a role by the name that a list has for it. */
  readonly #byName: ReadonlyMap<string | undefined, number>;
  readonly #isExplicit: boolean;
  readonly #wanted = new Map<string, number>();
  /** Assignments that give way, by whose they are: those of few. */
  readonly #replaced = new Map<string, readonly string[]>();
  readonly #missing: Missing[] = [];
  #repeated = 0;

  constructor(
    roles: ReadonlyMap<string | undefined, AppRole>,
    { isRoleExplicit }: Pick<PlanAssignmentsOptions, "isRoleExplicit">,
  ) {
    this.#roles = [...new Set(roles.values())];
    this.#byName = new Map([...roles].map(([name, role]) => [name, this.#roles.indexOf(role)]));
    this.#isExplicit = isRoleExplicit;
  }

  want(id: string, kind: "user" | "group", roleName: string | undefined): void {
    const role = this.#byName.get(roleName) ?? 0;
    const isKnown = this.#wanted.has(id);
    if (isKnown) this.#repeated += 1;
    // Who is named with two roles gets the one that the list says last.
    const isExplicit = roleName !== undefined || this.#isExplicit;
    if (isKnown && !isExplicit) return;
    const flags = (kind === "group" ? GROUP : 0) | (isExplicit ? EXPLICIT : 0);
    this.#wanted.set(id, flags | (role << ROLE_SHIFT));
  }

  miss(missing: Missing): void {
    this.#missing.push(missing);
  }

  seen(assignment: Pick<Assignment, "id" | "principalId" | "appRoleId">): void {
    const { id, principalId, appRoleId } = assignment;
    const wanted = this.#wanted.get(principalId);
    if (wanted === undefined) return;
    const isSame = appRoleId === this.#roleOf(wanted)?.id;
    const isDefault = !isProvisioned(assignment);
    if (isSame || (!isDefault && (wanted & EXPLICIT) === 0)) {
      this.#wanted.set(principalId, wanted | THERE);
      return;
    }
    this.#wanted.set(principalId, wanted | (isDefault ? DEFAULT_ACCESS : OTHER_ROLE));
    this.#replaced.set(principalId, [...(this.#replaced.get(principalId) ?? []), id]);
  }

  plan(): AssignmentPlan {
    const left = { users: 0, groups: 0, defaultAccess: 0, otherRole: 0 };
    const roles = new Map<string, number>();
    for (const [, wanted] of this.#left()) {
      left[wanted & GROUP ? "groups" : "users"] += 1;
      if (wanted & DEFAULT_ACCESS) left.defaultAccess += 1;
      if (wanted & OTHER_ROLE) left.otherRole += 1;
      const role = this.#roleOf(wanted);
      if (role) roles.set(nameOfRole(role), (roles.get(nameOfRole(role)) ?? 0) + 1);
    }
    return {
      writes: () => this.#writes(),
      users: left.users,
      groups: left.groups,
      roles: [...roles].map(([name, count]) => ({ name, count })),
      replaced: { defaultAccess: left.defaultAccess, otherRole: left.otherRole },
      already: this.#wanted.size - left.users - left.groups,
      repeated: this.#repeated,
      missing: this.#missing,
      nested: this.nested,
    };
  }

  *#writes(): Generator<AssignmentWrite, void, undefined> {
    for (const [principalId, wanted] of this.#left()) {
      const role = this.#roleOf(wanted);
      const replaces = this.#replaced.get(principalId);
      if (role) yield { principalId, appRoleId: role.id, ...(replaces && { replaces }) };
    }
  }

  *#left(): Generator<readonly [string, number], void, undefined> {
    for (const one of this.#wanted) if ((one[1] & THERE) === 0) yield one;
  }

  #roleOf(wanted: number): AppRole | undefined {
    return this.#roles[wanted >> ROLE_SHIFT];
  }
}
