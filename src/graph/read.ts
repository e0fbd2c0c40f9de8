import { AppError } from "../errors.ts";
import type { Candidates } from "../registration/choose.ts";
import type {
  Application,
  AppRoleAssignment,
  CurrentRegistration,
  DelegatedGrant,
  ServicePrincipal,
} from "../registration/types.ts";
import type * as z from "../zod.ts";
import { expectSuccess, type GraphAnswer, isSuccess } from "./answers.ts";
import { type BatchItem, type GraphContext, sendBatch } from "./batch.ts";
import { equals, literal } from "./odata.ts";
import { readObject, readPage, shapes } from "./schemas.ts";
import { allPages, get, list, NO_ANSWER, one } from "./shaped.ts";

export const APPLICATION_SELECT =
  "$select=id,appId,displayName,uniqueName,applicationTemplateId,createdDateTime,signInAudience,tags,identifierUris,web,spa,publicClient,appRoles,api," +
  "requiredResourceAccess,passwordCredentials";
const SERVICE_PRINCIPAL_SELECT = "$select=id,appId,tags";
const DELETED_APPLICATIONS = "/directory/deletedItems/microsoft.graph.application";
const DELETED_SERVICE_PRINCIPALS = "/directory/deletedItems/microsoft.graph.servicePrincipal";
const DELETED_SELECT = "$select=id,appId,displayName,uniqueName,tags,deletedDateTime";

export interface DeletedApplication {
  readonly objectId: string;
  readonly appId: string;
  readonly displayName: string;
  readonly uniqueName: string | undefined;
  readonly tags: readonly string[];
  readonly deletedDateTime: string;
}

export interface CandidatesRead {
  readonly candidates: Candidates;
  readonly deleted: readonly DeletedApplication[];
}

/** How the application of this run can be recognised. */
export type Wanted =
  | { readonly uniqueName: string; readonly displayName: string }
  | { readonly appId: string };

/** Only the applications of another name or id, for an answer that was not the proposed one. */
export async function readCandidates(context: GraphContext, wanted: Wanted): Promise<CandidatesRead> {
  return toCandidates(wanted, await sendBatch(context, "readTenant", candidateItems(wanted)));
}

/** How the applications of this run are asked for. */
export function candidateItems(wanted: Wanted): BatchItem[] {
  if ("appId" in wanted) {
    return [get(`/applications(appId=${literal(wanted.appId)})?${APPLICATION_SELECT}`)];
  }
  const { uniqueName, displayName } = wanted;
  return [
    get(`/applications(uniqueName=${literal(uniqueName)})?${APPLICATION_SELECT}`),
    get(`/applications?${equals("displayName", displayName)}&${APPLICATION_SELECT}&$top=100`),
    get(`/applications?$filter=tags/any(t:t%20eq%20${literal(uniqueName)})&${APPLICATION_SELECT}&$top=100`),
    get(`${DELETED_APPLICATIONS}?${equals("displayName", displayName)}&${DELETED_SELECT}&$top=100`),
  ];
}

/** What the answers to `candidateItems` say. */
export function toCandidates(wanted: Wanted, answers: readonly GraphAnswer[]): CandidatesRead {
  const [byKey, byName, byTag, deleted] = answers;
  const byUniqueName = byKey?.status === 404 ? undefined : one(byKey, shapes.application);
  if ("appId" in wanted) return { candidates: { byUniqueName, byTag: [], byName: [] }, deleted: [] };
  return {
    candidates: {
      byUniqueName,
      byName: list(byName, shapes.application),
      byTag: isUnsupported(byTag) ? [] : list(byTag, shapes.application),
    },
    deleted: toDeleted(deleted),
  };
}

/** Deleted applications may be out of reach for this person; then they simply cannot be restored. */
function toDeleted(answer: GraphAnswer | undefined): DeletedApplication[] {
  return isUnsupported(answer) ? [] : list(answer, shapes.deletedApplication).map(toDeletedApplication);
}

