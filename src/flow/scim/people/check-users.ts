import type { GraphContext } from "../../../graph/batch.ts";
import { readUsers, type SourceUser, sourceAttribute, type UserSelection } from "../../../graph/users.ts";
import { judge, type Rule, type Shortcoming, toRules } from "../../../provisioning/shortcomings.ts";
import type { DesiredProvisioning, SourceObject } from "../../../provisioning/types.ts";
import { sha256 } from "../../../sha256.ts";

/** A user of whom something has to be said. */
export interface UserFinding {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly shortcomings: readonly Shortcoming[];
}

/** What came of looking at everybody who is to be provisioned. */
export interface UserCheck {
  /** How many users were looked at, each once. */
  readonly checked: number;
  /** How many of them the vendor would refuse. */
  readonly failing: number;
  readonly disabled: number;
  readonly findings: readonly UserFinding[];
  /** Targets with a requirement whose values cannot be foretold. */
  readonly unforeseeable: readonly string[];
}

export interface CheckUsersOptions {
  readonly desired: Pick<DesiredProvisioning, "requirements" | "users">;
  /** Of a group, its direct members: that is whom Entra provisions; groups in groups are not followed. */
  readonly selections: readonly UserSelection[];
  /** Attributes that no user has by themselves, such as `appRoleAssignments` with the role they get. */
  readonly given?: SourceObject;
}

/**
 * Finds out, before provisioning starts, whom the vendor will refuse: who lacks what the template requires, or
 * carries a value that is not taken or that somebody else has. Users come page by page and are not kept; of a
 * value that has to be unique a fingerprint is.
 *
 * @throws AppError GRAPH_FORBIDDEN where the users may not be read.
 */
export async function checkUsers(
  graph: GraphContext,
  { desired, selections, given = {} }: CheckUsersOptions,
): Promise<UserCheck> {
  const { rules, unforeseeable } = toRules(
    desired,
    (name) => Object.hasOwn(given, name) || sourceAttribute(name) !== undefined,
  );
  const checking = new Checking(rules, given);
  const attributes = [...new Set(rules.flatMap((rule) => rule.attributes))];
  for (const selection of selections) {
    for await (const user of readUsers(graph, selection, attributes)) checking.add(user);
  }
  // Who had a value first was let go by; now that it is shared, they are named as well.
  const firsts = readUsers(graph, { kind: "users", ids: checking.firsts() }, []);
  for await (const user of firsts) checking.addFirst(user);
  return { ...checking.result(), unforeseeable };
}

class Checking {
  readonly #rules: readonly Rule[];
  readonly #given: SourceObject;
  readonly #seen = new Set<string>();
  readonly #findings = new Map<string, UserFinding>();
  /** Who was the first to have a value, by id; the value is only there as a fingerprint. */
  readonly #owners = new Map<string, string>();
  readonly #shared = new Map<string, Extract<Shortcoming, { kind: "notUnique" }>[]>();

  constructor(rules: readonly Rule[], given: SourceObject) {
    this.#rules = rules;
    this.#given = given;
  }

  add(user: SourceUser): void {
    if (this.#seen.has(user.id)) return;
    this.#seen.add(user.id);
    const source = { ...this.#given, ...user.attributes };
    const shortcomings = this.#rules.flatMap((rule) => {
      const { shortcoming, value } = judge(rule, source);
      return shortcoming ?? (rule.requirement.unique && value !== "" ? this.#claim(rule, value, user) : []);
    });
    this.#note(user, user.accountEnabled ? shortcomings : [...shortcomings, { kind: "disabled" }]);
  }

  /** The ids of those who had a value first that others have as well. */
  firsts(): readonly string[] {
    return [...this.#shared.keys()];
  }

  addFirst(user: SourceUser): void {
    this.#note(user, this.#shared.get(user.id) ?? []);
  }

  result(): Omit<UserCheck, "unforeseeable"> {
    const fails = ({ shortcomings }: UserFinding) => shortcomings.some(({ kind }) => kind !== "disabled");
    const all = [...this.#findings.values()];
    // Who fails stands before who is only disabled.
    const findings = [...all.filter(fails), ...all.filter((one) => !fails(one))];
    const counts = (test: (one: Shortcoming) => boolean): number =>
      findings.filter(({ shortcomings }) => shortcomings.some(test)).length;
    return {
      checked: this.#seen.size,
      failing: counts(({ kind }) => kind !== "disabled"),
      disabled: counts(({ kind }) => kind === "disabled"),
      findings,
    };
  }

  /** Mail addresses and the like are the same in any letter case. */
  #claim({ requirement: { target }, attributes }: Rule, value: string, user: SourceUser): Shortcoming[] {
    const fingerprint = sha256(`${target}\n${value.toLowerCase()}`).slice(0, 16);
    const owner = this.#owners.get(fingerprint);
    if (owner === undefined) {
      this.#owners.set(fingerprint, user.id);
      return [];
    }
    const shared = { kind: "notUnique", target, attributes, value } as const;
    const known = this.#shared.get(owner) ?? [];
    if (!known.some((one) => one.target === target)) {
      this.#shared.set(owner, [...known, { ...shared, sharedWith: user.id }]);
    }
    return [{ ...shared, sharedWith: owner }];
  }

  #note({ id, userPrincipalName, displayName }: SourceUser, more: readonly Shortcoming[]): void {
    if (more.length === 0) return;
    const shortcomings = [...(this.#findings.get(id)?.shortcomings ?? []), ...more];
    this.#findings.set(id, { id, userPrincipalName, displayName, shortcomings });
  }
}
