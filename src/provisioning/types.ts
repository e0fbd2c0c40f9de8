/*
 * Provisioning of users and groups by SCIM, as data. What Graph calls `synchronization` is kept in Graph's own
 * shapes where it is written back whole; everything else holds only what this product uses.
 */

/** Where a mapped value comes from, in Graph's shape: `attributeMappingSource`. */
export interface MappingSource {
  readonly type: string;
  readonly name: string | null;
  /** In Entra's expression language, such as `[surname]`. */
  readonly expression: string | null;
  readonly parameters: readonly { readonly key: string; readonly value: MappingSource }[] | null;
  readonly [property: string]: unknown;
}

/** Graph: `attributeMapping`. */
export interface AttributeMapping {
  readonly targetAttributeName: string;
  readonly source: MappingSource | null;
  readonly defaultValue: string | null;
  /** `Always`, `ObjectAddOnly`, … */
  readonly flowType: string;
  readonly flowBehavior: string;
  /** 1 and more: by which users are recognised, lowest first; 0: not. */
  readonly matchingPriority: number;
  readonly [property: string]: unknown;
}

/** Graph: `objectMapping`. */
export interface ObjectMapping {
  readonly name: string;
  readonly enabled?: boolean | null;
  /** `Add,Update,Delete`: flags in one text. */
  readonly flowTypes: string;
  readonly sourceObjectName?: string | null;
  readonly targetObjectName?: string | null;
  readonly attributeMappings: readonly AttributeMapping[];
  readonly [property: string]: unknown;
}

/** Graph: `synchronizationRule`. */
export interface SynchronizationRule {
  readonly id: string;
  /** Whoever leaves it out has nothing against it. */
  readonly editable?: boolean | null;
  readonly sourceDirectoryName?: string | null;
  readonly targetDirectoryName?: string | null;
  readonly objectMappings: readonly ObjectMapping[];
  readonly [property: string]: unknown;
}

/** Graph: `attributeDefinition`. */
export interface AttributeDefinition {
  readonly name: string;
  readonly type: string;
  readonly multivalued: boolean;
  readonly [property: string]: unknown;
}

/** Graph: `directoryDefinition`. */
export interface DirectoryDefinition {
  readonly name: string;
  readonly objects: readonly {
    readonly name: string;
    readonly attributes: readonly AttributeDefinition[];
    readonly [property: string]: unknown;
  }[];
  readonly [property: string]: unknown;
}

/** Graph: `synchronizationSchema`. Every property is kept as it came: it is written back whole. */
export interface SynchronizationSchema {
  readonly synchronizationRules: readonly SynchronizationRule[];
  readonly directories: readonly DirectoryDefinition[];
  readonly [property: string]: unknown;
}

/** One attribute of the target as the template wants it filled. */
export interface DesiredMapping {
  readonly target: string;
  /** In Entra's expression language. */
  readonly source: string;
  readonly default: string | undefined;
  readonly matchingPriority: number | undefined;
  readonly apply: "always" | "onlyWhenCreating";
}

/** An attribute of the target that Entra does not know by itself. */
export interface TargetAttribute {
  readonly name: string;
  readonly type: "String";
  readonly multiValued: boolean;
}

/** The same, as far as it tells whether a tenant keeps it. */
export type AttributeShape = Pick<TargetAttribute, "name" | "multiValued">;

/** What the vendor wants of the value of a target attribute; users who lack it fail to be provisioned. */
export interface Requirement {
  /** One of `DesiredProvisioning.users.mappings`. */
  readonly target: string;
  readonly present: boolean;
  /** No two users may have the same value. */
  readonly unique: boolean;
  readonly oneOf: readonly string[] | undefined;
}

/** The provisioning that template and answers ask for. */
export interface DesiredProvisioning {
  /** The SCIM endpoint of the vendor, https, without the token. */
  readonly tenantUrl: string;
  readonly scope: "assigned" | "all";
  /** Whether the groups mapping is on. */
  readonly groups: boolean;
  readonly users: {
    readonly mappings: readonly DesiredMapping[];
    /** Whether attributes that are not listed are left out, Entra's own defaults included. */
    readonly exclusive: boolean;
  };
  readonly attributes: readonly TargetAttribute[];
  /** The value of the app role that assigned people and groups get; undefined: the application's role for users. */
  readonly appRole: string | undefined;
  readonly requirements: readonly Requirement[];
  /** Whether the first start clears what Entra remembers of earlier cycles. */
  readonly clearsState: boolean;
  /** Where failures are reported; undefined leaves what is there. */
  readonly notification: string | undefined;
}

