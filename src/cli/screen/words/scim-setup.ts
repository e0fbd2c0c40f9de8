import type { RunEvent } from "../../../flow/events.ts";
import type { ConnectionTested } from "../../../flow/scim/test-connection.ts";
import type { ConnectionTest, HiddenSetting } from "../../../provisioning/types.ts";
import { say } from "../clean.ts";
import { type Advice, quoted } from "./advice.ts";

type SetupEvent = Extract<
  RunEvent,
  {
    readonly kind:
      | "secretTokenCleaned"
      | "secretTokenFileShared"
      | "inputSilent"
      | "secretTokenKept"
      | "settingsUnseen"
      | "anyTokenAccepted"
      | "mappingsKept"
      | "attributesNotKept"
      | "attributesLeftOut"
      | "nobodyAssigned"
      | "notInScopeYet";
  }
>;

/** What setting provisioning up says besides its steps. */
export function setupNote(event: SetupEvent): Advice {
  switch (event.kind) {
    case "secretTokenCleaned":
      return cleaned(event);
    case "secretTokenFileShared":
      return say`Other accounts of this machine can read ${event.file}. Once provisioning is set up the file is not needed any more: delete it, or keep it to yourself (chmod 600).`;
    case "inputSilent":
      return `Standard input stayed open and silent for ${event.seconds} seconds, so there is no secret token from there. To pass none at once: </dev/null`;
    case "secretTokenKept":
      return say`The secret token that is saved for "${event.displayName}" works, so the one you gave is not used. To replace it all the same: --new-secret-token`;
    case "settingsUnseen":
      return say`Microsoft does not show for "${event.displayName}" ${event.settings.map((one) => UNSEEN[one]).join(" and ")}; that stays as it is. To have it saved again, with the vendor's secret token: --new-secret-token`;
    case "anyTokenAccepted":
      return anyTokenText(event.host);
    case "mappingsKept":
      return say`The mappings as they were are kept in ${event.file}`;
    case "attributesNotKept":
      return say`Microsoft Entra did not keep these attributes as the vendor wants them: ${event.names.join(", ")}. Attributes with several values are promised for apps of Microsoft's gallery only; ask the vendor whether one value is enough.`;
    case "attributesLeftOut":
      return say`Microsoft Entra did not keep these attributes when an earlier run wrote them, so they are not written again: ${event.names.join(", ")}. Once they are in the list of target attributes in the Entra admin center, they are mapped.`;
    case "nobodyAssigned":
      return [
        {
          say: say`Nobody is assigned to "${event.displayName}", so nobody will be provisioned. Assign users or groups with --user, --group or --new-group, or later with:`,
          run: 'scim assign --group "<name or ID>"',
          application: event.application,
        },
      ];
    case "notInScopeYet":
      return [
        {
          say: say`The test with ${event.user} shows nothing yet: Microsoft Entra skips this user, who is not assigned, or disabled, or whose assignment it does not count so far; that takes a few minutes. Provisioning is started all the same; try it later with:`,
          run: `scim provision ${quoted(event.user)}`,
        },
      ];
  }
}

const UNSEEN: Readonly<Record<HiddenSetting, string>> = {
  scope: "who is provisioned",
  notification: "to whom failures are reported",
};

const PARTS = {
  whiteSpace: "white space",
  quotes: "the quotation marks",
  bearer: 'the word "Bearer", which Microsoft Entra adds itself',
} as const;

function cleaned({ source, removed }: Extract<RunEvent, { kind: "secretTokenCleaned" }>): string {
  const parts = removed.map((part) => PARTS[part]).join(" and ");
  const where = source === "" ? "the secret token" : say`the secret token from ${source}`;
  return `Cut off ${where}: ${parts}.`;
}

type Problem = Extract<ConnectionTest, { ok: false }>["problem"];

/** Why Entra could not connect, to go on after the address. */
export const CONNECTION_PROBLEMS: Readonly<Record<Problem, string>> = {
  refused: "does not accept the secret token",
  unreachable: "cannot be reached by Microsoft Entra, or does not answer in time",
  notScim: "answers, but not as a SCIM service does",
  other: "did not pass Microsoft Entra's connection test",
};

/** What to do about it. */
export const CONNECTION_HINTS: Readonly<Record<Problem, string>> = {
  refused:
    "Ask the vendor for a new secret token, or whether this one is for another environment; then run the same command again.",
  unreachable:
    "Microsoft Entra calls from the internet: check the address, and ask the vendor whether the service is up and open to it; then run the same command again.",
  notScim: "Check the address with the vendor: it is often one path too short or too long.",
  other: "Show the vendor what Microsoft says; then run the same command again.",
};

function anyTokenText(host: string): string {
  return say`${host} accepted a made-up token as well: anybody on the internet could write users there. Tell the vendor before you rely on it.`;
}

/** What came of a connection test, in one sentence. */
export function connectionTitle({ displayName, tenantUrl, credentials, test }: ConnectionTested): string {
  const what = credentials === "saved" ? "what is saved for" : "what you gave for";
  return test.ok
    ? say`Microsoft Entra can connect to ${tenantUrl} with ${what} "${displayName}".`
    : say`${tenantUrl} ${CONNECTION_PROBLEMS[test.problem]} (with ${what} "${displayName}").`;
}

/** What to do about it; undefined where it works. */
export function connectionAdvice({ test, credentials }: ConnectionTested): Advice | undefined {
  if (test.ok) {
    return credentials === "given"
      ? [
          {
            say: "Nothing was saved. This asks for the token and saves it, with the tenant URL of the product:",
            run: "scim setup --new-secret-token",
          },
        ]
      : undefined;
  }
  if (test.problem !== "refused") return CONNECTION_HINTS[test.problem];
  const sentence = "Ask the vendor for a new secret token, and save it with:";
  return [{ say: sentence, run: "scim setup --new-secret-token" }];
}

/** Microsoft's own words, where it does not work. */
export function connectionSaid({ test }: ConnectionTested): string | undefined {
  return test.ok || test.detail === "" ? undefined : say`Microsoft says: ${test.detail}`;
}

/** An address that opens to everybody. */
export function connectionWarning({ acceptsAnyToken, tenantUrl }: ConnectionTested): string | undefined {
  return acceptsAnyToken ? anyTokenText(new URL(tenantUrl).host) : undefined;
}
