import { basename } from "node:path";
import { isAppError } from "../errors.ts";
import { writeHandoverText } from "../handover/file.ts";
import type { PageApplication, PageLink, PageProvisioning } from "../handover/page.ts";
import { PAGE_FILE } from "../handover/page-file.ts";
import type { SecretLife } from "../handover/timeline.ts";
import { type Cloud, enterprisePage, groupPage, registrationPage } from "../signin/cloud.ts";
import type { RunContext } from "./context.ts";
import type { Handover, RegisterResult } from "./events.ts";
import type { ProvisioningResult } from "./provisioner.ts";
import type { RegisterInput } from "./run.ts";

/**
 * Writes the page for people beside the hand-over file, where it is wanted or where groups were chosen, whose
 * object IDs have to reach the vendor. It is a help and never ends a run: one that cannot be written is a
 * warning.
 *
 * @returns the results, the first with the page's path.
 */
export async function withPage(
  context: RunContext,
  { handoverPage, dryRun, outputFolder }: Pick<RegisterInput, "handoverPage" | "dryRun" | "outputFolder">,
  results: readonly RegisterResult[],
): Promise<RegisterResult[]> {
  const [first, ...others] = results;
  const hasGroups = results.some((result) => result.groups.length > 0);
  if (!first || dryRun || (!handoverPage && !hasGroups)) return [...results];
  // Whose members are provisioned need not be told to the vendor by ID.
  const synchronised = results.flatMap((result) => (result.provisioning ? [] : result.groups));
  const groups = [...new Map(synchronised.map((group) => [group.id, group])).values()];
  const { cloud, ports, report } = context;
  const { isPageOf, toPage } = await import("../handover/page.ts");
  const { tenant } = first;
  const page = {
    tenant,
    applications: results.flatMap((result) => toApplication(cloud, result)),
    groups: groups.map((group) => ({ ...group, url: groupPage(cloud, tenant.id, group.id) })),
    now: ports.clock.now(),
  };
  try {
    const { file, keptAs } = await writeHandoverText(ports, {
      folder: outputFolder,
      fileName: PAGE_FILE,
      text: toPage(page),
      isSame: (existing) => isPageOf(existing, page),
    });
    if (keptAs !== undefined) report({ kind: "fileKept", keptAs });
    return [{ ...first, handoverPage: file }, ...others];
  } catch (error) {
    if (!isAppError(error, "DISK")) throw error;
    report({ kind: "pageNotWritten", file: error.facts.path, errno: error.facts.errno });
    return [...results];
  }
}

function toApplication(cloud: Cloud, result: RegisterResult): PageApplication[] {
  const { tenant, appId, objectId, servicePrincipalId, desired, waiting, handover, secretEnd } = result;
  if (appId === undefined || objectId === undefined) return [];
  const end = handover?.secretEnd ?? secretEnd;
  const secret = end === undefined ? undefined : toLife(end, handover);
  return [
    {
      appId,
      objectId,
      servicePrincipalId,
      desired,
      waiting,
      secret,
      handoverFile: handover?.link && basename(handover.file),
      provisioning: result.provisioning && toProvisioning(result.provisioning),
      links: linksOf(cloud, tenant.id, {
        appId,
        servicePrincipalId,
        hasPermissions: desired.permissions.length > 0,
        hasSecret: secret !== undefined,
      }),
    },
  ];
}

/** Who is assigned as far as the page, which is passed on, needs it: groups by name, users as a number. */
function toProvisioning({ outcome, state, tenantUrl, assigned }: ProvisioningResult): PageProvisioning {
  return {
    tenantUrl,
    state: outcome === "waiting" ? "waiting" : (state ?? "notSetUp"),
    groups: assigned.filter(({ kind }) => kind === "Group").map(({ displayName }) => displayName),
    users: assigned.filter(({ kind }) => kind === "User").length,
  };
}

function toLife(end: string, handover: Handover | undefined): SecretLife {
  return {
    start: handover && new Date(handover.secretStart),
    end: new Date(end),
    linkEnd: handover?.link?.end,
  };
}

/** Where in the admin center the parts of an application are, of those that it has. */
function linksOf(
  cloud: Cloud,
  tenantId: string,
  app: {
    readonly appId: string;
    readonly servicePrincipalId: string | undefined;
    readonly hasPermissions: boolean;
    readonly hasSecret: boolean;
  },
): PageLink[] {
  const { appId, servicePrincipalId } = app;
  const links = [{ text: "App registration", url: registrationPage(cloud, tenantId, appId, "Overview") }];
  if (app.hasPermissions) {
    const url = registrationPage(cloud, tenantId, appId, "CallAnAPI");
    links.push({ text: "API permissions and admin consent", url });
  }
  if (app.hasSecret) {
    links.push({ text: "Client secrets", url: registrationPage(cloud, tenantId, appId, "Credentials") });
  }
  if (servicePrincipalId !== undefined) {
    const url = enterprisePage(cloud, tenantId, { servicePrincipalId, appId });
    links.push({ text: "Enterprise application", url });
  }
  return links;
}
