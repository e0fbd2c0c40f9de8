import type { Assignment } from "../provisioning/types.ts";
import type { AppRole } from "../registration/types.ts";
import * as z from "../zod.ts";
import { expectSuccess, toAppError } from "./answers.ts";
import type { GraphContext } from "./batch.ts";
import { pages } from "./pages.ts";
import { or, readObject, shapes, text } from "./schemas.ts";

/** "Default access". Who is assigned with it is skipped by provisioning. */
const NO_ROLE = "00000000-0000-0000-0000-000000000000";

const AssignmentShape = z.pipe(
  z.looseObject({
    id: text,
    principalId: text,
    principalType: or(text, ""),
    principalDisplayName: or(text, ""),
    appRoleId: text,
  }),
  z.transform(
    ({ id, principalId, principalType, principalDisplayName, appRoleId }): Assignment => ({
      id,
      principalId,
      principalType,
      principalDisplayName,
      appRoleId,
    }),
  ),
);

/** Who is assigned to an application, as it is read: there may be very many. */
export function listAssignments(
  context: GraphContext,
  servicePrincipalId: string,
): AsyncGenerator<Assignment, void, undefined> {
  const path = `/servicePrincipals/${servicePrincipalId}/appRoleAssignedTo?$top=999`;
  return pages(context, "readAssignments", path, AssignmentShape);
}

/** The app roles of an enterprise application: those of its registration, once they have come across. */
export async function readAppRoles(
  { graph }: GraphContext,
  servicePrincipalId: string,
): Promise<readonly AppRole[]> {
  const path = `/servicePrincipals/${servicePrincipalId}?$select=id,appRoles`;
  const answer = expectSuccess("readAssignments", await graph.send({ method: "GET", path }));
  const found = readObject(shapes.appRoles, answer.body);
  if (!found) throw toAppError("readAssignments", answer);
  return found.appRoles;
}

/** The roles that every application of the gallery's template has, by their names; they open nothing by themselves. */
const PLAIN = ["User", "msiam_access"];

/**
 * The role that people and groups get: the one of that value, else the one for users that every application of the
 * gallery's template has, else the only one there is. Never "default access", and none of several by chance.
 *
 * @returns undefined where there is no such role.
 */
export function pickUserRole(appRoles: readonly AppRole[], wantedValue?: string): AppRole | undefined {
  const usable = appRoles.filter(
    ({ id, isEnabled, allowedMemberTypes }) =>
      isEnabled && id !== NO_ROLE && allowedMemberTypes.includes("User"),
  );
  if (wantedValue !== undefined) return usable.find(({ value }) => value === wantedValue);
  const plain = PLAIN.map((name) => usable.find(({ displayName }) => displayName === name));
  return plain.find((role) => role !== undefined) ?? (usable.length === 1 ? usable[0] : undefined);
}

/** What a role is called on the screen, in a list and in `appRoleAssignments`: those of the gallery's template have no value. */
export function nameOfRole({ value, displayName }: AppRole): string {
  return value ?? displayName;
}

/** Whether an assignment counts for provisioning. */
export function isProvisioned({ appRoleId }: Pick<Assignment, "appRoleId">): boolean {
  return appRoleId !== NO_ROLE;
}
