import { expect, test } from "vitest";
import { usersToCheck } from "../../../src/cli/screen/words/tables.ts";
import { checkUsers } from "../../../src/flow/scim/people/check-users.ts";
import { writeUserList } from "../../../src/flow/scim/people/user-list.ts";
import type { UserSelection } from "../../../src/graph/users.ts";
import type { DesiredMapping, Requirement, SourceObject } from "../../../src/provisioning/types.ts";
import { guid } from "../../support/builders.ts";
import { batchOf, world } from "../graph/helpers.ts";

interface Person {
  readonly name: string;
  readonly [property: string]: unknown;
}

/** A directory of these people, each page of a group with two of them; requests as they came. */
function directory(people: readonly Person[]) {
  const users = people.map(({ name, ...facts }, index) => ({
    id: guid(index + 1),
    userPrincipalName: `${name}@contoso.com`,
    displayName: name,
    accountEnabled: true,
    mail: `${name}@contoso.com`,
    givenName: name,
    ...facts,
  }));
  const { context, paths } = world((asked) => {
    if (asked.path.startsWith("/$batch")) {
      return batchOf(asked, ({ url }) => {
        const user = users.find(({ id }) => url.startsWith(`/users/${id}`));
        return user ? { status: 200, body: user } : { status: 404, body: {} };
      });
    }
    const skip = Number(/\$skiptoken=(\d+)/.exec(asked.path)?.[1] ?? 0);
    const next = `${asked.url.replace(/&\$skiptoken=\d+/, "")}&$skiptoken=${skip + 2}`;
    const more = skip + 2 < users.length && { "@odata.nextLink": next };
    return { status: 200, body: { value: users.slice(skip, skip + 2), ...more } };
  });
  return { context, users, paths };
}

const MEMBERS: UserSelection = { kind: "members", groupId: guid(99) };

function wanted(
  requirements: Partial<Requirement>[],
  mappings: readonly (readonly [string, string, string?])[],
) {
  return {
    requirements: requirements.map((one) => ({
      target: "",
      present: false,
      unique: false,
      oneOf: undefined,
      ...one,
    })),
    users: {
      exclusive: false,
      mappings: mappings.map(
        ([target, source, fallback]): DesiredMapping => ({
          target,
          source,
          default: fallback,
          matchingPriority: undefined,
          apply: "always",
        }),
      ),
    },
  };
}

async function shortcomings(
  people: readonly Person[],
  desired: ReturnType<typeof wanted>,
  given: SourceObject = {},
) {
  const { context } = directory(people);
  const check = await checkUsers(context, { desired, selections: [MEMBERS], given });
  const found = check.findings.map((one) => [one.displayName, one.shortcomings.map(({ kind }) => kind)]);
  return { ...check, found: Object.fromEntries(found) as Record<string, string[]> };
}

test("who lacks a required value is found, whatever emptiness looks like", async () => {
  const desired = wanted([{ target: "name.givenName", present: true }], [["name.givenName", "[givenName]"]]);
  const people = [
    { name: "ann" },
    { name: "bob", givenName: null },
    { name: "cy", givenName: "" },
    { name: "di", givenName: "  " },
    { name: "ed", givenName: undefined },
  ];
  const check = await shortcomings(people, desired);
  expect(check).toMatchObject({ checked: 5, failing: 4, disabled: 0 });
  expect(check.found).toEqual({ bob: ["lacks"], cy: ["lacks"], di: ["lacks"], ed: ["lacks"] });
  expect(check.findings[0]?.shortcomings).toEqual([
    { kind: "lacks", target: "name.givenName", attributes: ["givenName"] },
  ]);
});

test("a default stands for what is missing, and not for what is wrong", async () => {
  const desired = wanted(
    [{ target: "userType", present: true, oneOf: ["Premium", "Standard"] }],
    [["userType", "[companyName]", "Standard"]],
  );
  const people = [
    { name: "ann", companyName: "Premium" },
    { name: "bob", companyName: null },
    { name: "cy", companyName: "premium" },
    { name: "di", companyName: "Contoso" },
  ];
  expect((await shortcomings(people, desired)).found).toEqual({ cy: ["notOneOf"], di: ["notOneOf"] });
});

