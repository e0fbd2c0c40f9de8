import type { ProvisioningState } from "../../../provisioning/state.ts";
import type { Job } from "../../../provisioning/types.ts";
import { say } from "../clean.ts";

/** What a state means, to go on after "Provisioning of … is". */
export const STATES: Readonly<Record<ProvisioningState, string>> = {
  notSetUp: "not set up",
  incomplete: "not finished: the tenant URL or the secret token of the vendor is missing",
  ready: "ready, and was never started",
  firstCycle: "running; the first cycle has not gone through everybody yet",
  running: "running",
  paused: "paused: nothing reaches the app until it is started again",
  quarantine: "in quarantine: Microsoft Entra tries it once a day at most, and gives up after four weeks",
};

/** What somebody can do about a state; undefined where nothing has to be done. */
export const STATE_ADVICE: Readonly<Record<ProvisioningState, string | undefined>> = {
  notSetUp: "Set it up with: scim setup",
  incomplete: "When the vendor has given you both, go on with: scim setup",
  ready: "Start it with: scim start",
  firstCycle: undefined,
  running: undefined,
  paused: "Start it again with: scim start",
  quarantine: undefined,
};

/** Why Entra put a job into quarantine, and what ends that. */
export interface QuarantineWording {
  readonly reason: string;
  readonly advice: string;
}

const FAILURES: QuarantineWording = {
  reason: "too many users or groups failed",
  advice: "See what failed with: scim logs --status failure. When that is repaired, go on with: scim restart",
};

/** https://learn.microsoft.com/graph/api/resources/synchronization-synchronizationquarantine */
const QUARANTINES: Readonly<Record<string, QuarantineWording>> = {
  EncounteredQuarantineException: {
    reason: "the app cannot be reached, or does not accept the secret token any more",
    advice:
      "Try the connection with: scim test. A new token is saved with: scim setup --new-secret-token. Then go on with: scim restart",
  },
  EncounteredBaseEscrowThreshold: FAILURES,
  EncounteredTotalEscrowThreshold: FAILURES,
  EncounteredEscrowProportionThreshold: FAILURES,
  TooManyDeletes: {
    reason: "one cycle would have deleted more users than the limit against accidental deletion allows",
    advice:
      'Are so many meant to go? Then allow it in the Entra admin center: Enterprise applications, this app, Provisioning, "Allow deletes". If not, assign them again, then go on with: scim restart',
  },
  QuarantinedOnDemand: {
    reason: "somebody put it there by hand",
    advice: "When whoever did that agrees, go on with: scim restart",
  },
  IngestionInterrupted: {
    reason: "Microsoft Entra could not read all of its own users and groups",
    advice: "Look at everybody again with: scim restart --clear-state",
  },
};

const UNKNOWN_QUARANTINE: QuarantineWording = {
  reason: "for a reason that this tool does not know",
  advice: "See what happened with: scim logs. When that is repaired, go on with: scim restart",
};

/** The code of a job whose credentials are refused, whatever reason stands beside it. */
const CREDENTIALS = /credential|unauthori[sz]ed/i;

/** Why a job is in quarantine, in words, with what ends it; Microsoft's own message stands behind it. */
export function quarantineWording({ quarantine, lastCycle }: Job): QuarantineWording {
  const error = quarantine?.error ?? lastCycle?.error;
  const known = QUARANTINES[quarantine?.reason ?? ""];
  const { reason, advice } =
    known ?? (CREDENTIALS.test(error?.code ?? "") ? credentials() : UNKNOWN_QUARANTINE);
  const said = error?.message.trim() ? say` (Microsoft says: ${error.message.trim()})` : "";
  return { reason: reason + said, advice };
}

function credentials(): QuarantineWording {
  return QUARANTINES["EncounteredQuarantineException"] ?? UNKNOWN_QUARANTINE;
}
