import { join } from "node:path";
import type { ServiceProfile } from "../delivery/service.ts";
import type { TenantRead } from "../graph/tenant.ts";
import { obstacles } from "../registration/rights.ts";
import type { Proposal } from "./events.ts";
import { provable } from "./prove.ts";
import type { Planned } from "./register-one.ts";
import type { Run } from "./run.ts";
import { noLongerThan, toDelivery } from "./service.ts";
import { rightsOf } from "./step-up.ts";

/** The plan of one application with everything a person needs to say yes to it. */
export function propose(
  { context, input, tokens, services }: Run,
  read: TenantRead,
  { template, desired, current, plan, provisioning }: Planned,
  profile: ServiceProfile | undefined,
): Proposal {
  const { known, outputFolder, proof, dryRun } = input;
  const now = context.ports.clock.now();
  const end = desired.secret?.end;
  const fileName = template.application.handover?.fileName;
  const isIssued = plan.steps.some(({ kind }) => kind === "issueSecret");
  return {
    plan,
    tenant: read.tenant,
    displayName: desired.displayName,
    current: current.application,
    clients: desired.exposedApi?.preAuthorizedApplications ?? [],
    delivery:
      profile && services && end && isIssued
        ? toDelivery(profile, services, noLongerThan(end, known.linkLifetimeSeconds, now))
        : undefined,
    handoverFile: fileName === undefined ? undefined : join(outputFolder, fileName),
    proofs: profile && proof && isIssued ? provable(desired.permissions) : [],
    // What an application may do has other names.
    obstacles: obstacles(
      plan,
      rightsOf(tokens, read.policies, dryRun),
      provisioning?.isChanging && tokens.account.way !== "environment",
    ),
    provisioning: provisioning?.proposal,
    now,
  };
}
