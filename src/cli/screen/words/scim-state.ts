import type { ProvisioningState } from "../../../provisioning/state.ts";
import type { Job } from "../../../provisioning/types.ts";
import { say } from "../clean.ts";
import type { Advice, Step } from "./advice.ts";

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
export const STATE_ADVICE: Readonly<Record<ProvisioningState, Advice | undefined>> = {
  notSetUp: [{ say: "Set it up with:", run: "scim setup" }],
  incomplete: [{ say: "When the vendor has given you both, go on with:", run: "scim setup" }],
  ready: [{ say: "Start it with:", run: "scim start" }],
  firstCycle: undefined,
  running: undefined,
  paused: [{ say: "Start it again with:", run: "scim start" }],
  quarantine: undefined,
};

/** Why Entra put a job into quarantine, and what ends that. */
export interface QuarantineWording {
  readonly reason: string;
  readonly advice: readonly Step[];
}

/** For a cycle in which somebody failed. */
export const SEE_FAILURES: Step = { say: "See what failed with:", run: "scim logs --status failure" };

const FAILURES: QuarantineWording = {
  reason: "too many users or groups failed",
  advice: [SEE_FAILURES, { say: "When that is repaired, go on with:", run: "scim restart" }],
};

/** https://learn.microsoft.com/graph/api/resources/synchronization-synchronizationquarantine */
const QUARANTINES: Readonly<Record<string, QuarantineWording>> = {
  EncounteredQuarantineException: {
    reason: "the app cannot be reached, or does not accept the secret token any more",
    advice: [
      { say: "Try the connection with:", run: "scim test" },
      { say: "Save a new token with:", run: "scim setup --new-secret-token" },
      { say: "Then go on with:", run: "scim restart" },
    ],
  },
  EncounteredBaseEscrowThreshold: FAILURES,
  EncounteredTotalEscrowThreshold: FAILURES,
  EncounteredEscrowProportionThreshold: FAILURES,
  TooManyDeletes: {
    reason: "one cycle would have deleted more users than the limit against accidental deletion allows",
    advice: [
      {
        say: 'Are so many meant to go? Then allow it in the Entra admin center: Enterprise applications, this app, Provisioning, "Allow deletes".',
      },
      { say: "If not, assign them again, then go on with:", run: "scim restart" },
    ],
  },
  QuarantinedOnDemand: {
    reason: "somebody put it there by hand",
    advice: [{ say: "When whoever did that agrees, go on with:", run: "scim restart" }],
  },
  IngestionInterrupted: {
    reason: "Microsoft Entra could not read all of its own users and groups",
    advice: [{ say: "Look at everybody again with:", run: "scim restart --clear-state" }],
  },
};

const UNKNOWN_QUARANTINE: QuarantineWording = {
  reason: "for a reason that this tool does not know",
  advice: [
    { say: "See what happened with:", run: "scim logs" },
    { say: "When that is repaired, go on with:", run: "scim restart" },
  ],
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
