import type { AttributeDefinition } from "../../provisioning/types.ts";

export const USER_TARGET = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const GROUP_TARGET = "urn:ietf:params:scim:schemas:core:2.0:Group";

/** What a user is in Entra's own directory. After the name: `*` many values, and the type where it is no text. */
const SOURCE_USER = `
  accountEnabled:Boolean appRoleAssignments* assignedRoles* city companyName country createdDateTime:DateTime
  department displayName employeeHireDate:DateTime employeeId employeeLeaveDateTime:DateTime
  employeeOrgDataCostCenter employeeOrgDataDivision employeeType extensionAttribute1 extensionAttribute2
  extensionAttribute3 extensionAttribute4 extensionAttribute5 extensionAttribute6 extensionAttribute7
  extensionAttribute8 extensionAttribute9 extensionAttribute10 extensionAttribute11 extensionAttribute12
  extensionAttribute13 extensionAttribute14 extensionAttribute15 facsimileTelephoneNumber givenName
  immutableId IsSoftDeleted:Boolean jobTitle mail mailNickname manager:Reference mobile netBiosName objectId
  onPremisesDistinguishedName onPremisesSamAccountName onPremisesSecurityIdentifier
  onPremisesUserPrincipalName originalUserPrincipalName otherMails* physicalDeliveryOfficeName postalCode
  preferredLanguage proxyAddresses* securityIdentifier sipProxyAddress state streetAddress surname
  telephoneNumber usageLocation userPrincipalName userState userType`;

const SOURCE_GROUP = `
  createdDateTime:DateTime description displayName groupTypes* IsSoftDeleted mail mailEnabled:Boolean
  mailNickname members*:Reference objectId onPremisesSecurityIdentifier owners*:Reference proxyAddresses*
  securityEnabled:Boolean`;

const ADDRESS = ["formatted", "streetAddress", "locality", "region", "postalCode", "country"];
const ENTERPRISE = ["employeeNumber", "costCenter", "organization", "division", "department"];

/** The attributes of a user in the source directory. */
export function sourceUserAttributes(): AttributeDefinition[] {
  return parse(SOURCE_USER);
}

/** The attributes of a group in the source directory. */
export function sourceGroupAttributes(): AttributeDefinition[] {
  return parse(SOURCE_GROUP);
}

/** What a SCIM endpoint has for users, as the template knows it. */
export function targetUserAttributes(): AttributeDefinition[] {
  const texts = [
    "displayName",
    ...["work", "home", "other"].map((type) => `emails[type eq "${type}"].value`),
    "externalId",
    "locale",
    ...["givenName", "familyName", "formatted", "honorificPrefix", "honorificSuffix", "middleName"].map(
      (part) => `name.${part}`,
    ),
    "nickName",
    ...["work", "mobile", "home", "fax", "pager", "other"].map(
      (type) => `phoneNumbers[type eq "${type}"].value`,
    ),
    ...["work", "home", "other"].flatMap((type) =>
      ADDRESS.map((part) => `addresses[type eq "${type}"].${part}`),
    ),
    "preferredLanguage",
    "profileUrl",
    ...["display", "type", "value"].map((part) => `roles[primary eq "True"].${part}`),
    "timezone",
    "title",
    "userType",
    ...ENTERPRISE.map((part) => `${USER_TARGET}:${part}`),
  ];
  return [
    definition("id", { anchor: true, required: true, mutability: "ReadOnly" }),
    definition("active", { type: "Boolean" }),
    definition("userName", { required: true, caseExact: false }),
    ...texts.map((name) => definition(name)),
    definition("roles", { multivalued: true }),
    definition("entitlements", { multivalued: true }),
    definition(`${USER_TARGET}:manager`, {
      type: "Reference",
      referencedObjects: [{ referencedObjectName: USER_TARGET, referencedProperty: "id" }],
    }),
  ];
}

/** What a SCIM endpoint has for groups. */
export function targetGroupAttributes(): AttributeDefinition[] {
  return [
    definition("id", { anchor: true, required: true, mutability: "ReadOnly" }),
    definition("displayName", { required: true }),
    definition("externalId"),
    definition("members", {
      type: "Reference",
      multivalued: true,
      referencedObjects: [
        { referencedObjectName: USER_TARGET, referencedProperty: "id" },
        { referencedObjectName: GROUP_TARGET, referencedProperty: "id" },
      ],
    }),
  ];
}

function parse(text: string): AttributeDefinition[] {
  return text
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [name = "", type = "String"] = entry.split(":");
      const bare = name.replace("*", "");
      return definition(bare, {
        type,
        multivalued: name.endsWith("*"),
        anchor: bare === "objectId",
        mutability: "ReadOnly",
      });
    });
}

function definition(name: string, facts: Partial<AttributeDefinition> = {}): AttributeDefinition {
  return {
    anchor: false,
    caseExact: false,
    defaultValue: null,
    flowNullValues: false,
    multivalued: false,
    mutability: "ReadWrite",
    name,
    required: false,
    type: "String",
    apiExpressions: [],
    metadata: [],
    referencedObjects: [],
    ...facts,
  };
}