test("everybody who shares a value is named, the first as well, and nobody twice", async () => {
  const desired = wanted([{ target: "emails", unique: true }], [["emails", "ToLower([mail])"]]);
  const people = [
    { name: "ann", mail: "team@contoso.com" },
    { name: "bob" },
    { name: "cy", mail: "Team@contoso.com" },
    { name: "di", mail: "team@contoso.com" },
    { name: "ed", mail: null },
    { name: "flo", mail: null },
  ];
  const check = await shortcomings(people, desired);
  expect(check.found).toEqual({ ann: ["notUnique"], cy: ["notUnique"], di: ["notUnique"] });
  expect(check.findings.map(({ displayName, shortcomings: [first] }) => [displayName, first])).toContainEqual(
    [
      "cy",
      {
        kind: "notUnique",
        target: "emails",
        attributes: ["mail"],
        value: "team@contoso.com",
        sharedWith: guid(1),
      },
    ],
  );
});

test("disabled accounts are told, and are no failure", async () => {
  const desired = wanted([{ target: "mail", present: true }], [["mail", "[mail]"]]);
  const check = await shortcomings([{ name: "ann", accountEnabled: false }], desired);
  expect(check).toMatchObject({ checked: 1, failing: 0, disabled: 1, found: { ann: ["disabled"] } });
});

test("who is in several groups is looked at once, and everybody on every page", async () => {
  const { context } = directory(Array.from({ length: 7 }, (_, index) => ({ name: `p${index}` })));
  const selections: UserSelection[] = [
    MEMBERS,
    { kind: "users", ids: [guid(1), guid(7), guid(50)] },
    { kind: "members", groupId: guid(98) },
  ];
  const desired = wanted([{ target: "mail", present: true, unique: true }], [["mail", "[mail]"]]);
  const check = await checkUsers(context, { desired, selections });
  expect(check).toMatchObject({ checked: 7, failing: 0, findings: [] });
});

test("what only Entra knows is not guessed, but said", async () => {
  const role = "SingleAppRoleAssignment([appRoleAssignments])";
  const desired = wanted(
    [
      { target: "role", present: true, oneOf: ["User"] },
      { target: "odd", present: true },
      { target: "boss", present: true },
    ],
    [
      ["role", role],
      ["odd", "SomethingNew([mail])"],
      ["boss", "[manager]"],
    ],
  );
  expect(await shortcomings([{ name: "ann" }], desired)).toMatchObject({
    failing: 0,
    unforeseeable: ["role", "odd", "boss"],
  });
  const known = await shortcomings([{ name: "ann" }], desired, { appRoleAssignments: ["Admin"] });
  expect(known).toMatchObject({ failing: 1, unforeseeable: ["odd", "boss"], found: { ann: ["notOneOf"] } });
});

test("only what the requirements need is asked of Graph", async () => {
  const { context, paths } = directory([{ name: "ann" }]);
  await checkUsers(context, {
    desired: wanted(
      [{ target: "a", present: true }],
      [
        ["a", "[telephoneNumber]"],
        ["b", "[jobTitle]"],
      ],
    ),
    selections: [MEMBERS],
  });
  expect(paths()).toHaveLength(1);
});

test("the table is for spreadsheets: BOM, CRLF, quotes, and no formula", async () => {
  const written: [string, string][] = [];
  const files = { writeAtomic: async (path: string, text: string) => void written.push([path, text]) };
  const check = {
    checked: 1,
    failing: 1,
    disabled: 0,
    unforeseeable: [],
    findings: [
      {
        id: guid(1),
        userPrincipalName: "m@contoso.com",
        displayName: '=HYPERLINK("http://evil.example","Müller")',
        shortcomings: [
          {
            kind: "notOneOf",
            target: "userType",
            attributes: ["companyName"],
            value: "+1",
            oneOf: ["A", "B"],
          },
          { kind: "disabled" },
        ],
      },
    ],
  } as const;
  // The port has more; the list only writes.
  expect(await writeUserList({ files } as never, "/o/x.csv", check, usersToCheck)).toBe("/o/x.csv");
  expect(written[0]?.[1].split("\r\n")).toEqual([
    '\uFEFF"userPrincipalName","objectId","displayName","problem","fails","attribute","sentAs","value","expected"',
    `"m@contoso.com","${guid(1)}","'=HYPERLINK(""http://evil.example"",""Müller"")","value not allowed","yes","companyName","userType","'+1","A | B"`,
    `"m@contoso.com","${guid(1)}","'=HYPERLINK(""http://evil.example"",""Müller"")","account disabled","no","accountEnabled","","false","true"`,
    "",
  ]);
  expect(
    await writeUserList({ files } as never, "/o/x.csv", { ...check, findings: [] }, usersToCheck),
  ).toBeUndefined();
  expect(written).toHaveLength(1);
});
