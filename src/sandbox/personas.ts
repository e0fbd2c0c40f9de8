import type { Person, TenantState } from "./state.ts";
import type { World } from "./world.ts";

/** Directory roles by name; the ids are the same in every tenant. */
export const ROLES = {
  globalAdministrator: "62e90394-69f5-4237-9190-012177145e10",
  privilegedRoleAdministrator: "e8611ab8-c189-46e8-94e1-60213ab1f814",
  applicationAdministrator: "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
  cloudApplicationAdministrator: "158c047a-c907-4556-b7ef-446551a6b5f7",
  applicationDeveloper: "cf1c38e5-3621-4004-a7cb-879624dced7c",
  userAdministrator: "fe930be7-5e62-47db-91af-98c3a49a38b1",
  directoryWriters: "9360feb5-f418-4baa-8175-e2a00bac4301",
  securityAdministrator: "194ae4cb-b126-40b2-bd5b-6091b380977d",
  hybridIdentityAdministrator: "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
  groupsAdministrator: "fdd7a751-b60b-444a-984c-02652fe8fa1c",
  identityGovernanceAdministrator: "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e",
} as const;

interface Facts {
  readonly displayName: string;
  /** What stands before the domain; the whole address of somebody from outside. */
  readonly name: string;
  readonly roles: readonly string[];
  /** Where an account from outside lives. */
  readonly home?: "otherTenant" | "personal";
  /** Whether an account from outside was invited. */
  readonly invited?: boolean;
}

const FACTS = {
  globalAdministrator: { displayName: "Alex Wilber", name: "admin", roles: [ROLES.globalAdministrator] },
  privilegedRoleAdministrator: {
    displayName: "Isaiah Langer",
    name: "isaiah.langer",
    roles: [ROLES.privilegedRoleAdministrator],
  },
  cloudApplicationAdministrator: {
    displayName: "Nestor Wilke",
    name: "nestor.wilke",
    roles: [ROLES.cloudApplicationAdministrator],
  },
  applicationAdministrator: {
    displayName: "Joni Sherman",
    name: "joni.sherman",
    roles: [ROLES.applicationAdministrator],
  },
  applicationDeveloper: {
    displayName: "Diego Siciliani",
    name: "diego.siciliani",
    roles: [ROLES.applicationDeveloper],
  },
  /** No directory role, in a tenant where everybody may register applications. */
  user: { displayName: "Lidia Holloway", name: "lidia.holloway", roles: [] },
  /** The same person, in a tenant that keeps this, and new security groups, to the roles. */
  userWithoutAppRegistration: { displayName: "Lidia Holloway", name: "lidia.holloway", roles: [] },
  guest: {
    displayName: "Adele Vance",
    name: "adele.vance@fabrikam.com",
    roles: [],
    home: "otherTenant",
    invited: true,
  },
  otherTenant: {
    displayName: "Henrietta Mueller",
    name: "henrietta.mueller@fabrikam.com",
    roles: [],
    home: "otherTenant",
  },
  personalAccount: { displayName: "Lee Gu", name: "lee.gu@outlook.com", roles: [], home: "personal" },
} as const satisfies Record<string, Facts>;

/** Who signs in. */
export type Persona = keyof typeof FACTS;

export const PERSONAS = Object.keys(FACTS) as readonly Persona[];

/** The tenant that accounts from outside come from. */
export const HOME = {
  tenantId: "2f6b0c3d-91a4-4e57-8b1c-6a0e5d7f4c28",
  tenantDomain: "fabrikam.com",
  tenantName: "Fabrikam",
} as const;

/** An account of another directory, with the issuer that vouches for it. */
export interface Outsider {
  readonly address: string;
  readonly displayName: string;
  readonly identityProvider: string;
  readonly home: "otherTenant" | "personal";
  readonly invited: boolean;
}

/** Whoever signs in with an account from elsewhere; undefined for the tenant's own people. */
export function outsider(persona: Persona): Outsider | undefined {
  const { name: address, displayName, home, invited = false }: Facts = FACTS[persona];
  if (home === undefined) return undefined;
  const identityProvider = home === "personal" ? "live.com" : `https://sts.windows.net/${HOME.tenantId}/`;
  return { address, displayName, identityProvider, home, invited };
}

/** The person of the tenant who signs in now; made on first sight, since a tenant begins with few people. */
export function signedInPerson(world: World): Person {
  const { state, behaviour } = world;
  const [first] = state.users;
  if (first === undefined) throw new Error("the tenant has no users");
  // Whoever the tenant began with runs it, whatever the name.
  if (behaviour.persona === "globalAdministrator") return first;
  const userPrincipalName = principalName(state, behaviour.persona);
  const known = state.users.find((user) => user.userPrincipalName === userPrincipalName);
  if (known !== undefined) return known;
  const { displayName } = FACTS[behaviour.persona];
  const outside = outsider(behaviour.persona);
  const person: Person = {
    id: world.ids.uuid(),
    displayName,
    userPrincipalName,
    mail: outside?.address ?? userPrincipalName,
    userType: outside === undefined ? "Member" : "Guest",
  };
  state.users.push(person);
  world.changed = true;
  return person;
}

/** Somebody who has signed in before. */
export function personOf({ state }: World, personId: string): Person {
  const person = state.users.find(({ id }) => id === personId);
  if (person === undefined) throw new Error("the tenant does not know whom it gave a token");
  return person;
}

/** The directory roles of a person, as template ids; `Behaviour.roles` stands in for everybody's. */
export function rolesOf(world: World, personId: string): readonly string[] {
  if (world.behaviour.roles !== undefined) return world.behaviour.roles;
  const { state } = world;
  if (state.users[0]?.id === personId) return FACTS.globalAdministrator.roles;
  const name = state.users.find(({ id }) => id === personId)?.userPrincipalName;
  const persona = PERSONAS.find((one) => principalName(state, one) === name);
  return persona === undefined ? [] : FACTS[persona].roles;
}

/** Whether the tenant lets members without a role register applications. */
export function membersMayRegister({ state, behaviour }: World): boolean {
  return state.usersMayRegisterApplications && behaviour.persona !== "userWithoutAppRegistration";
}

export function isGuest({ state }: World, personId: string): boolean {
  return state.users.some(({ id, userType }) => id === personId && userType === "Guest");
}

function principalName(state: TenantState, persona: Persona): string {
  const { name }: Facts = FACTS[persona];
  const [domain = ""] = state.verifiedDomains;
  const initial = state.verifiedDomains.at(-1) ?? domain;
  return outsider(persona) === undefined ? `${name}@${domain}` : `${name.replace("@", "_")}#EXT#@${initial}`;
}