function toDeletedApplication(application: z.infer<typeof shapes.deletedApplication>): DeletedApplication {
  return {
    objectId: application.id,
    appId: application.appId,
    displayName: application.displayName ?? "",
    uniqueName: application.uniqueName ?? undefined,
    tags: application.tags,
    deletedDateTime: application.deletedDateTime ?? "",
  };
}

/** The deleted application with that client id, as long as it can be restored. */
export async function findDeleted(
  { graph }: GraphContext,
  appId: string,
): Promise<DeletedApplication | undefined> {
  const path = `${DELETED_APPLICATIONS}?${equals("appId", appId)}&${DELETED_SELECT}`;
  return toDeleted(await graph.send({ method: "GET", path }))[0];
}

/**
 * The deleted application that still holds a unique name, whatever it was called in the end. Deleted ones
 * cannot be filtered by unique name, so all are read; undefined also where they are out of reach.
 */
export async function findDeletedHolder(
  context: GraphContext,
  uniqueName: string,
): Promise<DeletedApplication | undefined> {
  const path = `${DELETED_APPLICATIONS}?${DELETED_SELECT}&$top=999`;
  const answer = await context.graph.send({ method: "GET", path });
  if (isUnsupported(answer)) return undefined;
  const deleted = await allPages(context, answer, shapes.deletedApplication);
  return deleted.map(toDeletedApplication).find((application) => application.uniqueName === uniqueName);
}

/**
 * Whether a query that only adds to what is known was refused. Without it an application may be taken for a
 * stranger's of the same name, and then a person is asked: the safe side.
 */
function isUnsupported(answer: GraphAnswer | undefined): boolean {
  return answer !== undefined && [400, 403, 404, 501].includes(answer.status);
}

/** An application with its service principal and everything granted to it, in one more round trip. */
export async function readRegistration(
  context: GraphContext,
  application: Application,
): Promise<CurrentRegistration> {
  const key = `/servicePrincipals(appId=${literal(application.appId)})`;
  const [servicePrincipal, assignments, grants] = await sendBatch(context, "readTenant", [
    get(`${key}?${SERVICE_PRINCIPAL_SELECT}`),
    get(`${key}/appRoleAssignments?$top=999`),
    get(`${key}/oauth2PermissionGrants`),
  ]);
  if (servicePrincipal?.status === 404) {
    return { application, delegatedGrants: [], appRoleAssignments: [] };
  }
  const found = one(servicePrincipal, shapes.servicePrincipal);
  const granted =
    assignments && grants && isSuccess(assignments) && isSuccess(grants)
      ? await toGranted(context, assignments, grants)
      : await readGranted(context, found.id);
  return { application, servicePrincipal: found, ...granted };
}

/** What is granted to a service principal, asked for by its object id. */
export async function readGranted(
  context: GraphContext,
  servicePrincipalId: string,
): Promise<Pick<CurrentRegistration, "delegatedGrants" | "appRoleAssignments">> {
  const [assignments, grants] = await sendBatch(context, "readTenant", grantedItems(servicePrincipalId));
  return toGranted(context, assignments ?? NO_ANSWER, grants ?? NO_ANSWER);
}

function grantedItems(servicePrincipalId: string): BatchItem[] {
  return [
    get(`/servicePrincipals/${servicePrincipalId}/appRoleAssignments?$top=999`),
    get(
      `/oauth2PermissionGrants?${equals("clientId", servicePrincipalId)}` +
        `%20and%20consentType%20eq%20${literal("AllPrincipals")}`,
    ),
  ];
}

async function toGranted(
  context: GraphContext,
  assignments: GraphAnswer,
  grants: GraphAnswer,
): Promise<Pick<CurrentRegistration, "delegatedGrants" | "appRoleAssignments">> {
  const delegated = await allPages(context, grants, shapes.delegatedGrant);
  return {
    appRoleAssignments: await allPages(context, assignments, shapes.appRoleAssignment),
    delegatedGrants: delegated
      .filter(({ consentType }) => consentType === "AllPrincipals")
      .map(({ id, resourceId, scopes }): DelegatedGrant => ({ id, resourceId, scopes })),
  };
}

