import type { ProvisioningStepKind } from "../provisioning/plan-provisioning.ts";
import type { SchemaChange } from "../provisioning/schema-changes.ts";
import type { ProvisioningState } from "../provisioning/state.ts";
import type { CurrentProvisioning, DesiredProvisioning, Job, OnDemandResult } from "../provisioning/types.ts";
import type { Group } from "../registration/groups.ts";
import type { Answers } from "./answers.ts";
import type { MadeApplication } from "./beside.ts";
import type { ChosenGroups } from "./groups.ts";
import type { Prepared } from "./prepare.ts";
import type { Run } from "./run.ts";
import type { Arrivals } from "./scim/setup/arrivals.ts";
import type { Means } from "./step-up.ts";

/** What a command adds to a run of `register`: the provisioning of its applications. */
export interface Provisioner {
  /** Graph permissions that it takes besides; asked for with the first sign-in. */
  readonly scopes: readonly string[];
  /** Reads and plans the provisioning of one application, and asks for what that takes; changes nothing. */
  prepare(run: Run, application: Prepared, answers: Answers): Promise<Provisioning>;
}

/** A run that may set up provisioning as well. */
export type ProvisioningRun = Run & { readonly provisioner: Provisioner | undefined };

/** The provisioning of one application, read and planned. */
export interface Provisioning {
  readonly proposal: ProvisioningProposal;
  /** Whether the plan changes anything. */
  readonly isChanging: boolean;
  /** Who is to be assigned, and what is made for that. */
  readonly groups: ChosenGroups;
  /**
   * Carries the plan out, beside whatever else becomes of the application.
   *
   * @param groups those that were chosen, once all of them exist.
   */
  apply(
    means: Pick<Means, "graph">,
    made: MadeApplication,
    groups: Promise<readonly Group[]>,
  ): Promise<ProvisioningResult>;
  /** The result where nothing is changed. */
  readonly unchanged: ProvisioningResult;
}

/** Somebody, or a group, who is assigned to an application. */
export interface Principal {
  readonly id: string;
  readonly displayName: string;
  readonly kind: "User" | "Group";
}

/** What a person has to know of the provisioning of one application before they say yes to it. */
export interface ProvisioningProposal {
  readonly desired: DesiredProvisioning;
  /** As the tenant has it; undefined where the application is not there yet. */
  readonly current: CurrentProvisioning | undefined;
  /** What is done, in order; without a token only the first part of it. */
  readonly steps: readonly ProvisioningStepKind[];
  /** What changes in the mappings; undefined where those of a new job are not known yet. */
  readonly changes: readonly SchemaChange[] | undefined;
  /** Who is assigned by this run; new groups are named by the plan of the application. */
  readonly principals: readonly Principal[];
  /** The names of new groups' first members. */
  readonly members: readonly string[];
  /** The value of the app role that they get; undefined: the one for users. */
  readonly role: string | undefined;
  /** How many people the first cycle goes through; undefined where that is not known. */
  readonly people: number | undefined;
  /** Whom the run provisions first, as a proof. */
  readonly proofUser: string | undefined;
  /** Why there is no proof although one is wanted: of all who were named the account is disabled, or there is nobody. */
  readonly unproved: "disabled" | "nobody" | undefined;
  /** Whether everything that needs the vendor's token has to wait for it. */
  readonly waitsForToken: boolean;
}

/** What was answered, as far as the command repeats it that sets provisioning up. */
export type SetupAnswers = Pick<Answers, "appName" | "hostname" | "inputs">;

export interface ProvisioningResult {
  readonly outcome: "running" | "waiting" | "planned" | "nothingToDo";
  readonly tenantUrl: string;
  readonly servicePrincipalId: string | undefined;
  /** As they were read at the end; undefined where there is no job. */
  readonly job: Job | undefined;
  readonly state: ProvisioningState | undefined;
  readonly steps: readonly ProvisioningStepKind[];
  /** Who was assigned by this run. */
  readonly assigned: readonly Principal[];
  /** The user who was provisioned as a proof. */
  readonly proof: { readonly user: string; readonly result: OnDemandResult } | undefined;
  /** When the next cycle begins; undefined where that is not known, or none will. */
  readonly nextCycle: Date | undefined;
  /** The mappings as they were before this run changed them. */
  readonly mappingsFile: string | undefined;
  /** What the vendor's own list shows, where it can be read. */
  readonly arrivals: Arrivals | undefined;
  /** What a person at the vendor does once users have arrived. */
  readonly afterFirstUsers: string | undefined;
  /** Who has the token. */
  readonly contact: string | undefined;
  /** How a later run is told what this one was: as it was answered. */
  readonly answers: SetupAnswers;
}
