import { expect, test } from "vitest";
import { parseFilter } from "../../../src/sandbox/graph/filter.ts";

const PEOPLE = [
  { userPrincipalName: "Ann@contoso.com", displayName: "Ann" },
  { userPrincipalName: "o'brien@contoso.com", displayName: "O'Brien" },
];
const found = (filter: string) =>
  PEOPLE.filter(parseFilter(filter, { userPrincipalName: "eqIn", displayName: "eq" })).map(
    ({ displayName }) => displayName,
  );

test.each([
  ["userPrincipalName in ('ann@contoso.com')", ["Ann"]],
  ["userPrincipalName in ('nobody@contoso.com', 'o''brien@contoso.com')", ["O'Brien"]],
  ["userPrincipalName in ('ann@contoso.com','o''brien@contoso.com') and displayName eq 'Ann'", ["Ann"]],
])("%s", (filter, names) => {
  expect(found(filter)).toEqual(names);
});

test("more than 15 at once, and what takes no list, are refused", () => {
  const list = (count: number) => Array.from({ length: count }, (_, index) => `'${index}'`).join(",");
  expect(found(`userPrincipalName in (${list(15)})`)).toEqual([]);
  expect(() => found(`userPrincipalName in (${list(16)})`)).toThrow(/Max allowed: 15/);
  expect(() => found("displayName in ('Ann')")).toThrow(/displayName/);
  expect(() => found("userPrincipalName in ()")).toThrow();
});
