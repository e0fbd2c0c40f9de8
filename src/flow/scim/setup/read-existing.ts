import { isAppError } from "../../../errors.ts";
import type { ProvisioningTarget } from "../../../graph/synchronization.ts";
import { lostAttributes } from "../../../journal/lost-attributes.ts";
import { unparsed } from "../../../provisioning/change-schema.ts";
import { isSameTenantUrl } from "../../../provisioning/tenant-url.ts";
import type { CurrentProvisioning, DesiredProvisioning } from "../../../provisioning/types.ts";
import { during } from "../../context.ts";
import type { Run } from "../../run.ts";
import { together } from "../../together.ts";
import { trySaved } from "../connection.ts";
import { type Mappings, parseAll, planMappings } from "./mappings.ts";
import { type ProvisioningNow, readNow } from "./read-now.ts";

/** What there is of the provisioning that is wanted. */
export interface Existing {
  /** Undefined where there is no enterprise application. */
  readonly now: ProvisioningNow | undefined;
  /** Whether the saved credentials still work; undefined where nobody may ask. */
  readonly savedWorks: boolean | undefined;
  /** What has to change in the mappings that are there; undefined where there is no job yet. */
  readonly mappings: Mappings | undefined;
}

/** Reads the provisioning of an enterprise application and tries what is saved; a dry run tries nothing. */
export async function readExisting(
  run: Pick<Run, "context" | "graph">,
  servicePrincipalId: string,
  desired: DesiredProvisioning,
  { dryRun }: { readonly dryRun: boolean },
): Promise<Existing> {
  const now = await during(run.context, "read", () => readNow(run.graph, servicePrincipalId));
  const target = { servicePrincipalId, isNew: false };
  const [savedWorks, mappings] = await together(
    testSaved(run, target, now.current, { desired, dryRun }),
    readMappings(run, target, now.current, { desired, dryRun }),
  );
  return { now, savedWorks, mappings };
}

async function testSaved(
  { context, graph }: Pick<Run, "context" | "graph">,
  target: ProvisioningTarget,
  { job, credentials: { tenantUrl, hasToken } }: CurrentProvisioning,
  { desired, dryRun }: { readonly desired: DesiredProvisioning; readonly dryRun: boolean },
): Promise<boolean | undefined> {
  if (!job || !hasToken || tenantUrl === undefined) return false;
  if (!isSameTenantUrl(tenantUrl, desired.tenantUrl)) return false;
  if (dryRun) return undefined;
  const { ok } = await during(context, "read", () => trySaved(graph, target, job));
  return ok;
}

async function readMappings(
  { context, graph }: Pick<Run, "context" | "graph">,
  target: ProvisioningTarget,
  { job, schema }: CurrentProvisioning,
  { desired, dryRun }: { readonly desired: DesiredProvisioning; readonly dryRun: boolean },
): Promise<Mappings | undefined> {
  if (!job || !schema) return undefined;
  const parsed = await during(context, "read", () =>
    parseAll(graph, target, job.id, desired).catch((error: unknown) => {
      // Having an expression taken to pieces takes the right to change it; comparing takes its text alone.
      if (!dryRun || !isAppError(error, "GRAPH_FORBIDDEN")) throw error;
      return unparsed(desired);
    }),
  );
  const planned = planMappings(schema, desired, parsed);
  if (!planned.changes.some(({ kind }) => kind === "addTargetAttribute")) return planned;
  const lost = await lostAttributes(context.ports, context.journalFolder, job.id);
  return lost.length === 0 ? planned : planMappings(schema, desired, parsed, lost);
}
