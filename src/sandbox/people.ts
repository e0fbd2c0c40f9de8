import { randomUUID } from "node:crypto";
import type { Group, Person } from "./state.ts";

type Row = readonly [displayName: string, name: string, facts: Readonly<Record<string, unknown>>];

const BERLIN = {
  officeLocation: "Berlin",
  city: "Berlin",
  state: "Berlin",
  country: "Germany",
  streetAddress: "Unter den Linden 1",
  postalCode: "10117",
  preferredLanguage: "de-DE",
};
const SEATTLE = {
  officeLocation: "Seattle",
  city: "Seattle",
  state: "WA",
  country: "United States",
  streetAddress: "1 Pike Street",
  postalCode: "98101",
  preferredLanguage: "en-US",
};

/** The first runs the tenant. Somebody lacks a first name, somebody a mail address, somebody is disabled. */
const ROWS: readonly Row[] = [
  ["Alex Wilber", "admin", { ...SEATTLE, jobTitle: "Administrator", department: "IT", employeeId: "1001" }],
  [
    "Megan Bowen",
    "megan.bowen",
    {
      ...SEATTLE,
      jobTitle: "Marketing Manager",
      department: "Marketing",
      companyName: "Premium",
      employeeId: "1002",
      mobilePhone: "+1 206 555 0102",
      businessPhones: ["+1 206 555 0112"],
    },
  ],
  [
    "Pradeep Gupta",
    "pradeep.gupta",
    {
      ...BERLIN,
      jobTitle: "Accountant",
      department: "Finance",
      companyName: "Standard",
      employeeId: "1003",
      mobilePhone: "+49 30 5550103",
    },
  ],
  [
    "Lynne Robbins",
    "lynne.robbins",
    { ...BERLIN, jobTitle: "Planner", department: "Sales", companyName: "Premium", employeeId: "1004" },
  ],
  ["Grady Archie", "grady.archie", { ...BERLIN, jobTitle: "Designer", department: "R&D", mail: null }],
  ["Room Berlin 1", "room.berlin1", { ...BERLIN, givenName: null, surname: null, companyName: "Contoso" }],
  [
    "Ben Walters",
    "ben.walters",
    { ...SEATTLE, jobTitle: "Trainee", department: "Sales", accountEnabled: false, employeeId: "1007" },
  ],
];

/** The people a new tenant begins with. */
export function examplePeople(domain: string): Person[] {
  return ROWS.map(([displayName, name, facts]) => person(displayName, `${name}@${domain}`, facts));
}

function person(
  displayName: string,
  userPrincipalName: string,
  facts: Readonly<Record<string, unknown>>,
): Person {
  const [givenName, surname] = displayName.split(" ");
  return {
    id: randomUUID(),
    displayName,
    userPrincipalName,
    mail: userPrincipalName,
    userType: "Member",
    accountEnabled: true,
    givenName,
    surname,
    mailNickname: userPrincipalName.split("@")[0],
    businessPhones: [],
    ...facts,
  };
}

/** The groups a new tenant begins with: all people, and whoever works in Finance. */
export function exampleGroups(people: readonly Person[]): Group[] {
  const everybody = people.filter(({ givenName }) => givenName !== null);
  const finance = people.filter(({ department }) => department === "Finance");
  return [group("All Employees", null, everybody), group("Finance", "Finance department", finance)];
}

function group(displayName: string, description: string | null, members: readonly Person[]): Group {
  const mailNickname = displayName.replaceAll(" ", "");
  const kind = { securityEnabled: true, mailEnabled: false, groupTypes: [] };
  return {
    id: randomUUID(),
    displayName,
    description,
    mailNickname,
    ...kind,
    owners: [],
    members: members.map(({ id }) => id),
  };
}
