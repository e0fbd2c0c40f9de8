/** Types of provisioning, as `types.ts` writes them. What stands inside a schema is checked against these. */
export const PROVISIONING_TYPES = {
  synchronizationSchema: `
    synchronizationRules:[synchronizationRule]? version:String?`,
  synchronizationRule: `
    containerFilter:containerFilter? editable:Boolean groupFilter:groupFilter? id:String?
    metadata:[stringKeyStringValuePair]? name:String? objectMappings:[objectMapping]? priority:Int32
    sourceDirectoryName:String? targetDirectoryName:String?`,
  objectMapping: `
    attributeMappings:[attributeMapping]? enabled:Boolean flowTypes:objectFlowTypes
    metadata:[objectMappingMetadataEntry]? name:String? scope:filter? sourceObjectName:String?
    targetObjectName:String?`,
  attributeMapping: `
    defaultValue:String? exportMissingReferences:Boolean flowBehavior:attributeFlowBehavior
    flowType:attributeFlowType matchingPriority:Int32 source:attributeMappingSource?
    targetAttributeName:String?`,
  attributeMappingSource: `
    expression:String? name:String? parameters:[stringKeyAttributeMappingSourceValuePair]?
    type:attributeMappingSourceType`,
  stringKeyAttributeMappingSourceValuePair: `
    key:String? value:attributeMappingSource?`,
  stringKeyStringValuePair: `
    key:String? value:String?`,
  objectMappingMetadataEntry: `
    key:objectMappingMetadata? value:String?`,
  filter: `
    categoryFilterGroups:[filterGroup]? groups:[filterGroup]? inputFilterGroups:[filterGroup]?`,
  filterGroup: `
    clauses:[filterClause]? name:String?`,
  filterClause: `
    operatorName:String? sourceOperandName:String? targetOperand:filterOperand?`,
  filterOperand: `
    values:[String]?`,
  containerFilter: `
    includedContainers:[String]?`,
  groupFilter: `
    includedGroups:[String]?`,
  directoryDefinition: `
    discoverabilities:directoryDefinitionDiscoverabilities discoveryDateTime:DateTimeOffset?
    name:String? objects:[objectDefinition]? readOnly:Boolean version:String?`,
  objectDefinition: `
    attributes:[attributeDefinition]? metadata:[objectDefinitionMetadataEntry]? name:String?
    supportedApis:[String]?`,
  objectDefinitionMetadataEntry: `
    key:objectDefinitionMetadata? value:String?`,
  attributeDefinition: `
    anchor:Boolean apiExpressions:[stringKeyStringValuePair]? caseExact:Boolean defaultValue:String?
    flowNullValues:Boolean metadata:[attributeDefinitionMetadataEntry]? multivalued:Boolean
    mutability:mutability name:String? referencedObjects:[referencedObject]? required:Boolean
    type:attributeType`,
  attributeDefinitionMetadataEntry: `
    key:attributeDefinitionMetadata? value:String?`,
  referencedObject: `
    referencedObjectName:String? referencedProperty:String?`,
  synchronizationJobRestartCriteria: `
    resetScope:synchronizationJobRestartScope?`,
  synchronizationSecretKeyStringValuePair: `
    key:synchronizationSecret value:String?`,
  synchronizationJobApplicationParameters: `
    ruleId:String? subjects:[synchronizationJobSubject]?`,
  synchronizationJobSubject: `
    links:synchronizationLinkedObjects? objectId:String? objectTypeName:String?`,
  synchronizationLinkedObjects: `
    manager:synchronizationJobSubject? members:[synchronizationJobSubject]?
    owners:[synchronizationJobSubject]?`,
} as const;

/** The values of the enumerations among them; those of `FLAGS` may stand together, with commas between. */
const ENUMS: Readonly<Record<string, string>> = {
  attributeDefinitionMetadata: `
    BaseAttributeName ComplexObjectDefinition IsContainer IsCustomerDefined IsDomainQualified
    LinkPropertyNames LinkTypeName MaximumLength ReferencedProperty`,
  attributeFlowBehavior: "FlowWhenChanged FlowAlways",
  attributeFlowType: "Always ObjectAddOnly MultiValueAddOnly ValueAddOnly AttributeAddOnly",
  attributeMappingSourceType: "Attribute Constant Function",
  attributeType: "String Integer Reference Binary Boolean DateTime",
  directoryDefinitionDiscoverabilities: `
    None AttributeNames AttributeDataTypes AttributeReadOnly ReferenceAttributes UnknownFutureValue`,
  mutability: "ReadWrite ReadOnly Immutable WriteOnly",
  objectDefinitionMetadata: `
    PropertyNameAccountEnabled PropertyNameSoftDeleted IsSoftDeletionSupported
    IsSynchronizeAllSupported ConnectorDataStorageRequired Extensions BaseObjectName`,
  objectFlowTypes: "None Add Update Delete",
  objectMappingMetadata: `
    EscrowBehavior DisableMonitoringForChanges OriginalJoiningProperty Disposition IsCustomerDefined
    ExcludeFromReporting Unsynchronized`,
  synchronizationJobRestartScope:
    "None ConnectorDataStore Escrows Watermark QuarantineState Full ForceDeletes",
  synchronizationSecret: `
    None UserName Password SecretToken AppKey BaseAddress ClientIdentifier ClientSecret
    SingleSignOnType Sandbox Url Domain ConsumerKey ConsumerSecret TokenKey TokenExpiration
    Oauth2AccessToken Oauth2AccessTokenCreationTime Oauth2RefreshToken SyncAll InstanceName
    Oauth2ClientId Oauth2ClientSecret CompanyId UpdateKeyOnSoftDelete SynchronizationSchedule
    SystemOfRecord SandboxName EnforceDomain SyncNotificationSettings SkipOutOfScopeDeletions
    Oauth2AuthorizationCode Oauth2RedirectUri ApplicationTemplateIdentifier Oauth2TokenExchangeUri
    Oauth2AuthorizationUri AuthenticationType Server PerformInboundEntitlementGrants
    HardDeletesEnabled SyncAgentCompatibilityKey SyncAgentADContainer ValidateDomain TestReferences
    ConnectionString`,
};
const FLAGS = new Set([
  "directoryDefinitionDiscoverabilities",
  "objectFlowTypes",
  "synchronizationJobRestartScope",
]);

/** The values of an enumeration; undefined for a type that is none, or that is not in the table. */
export function enumValues(type: string): readonly string[] | undefined {
  return ENUMS[type]?.trim().split(/\s+/);
}

/** Whether a text is a value of an enumeration of the table. */
export function isEnumValue(type: string, text: string): boolean {
  const values = enumValues(type) ?? [];
  const parts = FLAGS.has(type) ? text.split(",").map((part) => part.trim()) : [text];
  return parts.every((part) => values.includes(part));
}
