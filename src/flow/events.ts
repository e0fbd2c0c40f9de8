import type { MissingInput, SignInFailure } from "../errors.ts";
import type { AssignProgress } from "../graph/assign-many.ts";
import type { GraphWait } from "../graph/batch.ts";
import type { Exchange } from "../http/trace.ts";
import type { RemovedFromToken } from "../provisioning/secret-token.ts";
import type { ProvisioningState } from "../provisioning/state.ts";
import type { HiddenSetting, Job } from "../provisioning/types.ts";
import type { Group } from "../registration/groups.ts";
import type { Plan } from "../registration/plan.ts";
import type { Removal } from "../registration/removal.ts";
import type { Obstacle } from "../registration/rights.ts";
import type { JudgedSecret } from "../registration/secrets.ts";
import type {
  Application,
  DesiredRegistration,
  PasswordCredential,
  ResolvedPermission,
} from "../registration/types.ts";
import type { Secret } from "../secret.ts";
import type { SignInWay } from "../settings/sign-in.ts";
import type { DeviceCode } from "../signin/device-code.ts";
import type { ProvisioningProposal, ProvisioningResult, SetupAnswers } from "./provisioner.ts";
import type { AssignmentProposal } from "./scim/assign.ts";
import type { ControlResult } from "./scim/control.ts";
import type { UserCheck } from "./scim/people/check-users.ts";
import type { LeftOut } from "./scim/standing.ts";

