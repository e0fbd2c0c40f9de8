import { join } from "node:path";
import { AppError } from "../../errors.ts";
import { listAssignments, nameOfRole, pickUserRole, readAppRoles } from "../../graph/assignments.ts";
import type { GraphContext } from "../../graph/batch.ts";
import { findPrincipals } from "../../graph/find-principals.ts";
import type { UserSelection } from "../../graph/users.ts";
import type { DesiredProvisioning, SourceObject } from "../../provisioning/types.ts";
import type { AppRole } from "../../registration/types.ts";
import type { KnownValues } from "../../settings/known-values.ts";
import type { Template } from "../../template/schema.ts";
import { askForAnswers } from "../answers.ts";
import { during, type RunContext } from "../context.ts";
import { tryFolder } from "../output-folder.ts";
import { desiredProvisioning } from "./desired.ts";
import { locateProvisioning, SCIM_READING_SCOPES } from "./locate.ts";
import { assignedRoles } from "./people/assigned-roles.ts";
import { checkUsers, type UserCheck } from "./people/check-users.ts";
import { type People, type PeopleSources, readPeople } from "./people/named-people.ts";
import type { Missing } from "./people/plan-assignments.ts";
import { toSelections } from "./people/selections.ts";
import { mappingsInForce, readBy, type SentUser, sentOf } from "./people/sent.ts";
import { tableName, type UserTable, writeUserList } from "./people/user-list.ts";

export interface PreviewInput {
  readonly template: Template;
  readonly known: KnownValues;
  readonly sources: PeopleSources;
  /** The app role that users have; undefined: the template's, or the one for users. */
  readonly role: string | undefined;
  /** Absolute; where the table of findings goes. */
  readonly outputFolder: string;
  /** Whom the vendor would refuse, as a table. */
  readonly userTable: UserTable;
}

export interface PreviewResult {
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  readonly appId: string;
  readonly objectId: string;
  /** Where the mappings are from. */
  readonly mappings: "job" | "template";
  /** Whether the template requires anything of users at all. */
  readonly hasRequirements: boolean;
  readonly check: UserCheck;
  readonly hasGroups: boolean;
  readonly sent: readonly SentUser[];
  readonly missing: readonly Missing[];
  /** Where all findings are; undefined where there are none. */
  readonly file: string | undefined;
}

/**
 * Looks at those who are assigned, or who were named, for what the vendor requires, and works out what would be
 * sent of those who were named one by one. Changes nothing.
 *
 * @throws AppError PEOPLE_LIST, USERS_NOT_FOUND, and what `locate` throws.
 */
export async function preview(context: RunContext, input: PreviewInput): Promise<PreviewResult> {
  await tryFolder(context.ports, context.runId, { folder: input.outputFolder, flag: "--output" });
  const people = await readPeople(context.ports, input.sources);
  const located = await locateProvisioning(context, input, SCIM_READING_SCOPES);
  const { graph, tenant, servicePrincipalId, provisioning, appName } = located;
  const { displayName, appId, objectId } = located.current.application;
  const desired = await desiredOf(context, input, appName);
  const appRoles = await readAppRoles(graph, servicePrincipalId);
  const given = withRole(roleValue(appRoles, input.role ?? desired.appRole));
  const { selections, missing, named } = await during(context, "findUsers", () =>
    people.count > 0
      ? namedOnes(graph, people)
      : assigned(graph, servicePrincipalId, provisioning.credentials.scope ?? desired.scope),
  );
  if (named.length === 0 && input.sources.users.length > 0) {
    throw new AppError("USERS_NOT_FOUND", { wanted: input.sources.users });
  }
  const check = await during(context, "checkUsers", () => checkUsers(graph, { desired, selections, given }));
  const mappings = mappingsInForce(provisioning, desired);
  // Who is assigned already has a role, which need not be the one that others would get.
  const isRead = mappings.list.some((mapping) => readBy(mapping).includes("appRoleAssignments"));
  const isAsked = isRead && named.length > 0 && input.role === undefined;
  const roles = isAsked ? await assignedRoles(graph, servicePrincipalId, named) : new Map<string, string>();
  const givenOf = (userId: string): SourceObject => {
    const role = appRoles.find(({ id }) => id === roles.get(userId));
    return role ? withRole(nameOfRole(role)) : given;
  };
  const sent = await sentOf(graph, named, mappings.list, givenOf);
  const file = await writeUserList(
    context.ports,
    join(input.outputFolder, tableName("users-to-check", input.template)),
    check,
    input.userTable,
  );
  return {
    tenant,
    displayName,
    appId,
    objectId,
    mappings: mappings.from,
    hasRequirements: desired.requirements.length > 0,
    check,
    hasGroups: selections.some(({ kind }) => kind === "members"),
    sent,
    missing,
    file,
  };
}

/** @throws AppError SETTING_UNSUPPORTED, VALUES_INVALID */
async function desiredOf(
  context: RunContext,
  { template, known }: PreviewInput,
  appName: string,
): Promise<DesiredProvisioning> {
  // Before anything is asked for it.
  if (!template.application.scim) throw new AppError("SETTING_UNSUPPORTED", { setting: "scim" });
  const settled: KnownValues = { ...known, appName: { value: appName, source: "flag" } };
  return desiredProvisioning(template, await askForAnswers(context, settled, [], appName), known);
}

/** What `appRoleAssignments` holds of somebody with that role; the name itself where there is no such role. */
function roleValue(appRoles: readonly AppRole[], wanted: string | undefined): string | undefined {
  const role = pickUserRole(appRoles, wanted);
  return role ? nameOfRole(role) : wanted;
}

/** What Entra knows of somebody with that role. */
function withRole(role: string | undefined): SourceObject {
  return role === undefined ? {} : { appRoleAssignments: [role] };
}

/** Whom a preview is about. */
interface Whom {
  readonly selections: readonly UserSelection[];
  readonly missing: readonly Missing[];
  /** The ids of users who were named one by one. */
  readonly named: readonly string[];
}

/** Everybody who is named. */
async function namedOnes(graph: GraphContext, people: People): Promise<Whom> {
  const users: string[] = [];
  const groups: string[] = [];
  const named: string[] = [];
  const missing: Missing[] = [];
  for await (const { named: one, found, isAmbiguous } of findPrincipals(graph, people.all())) {
    if (!found) missing.push({ who: one.who, problem: isAmbiguous ? "ambiguous" : "unknown" });
    else if (found.kind === "group") groups.push(found.id);
    else {
      users.push(found.id);
      if (one.as === "user") named.push(found.id);
    }
  }
  return { selections: toSelections(users, groups), missing, named };
}

/** Everybody whom provisioning takes as things stand. */
async function assigned(
  graph: GraphContext,
  servicePrincipalId: string,
  scope: "assigned" | "all",
): Promise<Whom> {
  if (scope === "all") return { selections: [{ kind: "all" }], missing: [], named: [] };
  const users: string[] = [];
  const groups: string[] = [];
  for await (const { principalType, principalId } of listAssignments(graph, servicePrincipalId)) {
    if (principalType === "User") users.push(principalId);
    else if (principalType === "Group") groups.push(principalId);
  }
  return { selections: toSelections(users, groups), missing: [], named: [] };
}
