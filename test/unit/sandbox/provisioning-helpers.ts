import type { SynchronizationSchema } from "../../../src/provisioning/types.ts";
import type { Behaviour, SandboxOptions } from "../../../src/sandbox/index.ts";
import { type World, world } from "./helpers.ts";

const NON_GALLERY = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
export const TENANT_URL = "https://scim.vendor.example/scim/v2";
export const TOKEN = "t0ken-of-the-vendor";
export const NOTIFICATION = '{"Enabled":false,"DeleteThresholdEnabled":false}';
const SCOPES =
  "User.Read Application.ReadWrite.All AppRoleAssignment.ReadWrite.All Synchronization.ReadWrite.All Directory.Read.All AuditLog.Read.All User.Read.All Group.ReadWrite.All";

export interface Provisioned extends World {
  readonly principalId: string;
  readonly appId: string;
  /** The path of its provisioning. */
  readonly path: string;
}

/** A tenant with an application that provisioning can be set up for. */
export async function provisionable(
  behaviour: Partial<Behaviour> = {},
  options: Partial<SandboxOptions> = {},
): Promise<Provisioned> {
  const tenant = world(behaviour, options);
  await tenant.signIn(SCOPES);
  const made = await tenant.graph("POST", `/applicationTemplates/${NON_GALLERY}/instantiate`, {
    displayName: "Vendor",
  });
  const principal = made.body["servicePrincipal"] as { id: string; appId: string };
  const path = `/servicePrincipals/${principal.id}/synchronization`;
  const graph: World["graph"] = async (...request) => {
    const answer = await tenant.graph(...request);
    if (answer.status !== 401) return answer;
    // Hours go by between cycles.
    await tenant.signIn(SCOPES);
    return await tenant.graph(...request);
  };
  return { ...tenant, graph, principalId: principal.id, appId: principal.appId, path };
}

/** The body of complete credentials. */
export function credentials(more: Record<string, string | undefined> = {}) {
  const values: Record<string, string | undefined> = {
    BaseAddress: TENANT_URL,
    SecretToken: TOKEN,
    SyncNotificationSettings: NOTIFICATION,
    SyncAll: "false",
    ...more,
  };
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined);
  return { value: pairs.map(([key, value]) => ({ key, value })) };
}

/** Makes a job and saves credentials; the job's path. */
export async function withJob(tenant: Provisioned, more: Record<string, string> = {}): Promise<string> {
  await tenant.graph("PUT", `${tenant.path}/secrets`, credentials(more));
  const job = await tenant.graph("POST", `${tenant.path}/jobs`, { templateId: "scim" });
  return `${tenant.path}/jobs/${String(job.body["id"])}`;
}

/** Reads a job's schema. */
export async function schemaAt(tenant: Provisioned, job: string): Promise<SynchronizationSchema> {
  return (await tenant.graph("GET", `${job}/schema`)).body as unknown as SynchronizationSchema;
}

/** Assigns somebody with the application's role for users. */
export async function assign(tenant: Provisioned, principalId: string) {
  return await tenant.graph("POST", `/servicePrincipals/${tenant.principalId}/appRoleAssignedTo`, {
    principalId,
    resourceId: tenant.principalId,
    appRoleId: "18d14569-c3bd-439b-9a66-3a2aee01d14f",
  });
}
