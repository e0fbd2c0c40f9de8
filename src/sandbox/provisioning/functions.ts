/**
 * The functions of mapping expressions with what they take, as the catalogue lists them: `?` may be left out,
 * `+` stands any number of times, two names with `&` alternate.
 * Names: entra/identity/app-provisioning/functions-for-customizing-application-data.
 */
const TEXT = `
  Append source suffix
  AppRoleAssignments appRoleAssignments
  AppRoleAssignmentsComplex appRoleAssignments
  BitAnd value1 value2
  CBool expression
  CDate expression
  Coalesce source+ defaultValue?
  ConvertToBase64 source
  ConvertToUTF8Hex source
  Count attribute
  CStr value
  DateAdd interval value dateTime
  DateDiff interval date1 date2
  DateFromNum value
  FormatDateTime source dateTimeStyles? inputFormat outputFormat
  Guid
  IgnoreFlowIfNullOrEmpty expression
  IIF condition valueIfTrue valueIfFalse
  InStr value1 value2 start? compareType?
  IsNull expression
  IsNullOrEmpty expression
  IsPresent expression
  IsString expression
  Item attribute index
  Join separator source+
  Left string numChars
  Mid source start length
  NormalizeDiacritics source
  Not source
  NumFromDate value
  RemoveDuplicates attribute
  Replace source oldValue? regexPattern? regexGroupName? replacementValue? replacementAttributeName? template?
  Right string numChars
  SelectUniqueValue uniqueValueRule+
  SingleAppRoleAssignment appRoleAssignments
  Split source delimiter
  StripSpaces source
  Switch source defaultValue key&value
  ToLower source culture?
  ToUpper source culture?
  Trim value
  Word string wordNumber delimiters`;

interface Parameter {
  readonly names: readonly string[];
  readonly required: boolean;
  readonly repeated: boolean;
}

export interface FunctionSignature {
  readonly name: string;
  readonly parameters: readonly Parameter[];
}

const SIGNATURES: readonly FunctionSignature[] = TEXT.trim()
  .split("\n")
  .map((line) => {
    const [name = "", ...parameters] = line.trim().split(" ");
    return { name, parameters: parameters.map(parameter) };
  });

function parameter(text: string): Parameter {
  const names = text.replace(/[?+]$/, "").split("&");
  return { names, required: !text.endsWith("?"), repeated: text.endsWith("+") || names.length > 1 };
}

/** A function by its name in any letter case. */
export function signatureOf(name: string): FunctionSignature | undefined {
  return SIGNATURES.find((one) => one.name.toLowerCase() === name.toLowerCase());
}

/**
 * What the parameters of a call are called, in order.
 *
 * @returns undefined where there are too few or too many of them.
 */
export function parameterNames({ parameters }: FunctionSignature, count: number): string[] | undefined {
  const fewest = parameters.filter(({ required }) => required).length;
  const last = parameters.findIndex(({ repeated }) => repeated);
  if (count < fewest || (last === -1 && count > parameters.length)) return undefined;
  return Array.from({ length: count }, (_, index) => {
    if (last === -1 || index < last) return parameters[index]?.names[0] ?? "";
    const names = parameters[last]?.names ?? [];
    const turn = index - last;
    return names.length > 1 ? (names[turn % names.length] ?? "") : `${names[0] ?? ""}${turn + 1}`;
  });
}

/** `schema/functions`. */
export function functionCatalogue(): Record<string, unknown>[] {
  return SIGNATURES.map(({ name, parameters }) => ({
    id: name,
    parameters: parameters.flatMap(({ names, required, repeated }) =>
      names.map((one) => ({ name: one, required, allowMultipleOccurrences: repeated, type: "String" })),
    ),
  }));
}

const OPERATORS: Readonly<Record<string, string>> = {
  EQUALS: "Binary String Integer Reference Boolean DateTime",
  "NOT EQUALS": "Binary String Integer Reference Boolean DateTime",
  "IS TRUE": "Unary Boolean",
  "IS FALSE": "Unary Boolean",
  "IS NULL": "Unary String Integer Reference Boolean DateTime",
  "IS NOT NULL": "Unary String Integer Reference Boolean DateTime",
  "REGEX MATCH": "Binary String",
  "NOT REGEX MATCH": "Binary String",
  GREATER_THAN: "Binary Integer",
  GREATER_THAN_OR_EQUALS: "Binary Integer",
  INCLUDES: "Binary String",
};

/** `schema/filterOperators`. */
export function operatorCatalogue(): Record<string, unknown>[] {
  return Object.entries(OPERATORS).map(([id, text]) => {
    const [arity, ...supportedAttributeTypes] = text.split(" ");
    return { id, arity, multivaluedComparisonType: "All", supportedAttributeTypes };
  });
}
