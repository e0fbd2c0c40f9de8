import type { Clock, Fetch, Ids } from "../ports/index.ts";
import type { Behaviour } from "./behaviour.ts";
import { ListIndex } from "./list-index.ts";
import type { TokenBook } from "./signin/tokens.ts";
import type { AppRoleAssignment, Group, Person, TenantState } from "./state.ts";

/** What every part of the sandbox works on. */
export interface World {
  readonly state: TenantState;
  readonly behaviour: Behaviour;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly tokens: TokenBook;
  readonly history: History;
  /** The tenants that people from elsewhere come from, by persona. */
  readonly homes: Map<string, World>;
  readonly scim: ScimWorld;
  /** Finds in lists that may be long. */
  readonly index: ListIndexes;
  /** Set by whatever changed `state`; makes the sandbox save before it answers. */
  changed: boolean;
}

/** What the provisioning service has in memory alone. */
interface ScimWorld {
  /** Where SCIM requests go; undefined is the built-in endpoint. */
  readonly fetch: Fetch | undefined;
  /** Secret tokens by service principal. */
  readonly tokens: Map<string, string>;
  /** What is under way, one after another. */
  turn: Promise<void>;
}

/** Indexes of the lists of one tenant. */
export class ListIndexes {
  readonly users = new ListIndex<Person>(({ id }) => id);
  readonly groups = new ListIndex<Group>(({ id }) => id);
  readonly assignments = new ListIndex<AppRoleAssignment>(({ id }) => id);
  /** By principal, resource and role, of which there is one assignment at most. */
  readonly assigned = new ListIndex<AppRoleAssignment>(assignmentKey);
}

/** What no two assignments share. */
export function assignmentKey(
  one: Pick<AppRoleAssignment, "principalId" | "resourceId" | "appRoleId">,
): string {
  return `${one.principalId} ${one.resourceId} ${one.appRoleId}`;
}

interface Write {
  readonly at: number;
  /** As it was before; undefined where the object did not exist. */
  readonly before: unknown;
}

/**
 * When things came into being and what they were before, for the delays of a directory that is copied
 * between data centres. In memory only: after a restart everything has long arrived.
 */
export class History {
  readonly #now: () => number;
  readonly #born = new Map<string, number>();
  readonly #writes = new Map<string, Map<string, Write>>();

  constructor(clock: Clock) {
    this.#now = () => clock.now().getTime();
  }

  /** Remembers that `id` exists from now on; `lateMs` where its copies set out later than others. */
  born(id: string, lateMs = 0): void {
    this.#born.set(id, this.#now() + lateMs);
  }

  /** Whether `id` has existed for `delayMs`. */
  settled(id: string, delayMs: number): boolean {
    const born = this.#born.get(id);
    return born === undefined || this.#now() - born >= delayMs;
  }

  /** Remembers what an object of a list was before a write; call it before the write. */
  writing(list: string, id: string, before: unknown, delayMs: number): void {
    const writes = this.#writes.get(list) ?? new Map<string, Write>();
    this.#writes.set(list, writes);
    const last = writes.get(id);
    // A write on top of one the index has not seen yet: the index still shows what was before both.
    const unseen = last !== undefined && this.#now() - last.at < delayMs;
    writes.set(id, { at: this.#now(), before: unseen ? last.before : structuredClone(before) });
  }

  /** The list as an index that lags `delayMs` behind shows it. */
  indexed<Item extends { id: string }>(list: string, live: readonly Item[], delayMs: number): Item[] {
    const writes = this.#writes.get(list);
    if (writes === undefined || delayMs <= 0) return [...live];
    const lagging = new Map([...writes].filter(([, write]) => this.#now() - write.at < delayMs));
    const shown: Item[] = [];
    for (const item of live) {
      const write = lagging.get(item.id);
      lagging.delete(item.id);
      if (write === undefined) shown.push(item);
      else if (write.before !== undefined) shown.push(write.before as Item);
    }
    for (const write of lagging.values()) if (write.before !== undefined) shown.push(write.before as Item);
    return shown;
  }
}

/** Whether `value` is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
