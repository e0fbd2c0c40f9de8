import type {
  AppRoleAssignment as AppRoleAssignmentBody,
  OAuth2PermissionGrant as GrantBody,
  ServicePrincipal as ServicePrincipalBody,
} from "@microsoft/microsoft-graph-types";
import { AppError } from "../errors.ts";
import { MAX_REPEATS } from "../http/retry.ts";
import { fillIn, type GrantStep, type Json, type StepOf, toBody } from "../registration/plan.ts";
import { disablingChange } from "../registration/scopes.ts";
import type { Application, ServicePrincipal } from "../registration/types.ts";
import { errorOf, expectSuccess, type GraphAnswer, isDuplicate, isSuccess, toAppError } from "./answers.ts";
import type { GraphContext } from "./batch.ts";
import type { GraphRequest } from "./client.ts";
import { literal } from "./odata.ts";
import {
  APPLICATION_SELECT,
  findByUniqueName,
  findDeletedHolder,
  findDeletedServicePrincipal,
  findServicePrincipal,
} from "./read.ts";
import { readObject, shapes } from "./schemas.ts";
import { write } from "./write.ts";

/** An application that writes go to; `isNew` where this run made it, so that a 404 may be a delay. */
export interface ApplicationTarget {
  readonly objectId: string;
  readonly appId: string;
  readonly isNew: boolean;
}

/**
 * Creates the application under its unique name, or finds the one an unanswered attempt of this run made.
 *
 * @throws AppError CHANGED_MEANWHILE where somebody else was faster: read and plan again; SOFT_DELETED where a
 * deleted application, by whatever display name, still holds the unique name.
 */
export async function createApplication(
  context: GraphContext,
  { uniqueName, changes }: StepOf<"createApplication">,
): Promise<Application> {
  const look = () => findByUniqueName(context, uniqueName);
  const request: GraphRequest = {
    method: "PATCH",
    path: `/applications(uniqueName=${literal(uniqueName)})`,
    body: toBody(changes),
    headers: { Prefer: "create-if-missing" },
  };
  const written = await write(context, "createApplication", request, { look });
  if (written.kind === "found") return written.found;
  const { answer, repeated } = expectAnswer(written);
  // 204: it existed. After a lost answer that is our own first attempt.
  if (answer.status === 204 && !repeated) {
    throw new AppError("CHANGED_MEANWHILE", { displayName: uniqueName });
  }
  const holder = isDuplicate(answer) ? await findDeletedHolder(context, uniqueName) : undefined;
  if (holder) {
    const { displayName, objectId, deletedDateTime } = holder;
    throw new AppError("SOFT_DELETED", { displayName, objectId, deletedDateTime });
  }
  const created = readObject(shapes.application, expectSuccess("createApplication", answer).body);
  const application = created ?? (await look());
  if (!application) throw toAppError("createApplication", answer);
  return application;
}

/** Changes an application; sending the same change twice does nothing more. */
export async function updateApplication(
  context: GraphContext,
  target: ApplicationTarget,
  step: StepOf<"updateApplication"> | StepOf<"exposeApi">,
): Promise<void> {
  // Only there: a customer's own name or redirect URI may hold the same text.
  const changes = step.changes.map((change) =>
    change.property === "identifierUris"
      ? { ...change, to: fillIn(change.to, "{appId}", target.appId) }
      : change,
  );
  const disabling = disablingChange(changes);
  if (disabling) {
    const body = toBody([disabling]);
    expectSuccess("updateApplication", await patchApplication(context, "updateApplication", target, body));
  }
  for (let attempt = 1; ; attempt += 1) {
    const answer = await patchApplication(context, "updateApplication", target, toBody(changes));
    const isLate = disabling !== undefined && isScopeEnabled(answer);
    if (!isLate || attempt > MAX_REPEATS) {
      expectSuccess("updateApplication", answer);
      return;
    }
    const ms = 500 * 2 ** (attempt - 1);
    context.onWait?.({ ms, reason: "replication", host: "Microsoft Graph", attempt });
    await context.clock.sleep(ms);
  }
}

/** A replica that does not know yet that the scope was disabled. */
function isScopeEnabled(answer: GraphAnswer): boolean {
  return errorOf(answer).code === "CannotDeleteOrUpdateEnabledEntitlement";
}

/**
 * Puts our mark on an application: unique name and tag, or where the name is refused, the tag alone.
 *
 * @returns whether it has the unique name.
 */
export async function adoptApplication(
  context: GraphContext,
  target: ApplicationTarget,
  { uniqueName, tags }: StepOf<"adoptApplication">,
): Promise<boolean> {
  if (uniqueName !== undefined) {
    const answer = await patchApplication(context, "adoptApplication", target, { uniqueName, tags });
    if (isSuccess(answer)) return true;
    if (answer.status !== 400) throw toAppError("adoptApplication", answer);
  }
  expectSuccess("adoptApplication", await patchApplication(context, "adoptApplication", target, { tags }));
  return false;
}

/** Replaces the tags of an application; Graph takes a collection only as a whole. */
export async function setTags(
  context: GraphContext,
  target: ApplicationTarget,
  tags: readonly string[],
): Promise<void> {
  expectSuccess("markDelivered", await patchApplication(context, "markDelivered", target, { tags }));
}