export interface ReadBack {
  readonly application: Application | undefined;
  readonly servicePrincipal: ServicePrincipal | undefined;
  readonly delegatedGrants: readonly DelegatedGrant[];
  readonly appRoleAssignments: readonly AppRoleAssignment[];
}

/** What the tenant shows of a registration now, in one round trip; what is not visible yet is absent. */
export async function readBack(
  context: GraphContext,
  ids: { readonly objectId: string; readonly servicePrincipalId: string },
): Promise<ReadBack> {
  const [application, servicePrincipal, assignments, grants] = await sendBatch(context, "readBack", [
    get(`/applications/${ids.objectId}?${APPLICATION_SELECT}`),
    get(`/servicePrincipals/${ids.servicePrincipalId}?${SERVICE_PRINCIPAL_SELECT}`),
    ...grantedItems(ids.servicePrincipalId),
  ]);
  const visible = (answer: GraphAnswer | undefined) => answer !== undefined && isSuccess(answer);
  return {
    application: readObject(shapes.application, application?.body),
    servicePrincipal: readObject(shapes.servicePrincipal, servicePrincipal?.body),
    ...(visible(assignments) && visible(grants)
      ? await toGranted(context, assignments ?? NO_ANSWER, grants ?? NO_ANSWER)
      : { delegatedGrants: [], appRoleAssignments: [] }),
  };
}

/** One application by its object id. @throws AppError where it cannot be read. */
export async function readApplication(context: GraphContext, objectId: string): Promise<Application> {
  return one(
    await context.graph.send({ method: "GET", path: `/applications/${objectId}?${APPLICATION_SELECT}` }),
    shapes.application,
  );
}

/** The application with that unique name, or undefined. */
export async function findByUniqueName(
  context: GraphContext,
  uniqueName: string,
): Promise<Application | undefined> {
  const path = `/applications(uniqueName=${literal(uniqueName)})?${APPLICATION_SELECT}`;
  const answer = await context.graph.send({ method: "GET", path });
  return answer.status === 404 ? undefined : one(answer, shapes.application);
}

/** The service principal of an application, or undefined. */
export async function findServicePrincipal(
  context: GraphContext,
  appId: string,
): Promise<ServicePrincipal | undefined> {
  const path = `/servicePrincipals(appId=${literal(appId)})?${SERVICE_PRINCIPAL_SELECT}`;
  const answer = await context.graph.send({ method: "GET", path });
  return answer.status === 404 ? undefined : one(answer, shapes.servicePrincipal);
}

/** The object id of an application's deleted service principal; undefined also where that cannot be read. */
export async function findDeletedServicePrincipal(
  { graph }: GraphContext,
  appId: string,
): Promise<string | undefined> {
  const path = `${DELETED_SERVICE_PRINCIPALS}?${equals("appId", appId)}&${SERVICE_PRINCIPAL_SELECT}`;
  const answer = await graph.send({ method: "GET", path });
  if (isUnsupported(answer)) return undefined;
  return readPage(shapes.servicePrincipal, expectSuccess("readTenant", answer).body)?.values[0]?.id;
}

/** Whose an application is that this tenant only uses, by its service principal; undefined where there is none. */
export async function findOwner(
  context: GraphContext,
  appId: string,
): Promise<{ readonly displayName: string; readonly ownerTenantId: string } | undefined> {
  const path = `/servicePrincipals(appId=${literal(appId)})?$select=id,displayName,appOwnerOrganizationId`;
  const answer = await context.graph.send({ method: "GET", path });
  if (answer.status === 404) return undefined;
  const { displayName, appOwnerOrganizationId } = one(answer, shapes.ownedServicePrincipal);
  return { displayName: displayName ?? "", ownerTenantId: (appOwnerOrganizationId ?? "").toLowerCase() };
}

/** The failure for an application that is not in the tenant. */
export function appNotFound(appId: string, tenantId: string): AppError {
  return new AppError("APP_NOT_FOUND", { appId, tenantId });
}
