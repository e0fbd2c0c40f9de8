import type { GraphContext } from "../graph/environment.ts";
import { badRequest, GraphError, notFound, unsupportedQuery } from "../graph/errors.ts";
import { findOwnServicePrincipal } from "../graph/lookup.ts";
import { PERMISSIONS, ROLES_FOR, requirePermission, requireRole } from "../graph/rights.ts";
import type { ServicePrincipal } from "../state.ts";
import { isRecord, type World } from "../world.ts";
import { type JobState, provisioningOf } from "./state.ts";

/**
 * The service principal of a path, for whoever may read or change its provisioning: 403 without the
 * permission, or without a role and without owning it. Right after it was made these calls do not know it.
 */
export function permitted(world: World, c: GraphContext, kind: "read" | "write"): ServicePrincipal {
  const caller = c.get("caller");
  requirePermission(
    caller,
    kind === "read" ? PERMISSIONS.readSynchronization : PERMISSIONS.writeSynchronization,
  );
  const option = Object.keys(c.req.query()).find((name) => name.startsWith("$"));
  if (option !== undefined) throw unsupportedQuery(`The query parameter '${option}' is not supported.`);
  const principal = findOwnServicePrincipal(world, c.req.param("key") ?? "");
  const application = world.state.applications.find(({ appId }) => appId === principal.appId);
  const owners = [...principal.owners, ...(application?.owners ?? [])];
  requireRole(world, caller, ROLES_FOR.provision, owners);
  refuseWhileNew(world, principal.id);
  return principal;
}

function refuseWhileNew({ history, behaviour }: World, id: string): void {
  const { visibilityDelayMs, synchronizationDelayMs: delay } = behaviour;
  const isPast = (share: number) => history.settled(id, visibilityDelayMs + delay * share);
  if (isPast(1)) return;
  if (isPast(2 / 3))
    throw new GraphError(409, "Conflict", "The synchronization of the object is being set up.");
  if (isPast(1 / 3)) throw notFound(id);
  throw new GraphError(
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
  );
}

/** The job of a path; 404 where there is none of that id, or not yet. */
export function jobOf(world: World, principal: ServicePrincipal, id: string): JobState {
  const { job } = provisioningOf(world, principal.id);
  if (job?.id !== id || !isSettled(world, job.id)) throw jobNotFound(id);
  return job;
}

function jobNotFound(id: string): GraphError {
  return new GraphError(404, "JobNotFound", `The job '${id}' was not found.`);
}

/** Whether what was written under a name can be read by now. */
export function isSettled(world: World, id: string): boolean {
  return world.history.settled(id, world.behaviour.provisioningDelayMs);
}

/** The name under which the moment of new credentials is remembered. */
export function credentialsKey(servicePrincipalId: string): string {
  return `credentials of ${servicePrincipalId}`;
}

/**
 * Key and value pairs as `secrets` and `validateCredentials` take them.
 *
 * @throws GraphError 400 for another shape
 */
export function readPairs(value: unknown): { key: string; value: string }[] {
  if (!Array.isArray(value)) throw badRequest("A collection of keys and values is required.");
  return value.map((pair: unknown) => {
    if (!isRecord(pair)) throw badRequest("A pair of key and value is required.");
    const { key, value: text, ...others } = pair;
    const [unknown] = Object.keys(others).filter((name) => !name.includes("@odata."));
    if (unknown !== undefined) throw badRequest(`Invalid property '${unknown}'.`);
    if (typeof key !== "string" || typeof text !== "string") {
      throw badRequest("Key and value of a pair must be strings.");
    }
    return { key, value: text };
  });
}
