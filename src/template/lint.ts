import leven from "leven";
import type { Fault } from "../errors.ts";
import {
  type Expression,
  type ExpressionFault,
  parseExpression,
} from "../provisioning/mapping/expression.ts";
import { parseTenantUrl } from "../provisioning/tenant-url.ts";
import type { TemplateFile } from "./schema.ts";

/**
 * The functions of Entra's expressions
 * (https://learn.microsoft.com/entra/identity/app-provisioning/functions-for-customizing-application-data), with
 * some that older mappings have.
 */
const FUNCTIONS = (
  "Append AppRoleAssignments AppRoleAssignmentsComplex BitAnd CBool CDate Coalesce ConvertToBase64 " +
  "ConvertToUTF8Hex Count CStr DateAdd DateDiff DateFromNum FormatDateTime Guid IgnoreFlowIfNullOrEmpty IIF InStr " +
  "IsNull IsNullOrEmpty IsPresent IsString Item Join Left Mid NormalizeDiacritics Not Now NumFromDate PCase " +
  "RandomString Redact RemoveDuplicates Replace Right SelectUniqueValue SingleAppRoleAssignment Split StripSpaces " +
  "Switch ToLower ToUpper Trim Word"
).split(" ");

const PROBLEMS: Readonly<Record<ExpressionFault["problem"], string>> = {
  empty: "it is empty",
  value: 'an attribute in [ ], a text in " " or a function should stand',
  bracket: "the name of an attribute should stand, and ] behind it",
  quote: 'a text begins that no " ends',
  parenthesis: "a comma or ) should stand",
  rest: "it should have ended",
  tooDeep: "too many functions stand in each other",
  tooLong: "it is too long",
};

/**
 * What a customer's run would fail of: addresses that Entra cannot reach and expressions that it will hardly take.
 * None of it is refused where the template is used: there, Entra itself says what it takes.
 */
export function lintProvisioning({ applications }: TemplateFile): Fault[] {
  return applications.flatMap(({ scim }, index) => {
    if (!scim) return [];
    const at = `applications.${index}.scim`;
    const sources = [
      ...scim.users.mappings.map(({ source }, place) => [`users.mappings.${place}`, source] as const),
      ...(scim.repeat ?? []).map(({ source }, place) => [`repeat.${place}`, source] as const),
    ];
    const isWhole = !scim.tenantUrl.includes("{");
    return [
      ...(isWhole && !parseTenantUrl(scim.tenantUrl).ok
        ? [fault(`${at}.tenantUrl`, scim.tenantUrl, "is no address that Microsoft Entra can call")]
        : []),
      ...sources.flatMap(([path, source]) =>
        lintExpression(source).map((message) => fault(`${at}.${path}.source`, source, message)),
      ),
    ];
  });
}

function fault(path: string, found: string, schema: string): Fault {
  return { path, found, expected: { schema } };
}

/** What is wrong with an expression in which placeholders may stand. */
function lintExpression(source: string): string[] {
  // As long as what they stand for, so that the place of a fault is right.
  const sample = source.replaceAll(/\{[^{}]*\}/g, (placeholder) => "x".repeat(placeholder.length));
  const expression = parseExpression(sample);
  if (expression.kind === "fault") {
    return [`is no expression: at character ${expression.at + 1} ${PROBLEMS[expression.problem]}`];
  }
  return [...new Set(callsIn(expression))]
    .filter((name) => !FUNCTIONS.includes(name))
    .map((name) => {
      const near = FUNCTIONS.find((known) => leven(known.toLowerCase(), name.toLowerCase()) <= 2);
      return `has a function ${name} that nobody knows${near === undefined ? "" : `; is ${near} meant?`}`;
    });
}

/** The functions of an expression, at any depth. */
function callsIn(expression: Expression): string[] {
  switch (expression.kind) {
    case "call":
      return [expression.name, ...expression.parameters.flatMap(callsIn)];
    case "comparison":
      return [...callsIn(expression.left), ...callsIn(expression.right)];
    default:
      return [];
  }
}