/** What a run says while it works, as data; `cli/screen` owns the words. */
export type RunEvent =
  | { readonly kind: "sandbox"; readonly examples: readonly MissingInput[] }
  /** Another run works on the same simulated tenant, and this one waits for it. */
  | { readonly kind: "sandboxBusy"; readonly processId: number }
  | {
      readonly kind: "config";
      readonly file: string;
      readonly unknownKeys: readonly string[];
      /** A `config.json` that belongs to another program. */
      readonly ignoredFile: string | undefined;
    }
  /** In Cloud Shell without a config of the vendor: it has to be uploaded. */
  | { readonly kind: "configNotUploaded" }
  /** Where the evidence of this run is. */
  | { readonly kind: "journal"; readonly path: string }
  | { readonly kind: "noJournal"; readonly path: string }
  | { readonly kind: "hostnameReduced"; readonly origin: string }
  | { readonly kind: "deviceCode"; readonly code: DeviceCode; readonly canSwitch: boolean }
  /** The page on which a person signs in, for a browser that does not open by itself. */
  | { readonly kind: "signInPage"; readonly url: string; readonly canSwitch: boolean }
  /** A sign-in did not succeed and the run goes on with another: by itself, or with what is asked next. */
  | {
      readonly kind: "signInFailed";
      readonly failure: SignInFailure;
      readonly next: SignInWay | undefined;
    }
  | {
      readonly kind: "signedIn";
      readonly username: string;
      readonly tenant: { readonly id: string; readonly displayName: string };
    }
  /** Where somebody consents to what this run leaves out, while it waits. */
  | {
      readonly kind: "consentPage";
      readonly url: string;
      readonly permissions: readonly ResolvedPermission[];
    }
  /** Whether that consent was given cannot be seen any more, and this run waits no longer. */
  | { readonly kind: "consentNotSeen" }
  /** The app that somebody is asked to consent to. */
  | { readonly kind: "consentSubject"; readonly subject: ConsentSubject }
  | { readonly kind: "wait"; readonly wait: GraphWait }
  | { readonly kind: "exchange"; readonly exchange: Exchange }
  | { readonly kind: "task"; readonly task: Task; readonly state: "started" | "done" | "failed" }
  | { readonly kind: "serviceReplaced"; readonly from: string; readonly to: string }
  | { readonly kind: "plan"; readonly proposal: Proposal }
  | {
      readonly kind: "removal";
      readonly removal: Removal;
      readonly tenant: { readonly id: string; readonly displayName: string };
    }
  /** A run would have to do something about a deleted application first; this one changes nothing. */
  | {
      readonly kind: "deletedFound";
      readonly displayName: string;
      readonly deletedDateTime: string;
      readonly choice: "restore" | "purge" | undefined;
    }
  /**
   * A restored application brought its client secrets back, so many of ours and of others; `kept` are the key
   * ids of ours that stay because nobody can be asked about them.
   */
  | {
      readonly kind: "secretsRestored";
      readonly ours: number;
      readonly others: number;
      readonly kept: readonly string[];
    }
  /** One of several applications is complete, or was before; whatever becomes of the next. */
  | { readonly kind: "applicationDone"; readonly result: RegisterResult }
  /** Applications that an attempt without an answer made as well, and that nobody uses. */
  | { readonly kind: "surplusApplications"; readonly appIds: readonly string[] }
  | { readonly kind: "lifetimeShortened"; readonly endDateTime: string }
  | { readonly kind: "grantRefused"; readonly permissions: readonly ResolvedPermission[] }
  /** Nobody could be asked about redirect URIs of an earlier address. */
  | { readonly kind: "redirectUrisKept"; readonly uris: readonly string[] }
  /** Nothing proves that these were handed over; they stay. */
  | { readonly kind: "secretsDoubtful"; readonly secrets: readonly PasswordCredential[] }
  | { readonly kind: "variablesUnknown"; readonly names: readonly string[] }
  | { readonly kind: "notVisibleYet"; readonly plan: Plan }
  | { readonly kind: "readBackFailed" }
  | { readonly kind: "proofFailed"; readonly problem: ProofProblem; readonly detail: string }
  | { readonly kind: "fileKept"; readonly keptAs: string }
  | { readonly kind: "pageNotWritten"; readonly file: string; readonly errno: string }
  | { readonly kind: "reminderWritten"; readonly file: string; readonly days: readonly Date[] }
  | { readonly kind: "reminderNotWritten"; readonly file: string; readonly errno: string }
  | { readonly kind: "markNotSet" }
  /** How provisioning stands before it is started, paused or restarted. */
  | {
      readonly kind: "provisioningFound";
      readonly displayName: string;
      readonly state: ProvisioningState;
      readonly job: Job;
    }
  /** One of several that cannot be started, paused or restarted yet. */
  | { readonly kind: "leftOut"; readonly result: LeftOut }
  /** What a restart of so many jobs will mean; `users`: how many are in step by now, in the largest. */
  | {
      readonly kind: "restartMeans";
      readonly clearsState: boolean;
      readonly users: number | undefined;
      readonly jobs: number;
    }
  /** How it ended for one of several, where it failed for another. */
  | { readonly kind: "controlDone"; readonly result: ControlResult }
  | { readonly kind: "controlFailed"; readonly displayName: string }
  /** Many assignments that are about to be made, or that are there. */
  | { readonly kind: "assignments"; readonly proposal: AssignmentProposal }
  /** How far many assignments are. */
  | { readonly kind: "assigning"; readonly total: number; readonly progress: AssignProgress }
  /** Many assignments were not brought to their end. */
  | { readonly kind: "assignedSoFar"; readonly total: number; readonly assigned: number }
  /** Whom the vendor would refuse of those who are to be provisioned; `file`: all of them. */
  | {
      readonly kind: "usersChecked";
      readonly check: UserCheck;
      readonly file: string | undefined;
      readonly hasGroups: boolean;
    }
  /** What was cut off a secret token before it was used. */
  | {
      readonly kind: "secretTokenCleaned";
      /** A file, a variable, standard input; empty for what was typed. */
      readonly source: string;
      readonly removed: readonly RemovedFromToken[];
    }
  | { readonly kind: "secretTokenFileShared"; readonly file: string }
  /** Nothing came from standard input, which stays open. */
  | { readonly kind: "inputSilent"; readonly seconds: number }
  /** A token was given, and the saved one still works. */
  | { readonly kind: "secretTokenKept"; readonly displayName: string }
  /** What is wanted of the saved credentials, is not shown, and stays as it is. */
  | {
      readonly kind: "settingsUnseen";
      readonly displayName: string;
      readonly settings: readonly HiddenSetting[];
    }
  /** The vendor's address accepts a made-up token as well. */
  | { readonly kind: "anyTokenAccepted"; readonly host: string }
  /** The mappings as they were are in this file. */
  | { readonly kind: "mappingsKept"; readonly file: string }
  /** Attributes of the vendor's that Entra did not keep as they were written. */
  | { readonly kind: "attributesNotKept"; readonly names: readonly string[] }
  /** Those that an earlier run wrote in vain: this one does not write them again. */
  | { readonly kind: "attributesLeftOut"; readonly names: readonly string[] }
  | {
      readonly kind: "nobodyAssigned";
      readonly displayName: string;
      readonly application: string | undefined;
    }
  /** An assignment that does not count yet, so that nothing could be proved with it. */
  | { readonly kind: "notInScopeYet"; readonly user: string }
  /** The run goes on showing what comes until somebody stops it. */
  | { readonly kind: "following" }
  /** The first Ctrl-C or signal came; what is under way is still brought to its end. `byKey`: Ctrl-C. */
  | { readonly kind: "interrupted"; readonly byKey: boolean };

/** Work that takes a while; a plan's own steps are named by their kind. */
export type Task =
  | "takeTurn"
  | "findTenant"
  | "findGroups"
  | "signIn"
  | "read"
  | "oneTimePasswordService"
  | "network"
  | "createApplication"
  | "instantiateApplication"
  | "adoptApplication"
  | "restoreApplication"
  | "purgeApplication"
  | "removeApplication"
  | "removeServicePrincipal"
  | "removeRestoredSecret"
  | "updateApplication"
  | "exposeApi"
  | "createServicePrincipal"
  | "updateServicePrincipal"
  | "createGroup"
  | "readMembers"
  | "addMembers"
  | "grant"
  | "awaitConsent"
  | "removeSecret"
  | "retireSecret"
  | "issueSecret"
  | "deliver"
  | "markDelivered"
  | "readBack"
  | "prove"
  | "testConnection"
  | "createJob"
  | "writeCredentials"
  | "changeMappings"
  | "assign"
  | "awaitArrivals"
  | "startProvisioning"
  | "pauseProvisioning"
  | "restartProvisioning"
  | "findUsers"
  | "checkUsers"
  | "provisionOnDemand"
  | "readLogs";

