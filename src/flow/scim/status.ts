import { AppError } from "../../errors.ts";
import { findServicePrincipal } from "../../graph/read.ts";
import { readProvisioning } from "../../graph/synchronization.ts";
import { type ProvisioningState, stateOf } from "../../provisioning/state.ts";
import type { CurrentProvisioning } from "../../provisioning/types.ts";
import type { KnownValues } from "../../settings/known-values.ts";
import { fill } from "../../template/placeholders.ts";
import type { Template } from "../../template/schema.ts";
import { during, type RunContext } from "../context.ts";
import { notThere, type Sought, seekAll } from "../locate.ts";
import { together } from "../together.ts";
import { SCIM_READING_SCOPES } from "./locate.ts";

export interface ScimStatusInput {
  /** One for each application that is meant. */
  readonly templates: readonly Template[];
  readonly known: KnownValues;
}

/** How provisioning fares, application by application. */
export interface ScimStatus {
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly applications: readonly ApplicationStatus[];
  readonly now: Date;
}

export type ApplicationStatus =
  /** One of several that was never registered. */
  | { readonly state: "notRegistered"; readonly key: string | undefined; readonly displayName: string }
  | {
      readonly state: ProvisioningState;
      /** Which of the product's several it is. */
      readonly key: string | undefined;
      readonly displayName: string;
      readonly appId: string;
      readonly objectId: string;
      readonly servicePrincipalId: string;
      readonly provisioning: CurrentProvisioning;
    };

/**
 * How the provisioning of a product fares; where it has several applications, of all that are meant. Reads only.
 *
 * @throws AppError what `locate` throws, where none of them is registered; REGISTRATION_INCOMPLETE
 */
export async function scimStatus(
  context: RunContext,
  { templates, known }: ScimStatusInput,
): Promise<ScimStatus> {
  const all = await seekAll(context, { templates, known }, SCIM_READING_SCOPES);
  const [first] = all;
  const [template] = templates;
  if (!first || !template) throw new TypeError("the status of nothing");
  if (all.every(({ application }) => !application)) throw notThere({ template, known }, first);
  const applications = await together(
    ...all.map(async (sought, index) => statusOf(context, templates[index] ?? template, sought)),
  );
  return { tenant: first.tenant, applications, now: context.ports.clock.now() };
}

async function statusOf(
  context: RunContext,
  template: Template,
  { application, graph, appName }: Sought,
): Promise<ApplicationStatus> {
  const { key } = template.application;
  if (!application) {
    const displayName = fill(template.application.displayName, { appName });
    return { state: "notRegistered", key, displayName };
  }
  const { displayName, appId, objectId } = application;
  return during(context, "read", async () => {
    const servicePrincipal = await findServicePrincipal(graph, appId);
    if (!servicePrincipal) throw new AppError("REGISTRATION_INCOMPLETE", { displayName, appId });
    const { id: servicePrincipalId } = servicePrincipal;
    const provisioning = await readProvisioning(graph, servicePrincipalId);
    const state = stateOf(provisioning);
    return { state, key, displayName, appId, objectId, servicePrincipalId, provisioning };
  });
}
