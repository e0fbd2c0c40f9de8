import { isOn, stateOf } from "./state.ts";
import { isSameTenantUrl } from "./tenant-url.ts";
import type { CurrentProvisioning, DesiredProvisioning, HiddenSetting, Job } from "./types.ts";

/** What a run does about the provisioning of one application. */
export type ProvisioningStepKind =
  | "createJob"
  /** Tests the connection first. All of it is written at once, and nobody can read the token back. */
  | "writeCredentials"
  /** Makes the next cycle go through everybody again. */
  | "changeSchema"
  | "assign"
  /** One user, as the proof; before all the others go. */
  | "provisionOnDemand"
  /** Forgets how far the job was, and starts it: everybody is looked at again. */
  | "restart"
  | "start";

export interface PlanInput {
  readonly desired: DesiredProvisioning;
  readonly current: CurrentProvisioning;
  /** Whether there is a token to save. */
  readonly hasToken: boolean;
  /** Whether Entra can connect with what is saved; undefined where that was not tried. */
  readonly savedWorks: boolean | undefined;
  /** Whether `changeSchema` changes anything, or may: the mappings of a new job are not known yet. */
  readonly mappingsChange: boolean;
  readonly assigns: boolean;
  /** Whether there is somebody to provision as a proof. */
  readonly canProve: boolean;
}

export interface ProvisioningPlan {
  /** In their order; empty where everything is as it should be. */
  readonly steps: readonly ProvisioningStepKind[];
  /**
   * Whether connection and start have to wait for the vendor's token: there is none, it does not work any more,
   * or something is to change that is saved together with it.
   */
  readonly waitsForToken: boolean;
}

/** What has to be done for provisioning to run as it is wanted. Carried out once, nothing is left to do. */
export function planProvisioning(input: PlanInput): ProvisioningPlan {
  const { current, hasToken, mappingsChange, assigns, canProve } = input;
  const waitsForToken = !hasToken && isTokenNeeded(input);
  const begins = waitsForToken ? undefined : beginning(input);
  const steps: readonly (readonly [ProvisioningStepKind, boolean])[] = [
    ["createJob", current.job === undefined],
    ["writeCredentials", hasToken],
    ["changeSchema", mappingsChange],
    ["assign", assigns],
    ["provisionOnDemand", begins !== undefined && canProve],
    ["restart", begins === "restart"],
    ["start", begins === "start"],
  ];
  return { steps: steps.filter(([, isWanted]) => isWanted).map(([kind]) => kind), waitsForToken };
}

/** Whether the saved credentials are not what they should be, as far as they are shown. */
export function isTokenNeeded({
  desired,
  current: { credentials },
  savedWorks,
}: Pick<PlanInput, "desired" | "current" | "savedWorks">): boolean {
  const { tenantUrl, hasToken, scope, notification, hidden } = credentials;
  return (
    !hasToken ||
    savedWorks === false ||
    tenantUrl === undefined ||
    !isSameTenantUrl(tenantUrl, desired.tenantUrl) ||
    (scope !== desired.scope && !hidden.includes("scope")) ||
    (desired.notification !== undefined &&
      notification !== desired.notification &&
      !hidden.includes("notification"))
  );
}

/** What is wanted of the saved credentials and not shown: it may be otherwise. */
export function unseenSettings(
  { notification }: Pick<DesiredProvisioning, "notification">,
  { credentials: { hidden } }: Pick<CurrentProvisioning, "credentials">,
): readonly HiddenSetting[] {
  return hidden.filter((setting) => setting === "scope" || notification !== undefined);
}

/** How the job comes to run; undefined where it runs as it should. */
function beginning(input: PlanInput): "start" | "restart" | undefined {
  const { desired, current } = input;
  const { job } = current;
  const first = desired.clearsState ? "restart" : "start";
  if (!job) return first;
  const isUnused = job.lastCycle === undefined && job.lastSuccessfulCycle === undefined;
  if (isUnused && !isOn(job)) return first;
  // Entra keeps whom it knows: without a restart nobody who is out of scope by now would be looked at again.
  if (current.credentials.scope !== undefined && current.credentials.scope !== desired.scope)
    return "restart";
  if (stateOf(current) === "quarantine") return isRepaired(input, job) ? "restart" : undefined;
  return isOn(job) ? undefined : "start";
}

/**
 * Whether what put the job into quarantine is repaired: new credentials or mappings, or the saved ones work
 * again. What stopped it for another reason, such as too many deletions, a person has to look at.
 */
function isRepaired({ hasToken, mappingsChange, savedWorks }: PlanInput, { quarantine }: Job): boolean {
  const isAboutCredentials = quarantine?.reason === "EncounteredQuarantineException";
  const isAboutEntries = quarantine?.reason.endsWith("Threshold") === true;
  if (isAboutCredentials) return hasToken || savedWorks === true;
  return isAboutEntries && mappingsChange;
}