export type ProofProblem = "secretNotAccepted" | "permissionNotEffective" | "other";

/** The plan with everything a person needs to say yes to it. */
export interface Proposal {
  readonly plan: Plan;
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  readonly current: Application | undefined;
  /** The names of client applications that the plan knows by id. */
  readonly clients: readonly { readonly appId: string; readonly name: string }[];
  /** Where the secret goes; undefined where no secret is issued. */
  readonly delivery:
    | { readonly service: string; readonly lifetimeSeconds: number; readonly isTrusted: boolean }
    | undefined;
  /** Where the link goes; undefined where no secret is issued. */
  readonly handoverFile: string | undefined;
  /** The permissions that the run tries out as the new app at its end. */
  readonly proofs: readonly ResolvedPermission[];
  /** What becomes of the provisioning of the application; undefined where it is not spoken of. */
  readonly provisioning?: ProvisioningProposal | undefined;
  /** What will probably keep this person from carrying the plan out. */
  readonly obstacles: readonly Obstacle[];
  readonly now: Date;
}

/** What a person has to know of an app before they consent to it. */
export interface ConsentSubject {
  readonly application: Application;
  /** Where the app is registered. */
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly permissions: readonly ResolvedPermission[];
}

export interface ConsentResult {
  readonly outcome: "granted" | "refused" | "nothingToDo" | "planned";
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  readonly appId: string;
  readonly objectId: string;
  readonly plan: Plan;
  readonly handover: undefined;
  /** Permissions that take another role still. */
  readonly waiting: readonly ResolvedPermission[];
  readonly consentPage: string | undefined;
}

/** What the programs that read `--json` are told of every run that may change something. */
export interface Ended {
  readonly outcome: string;
  readonly displayName: string;
  readonly tenant: { readonly id: string };
  readonly appId: string | undefined;
  readonly objectId: string | undefined;
  readonly plan: Plan;
  readonly handover: Handover | undefined;
  readonly groups?: readonly Group[];
  /** The page about it for people, where this run wrote one. */
  readonly handoverPage?: string | undefined;
  readonly waiting: readonly ResolvedPermission[];
  readonly consentPage: string | undefined;
  readonly provisioning?: ProvisioningResult;
}

/** How a run ended that adds an optional part of a product. */
export interface AddOnResult extends Ended {
  readonly outcome: "added" | "nothingToDo" | "planned";
  readonly title: string;
  readonly appId: string;
}

/** The client secrets of a registration, and what is known of each. */
export interface SecretList {
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  readonly appId: string;
  readonly objectId: string;
  readonly secrets: readonly JudgedSecret[];
  readonly now: Date;
}

export interface RetireResult extends Ended {
  readonly outcome: "retired" | "nothingToDo" | "planned";
  readonly displayName: string;
  readonly appId: string;
  /** Key ids that were named and are not there, or not any more. */
  readonly gone: readonly string[];
  /** How many secrets of ours are left that were handed over and have not ended. */
  readonly left: number;
}

export interface RegisterResult extends Ended {
  readonly outcome: "registered" | "rotated" | "nothingToDo" | "planned";
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  readonly hostname: string;
  /** When the delivered client secret of an unchanged registration ends, ISO 8601. */
  readonly secretEnd: string | undefined;
  readonly appId: string | undefined;
  readonly objectId: string | undefined;
  readonly servicePrincipalId: string | undefined;
  /** What it is like now; after a dry run: what it would be. */
  readonly desired: DesiredRegistration;
  readonly plan: Plan;
  readonly handover: Handover | undefined;
  /** Those whose users are synchronised, as far as they are there. */
  readonly groups: readonly Group[];
  /** Permissions that somebody with another role has to consent to. */
  readonly waiting: readonly ResolvedPermission[];
  /** The page where they can. */
  readonly consentPage: string | undefined;
  /** The client that whoever signed in gave permissions to; undefined where nobody did. */
  readonly signInClientId: string | undefined;
  /** With `{setupCommand}` in the place of the command that sets provisioning up with `answers`. */
  readonly nextSteps: readonly string[];
  readonly answers: SetupAnswers;
  /** Where the run set up provisioning as well. */
  readonly provisioning?: ProvisioningResult;
}

export interface Handover {
  readonly file: string;
  /** Whether the file has to be fetched from this machine first: in Cloud Shell. */
  readonly toDownload: boolean;
  readonly keyId: string;
  /** Undefined where the person took the secret from the screen instead. */
  readonly link: { readonly url: Secret; readonly end: Date } | undefined;
  readonly secretStart: string;
  readonly secretEnd: string;
}
