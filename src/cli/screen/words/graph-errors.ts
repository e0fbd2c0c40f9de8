import type { GraphAction, LicenceNeed } from "../../../errors.ts";
import type { Advice } from "./advice.ts";

/** What this program was about to do when Microsoft Graph refused. */
export const ACTIONS: Readonly<Record<GraphAction, string>> = {
  readTenant: "read this tenant",
  createApplication: "create the app registration",
  instantiateApplication: "create the app registration with its enterprise application",
  updateApplication: "change the app registration",
  adoptApplication: "take the app registration over",
  restoreApplication: "restore the deleted app registration",
  purgeApplication: "delete the app registration for good",
  removeApplication: "remove the app registration",
  removeServicePrincipal: "remove the enterprise application",
  createServicePrincipal: "create the enterprise application",
  updateServicePrincipal: "change the enterprise application",
  grantDelegatedScopes: "grant the delegated permissions",
  grantAppRole: "grant the application permissions",
  issueSecret: "add a client secret",
  removeSecret: "remove a client secret",
  markDelivered: "mark the client secret as handed over",
  readBack: "read the registration back",
  readGroups: "read the groups of this tenant",
  createGroup: "create a group",
  addMembers: "add members to a group",
  readUsers: "read the users of this tenant",
  readProvisioning: "read the provisioning of the enterprise application",
  createJob: "set up provisioning for the enterprise application",
  testConnection: "test the connection of provisioning",
  writeCredentials: "save the tenant URL and the secret token",
  changeMappings: "change the attribute mappings",
  startProvisioning: "start provisioning",
  pauseProvisioning: "pause provisioning",
  restartProvisioning: "restart provisioning",
  provisionOnDemand: "provision on demand",
  readProvisioningLogs: "read the provisioning logs",
  readAssignments: "read who is assigned to the enterprise application",
  assign: "assign users and groups to the enterprise application",
};

const GROUPS_FORBIDDEN =
  "Run the command again without groups; or ask somebody with the role Groups Administrator, User Administrator or Global Administrator to run it.";

/** Who else may do it, where that is not an administrator of applications. */
const PROVISIONING_FORBIDDEN =
  "Ask somebody with the role Cloud Application Administrator, Application Administrator or Global Administrator to run the same command; if you have such a role, activate it first (Privileged Identity Management). The sign-in needs the permission Synchronization.ReadWrite.All as well: where it was said to lack that, sign in another way, or ask an administrator to grant it.";

/** Who may do it, where that is not whoever may register applications. */
export const FORBIDDEN_HINTS: { readonly [Action in GraphAction]?: string } = {
  readGroups: GROUPS_FORBIDDEN,
  createGroup: GROUPS_FORBIDDEN,
  addMembers:
    "Ask an owner of the group, or somebody with the role Groups Administrator, User Administrator or Global Administrator, to run the same command.",
  createJob: PROVISIONING_FORBIDDEN,
  writeCredentials: PROVISIONING_FORBIDDEN,
  changeMappings: PROVISIONING_FORBIDDEN,
  testConnection: PROVISIONING_FORBIDDEN,
  startProvisioning: PROVISIONING_FORBIDDEN,
  pauseProvisioning: PROVISIONING_FORBIDDEN,
  restartProvisioning: PROVISIONING_FORBIDDEN,
  provisionOnDemand: PROVISIONING_FORBIDDEN,
  readProvisioningLogs:
    "Ask somebody with the role Reports Reader, Security Reader, Cloud Application Administrator, Application Administrator or Global Reader to run the same command; if you have such a role, activate it first (Privileged Identity Management).",
};

/** What a licence is needed for. */
export const LICENSED: Readonly<Record<LicenceNeed, string>> = {
  provisioning: "provisioning",
  provisioningLogs: "the provisioning logs",
  groupAssignment: "assigning groups to an app",
};

/** What to do without that licence. */
export const LICENCE_HINTS: Readonly<Record<LicenceNeed, Advice>> = {
  provisioning: "Ask whoever buys the licences, then run the same command again.",
  provisioningLogs: [
    { say: "Provisioning itself works without. See how it goes with:", run: "scim status" },
    { say: "And what becomes of one user with:", run: 'scim provision "<user>"' },
  ],
  groupAssignment: "Assign the users themselves, or ask whoever buys the licences.",
};
