import type {
  AttributeMapping,
  DesiredMapping,
  DesiredProvisioning,
  MappingSource,
  SynchronizationSchema,
} from "../../src/provisioning/types.ts";

/* Schemas as Graph gives them, with what differs from tenant to tenant and what this product does not know. */

export const USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";

export function attributeSource(name: string): MappingSource {
  return { expression: `[${name}]`, name, type: "Attribute", parameters: [] };
}

export const SWITCH = 'Switch([IsSoftDeleted], , "False", "True", "True", "False")';

/** What a function looks like in a schema: parameters by names that only Graph knows. */
export function functionSource(expression: string): MappingSource {
  const name = expression.slice(0, expression.indexOf("("));
  return { expression, name, type: "Function", parameters: [{ key: "source", value: attributeSource("x") }] };
}

export function mapping(
  target: string,
  source: MappingSource | null,
  more: Partial<AttributeMapping> = {},
): AttributeMapping {
  return {
    defaultValue: null,
    exportMissingReferences: false,
    flowBehavior: "FlowWhenChanged",
    flowType: "Always",
    matchingPriority: 0,
    targetAttributeName: target,
    source,
    ...more,
  };
}

const attribute = (name: string, multivalued = false) => ({
  anchor: false,
  caseExact: false,
  defaultValue: null,
  flowNullValues: false,
  multivalued,
  mutability: "ReadWrite",
  name,
  required: false,
  type: "String",
  apiExpressions: [],
  metadata: [],
  referencedObjects: [],
});

const SOURCES = [
  "objectId",
  "userPrincipalName",
  "displayName",
  "givenName",
  "surname",
  "mail",
  "mailNickname",
  "jobTitle",
  "companyName",
  "physicalDeliveryOfficeName",
  "telephoneNumber",
  "IsSoftDeleted",
  "appRoleAssignments",
];
const TARGETS = [
  "userName",
  "active",
  "displayName",
  "title",
  "externalId",
  "name.givenName",
  "name.familyName",
  'emails[type eq "work"].value',
  'addresses[type eq "work"].formatted',
  "userType",
];

export const DEFAULT_MAPPINGS: readonly AttributeMapping[] = [
  mapping("userName", attributeSource("userPrincipalName"), { matchingPriority: 1 }),
  mapping("active", functionSource(SWITCH)),
  mapping("displayName", attributeSource("displayName")),
  mapping("title", attributeSource("jobTitle")),
  mapping('emails[type eq "work"].value', attributeSource("mail")),
  mapping("name.givenName", attributeSource("givenName")),
  mapping("externalId", attributeSource("mailNickname")),
];

/** The schema of a job, of the old names or of the new. */
export function schema(
  mappings: readonly AttributeMapping[] = DEFAULT_MAPPINGS,
  { source = "Microsoft Entra ID", groups = true }: { source?: string; groups?: boolean } = {},
): SynchronizationSchema {
  const rule = {
    containerFilter: null,
    editable: true,
    groupFilter: null,
    id: "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8",
    name: "USERGROUP_OUTBOUND_USERGROUP",
    priority: 1,
    sourceDirectoryName: source,
    targetDirectoryName: "customappsso",
    metadata: [{ key: "unknownToUs", value: "1.0" }],
    objectMappings: [
      {
        enabled: groups,
        flowTypes: "Add,Update,Delete",
        name: `Provision ${source} Groups`,
        sourceObjectName: "Group",
        targetObjectName: GROUP,
        scope: null,
        metadata: [],
        attributeMappings: [mapping("displayName", attributeSource("displayName"), { matchingPriority: 1 })],
      },
      {
        enabled: true,
        flowTypes: "Add,Update,Delete",
        name: `Provision ${source} Users`,
        sourceObjectName: "User",
        targetObjectName: USER,
        scope: { groups: [{ clauses: [], name: "only some" }] },
        metadata: [],
        attributeMappings: mappings,
      },
    ],
  };
  return {
    "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#…/schema",
    id: "scim.1",
    version: "Date:2026-01-01",
    synchronizationRules: [
      { ...rule, id: "0", editable: false, name: "USER_INBOUND_USER", objectMappings: [] },
      rule,
    ],
    directories: [
      {
        id: "1",
        name: source,
        discoverabilities: "AttributeNames",
        readOnly: true,
        version: "1",
        objects: [
          { name: "Application", attributes: [] },
          { name: "User", attributes: SOURCES.map((name) => attribute(name)) },
        ],
      },
      {
        id: "2",
        name: "customappsso",
        discoverabilities: "AttributeDataTypes",
        readOnly: false,
        version: "2",
        objects: [
          { name: USER, attributes: TARGETS.map((name) => attribute(name)) },
          { name: GROUP, attributes: [attribute("displayName")] },
        ],
      },
    ],
  };
}

export function wanted(target: string, source: string, more: Partial<DesiredMapping> = {}): DesiredMapping {
  return { target, source, default: undefined, matchingPriority: undefined, apply: "always", ...more };
}

export function desired(
  mappings: readonly DesiredMapping[],
  more: Partial<Omit<DesiredProvisioning, "users">> & { exclusive?: boolean } = {},
): DesiredProvisioning {
  const { exclusive = false, ...others } = more;
  return {
    tenantUrl: "https://scim.example.com/scim",
    scope: "assigned",
    groups: true,
    users: { mappings, exclusive },
    attributes: [],
    appRole: undefined,
    requirements: [],
    clearsState: false,
    notification: undefined,
    ...others,
  };
}