async function patchApplication(
  context: GraphContext,
  action: "updateApplication" | "adoptApplication" | "markDelivered",
  target: ApplicationTarget,
  body: Json,
) {
  const request: GraphRequest = { method: "PATCH", path: `/applications/${target.objectId}`, body };
  return expectAnswer(await write(context, action, request, visibility(context, target))).answer;
}

/** Creates the service principal of an application, or finds the one that is there or may be restored. */
export async function createServicePrincipal(
  context: GraphContext,
  target: ApplicationTarget,
  { tags, restores = false }: StepOf<"createServicePrincipal">,
): Promise<ServicePrincipal> {
  const look = () => findServicePrincipal(context, target.appId);
  const restored = restores ? await restoreServicePrincipal(context, target, look) : undefined;
  if (restored) return restored;
  const request: GraphRequest = {
    method: "POST",
    path: "/servicePrincipals",
    body: { appId: target.appId, tags: [...tags] } satisfies ServicePrincipalBody,
  };
  const written = await write(context, "createServicePrincipal", request, {
    look,
    ...visibility(context, target),
  });
  if (written.kind === "found") return written.found;
  const { answer } = expectAnswer(written);
  if (!isDuplicate(answer)) expectSuccess("createServicePrincipal", answer);
  const servicePrincipal = readObject(shapes.servicePrincipal, answer.body) ?? (await look());
  if (!servicePrincipal) throw toAppError("createServicePrincipal", answer);
  return servicePrincipal;
}

/** Changes a service principal. */
export async function updateServicePrincipal(
  context: GraphContext,
  { id, changes }: StepOf<"updateServicePrincipal">,
): Promise<void> {
  const request: GraphRequest = { method: "PATCH", path: `/servicePrincipals/${id}`, body: toBody(changes) };
  const { answer } = expectAnswer(await write(context, "updateServicePrincipal", request));
  expectSuccess("updateServicePrincipal", answer);
}

/** Brings a soft-deleted application back, its secrets included. */
export async function restoreApplication(context: GraphContext, objectId: string): Promise<void> {
  const request: GraphRequest = { method: "POST", path: `/directory/deletedItems/${objectId}/restore` };
  const { answer } = expectAnswer(
    await write(context, "restoreApplication", request, {
      look: async () => (await isReadable(context, `/applications/${objectId}?$select=id`)) || undefined,
    }),
  );
  expectSuccess("restoreApplication", answer);
}

/** Deletes a soft-deleted application for good, which frees its unique name. */
export async function purgeApplication(context: GraphContext, objectId: string): Promise<void> {
  const request: GraphRequest = { method: "DELETE", path: `/directory/deletedItems/${objectId}` };
  const { answer } = expectAnswer(await write(context, "purgeApplication", request));
  if (answer.status !== 404) expectSuccess("purgeApplication", answer);
}

/** Restores the service principal that was deleted with its application, or by itself; undefined where there is none. */
async function restoreServicePrincipal(
  context: GraphContext,
  target: ApplicationTarget,
  look: () => Promise<ServicePrincipal | undefined>,
): Promise<ServicePrincipal | undefined> {
  const id = await findDeletedServicePrincipal(context, target.appId);
  if (id === undefined) return undefined;
  const request: GraphRequest = { method: "POST", path: `/directory/deletedItems/${id}/restore` };
  const written = await write(context, "createServicePrincipal", request, { look });
  if (written.kind === "found") return written.found;
  const { answer } = expectAnswer(written);
  // 409: it is there by now.
  if (answer.status === 409) return look();
  expectSuccess("createServicePrincipal", answer);
  return readObject(shapes.servicePrincipal, answer.body) ?? look();
}

/** What a step looks like as one request of a batch. */
export function toGrantRequest(step: GrantStep, servicePrincipalId: string) {
  if (step.kind === "grantAppRole") {
    const { resource, id } = step.permission;
    return {
      method: "POST",
      path: `/servicePrincipals/${resource.id}/appRoleAssignedTo`,
      body: {
        principalId: servicePrincipalId,
        resourceId: resource.id,
        appRoleId: id,
      } satisfies AppRoleAssignmentBody,
    } as const;
  }
  const scope = step.scopes.join(" ");
  if (step.grantId !== undefined) {
    return { method: "PATCH", path: `/oauth2PermissionGrants/${step.grantId}`, body: { scope } } as const;
  }
  return {
    method: "POST",
    path: "/oauth2PermissionGrants",
    body: {
      clientId: servicePrincipalId,
      consentType: "AllPrincipals",
      resourceId: step.resource.id,
      scope,
    } satisfies GrantBody,
  } as const;
}

/** The waiting reads for an application of this run; nothing for an older one. */
export function visibility(context: GraphContext, { objectId, isNew }: ApplicationTarget) {
  return isNew
    ? { isVisible: () => isReadable(context, `/applications/${objectId}?${APPLICATION_SELECT}`) }
    : {};
}

/** Whether a path can be read now. */
export async function isReadable({ graph }: GraphContext, path: string): Promise<boolean> {
  return isSuccess(await graph.send({ method: "GET", path }));
}

/** Without `look`, a write always ends in an answer. */
function expectAnswer<Found>(written: Awaited<ReturnType<typeof write<Found>>>) {
  if (written.kind === "answered") return written;
  return {
    kind: "answered",
    answer: { status: 204, body: undefined, requestId: undefined, retryAfter: undefined },
    repeated: true,
  } as const;
}
