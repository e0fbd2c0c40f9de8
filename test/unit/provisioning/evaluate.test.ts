import { describe, expect, test } from "vitest";
import { evaluate, evaluateMapping } from "../../../src/provisioning/mapping/evaluate.ts";
import { parseExpression } from "../../../src/provisioning/mapping/expression.ts";
import type { SourceObject } from "../../../src/provisioning/types.ts";

const ANN: SourceObject = {
  givenName: "Ann",
  surname: "Ødegård",
  mail: "Ann.O@Contoso.com",
  jobTitle: "Sales,North",
  department: null,
  companyName: "",
  IsSoftDeleted: false,
  otherMails: ["a@x.dk", "b@x.dk", "a@x.dk"],
  appRoleAssignments: ["Admin"],
  level: "10",
};

function of(text: string, source: SourceObject = ANN) {
  const expression = parseExpression(text);
  if (expression.kind === "fault") throw new Error(`no expression: ${text}`);
  return evaluate(expression, source);
}

describe("what comes of an expression", () => {
  test.each<[string, unknown]>([
    ["[givenName]", "Ann"],
    ["[department]", undefined],
    ["[nobodyKnows]", undefined],
    ["ToLower([constructor])", undefined],
    ["[__proto__]", undefined],
    ["[IsSoftDeleted]", false],
    ['"Premium"', "Premium"],
    ['Switch([IsSoftDeleted], , "False", "True", "True", "False")', "True"],
    ['Switch([givenName], "other", "Bob", "b", "Ann", "a")', "a"],
    ['Switch([surname], "other", "Bob", "b")', "other"],
    // Texts at even places are keys; the same text as a value is none.
    ['Switch([givenName], "none", "x", "Ann")', "none"],
    ["Not([IsSoftDeleted])", true],
    ["Not([department])", undefined],
    ['Join(" ", [givenName], [surname])', "Ann Ødegård"],
    ['Join(" ", [department], [givenName])', "Ann"],
    ['Join(",", [otherMails])', "a@x.dk,b@x.dk,a@x.dk"],
    ['Join(" ", [department])', undefined],
    ['Append([givenName], "@x.dk")', "Ann@x.dk"],
    ['Append([department], "@x.dk")', undefined],
    ['Split([jobTitle], ",")', ["Sales", "North"]],
    ['Split([department], ",")', undefined],
    ["ToLower([mail])", "ann.o@contoso.com"],
    ["toupper([givenName])", "ANN"],
    ['Coalesce([department], [companyName], [mail], "x")', "Ann.O@Contoso.com"],
    ['Coalesce([department], "Standard")', "Standard"],
    ["Coalesce([department])", undefined],
    ['IIF([givenName]="Ann", "yes", "no")', "yes"],
    ['IIF([level]>"9", "high", "low")', "high"],
    ['IIF([givenName]<>"Ann", "yes")', undefined],
    ['IIF(IsPresent([department]), "yes", "no")', "no"],
    ["Mid([surname], 1, 3)", "Øde"],
    ["Left([surname], 2)", "Ød"],
    ["Right([surname], 2)", "rd"],
    ["NormalizeDiacritics([surname])", "Ødegard"],
    ['Replace([mail], "Contoso", , , "x", , )', "Ann.O@x.com"],
    ['Replace([mail], "O", , , "$&", , )', "Ann.$&@Contoso.com"],
    ["RemoveDuplicates([otherMails])", ["a@x.dk", "b@x.dk"]],
    ["Item([otherMails], 2)", "b@x.dk"],
    ["Count([otherMails])", "3"],
    ['StripSpaces(Trim(Append([givenName], "  x ")))', "Annx"],
    ["SingleAppRoleAssignment([appRoleAssignments])", "Admin"],
    ["AppRoleAssignments([appRoleAssignments])", ["Admin"]],
    ["IgnoreFlowIfNullOrEmpty([companyName])", undefined],
  ])("%s", (text, value) => {
    expect(of(text)).toEqual({ kind: "value", value });
  });

  test.each([
    ["RandomString(8)", "RandomString"],
    ['Join(" ", [givenName], Guid())', "Guid"],
    ['Replace([mail], , "(?<x>.*)", "x", "y", , )', "Replace"],
    ["constructor([mail])", "constructor"],
    ["__proto__([mail])", "__proto__"],
    ['IIF(Guid()="x", "y", "z")', "Guid"],
  ])("%s: nobody but Entra knows", (text, name) => {
    expect(of(text)).toEqual({ kind: "unknownFunction", name });
  });

  test("which of several roles Entra takes, nobody can say", () => {
    const source = { appRoleAssignments: ["Admin", "User"] };
    expect(of("SingleAppRoleAssignment([appRoleAssignments])", source).kind).toBe("unknownFunction");
    expect(of("SingleAppRoleAssignment([appRoleAssignments])", {})).toEqual({
      kind: "value",
      value: undefined,
    });
  });
});

describe("what a mapping gives", () => {
  test.each<[string, string | undefined, unknown]>([
    ["[department]", "Standard", { kind: "value", value: "Standard" }],
    ["[companyName]", "Standard", { kind: "value", value: "Standard" }],
    ["[givenName]", "Standard", { kind: "value", value: "Ann" }],
    ["[department]", undefined, { kind: "value", value: undefined }],
    ["Guid()", "x", { kind: "unknownFunction", name: "Guid" }],
    ["[open", "x", { kind: "invalid" }],
  ])("%s with the default %s", (source, fallback, expected) => {
    expect(evaluateMapping({ source, default: fallback }, ANN)).toEqual(expected);
  });
});
