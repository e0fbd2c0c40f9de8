import type { ProvisioningResult } from "../../../flow/provisioner.ts";
import { say } from "../clean.ts";
import { type Advice, quoted } from "./advice.ts";
import { type PackedProgram, packedFile } from "./consent.ts";
import { quarantineWording } from "./scim-state.ts";
import { timeText } from "./scim-time.ts";

/** How setting up provisioning ended, as the first line of a result. */
export function provisioningTitle(
  displayName: string,
  { outcome, state, steps }: ProvisioningResult,
  isNew: boolean,
): string {
  if (outcome === "waiting") {
    return say`"${displayName}" is prepared; provisioning waits for the vendor's secret token.`;
  }
  if (state === "quarantine") return say`"${displayName}" is set up, and provisioning is in quarantine.`;
  if (outcome === "nothingToDo") {
    return say`Nothing to do: "${displayName}" is registered and provisioned as it should be.`;
  }
  if (isNew) return say`Done: "${displayName}" is registered, and its users are being provisioned.`;
  return steps.includes("start") || steps.includes("restart")
    ? say`Done: the users of "${displayName}" are being provisioned.`
    : say`Done: the provisioning of "${displayName}" is as it should be now.`;
}

/** What is worth knowing of it, each with its name. */
export function provisioningRows(result: ProvisioningResult): [string, string][] {
  const { tenantUrl, assigned, proof, arrivals, nextCycle, outcome, job } = result;
  return [
    ["Tenant URL", tenantUrl],
    ...(assigned.length > 0
      ? [["Assigned now", assigned.map(({ displayName }) => displayName).join(", ")] as [string, string]]
      : []),
    ...(proof ? [["Tested with", proofText(proof)] as [string, string]] : []),
    ...(arrivals?.kind === "arrived"
      ? [["Users at the vendor", String(arrivals.count)] as [string, string]]
      : []),
    ...(job && result.state === "quarantine"
      ? [["In quarantine", quarantineWording(job).reason] as [string, string]]
      : []),
    ...(outcome === "running" || nextCycle ? [["Next cycle", cycleText(nextCycle)] as [string, string]] : []),
  ];
}

const ACTIONS: Readonly<Record<string, string>> = {
  create: "was created at the vendor",
  update: "was brought up to date at the vendor",
};

function proofText({ user, result }: NonNullable<ProvisioningResult["proof"]>): string {
  return `${user}: ${ACTIONS[result.action?.toLowerCase() ?? ""] ?? "is at the vendor as it should be"}`;
}

function cycleText(next: Date | undefined): string {
  return next
    ? `${timeText(next)} UTC, then every 40 minutes`
    : "within a few minutes, then every 40 minutes";
}

/** What a person does next; the command for the second part stands apart. */
export function provisioningSteps(result: ProvisioningResult): Advice[] {
  const { outcome, state, job, arrivals, afterFirstUsers } = result;
  if (outcome === "waiting" || outcome === "planned") return [];
  return [
    ...(job && state === "quarantine" ? [quarantineWording(job).advice] : []),
    ...(outcome === "running" && arrivals && arrivals.kind !== "arrived"
      ? [
          arrivals.kind === "none"
            ? "The vendor's list shows no user yet. Look again after the next cycle."
            : "The vendor's list of users could not be read. Ask the vendor whether the first users have arrived.",
        ]
      : []),
    ...(outcome === "running" && afterFirstUsers !== undefined
      ? [arrivals?.kind === "arrived" ? afterFirstUsers : `After the first cycle: ${afterFirstUsers}`]
      : []),
    ...(outcome === "running" ? [[{ say: "See how it goes with:", run: "scim status" }]] : []),
  ];
}

/** The second part of the job, for when the vendor has given the token. */
export function waitingForToken({ contact }: ProvisioningResult, count: number): string {
  const whom = contact === undefined ? "the vendor" : contact;
  return count === 1
    ? say`Get the secret token from ${whom}. Then run this; it asks for the token and goes on from here:`
    : say`Get the ${count} secret tokens from ${whom}. Then run this; it asks for each token and goes on from here:`;
}

/** The command that goes on once the token is there; it asks for it, so that it stands in no history. */
export function setupCommand(
  named: {
    readonly tenantId: string;
    readonly appName: string;
    readonly hostname: string;
    readonly inputs: Readonly<Record<string, string>>;
  },
  { version, template, cloud, flags = [] }: PackedProgram,
): string {
  const parts = [
    say`npx ./${packedFile(version)} scim setup`,
    say`--tenant-id ${named.tenantId}`,
    say`--app-name ${quoted(named.appName)}`,
    ...(named.hostname === "" ? [] : [say`--hostname ${named.hostname}`]),
    ...Object.entries(named.inputs).map(([name, value]) => say`--set ${quoted(`${name}=${value}`)}`),
    ...(cloud === "global" ? [] : [`--cloud ${cloud}`]),
    ...(template === undefined ? [] : [say`--template ${quoted(template)}`]),
    ...flags.map((flag) => say`${flag}`),
  ];
  return parts.join(" ");
}
