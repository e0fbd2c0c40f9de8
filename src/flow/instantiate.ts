import { AppError } from "../errors.ts";
import { type InstantiateRequest, instantiateApplication } from "../graph/instantiate.ts";
import { openInstantiation } from "../journal/instantiations.ts";
import { diff } from "../registration/diff.ts";
import type { StepOf } from "../registration/plan.ts";
import type { Application } from "../registration/types.ts";
import type { ApplyInput } from "./apply-plan.ts";
import { applyStep, type Progress } from "./apply-step.ts";
import { journaled, type RunContext, stopIfInterrupted } from "./context.ts";

/** Changes what Entra's template made into what is wanted; the roles and scopes it brought along stay. */
export async function completeInstantiated(
  context: RunContext,
  input: ApplyInput,
  progress: Progress,
  instantiated: Application,
): Promise<void> {
  const current = { application: instantiated, delegatedGrants: [], appRoleAssignments: [] };
  const options = { adopt: false, removeRedirectUris: [], newSecret: false, keepDoubtful: false };
  for (const step of diff(input.desired, current, [], options).steps) {
    if (step.kind !== "updateApplication" && step.kind !== "exposeApi") continue;
    stopIfInterrupted(context.signal);
    await applyStep(context, input, progress, step);
  }
}

/** Makes the application together with its service principal; what a killed run of this machine made is taken up. */
export async function instantiate(
  context: RunContext,
  { graph, tenantId, onMade }: Pick<ApplyInput, "graph" | "tenantId"> & Pick<InstantiateRequest, "onMade">,
  progress: Progress,
  { uniqueName, displayName }: StepOf<"instantiateApplication">,
): Promise<Application> {
  const { ports, cloud, journalFolder } = context;
  const intendedAt = await openInstantiation(ports, journalFolder, { tenantId, uniqueName });
  const request = { templateId: cloud.nonGalleryTemplateId, displayName, uniqueName, intendedAt, onMade };
  const step = "instantiateApplication";
  const made = await journaled(
    context,
    step,
    { event: "intent", step, tenantId, uniqueName },
    async () => {
      const instantiated = await instantiateApplication(graph, request);
      if (instantiated.kind === "instantiated") return instantiated;
      const candidates = instantiated.applications.map(({ appId, createdDateTime }) => ({
        appId,
        createdDateTime,
      }));
      throw new AppError("NAMESAKES", { displayName, candidates });
    },
    ({ application: { objectId, appId }, servicePrincipal }) => ({
      objectId,
      appId,
      servicePrincipalId: servicePrincipal.id,
    }),
  );
  const { application, servicePrincipal, surplus } = made;
  const appIds = surplus.map(({ appId }) => appId);
  if (appIds.length > 0) context.report({ kind: "surplusApplications", appIds });
  progress.target = { objectId: application.objectId, appId: application.appId, isNew: true };
  progress.servicePrincipalId = servicePrincipal.id;
  progress.tags = application.tags;
  return application;
}
