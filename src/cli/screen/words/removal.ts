import type { RemoveResult } from "../../../flow/remove.ts";
import { toScreenDate } from "../../../handover/dates.ts";
import type { Removal } from "../../../registration/removal.ts";
import type { PasswordCredential } from "../../../registration/types.ts";
import { say } from "../clean.ts";
import { DRY_RUN } from "./dry-run.ts";
import { permissionName } from "./findings.ts";
import type { PlanLine } from "./plan.ts";

/** What goes, line by line, and what that means for those who use it. */
export function removalLines(removal: Removal): PlanLine[] {
  const { application, provenance, servicePrincipalId, consent, ourSecrets, otherSecrets } = removal;
  const created = application.createdDateTime?.slice(0, 10) ?? "?";
  return [
    gone(0, say`App registration "${application.displayName}" (${application.appId}), created ${created}`),
    ...(provenance === "adopted"
      ? [warned("it was there before this tool, which took it over: others may use it")]
      : []),
    ...application.web.redirectUris.map((uri) => gone(1, say`redirect URI ${uri}`)),
    ...(servicePrincipalId === undefined ? [] : [gone(0, "Enterprise application (service principal)")]),
    ...(consent.length === 0
      ? []
      : [
          gone(0, "Admin consent for the whole tenant"),
          ...consent.map((permission) => gone(1, say`${permissionName(permission)}`)),
        ]),
    ...ourSecrets.map((secret) => gone(0, secretText(secret))),
    ...otherSecrets.map((secret) => gone(0, say`${secretText(secret)}, not made by this tool`)),
    {
      mark: " ",
      depth: 0,
      text: "Nobody can sign in through the app any more, and its client secrets stop.",
    },
    ...(application.applicationTemplateId === undefined ? [] : [PROVISIONING_ENDS]),
    { mark: " ", depth: 0, text: "For 30 days it can be restored, its client secrets included." },
  ];
}

const PROVISIONING_ENDS: PlanLine = {
  mark: " ",
  depth: 0,
  text: "Users who were provisioned through it stay at the vendor as they are: ask there for their removal.",
};

function gone(depth: PlanLine["depth"], text: string): PlanLine {
  return { mark: "-", depth, text };
}

function warned(text: string): PlanLine {
  return { mark: "~", depth: 1, text };
}

function secretText({ displayName, keyId, endDateTime }: PasswordCredential): string {
  return say`Client secret "${displayName ?? keyId}", valid until ${toScreenDate(new Date(endDateTime))}`;
}

/** How the run ended, and what can be done about it. */
export function removalEnd(result: RemoveResult): readonly string[] {
  const { outcome, displayName, tenant, restorableUntil, removal } = result;
  const until = restorableUntil && toScreenDate(restorableUntil);
  const restore =
    until === undefined
      ? []
      : [
          say`It can be restored until ${until}, and holds its name until then: the next register with that name offers to restore it, and its client secrets would work again.`,
          "To delete it for good: Entra admin center, App registrations, Deleted applications.",
        ];
  switch (outcome) {
    case "planned":
      return [DRY_RUN];
    case "nothingToRemove":
      return until === undefined
        ? [say`Nothing to remove: ${tenant.displayName} has no app registration "${displayName}".`]
        : [say`Nothing to remove: "${displayName}" is deleted already.`, ...restore];
    case "removed":
      return removal
        ? [say`Removed: "${displayName}", with its consent and its client secrets.`, "", ...restore]
        : [say`Removed what was left of "${displayName}": its enterprise application.`, "", ...restore];
  }
}
