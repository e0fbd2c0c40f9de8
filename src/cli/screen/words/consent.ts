import type { ConsentResult, ConsentSubject } from "../../../flow/events.ts";
import type { ResolvedPermission } from "../../../registration/types.ts";
import type { CloudName } from "../../../settings/sign-in.ts";
import { say } from "../clean.ts";
import { type Program, quoted } from "./advice.ts";
import { DRY_RUN } from "./dry-run.ts";

/** How somebody on another machine runs this version: with the file that the vendor gave out. */
export interface PackedProgram extends Program {
  readonly version: string;
  /** The template as this run was told, where it is not the default. */
  readonly template: string | undefined;
  readonly cloud: CloudName;
  /** What else a run has to be told again, such as `--sandbox`. */
  readonly flags?: readonly string[];
}

/** The app a person is asked to consent to, so that they see whose it is and where it sends people. */
export function consentSubjectLines({ application, tenant, permissions }: ConsentSubject): string[] {
  const { displayName, appId, createdDateTime, web } = application;
  return [
    say`The app "${displayName}"`,
    say`  client ID ${appId}`,
    say`  registered ${createdDateTime?.slice(0, 10) ?? "?"} in ${tenant.displayName} (${tenant.id}), for this tenant only`,
    ...(web.redirectUris.length > 0 ? web.redirectUris : ["none"]).map((uri) => say`  redirect URI ${uri}`),
    ...(permissions.length > 0
      ? ["  asks for these permissions, all of the vendor's template:", ...permissions.map(permissionLine)]
      : ["  asks for no permission of the vendor's template"]),
  ];
}

function permissionLine({ value, resource, type, displayName }: ResolvedPermission): string {
  const kind = type === "Role" ? "application" : "delegated";
  return say`    ${value} (${resource.displayName}, ${kind}): ${displayName}`;
}

/** How a consent run ended, first line first. */
export function consentEnd({ outcome, displayName, appId }: ConsentResult): readonly string[] {
  switch (outcome) {
    case "planned":
      return [DRY_RUN];
    case "nothingToDo":
      return [say`Nothing to do: "${displayName}" (${appId}) has the consent it asks for.`];
    case "refused":
      return [say`No consent was given to "${displayName}" (${appId}).`];
    case "granted":
      return [
        say`Done: "${displayName}" (${appId}) has admin consent.`,
        "Whoever registered the app can run their command again to see that nothing is left to do.",
      ];
  }
}

/** The command that gives the consent, for a folder with the file that the vendor gave out. */
export function consentCommand(
  { appId, tenantId }: { readonly appId: string; readonly tenantId: string },
  { version, template, cloud }: PackedProgram,
): string {
  const named = template === undefined ? "" : ` --template ${quoted(template)}`;
  const where = cloud === "global" ? "" : ` --cloud ${cloud}`;
  return say`npx ./${packedFile(version)} consent --tenant-id ${tenantId} --app-id ${appId}${where}${named}`;
}

/** The file of this version that the vendor gives out. */
export function packedFile(version: string): string {
  return `entra-app-registration-${version}.tgz`;
}

/** What is still missing, and a text to forward to somebody who can give it. */
export function forwardConsent(
  app: { readonly displayName: string; readonly appId: string; readonly tenantId: string },
  waiting: readonly ResolvedPermission[],
  consentPage: string,
  packed: PackedProgram,
): { readonly missing: string; readonly lines: readonly string[] } {
  const names = waiting.map(({ value }) => value).join(", ");
  return {
    missing: say`Still missing: admin consent for ${names}.`,
    lines: [
      "Forward this to a Privileged Role Administrator or Global Administrator:",
      "",
      say`    Please grant admin consent for the app "${app.displayName}" (${app.appId}), permissions ${names}.`,
      say`    Open ${consentPage} and choose "Grant admin consent".`,
      say`    Or put the vendor's file ${packedFile(packed.version)} into a folder, open a terminal there, and run this; it shows the app and asks before it grants:`,
      "",
      `    ${consentCommand(app, packed)}`,
    ],
  };
}
