import type { Expectation, Fault, Unreadable } from "../../../errors.ts";
import type { SecretTokenFileProblem } from "../../../provisioning/secret-token.ts";
import { TENANT_URL_FLAGS, type TenantUrlProblem } from "../../../provisioning/tenant-url.ts";
import { say } from "../clean.ts";

/** One fault on one line: where, what was found, what is expected. */
export function describeFault({ path, found, expected, suggestion }: Fault): string {
  if (expected === "knownKey")
    return say`${path}: is no key of this file. Did you mean "${suggestion ?? ""}"?`;
  const is = found === undefined ? "" : say` is ${withoutSecrets(found).trim() || "empty"},`;
  return say`${path}:` + `${is} ${expectation(expected)}`;
}

/** What people send to support must not hold the user name and password of a URL, nor a token in its query. */
function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/, "//…@").replaceAll(/([?&][^=&\s]*=)[^&\s]+/g, "$1…");
}

/** What a value should be, as an answer's reason for being refused. */
export function expectation(expected: Expectation): string {
  if (typeof expected === "string") return EXPECTATIONS[expected];
  if ("schema" in expected) return say`${expected.schema}`;
  if ("reason" in expected) return unreadable(expected);
  if ("secretToken" in expected) return SECRET_TOKENS[expected.secretToken];
  if ("tenantUrl" in expected) return tenantUrlExpectation(expected.tenantUrl);
  return say`must be one of ${expected.oneOf.join(", ")}`;
}

/** Why an answer is refused, as a sentence of its own. */
export function refusal(expected: Expectation): string {
  const text = expectation(expected);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Why a file could not be read, to go on after its name. */
export function unreadable({ reason, line, column }: Unreadable): string {
  switch (reason) {
    case "missing":
      return "does not exist";
    case "directory":
      return "is a folder, not a file";
    case "forbidden":
      return "may not be read by you";
    case "tooLarge":
      return "is larger than 1 MB and surely not the right file";
    case "notUtf8":
      return "is not saved as UTF-8. Save it again with that encoding";
    case "notJson":
      return line === undefined || column === undefined
        ? "is not valid JSON"
        : `is not valid JSON: look at line ${line}, column ${column}`;
    case "failed":
      return "cannot be read";
  }
}

const SECRET_TOKENS: Readonly<Record<SecretTokenFileProblem, string>> = {
  tooLarge: "must be a file with the secret token alone; this one is far too large",
  notFile: "must be the path of a file that is there and can be read, and never the token itself",
  twice: "must be one file for each application, and here are two for the same",
  empty: "must be the vendor's secret token; there is none",
  whiteSpace:
    "must be one secret token: this has a space, a line end or something invisible inside. Copy it once more, whole and alone",
  notAscii: "must be a secret token of letters, digits and signs as they are on an English keyboard",
  masked: "must be the secret token itself, not what is shown in its place",
};

/** What is wrong with a tenant URL, and what it should be. */
function tenantUrlExpectation(problem: TenantUrlProblem): string {
  switch (problem.kind) {
    case "notUrl":
      return "must be a complete address such as https://scim.example.com/v2";
    case "notHttps":
      return "must start with https://: Microsoft Entra sends users' data over no other connection";
    case "credentials":
      return "must not contain a user name or password";
    case "fragment":
      return "must have no # in it";
    case "query":
      return say`must have no "${problem.name}" behind a question mark: only ${TENANT_URL_FLAGS.join(", ")} may stand there, and a token never`;
    case "privateAddress":
      return say`must be an address on the internet: ${problem.host} is known inside a network alone, and Microsoft Entra calls from outside. Ask the vendor for the public address, or your network team to publish it`;
  }
}

const EXPECTATIONS: Readonly<Record<Extract<Expectation, string>, string>> = {
  text: "must be text in quotes",
  boolean: "must be true or false, without quotes",
  yesOrNo: "must be yes or no",
  tenant:
    "must be a tenant ID such as 1b4e28ba-2fa1-4d11-a3bb-0123456789ab, or a domain name such as contoso.com",
  appName: "must be a name of 1 to 120 characters, none of them a control character or invisible",
  httpsUrl: "must start with https:// and be a complete address such as https://app.contoso.com",
  httpsUrlNotHttp: "must start with https://, not http://: Microsoft Entra takes no other address",
  urlWithoutCredentials: "must not contain a user name or password",
  urlWithoutWildcard: "must not contain a wildcard (*)",
  urlWithoutFragment: "must have no # in it",
  installedUrl:
    "must start with https://, http://localhost or the app's own scheme such as contosoapp://, without * and #",
  urlWithDnsName: "must have a DNS name such as app.contoso.com, not an IP address",
  urlWithoutFinalDot: "must have a host name without a dot at its end",
  urlWithShortLabels: "must have a host name without a part longer than 63 characters between its dots",
  urlWithShortName: "must have a host name of 253 characters at most",
  urlForRedirect: "must be shorter: Microsoft Entra takes redirect URIs of 256 characters at most",
  urlWithoutSpaces: "must not contain spaces or control characters",
  serviceUrl:
    "must be the address of a one-time-password service, starting with https:// and without a query",
  proxyUrl:
    "must be the address of your proxy, such as http://proxy.contoso.com:8080; in its user name and password a sign such as @ : / # % is written in percent code (%40 %3A %2F %23 %25)",
  proxyOverHttp:
    "must be a proxy that starts with http:// or https://; others, such as SOCKS, cannot be used",
  proxyNotScript:
    "must be the proxy itself, such as http://proxy.contoso.com:8080, not the script that names it (PAC); your IT department knows the address",
  guid: "must be an ID such as 1b4e28ba-2fa1-4d11-a3bb-0123456789ab",
  lifetime: "must be a number and h, d, w, m or y, such as 90d, 24m or 2y (100 years at most)",
  group: "must be the name or the object ID of a group, of 1 to 256 characters",
  groups: 'must be a list of groups, each by its name or its object ID, such as ["Sales", "Support"]',
  attribute:
    "must be the name of an attribute of your users, such as department: letters, digits and _ (the portal's list of source attributes has them)",
  attributeOnce: "must be an attribute of the app that nothing else is mapped to",
  pairs:
    "must be pairs with commas between, such as costCentre=department, floor=physicalDeliveryOfficeName: a name of letters, digits, - and _, then an attribute of your users",
  pairsOnce: "must have each name once; small and capital letters make no difference",
  notification:
    "must be an e-mail address such as it@contoso.com; for one of several applications, its key and = stand in front",
  assignedUser:
    "must be somebody who is assigned: nobody else is provisioned. Assign this user as well, with --user",
  notificationOfOne: "must be an e-mail address alone: the template has one application",
  template: 'must be a template without a fault; "templates check <file>" lists them',
  noRole: "must be left out: the app has no roles that people are assigned",
  noInput: "must be left out: the template has no questions of its own",
  withoutScim: "must be false: the template does not say how users are provisioned",
  path: "must be a path",
  folderBelowHome:
    "must be a folder below your home folder (cd ~): Cloud Shell lets you download from there only",
  calendar:
    "must be a file that is not there yet, or a calendar that this tool wrote, and not the hand-over file",
  knownKey: "is no known key",
  object: "must be a JSON object in braces { }",
};
