import type { ProvisioningStepKind } from "../../../provisioning/plan-provisioning.ts";
import type { CurrentProvisioning, DesiredProvisioning } from "../../../provisioning/types.ts";
import type { AppRole } from "../../../registration/types.ts";
import type { Secret } from "../../../secret.ts";
import type { Principal, ProvisioningResult } from "../../provisioner.ts";
import type { ProofUser } from "../people/assignees.ts";
import type { Mappings } from "./mappings.ts";

/** What a person or a group has on the application by now. */
export interface AssignedNow {
  readonly kind: "User" | "Group";
  /** Whether an assignment counts for provisioning: "default access" does not. */
  readonly isProvisioned: boolean;
  /** The ids of assignments that one with a role takes the place of. */
  readonly replaced: readonly string[];
}

/** Everything that carrying out the provisioning of one application takes. */
export interface ProvisioningWork {
  readonly displayName: string;
  readonly desired: DesiredProvisioning;
  readonly current: CurrentProvisioning | undefined;
  readonly steps: readonly ProvisioningStepKind[];
  /** The token to save; undefined where the saved one stays, or there is none yet. */
  readonly token: Secret | undefined;
  readonly waitsForToken: boolean;
  /** What is to be done about the mappings; undefined where those of a new job have to be read first. */
  readonly mappings: Mappings | undefined;
  readonly users: readonly Principal[];
  /** By the object ID of who is assigned. */
  readonly assigned: ReadonlyMap<string, AssignedNow>;
  /** The app role of the registration that is assigned; undefined: the one for users, which comes with the app. */
  readonly role: AppRole | undefined;
  readonly proofUser: ProofUser | undefined;
  /** Whether the vendor's list of users can be read with the token. */
  readonly readsUsers: boolean;
  readonly afterFirstUsers: string | undefined;
  readonly contact: string | undefined;
  readonly answers: ProvisioningResult["answers"];
}
