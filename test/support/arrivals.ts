import { expect } from "vitest";
import type { TenantState } from "../../src/sandbox/index.ts";
import type { ScimServer, ScimServerOptions } from "./scim-server.ts";

/** A product, how it is set up, and who has arrived there with which attributes when that is done. */
export interface Arriving {
  readonly title: string;
  readonly template: string;
  readonly flags: readonly string[];
  /** By their environment variables. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly server: ScimServerOptions;
  /** The file that the one-time link is in, where there is one. */
  readonly handover?: string;
  readonly expectArrived: (server: ScimServer, tenant: Pick<TenantState, "users">) => void;
}

const TOKEN = "ENTRA_APP_REGISTRATION_SECRET_TOKEN";
const MEGAN = "megan.bowen@contoso.com";
const PRADEEP = "pradeep.gupta@contoso.com";
const ROOM = "room.berlin1@contoso.com";
const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const EXTENSION = "urn:ietf:params:scim:schemas:extension:2.0";
const ANDMONEY = "https://api.booking.andmoney.dk";

/** The users at a tenant URL without what the server itself gives them, by their name. */
function usersAt(server: ScimServer, tenantUrl: string) {
  return server
    .at(tenantUrl)
    .users.map(({ id: _id, meta: _meta, ...user }) => user)
    .toSorted((one, other) => String(one["userName"]).localeCompare(String(other["userName"])));
}

function idOf({ users }: Pick<TenantState, "users">, name: string): string {
  return users.find(({ userPrincipalName }) => userPrincipalName === name)?.id ?? "";
}

const SEATTLE = {
  formatted: "Seattle",
  streetAddress: "1 Pike Street",
  locality: "Seattle",
  region: "WA",
  postalCode: "98101",
  country: "United States",
  type: "work",
};

/** Megan with everything that Entra sends by itself. */
const EVERYTHING = {
  schemas: [CORE, ENTERPRISE],
  userName: MEGAN,
  externalId: "megan.bowen",
  name: { formatted: "Megan Bowen", familyName: "Bowen", givenName: "Megan" },
  displayName: "Megan Bowen",
  title: "Marketing Manager",
  preferredLanguage: "en-US",
  active: true,
  emails: [{ value: MEGAN, type: "work" }],
  phoneNumbers: [
    { value: "+1 206 555 0112", type: "work" },
    { value: "+1 206 555 0102", type: "mobile" },
  ],
  addresses: [SEATTLE],
  [ENTERPRISE]: { employeeNumber: "1002", department: "Marketing" },
};

/** Every provisioned product of the requirements, with what its vendor's document asks for. */
export const ARRIVING: readonly Arriving[] = [
  {
    title: "B2: empower",
    template: "empower-scim",
    flags: ["--hostname", "https://app.contoso.com", "--user", MEGAN],
    tokens: { [TOKEN]: "token-of-the-installer" },
    server: { token: "token-of-the-installer" },
    expectArrived: (server, tenant) => {
      const users = usersAt(server, "https://app.contoso.com/empower/scimapi/scim");
      expect(users).toEqual([{ ...EVERYTHING, externalId: idOf(tenant, MEGAN) }]);
    },
  },
  {
    title: "D3, D5: FlexWhere, members of a new group and no groups",
    template: "flexwhere",
    flags: ["--new-group", "UsersFlexWhere", "--member", MEGAN],
    tokens: { [TOKEN]: "token-of-the-vendor" },
    server: { token: "token-of-the-vendor" },
    expectArrived: (server) => {
      const tenantUrl = "https://scim.flexwhere.com/scim";
      expect(usersAt(server, tenantUrl)).toEqual([EVERYTHING]);
      expect(server.at(tenantUrl).groups).toEqual([]);
    },
  },
  {
    title: "E1, E3: &Money, advisors with their names and rooms without",
    template: "andmoney",
    flags: ["--user", `advisors=${MEGAN}`, "--user", `advisors=${PRADEEP}`, "--user", `rooms=${ROOM}`],
    tokens: { [`${TOKEN}_ADVISORS`]: "token-for-the-advisors", [`${TOKEN}_ROOMS`]: "token-for-the-rooms" },
    server: {
      token: {
        [`${ANDMONEY}/advisors/scim`]: "token-for-the-advisors",
        [`${ANDMONEY}/rooms/scim`]: "token-for-the-rooms",
      },
    },
    expectArrived: (server, tenant) => {
      const common = (userName: string, displayName: string, office: string) => ({
        schemas: [CORE],
        userName,
        displayName,
        externalId: idOf(tenant, userName),
        active: true,
        addresses: [{ formatted: office, type: "work" }],
      });
      expect(usersAt(server, `${ANDMONEY}/advisors/scim`)).toEqual([
        { ...common(MEGAN, "Megan Bowen", "Seattle"), name: { givenName: "Megan", familyName: "Bowen" } },
        {
          ...common(PRADEEP, "Pradeep Gupta", "Berlin"),
          name: { givenName: "Pradeep", familyName: "Gupta" },
        },
      ]);
      expect(usersAt(server, `${ANDMONEY}/rooms/scim`)).toEqual([common(ROOM, "Room Berlin 1", "Berlin")]);
    },
  },
  {
    title: "F4, F6, F7, F8: the platform, with attributes of its own",
    template: "scim-oidc-platform",
    flags: [
      "webRedirectUri=https://web.vendor.example/back",
      "installedRedirectUri=https://app.vendor.example/back",
      "tenantUrl=https://scim.vendor.example/scim",
      "userType=Standard",
      "role=Admin",
      "metadata=costCentre=department",
    ]
      .flatMap((input) => ["--set", input])
      .concat("--user", MEGAN),
    tokens: { [TOKEN]: "token-of-the-platform" },
    handover: "OpenIdConnectInfo.json",
    server: {
      token: "token-of-the-platform",
      extensions: {
        [`${EXTENSION}:CustomExtensionName`]: [{ name: "folders", multiValued: true }],
        [`${EXTENSION}:Metadata`]: [{ name: "costCentre" }],
      },
    },
    expectArrived: (server) => {
      const extensions = [`${EXTENSION}:CustomExtensionName`, `${EXTENSION}:Metadata`];
      const [user, ...more] = usersAt(server, "https://scim.vendor.example/scim");
      expect(more).toEqual([]);
      expect(user).toEqual({
        ...EVERYTHING,
        schemas: [...EVERYTHING.schemas, ...extensions],
        userType: "Premium",
        roles: [{ value: "Admin", primary: true }],
        [`${EXTENSION}:CustomExtensionName`]: { folders: ["Marketing Manager"] },
        [`${EXTENSION}:Metadata`]: { costCentre: "Marketing" },
      });
    },
  },
];
