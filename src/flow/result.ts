import { join } from "node:path";
import { toScreenDate, toScreenTime } from "../handover/dates.ts";
import type { Plan } from "../registration/plan.ts";
import type { CurrentRegistration, DesiredRegistration } from "../registration/types.ts";
import { consentPage } from "../signin/cloud.ts";
import { fill, inputValues } from "../template/placeholders.ts";
import type { Template } from "../template/schema.ts";
import type { Applied } from "./apply-plan.ts";
import type { RunContext } from "./context.ts";
import type { RegisterResult } from "./events.ts";

/** What is known of a run before it has changed anything. */
export interface ResultFacts {
  readonly template: Template;
  readonly outputFolder: string;
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly appName: string;
  readonly hostname: string;
  /** The template's own inputs, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly current: CurrentRegistration;
  readonly desired: DesiredRegistration;
  readonly plan: Plan;
  /** When the client secret ends that was handed over before. */
  readonly secretEnd: string | undefined;
  readonly signInClientId: string | undefined;
  /** There where the run sets provisioning up as well: then nobody has to be told how. */
  readonly provisioning?: object | undefined;
}

/** What came of a run that may hand a secret over, for every way it can end well. */
export function toResult(
  { cloud, ports }: Pick<RunContext, "cloud" | "ports">,
  facts: ResultFacts,
  outcome: RegisterResult["outcome"],
  applied?: Applied,
): RegisterResult {
  const { template, outputFolder, tenant, appName, hostname, inputs, current, plan, secretEnd } = facts;
  const appId = applied?.target.appId ?? current.application?.appId;
  const waiting = applied?.waiting ?? [];
  const handover = applied?.handover;
  const values = {
    ...inputValues(inputs),
    appName,
    hostname,
    appId: appId ?? "",
    tenantId: tenant.id,
    handoverFile: handover?.file ?? join(outputFolder, template.application.handover?.fileName ?? ""),
    linkEnd: handover?.link ? toScreenTime(handover.link.end, ports.clock.now()) : "",
    clientSecretEnd: handover ? toScreenDate(new Date(handover.secretEnd)) : "",
  };
  const isNew = applied !== undefined && current.application === undefined;
  // Where there is no link, what the template says about it would only confuse.
  const steps = [
    ...template.nextSteps,
    ...((isNew && !facts.provisioning && template.provisioningSteps) || []),
  ].filter((text) => handover?.link !== undefined || !text.includes("{linkEnd}"));
  return {
    outcome,
    tenant,
    displayName: fill(template.application.displayName, values),
    hostname,
    secretEnd,
    appId,
    objectId: applied?.target.objectId ?? current.application?.objectId,
    servicePrincipalId: applied?.servicePrincipalId ?? current.servicePrincipal?.id,
    desired: facts.desired,
    plan,
    handover,
    groups: [],
    waiting,
    consentPage: waiting.length > 0 && appId !== undefined ? consentPage(cloud, tenant.id, appId) : undefined,
    signInClientId: facts.signInClientId,
    answers: { appName, hostname, inputs },
    nextSteps: handover || isNew ? steps.map((text) => fill(text, values)) : [],
  };
}
