import { isAppError } from "../../errors.ts";
import { isProvisioned, listAssignments } from "../../graph/assignments.ts";
import type { GraphContext } from "../../graph/batch.ts";
import { readProvisioning } from "../../graph/synchronization.ts";
import { lostAttributes } from "../../journal/lost-attributes.ts";
import {
  type AssignmentFacts,
  type ProvisioningFinding,
  provisioningFindings,
} from "../../provisioning/findings.ts";
import { parseTenantUrl } from "../../provisioning/tenant-url.ts";
import type { DesiredProvisioning } from "../../provisioning/types.ts";
import type { KnownValues } from "../../settings/known-values.ts";
import type { Template } from "../../template/schema.ts";
import type { Answers } from "../answers.ts";
import { during, type RunContext } from "../context.ts";
import type { Located } from "../locate.ts";
import { desiredProvisioning } from "./desired.ts";
import { keyOf, valuesFor } from "./keyed.ts";
import { groupsNamed } from "./people/named-groups.ts";

export interface VerifyProvisioningInput {
  readonly template: Template;
  /** Of all applications that are meant: a group may be named for one of them. */
  readonly templates: readonly Template[];
  readonly known: KnownValues;
  readonly answers: Answers;
}

/** So many names say whom it is about. */
const MOST_NAMES = 5;
const NOBODY: AssignmentFacts = { count: 0, defaultAccess: { count: 0, names: [] }, missing: [] };

/**
 * Compares provisioning with what template and settings ask for. Reads only. Who may not look at it still
 * verifies the registration.
 *
 * @throws AppError VALUES_INVALID, GROUPS_UNCLEAR
 */
export async function verifyProvisioning(
  context: RunContext,
  { graph, current: { servicePrincipal } }: Located,
  input: VerifyProvisioningInput,
): Promise<ProvisioningFinding[]> {
  const desired = toDesired(input);
  if (!servicePrincipal) return [];
  const { id } = servicePrincipal;
  return during(context, "read", async () => {
    try {
      const provisioning = await readProvisioning(graph, id);
      const reads = provisioning.job && desired.scope === "assigned";
      const facts = reads ? await readAssignments(graph, id, groupsFor(input)) : NOBODY;
      const findings = provisioningFindings(desired, provisioning, facts);
      const lacks = findings.some(
        (one) => one.about === "mapping" && one.change.kind === "addTargetAttribute",
      );
      if (!provisioning.job || !lacks) return findings;
      const lost = await lostAttributes(context.ports, context.journalFolder, provisioning.job.id);
      return provisioningFindings(desired, provisioning, facts, lost);
    } catch (error) {
      if (!isAppError(error, "GRAPH_FORBIDDEN")) throw error;
      return [{ about: "provisioningUnread", state: "warning" }];
    }
  });
}

function groupsFor({ template, templates, known }: VerifyProvisioningInput): string[] {
  return valuesFor(known.groups?.value ?? [], templates.map(keyOf), keyOf(template));
}

function toDesired({ template, known, answers }: VerifyProvisioningInput): DesiredProvisioning {
  const desired = desiredProvisioning(template, answers, known);
  const url = parseTenantUrl(desired.tenantUrl);
  return url.ok ? { ...desired, tenantUrl: url.url } : desired;
}

/** Who is assigned; one may have several roles, and one that counts is enough. */
async function readAssignments(
  graph: GraphContext,
  servicePrincipalId: string,
  wanted: readonly string[],
): Promise<AssignmentFacts> {
  const missing = new Map((await groupsNamed(graph, wanted)).map(({ id, displayName }) => [id, displayName]));
  const counted = new Set<string>();
  const skipped = new Map<string, string>();
  for await (const assignment of listAssignments(graph, servicePrincipalId)) {
    const { principalId, principalDisplayName } = assignment;
    missing.delete(principalId);
    if (isProvisioned(assignment)) counted.add(principalId);
    else skipped.set(principalId, principalDisplayName);
  }
  for (const principalId of counted) skipped.delete(principalId);
  return {
    count: counted.size,
    defaultAccess: { count: skipped.size, names: [...skipped.values()].slice(0, MOST_NAMES) },
    missing: [...missing.values()],
  };
}