/** The credentials of a job without the token: what can be read back, and compared. */
export interface SavedCredentials {
  readonly tenantUrl: string | undefined;
  /** Whether a token is saved, or must be by all that is shown; what it is, nobody can read. */
  readonly hasToken: boolean;
  readonly scope: "assigned" | "all" | undefined;
  /** Undefined: nobody is notified, or nobody knows. */
  readonly notification: string | undefined;
  /** At how many deletions a cycle stops; undefined: never. */
  readonly deleteThreshold: number | undefined;
  /** Settings of others beside ours that a write has to repeat, or they are lost: it replaces everything. */
  readonly kept: readonly { readonly key: string; readonly value: string }[];
  /** Names of keys that this product cannot repeat, such as those of OAuth: a write would lose them. */
  readonly others: readonly string[];
  /** What is saved and not shown: tenants mask values or leave them out. */
  readonly hidden: readonly HiddenSetting[];
}

export type HiddenSetting = "scope" | "notification";

/** Graph: `synchronizationStatusCode`, with room for what comes one day. */
export type JobCode = "NotConfigured" | "NotRun" | "Active" | "Paused" | "Quarantine" | (string & {});

/** One cycle of a job. */
export interface Cycle {
  /** `Succeeded`, `Failed` or `EntryLevelErrors`. */
  readonly state: string;
  /** ISO 8601 in UTC. */
  readonly began: string | undefined;
  readonly ended: string | undefined;
  readonly counts: {
    readonly imported: number;
    readonly entitled: number;
    readonly exported: number;
    readonly escrowed: number;
  };
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** Graph: `synchronizationJob`. */
export interface Job {
  readonly id: string;
  readonly templateId: string;
  readonly code: JobCode;
  /** Graph: `schedule.state`, `Active`, `Disabled` or `Paused`. */
  readonly schedule: string;
  /** ISO 8601 duration; 40 minutes, which nobody can change. */
  readonly interval: string | undefined;
  readonly lastCycle: Cycle | undefined;
  readonly lastSuccessfulCycle: Cycle | undefined;
  /** When the first cycle had gone through everybody; undefined: not yet. */
  readonly steadySince: string | undefined;
  readonly quarantine:
    | {
        readonly reason: string;
        readonly since: string | undefined;
        readonly nextAttempt: string | undefined;
        readonly count: number;
        readonly error: { readonly code: string; readonly message: string } | undefined;
      }
    | undefined;
  /** How many objects of a kind are in step. */
  readonly entries: readonly { readonly kind: string; readonly count: number }[];
}

/** Somebody or something that is assigned to an application. */
export interface Assignment {
  readonly id: string;
  readonly principalId: string;
  readonly principalType: "User" | "Group" | "ServicePrincipal" | (string & {});
  readonly principalDisplayName: string;
  readonly appRoleId: string;
}

/** Provisioning as the tenant has it. */
export interface CurrentProvisioning {
  readonly job: Job | undefined;
  /** Undefined where there is no job. */
  readonly schema: SynchronizationSchema | undefined;
  readonly credentials: SavedCredentials;
}

/** The answer of a connection test: Entra itself called the endpoint. */
export type ConnectionTest =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** `refused`: 401 or 403; `unreachable`; `notScim`: an answer that is none; `other`. */
      readonly problem: "refused" | "unreachable" | "notScim" | "other";
      /** The service's own sentence, without anything secret. */
      readonly detail: string;
      readonly requestId: string | undefined;
    };

/** One user or group sent on demand. */
export interface OnDemandResult {
  readonly result: "success" | "skipped" | "failure";
  /** A success without anything to do: the target had it all already. */
  readonly isRedundant: boolean;
  /** Graph: `provisioningAction`, such as `create`. */
  readonly action: string | undefined;
  readonly steps: readonly ProvisioningStep[];
  readonly changes: readonly ModifiedProperty[];
  readonly error: { readonly code: string; readonly reason: string } | undefined;
  readonly target: string | undefined;
  readonly requestId: string | undefined;
}

export interface ProvisioningStep {
  readonly name: string;
  /** `import`, `scoping`, `matching`, `processing`, `referenceResolution` or `export`. */
  readonly type: string;
  readonly status: string;
  readonly description: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface ModifiedProperty {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Graph: `provisioningObjectSummary`, an entry of the provisioning logs. */
export interface LogEntry {
  readonly id: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly action: string;
  readonly status: "success" | "failure" | "skipped" | "warning" | (string & {});
  readonly error:
    | { readonly code: string; readonly reason: string; readonly recommendedAction: string | undefined }
    | undefined;
  readonly source: { readonly id: string; readonly displayName: string; readonly type: string } | undefined;
  readonly target: { readonly id: string; readonly displayName: string; readonly type: string } | undefined;
  readonly steps: readonly ProvisioningStep[];
  readonly changes: readonly ModifiedProperty[];
  readonly cycleId: string | undefined;
  readonly durationMs: number | undefined;
}

/** A user as the mapping's source knows it: attribute names are those of Entra's synchronization. */
export type SourceObject = Readonly<Record<string, string | boolean | readonly string[] | null | undefined>>;
