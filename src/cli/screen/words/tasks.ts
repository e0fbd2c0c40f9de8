import type { Task } from "../../../flow/events.ts";

/** What a piece of work is called while it runs and when it is done. */
export const TASKS: Readonly<Record<Task, { readonly doing: string; readonly done: string }>> = {
  findTenant: { doing: "Looking the tenant up", done: "Tenant found" },
  findGroups: { doing: "Looking the groups up", done: "Groups found" },
  createGroup: { doing: "Creating a security group", done: "Security group created" },
  readMembers: { doing: "Looking who belongs to the group", done: "Looked who belongs to the group" },
  addMembers: { doing: "Adding members to the group", done: "Members added to the group" },
  takeTurn: { doing: "Waiting for the other run to end", done: "The other run has ended" },
  signIn: { doing: "Signing in", done: "Signed in" },
  read: { doing: "Reading the tenant", done: "Tenant read" },
  oneTimePasswordService: {
    doing: "Trying the one-time-password service",
    done: "One-time-password service works",
  },
  network: { doing: "Trying the hosts", done: "Hosts tried" },
  createApplication: { doing: "Creating the app registration", done: "App registration created" },
  instantiateApplication: {
    doing: "Creating the enterprise application for provisioning",
    done: "Enterprise application for provisioning created",
  },
  adoptApplication: { doing: "Taking the app registration over", done: "App registration taken over" },
  restoreApplication: { doing: "Restoring the app registration", done: "App registration restored" },
  purgeApplication: {
    doing: "Deleting the old app registration for good",
    done: "Old app registration deleted for good",
  },
  removeApplication: { doing: "Removing the app registration", done: "App registration removed" },
  removeServicePrincipal: {
    doing: "Removing the enterprise application",
    done: "Enterprise application removed",
  },
  removeRestoredSecret: {
    doing: "Removing a client secret that came back",
    done: "Client secret removed that came back",
  },
  updateApplication: { doing: "Changing the app registration", done: "App registration changed" },
  exposeApi: {
    doing: "Setting up single sign-on for the add-in",
    done: "Single sign-on for the add-in set up",
  },
  createServicePrincipal: {
    doing: "Creating the enterprise application",
    done: "Enterprise application created",
  },
  updateServicePrincipal: {
    doing: "Changing the enterprise application",
    done: "Enterprise application changed",
  },
  grant: { doing: "Granting admin consent", done: "Admin consent granted" },
  removeSecret: {
    doing: "Removing a client secret that was never handed over",
    done: "Client secret removed that was never handed over",
  },
  retireSecret: { doing: "Removing a client secret", done: "Client secret removed" },
  awaitConsent: {
    doing: "Waiting for the consent on Microsoft's page",
    done: "Consent seen",
  },
  issueSecret: { doing: "Adding a client secret", done: "Client secret added" },
  deliver: {
    doing: "Storing the secret behind a one-time link",
    done: "Secret stored behind a one-time link",
  },
  markDelivered: { doing: "Noting the hand-over on the app", done: "Hand-over noted on the app" },
  testConnection: {
    doing: "Microsoft Entra is trying the connection to the vendor",
    done: "Microsoft Entra can connect to the vendor",
  },
  createJob: { doing: "Creating the provisioning job", done: "Provisioning job created" },
  writeCredentials: {
    doing: "Saving tenant URL and secret token",
    done: "Tenant URL and secret token saved",
  },
  changeMappings: { doing: "Changing the attribute mappings", done: "Attribute mappings changed" },
  assign: { doing: "Assigning users and groups", done: "Users and groups assigned" },
  awaitArrivals: { doing: "Looking who has arrived at the vendor", done: "Looked who has arrived" },
  startProvisioning: { doing: "Starting provisioning", done: "Provisioning started" },
  pauseProvisioning: { doing: "Pausing provisioning", done: "Provisioning paused" },
  restartProvisioning: { doing: "Restarting provisioning", done: "Provisioning restarted" },
  checkUsers: {
    doing: "Looking at the users for what the vendor requires",
    done: "Users looked at",
  },
  findUsers: { doing: "Looking the users up", done: "Users found" },
  provisionOnDemand: {
    doing: "Having Microsoft Entra provision at once, which takes up to two minutes",
    done: "Provisioned on demand",
  },
  readLogs: { doing: "Reading the provisioning logs", done: "Provisioning logs read" },
  readBack: { doing: "Reading everything back", done: "Everything read back" },
  prove: { doing: "Signing in as the new app to prove that it works", done: "The new app works" },
};
