import type {
  AttributeMapping,
  DirectoryDefinition,
  MappingSource,
  ObjectMapping,
  SynchronizationSchema,
} from "../../provisioning/types.ts";
import {
  GROUP_TARGET,
  sourceGroupAttributes,
  sourceUserAttributes,
  targetGroupAttributes,
  targetUserAttributes,
  USER_TARGET,
} from "./attributes.ts";

/** The names by which the two directories of a job go. */
export const SOURCE_DIRECTORY = "Azure Active Directory";
export const TARGET_DIRECTORY = "customappsso";

const DIRECT_USER: readonly (readonly [source: string, target: string])[] = [
  ["displayName", "displayName"],
  ["jobTitle", "title"],
  ["mail", 'emails[type eq "work"].value'],
  ["preferredLanguage", "preferredLanguage"],
  ["givenName", "name.givenName"],
  ["surname", "name.familyName"],
  ["physicalDeliveryOfficeName", 'addresses[type eq "work"].formatted'],
  ["streetAddress", 'addresses[type eq "work"].streetAddress'],
  ["city", 'addresses[type eq "work"].locality'],
  ["state", 'addresses[type eq "work"].region'],
  ["postalCode", 'addresses[type eq "work"].postalCode'],
  ["country", 'addresses[type eq "work"].country'],
  ["telephoneNumber", 'phoneNumbers[type eq "work"].value'],
  ["mobile", 'phoneNumbers[type eq "mobile"].value'],
  ["facsimileTelephoneNumber", 'phoneNumbers[type eq "fax"].value'],
  ["mailNickname", "externalId"],
  ["employeeId", `${USER_TARGET}:employeeNumber`],
  ["department", `${USER_TARGET}:department`],
  ["manager", `${USER_TARGET}:manager`],
];

/**
 * What a new job of the template `scim` maps: entra/identity/app-provisioning/use-scim-to-provision-users-and-groups.
 *
 * @param ruleId differs from job to job.
 */
export function defaultSchema(jobId: string, ruleId: string): SynchronizationSchema {
  return {
    id: jobId,
    version: "v1.0",
    synchronizationRules: [
      {
        containerFilter: null,
        editable: true,
        groupFilter: null,
        id: ruleId,
        metadata: [],
        name: "USERGROUP_OUTBOUND_USERGROUP",
        priority: 1,
        sourceDirectoryName: SOURCE_DIRECTORY,
        targetDirectoryName: TARGET_DIRECTORY,
        objectMappings: [groupMapping(), userMapping()],
      },
    ],
    directories: [
      directory(`${jobId}-source`, SOURCE_DIRECTORY, [
        { name: "User", metadata: [], supportedApis: [], attributes: sourceUserAttributes() },
        { name: "Group", metadata: [], supportedApis: [], attributes: sourceGroupAttributes() },
      ]),
      directory(`${jobId}-target`, TARGET_DIRECTORY, [
        { name: USER_TARGET, metadata: [], supportedApis: [], attributes: targetUserAttributes() },
        { name: GROUP_TARGET, metadata: [], supportedApis: [], attributes: targetGroupAttributes() },
      ]),
    ],
  };
}

function directory(id: string, name: string, objects: DirectoryDefinition["objects"]): DirectoryDefinition {
  return {
    discoverabilities: "None",
    discoveryDateTime: null,
    id,
    name,
    readOnly: false,
    version: "v1.0",
    objects,
  };
}

function userMapping(): ObjectMapping {
  return objectMapping("User", USER_TARGET, [
    { ...mapping(attribute("userPrincipalName"), "userName"), matchingPriority: 1 },
    mapping(ACTIVE, "active"),
    mapping(FORMATTED_NAME, "name.formatted"),
    ...DIRECT_USER.map(([source, target]) => mapping(attribute(source), target)),
  ]);
}

function groupMapping(): ObjectMapping {
  return objectMapping("Group", GROUP_TARGET, [
    { ...mapping(attribute("displayName"), "displayName"), matchingPriority: 1 },
    mapping(attribute("objectId"), "externalId"),
    mapping(attribute("members"), "members"),
  ]);
}

function objectMapping(
  sourceObjectName: string,
  targetObjectName: string,
  attributeMappings: AttributeMapping[],
): ObjectMapping {
  return {
    enabled: true,
    flowTypes: "Add, Update, Delete",
    metadata: [],
    name: `Provision ${SOURCE_DIRECTORY} ${sourceObjectName}s`,
    scope: null,
    sourceObjectName,
    targetObjectName,
    attributeMappings,
  };
}

function mapping(source: MappingSource, targetAttributeName: string): AttributeMapping {
  return {
    defaultValue: null,
    exportMissingReferences: false,
    flowBehavior: "FlowWhenChanged",
    flowType: "Always",
    matchingPriority: 0,
    targetAttributeName,
    source,
  };
}

function attribute(name: string): MappingSource {
  return { expression: `[${name}]`, name, type: "Attribute", parameters: [] };
}

function constant(value: string): MappingSource {
  return { expression: `"${value}"`, name: value, type: "Constant", parameters: [] };
}

const ACTIVE: MappingSource = {
  expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
  name: "Switch",
  type: "Function",
  parameters: [
    { key: "source", value: attribute("IsSoftDeleted") },
    { key: "defaultValue", value: { expression: "", name: "", type: "Constant", parameters: [] } },
    ...["False", "True", "True", "False"].map((value, index) => ({
      key: index % 2 === 0 ? "key" : "value",
      value: constant(value),
    })),
  ],
};

const FORMATTED_NAME: MappingSource = {
  expression: 'Join(" ", [givenName], [surname])',
  name: "Join",
  type: "Function",
  parameters: [
    { key: "separator", value: constant(" ") },
    { key: "source1", value: attribute("givenName") },
    { key: "source2", value: attribute("surname") },
  ],
};
