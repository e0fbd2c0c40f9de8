import type { AddOnResult, Handover, RegisterResult } from "../../../flow/events.ts";
import { toScreenDate, toScreenTime } from "../../../handover/dates.ts";
import { say } from "../clean.ts";
import type { Advice } from "./advice.ts";
import { DRY_RUN } from "./dry-run.ts";
import { provisioningRows } from "./scim-result.ts";

/** Where there is a secret that the vendor has. */
export const HANDED_OVER: Advice = [
  {
    say: "The client secret was handed over by an earlier run. If its link is lost or has ended, issue a new one with:",
    run: "secret rotate",
  },
];

/** The first line of a run that found nothing to do. */
export function unchangedTitle(displayName: string): string {
  return say`Nothing to do: "${displayName}" is registered as it should be.`;
}

/** The first line of a run that changed something. */
export function doneTitle({ outcome, displayName, waiting }: RegisterResult, isNew: boolean): string {
  if (waiting.length > 0) return say`"${displayName}" is registered; the consent waits for somebody else.`;
  if (outcome === "rotated") return say`Done: "${displayName}" has a new client secret.`;
  return isNew
    ? say`Done: "${displayName}" is registered.`
    : say`Done: the registration of "${displayName}" is as it should be now.`;
}

/** How a run ended that adds an optional part of a product. */
export function addOnTitle({ outcome, title, displayName, appId }: AddOnResult): string {
  if (outcome === "planned") return DRY_RUN;
  return outcome === "added"
    ? say`Done: "${displayName}" (${appId}) serves ${title} now.`
    : say`Nothing to do: "${displayName}" (${appId}) has ${title} already.`;
}

/** What exists by now and where it is: names and values, which the caller cleans. */
export function resultRows(result: RegisterResult): [string, string][] {
  const { tenant, appId, handover, secretEnd, provisioning, handoverPage } = result;
  const end = handover?.secretEnd ?? secretEnd;
  const works: [string, string][] =
    end === undefined ? [] : [["The secret works until", toScreenDate(new Date(end))]];
  return [
    ["Tenant ID", tenant.id],
    ["Application (client) ID", appId ?? ""],
    ...(handover ? linkRows(handover) : []),
    ...works,
    ...(handover ? [["Written to", handover.file] satisfies [string, string]] : []),
    ...(provisioning ? provisioningRows(provisioning) : []),
    ...(handoverPage === undefined ? [] : [["Page to pass on", handoverPage] satisfies [string, string]]),
  ];
}

function linkRows({ link, secretStart }: Handover): [string, string][] {
  if (!link) return [["Client secret", "shown once on your screen, not behind a link"]];
  return [
    ["Link to the client secret", link.url.reveal()],
    ["The link works until", toScreenTime(link.end, new Date(secretStart))],
  ];
}

/** What a sign-in through a client of the customer's choice leaves in the tenant. */
export function signInClientText(client: string): string {
  return say`You signed in through the client ${client}; the permissions you gave it stay in this tenant. To withdraw them: Entra admin center, Enterprise applications, that client, Permissions.`;
}
