import { AppError } from "../errors.ts";
import type { GraphContext } from "../graph/batch.ts";
import { type DeletedApplication, findDeleted, findOwner } from "../graph/read.ts";
import { uniqueNameOf } from "../registration/desired.ts";
import { isMarked } from "../registration/names.ts";
import { sha256 } from "../sha256.ts";
import type { Template } from "../template/schema.ts";

/**
 * The deleted application with that client id, where there is one.
 *
 * @throws AppError APP_OF_OTHER_TENANT where this tenant only uses an application of that id.
 */
export async function findAbsent(
  graph: GraphContext,
  appId: string,
  tenantId: string,
): Promise<DeletedApplication | undefined> {
  const owner = await findOwner(graph, appId);
  if (owner && owner.ownerTenantId !== tenantId) {
    throw new AppError("APP_OF_OTHER_TENANT", { appId, tenantId, ...owner });
  }
  return findDeleted(graph, appId);
}

/** The failure of a command that needs a registration which is deleted. */
export function deletedError(
  template: Template,
  deleted: DeletedApplication,
  appName = deleted.displayName,
): AppError<"REGISTRATION_DELETED"> {
  const { displayName, appId, deletedDateTime } = deleted;
  const isOffered = isMarked(deleted, uniqueNameOf(template, appName, sha256));
  const offered = { appName: isOffered ? appName : undefined };
  return new AppError("REGISTRATION_DELETED", { displayName, appId, deletedDateTime, ...offered });
}
