import type { Group, Person, ServicePrincipal } from "../state.ts";
import type { World } from "../world.ts";

const DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000";

/** Who a job is about. */
export interface Scope {
  readonly people: ReadonlyMap<string, Person>;
  readonly groups: ReadonlyMap<string, Group>;
  /** Who is assigned, by whatever role; everybody where the job is about all. */
  readonly assigned: ReadonlySet<string>;
  /** Who of them has a role that counts. */
  readonly entitled: ReadonlySet<string>;
  /** What people are assigned with. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
}

/**
 * Finds out who is in scope: everybody, or people who are assigned, themselves or as direct members of a
 * group. Default access does not count: entra/identity/app-provisioning/how-provisioning-works.
 */
export function scopeOf(world: World, principal: ServicePrincipal, syncsAll: boolean): Scope {
  const { state, history, behaviour } = world;
  const people = new Map(state.users.map((person) => [person.id, person]));
  const groups = new Map(state.groups.map((group) => [group.id, group]));
  const application = state.applications.find(({ appId }) => appId === principal.appId);
  const roleNames = new Map(
    (application?.appRoles ?? []).map(({ id, value, displayName }) => [id, value ?? displayName]),
  );
  const assigned = new Set<string>(syncsAll ? [...people.keys(), ...groups.keys()] : []);
  const entitled = new Set(assigned);
  const roles = new Map<string, string[]>();
  for (const { id, principalId, resourceId, appRoleId } of state.appRoleAssignments) {
    if (resourceId !== principal.id || !history.settled(id, behaviour.assignmentDelayMs)) continue;
    for (const one of [principalId, ...(groups.get(principalId)?.members ?? [])]) {
      if (one !== principalId && !people.has(one)) continue;
      assigned.add(one);
      if (appRoleId === DEFAULT_ACCESS) continue;
      entitled.add(one);
      const name = roleNames.get(appRoleId);
      if (name !== undefined) roles.set(one, [...new Set([...(roles.get(one) ?? []), name])]);
    }
  }
  return { people, groups, assigned, entitled, roles };
}
