import type { SourceObject } from "../../provisioning/types.ts";
import type { Group, Person } from "../state.ts";

/** Where a user's attribute stands in Graph, where it has another name there. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  objectId: "id",
  mobile: "mobilePhone",
  facsimileTelephoneNumber: "faxNumber",
  physicalDeliveryOfficeName: "officeLocation",
  originalUserPrincipalName: "userPrincipalName",
};

/**
 * What a mapping reads of a user, by the names of the source directory.
 *
 * @param roles what the user is assigned with, by value, or by name where a role has none.
 */
export function userSource(
  person: Person,
  names: Iterable<string>,
  roles: readonly string[],
  isOutOfScope: boolean,
): SourceObject {
  const { accountEnabled, businessPhones, manager } = person;
  const special: Readonly<Record<string, SourceObject[string]>> = {
    IsSoftDeleted: isOutOfScope || accountEnabled === false,
    telephoneNumber: Array.isArray(businessPhones) ? plain(businessPhones[0]) : undefined,
    appRoleAssignments: roles,
    manager: plain(manager),
  };
  const entries = [...names].map((name): [string, SourceObject[string]] => [
    name,
    name in special ? special[name] : plain(valueAt(person, name)),
  ]);
  return Object.fromEntries(entries);
}

/** What a mapping reads of a group. */
export function groupSource(group: Group): SourceObject {
  const { id, displayName, description, mailNickname, members = [] } = group;
  return {
    objectId: id,
    displayName,
    description,
    mailNickname,
    members,
    IsSoftDeleted: false,
    securityEnabled: true,
  };
}

function valueAt(person: Person, name: string): unknown {
  if (/^extensionAttribute\d+$/.test(name)) return within(person["onPremisesExtensionAttributes"], name);
  if (name === "employeeOrgDataCostCenter") return within(person["employeeOrgData"], "costCenter");
  if (name === "employeeOrgDataDivision") return within(person["employeeOrgData"], "division");
  return person[ELSEWHERE[name] ?? name];
}

function within(object: unknown, name: string): unknown {
  return typeof object === "object" && object !== null
    ? new Map(Object.entries(object)).get(name)
    : undefined;
}

function plain(value: unknown): SourceObject[string] {
  if (typeof value === "string" || typeof value === "boolean") return value;
  return Array.isArray(value) ? value.map(String) : undefined;
}
