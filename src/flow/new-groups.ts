import { type Group, type Member, type NewGroup, toNewGroup } from "../registration/groups.ts";

/** The groups that a run makes or fills: each once, whichever of its applications it is for. */
export class NewGroups {
  readonly #planned = new Map<string, NewGroup>();
  readonly #made = new Map<string, Promise<Group>>();
  /** The object IDs of those who are put into groups that are there, by the group's. */
  readonly #filled = new Map<string, Set<string>>();

  /** Plans a group; one of that name that is planned already gets these members, by object ID, besides its own. */
  plan(displayName: string, runId: string, members: readonly string[] = []): NewGroup {
    const planned = this.#planned.get(displayName) ?? toNewGroup(displayName, runId, this.#planned.size + 1);
    const all = [...new Set([...(planned.members ?? []), ...members])];
    const group = { ...planned, ...(all.length > 0 && { members: all }) };
    this.#planned.set(displayName, group);
    return group;
  }

  /** Plans to put users into a group that is there; those whom nobody has planned for it yet. */
  fill({ id }: Group, members: readonly Member[]): readonly Member[] {
    const planned = this.#filled.get(id) ?? new Set<string>();
    const more = members.filter((member) => !planned.has(member.id));
    this.#filled.set(id, new Set([...planned, ...more.map((member) => member.id)]));
    return more;
  }

  /** Makes a planned group, or waits for whoever makes it already; after a failure it is tried again. */
  async make({ displayName }: NewGroup, create: (group: NewGroup) => Promise<Group>): Promise<Group> {
    const before = this.#made.get(displayName);
    if (before) return before;
    const planned = this.#planned.get(displayName);
    if (!planned) throw new TypeError("a group that nobody planned");
    const making = create(planned);
    this.#made.set(displayName, making);
    making.catch(() => this.#made.delete(displayName));
    return making;
  }
}
