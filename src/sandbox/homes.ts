import { type Behaviour } from "./behaviour.ts";
import { HOME, outsider } from "./personas.ts";
import { newTenant } from "./state.ts";
import { History, ListIndexes, type World } from "./world.ts";

/**
 * The tenant that whoever signs in now comes from, where that is another: who asks for no tenant in
 * particular lands there, guests too. They are a plain member of it. In memory only.
 */
export function homeOf(world: World): World | undefined {
  const { persona } = world.behaviour;
  const outside = outsider(persona);
  if (outside?.home !== "otherTenant") return undefined;
  const known = world.homes.get(persona);
  if (known !== undefined) return known;
  const state = newTenant(HOME);
  const [first] = state.users;
  if (first !== undefined) {
    const { address, displayName } = outside;
    Object.assign(first, { displayName, userPrincipalName: address, mail: address });
  }
  const own = { persona: { value: "globalAdministrator" }, roles: { value: [] } };
  // Everything else is as it is turned in the sandbox at the time.
  const behaviour = Object.create(world.behaviour, own) as Behaviour;
  const history = new History(world.clock);
  const home = { ...world, state, behaviour, history, homes: new Map(), index: new ListIndexes() };
  world.homes.set(persona, home);
  return home;
}

/** The world a person belongs to, by object id; the sandbox's own where nobody knows them. */
export function worldOf(world: World, personId: string | undefined): World {
  const homes = [...world.homes.values()];
  return homes.find(({ state }) => state.users.some(({ id }) => id === personId)) ?? world;
}
