import type { GraphAction } from "../errors.ts";
import { NO_CREDENTIALS } from "../provisioning/state.ts";
import type {
  CurrentProvisioning,
  Job,
  SavedCredentials,
  SynchronizationSchema,
} from "../provisioning/types.ts";
import type { Json } from "../registration/plan.ts";
import type { Secret } from "../secret.ts";
import type * as z from "../zod.ts";
import { expectSuccess, type GraphAnswer, toAppError } from "./answers.ts";
import { type GraphContext, sendBatch } from "./batch.ts";
import { withoutSecret } from "./redact.ts";
import { readObject, readPage } from "./schemas.ts";
import {
  JobShape,
  lacksDirectories,
  readSavedCredentials,
  readSchemaBody,
  TemplateShape,
} from "./synchronization-schemas.ts";
import {
  isNotKnownYet,
  jobPath,
  type ProvisioningTarget,
  sendSettled,
  sendToJob,
  synchronizationPath,
} from "./synchronization-send.ts";

export type { ProvisioningTarget } from "./synchronization-send.ts";

/** `customappsso`, the behaviour of 2018, is no longer supported: it is taken only where there is no other. */
const TEMPLATE = "scim";
const OUTDATED = "customappsso";

/** Job, saved credentials and schema of an enterprise application: one round trip, and one more for the schema. */
export async function readProvisioning(
  context: GraphContext,
  servicePrincipalId: string,
): Promise<CurrentProvisioning> {
  const path = synchronizationPath(servicePrincipalId);
  const [jobs, secrets] = await sendBatch(context, "readProvisioning", [
    { method: "GET", path: `${path}/jobs` },
    { method: "GET", path: `${path}/secrets` },
  ]);
  const job = jobs && toJob(jobs);
  const credentials = secrets ? toCredentials(secrets) : NO_CREDENTIALS;
  const target = { servicePrincipalId, isNew: false };
  return { job, credentials, schema: job && (await readSchema(context, target, job.id)) };
}

/**
 * The job of an enterprise application: the one that is there, else a new one, made once. Of a new application
 * nobody else can have made one, so it is not looked for first.
 *
 * @returns undefined where Graph offers no template for it: the application cannot be provisioned.
 */
export async function createJob(context: GraphContext, target: ProvisioningTarget): Promise<Job | undefined> {
  const there = target.isNew ? undefined : await findJob(context, target);
  if (there) return there;
  const answer = await postJob(context, target, TEMPLATE);
  if ("id" in answer) return answer;
  // Not every application offers that one.
  if (answer.status !== 400 && answer.status !== 404) throw toAppError("createJob", answer);
  const offered = await readTemplate(context, target);
  if (offered === undefined) return undefined;
  if (offered === TEMPLATE) {
    // There may be one since it was looked for, which not every refusal says.
    const made = await findJob(context, target);
    if (made) return made;
    throw toAppError("createJob", answer);
  }
  const other = await postJob(context, target, offered);
  if ("id" in other) return other;
  throw toAppError("createJob", other);
}

/** The job, or the refusal. */
async function postJob(
  context: GraphContext,
  target: ProvisioningTarget,
  templateId: string,
): Promise<Job | GraphAnswer> {
  const look = () => findJob(context, target);
  const path = `${synchronizationPath(target.servicePrincipalId)}/jobs`;
  const request = { method: "POST", path, body: { templateId } } as const;
  const sent = await sendSettled(context, "createJob", request, target, { look });
  if ("found" in sent) return sent.found;
  const { answer } = sent;
  if (answer.status >= 400) return answer;
  const job = readObject(JobShape, expectSuccess("createJob", answer).body) ?? (await look());
  if (!job) throw toAppError("createJob", answer);
  return job;
}

async function findJob(context: GraphContext, target: ProvisioningTarget): Promise<Job | undefined> {
  const path = `${synchronizationPath(target.servicePrincipalId)}/jobs`;
  const answer = await context.graph.send({ method: "GET", path });
  return target.isNew && isNotKnownYet(answer) ? undefined : toJob(answer);
}

async function readTemplate(context: GraphContext, target: ProvisioningTarget): Promise<string | undefined> {
  const path = `${synchronizationPath(target.servicePrincipalId)}/templates`;
  const answer = await context.graph.send({ method: "GET", path });
  if (answer.status === 404) return undefined;
  const templates = page(TemplateShape, "createJob", answer).filter(({ id }) => id !== OUTDATED);
  const chosen =
    templates.find(({ id }) => id === TEMPLATE) ?? templates.find((one) => one.default) ?? templates[0];
  return chosen?.id;
}

/** What `writeCredentials` writes: always all of it, for Graph replaces what it has. */
export interface CredentialsToWrite
  extends Pick<SavedCredentials, "notification" | "deleteThreshold" | "kept"> {
  readonly tenantUrl: string;
  /** Nobody can read it back: whoever changes anything here has to know it again. */
  readonly token: Secret;
  readonly scope: "assigned" | "all";
}

/**
 * Replaces the saved credentials. Graph drops the whole of an incomplete write and answers 204 all the same,
 * so that all four keys are sent every time.
 */
export async function writeCredentials(
  context: GraphContext,
  target: ProvisioningTarget,
  credentials: CredentialsToWrite,
): Promise<void> {
  const { tenantUrl, token, scope, notification, deleteThreshold, kept } = credentials;
  const settings = {
    Enabled: notification !== undefined,
    ...(notification !== undefined && { Recipients: notification }),
    DeleteThresholdEnabled: deleteThreshold !== undefined,
    ...(deleteThreshold !== undefined && { DeleteThresholdValue: deleteThreshold }),
  };
  const value = [
    { key: "BaseAddress", value: tenantUrl },
    { key: "SecretToken", value: token.reveal() },
    { key: "SyncNotificationSettings", value: JSON.stringify(settings) },
    { key: "SyncAll", value: String(scope === "all") },
    ...kept.map(({ key, value: text }) => ({ key, value: text })),
  ];
  const path = `${synchronizationPath(target.servicePrincipalId)}/secrets`;
  const request = { method: "PUT", path, body: { value } } as const;
  await send(withoutSecret(context, token), "writeCredentials", request, target);
}

/** The schema of a job, with every property as Graph gave it. */
export async function readSchema(
  context: GraphContext,
  target: ProvisioningTarget,
  jobId: string,
): Promise<SynchronizationSchema> {
  const path = `${jobPath(target.servicePrincipalId, jobId)}/schema`;
  const answer = await send(context, "readProvisioning", { method: "GET", path }, target);
  const schema = readSchemaBody(await withDirectories(context, target, path, answer.body));
  if (!schema) throw toAppError("readProvisioning", { ...answer, isMalformed: true });
  return schema;
}

/** By the metadata directories are read by themselves; as yet they come along. */
async function withDirectories(
  context: GraphContext,
  target: ProvisioningTarget,
  path: string,
  body: unknown,
): Promise<unknown> {
  if (!lacksDirectories(body)) return body;
  const request = { method: "GET", path: `${path}/directories` } as const;
  const answer = await send(context, "readProvisioning", request, target);
  return { ...body, directories: (answer.body as { value?: unknown } | undefined)?.value };
}

/**
 * Replaces the schema of a job whole, with everything that was read; `@odata.context` may be in it. The next
 * cycle goes through everybody again.
 */
export async function writeSchema(
  context: GraphContext,
  target: ProvisioningTarget,
  jobId: string,
  schema: SynchronizationSchema,
): Promise<void> {
  const path = `${jobPath(target.servicePrincipalId, jobId)}/schema`;
  // What was JSON when it was read, with changes that are.
  const body = schema as unknown as { [key: string]: Json };
  await send(context, "changeMappings", { method: "PUT", path, body }, target);
}

/** The job as it is now; undefined where it is gone. */
export async function readJob(
  context: GraphContext,
  target: ProvisioningTarget,
  jobId: string,
): Promise<Job | undefined> {
  const path = jobPath(target.servicePrincipalId, jobId);
  const answer = await sendToJob(context, "readProvisioning", { method: "GET", path }, target);
  if (answer.status === 404) return undefined;
  const job = readObject(JobShape, expectSuccess("readProvisioning", answer).body);
  if (!job) throw toAppError("readProvisioning", answer);
  return job;
}

/** Starts a job, or goes on with a paused one. Right after its credentials were written Graph may want it again. */
export async function startJob(
  context: GraphContext,
  target: ProvisioningTarget,
  jobId: string,
): Promise<void> {
  const path = `${jobPath(target.servicePrincipalId, jobId)}/start`;
  await send(context, "startProvisioning", { method: "POST", path }, target);
}

/** Pauses a job; it goes on from there. */
export async function pauseJob(
  context: GraphContext,
  target: ProvisioningTarget,
  jobId: string,
): Promise<void> {
  const path = `${jobPath(target.servicePrincipalId, jobId)}/pause`;
  await send(context, "pauseProvisioning", { method: "POST", path }, target);
}

/**
 * What a restart forgets; see https://learn.microsoft.com/graph/api/resources/synchronization-synchronizationjobrestartcriteria.
 *
 * - `asPortal`: quarantine, watermark and escrows, as the portal's button: everybody is looked at again.
 * - `quarantine`: the quarantine alone; the cycle goes on where it was.
 *
 * Vendors' guides that clear the state mean the first: it is what the portal's restart does. `Full` would forget
 * who is whom at the vendor as well.
 */
export type RestartCriteria = "asPortal" | "quarantine";

const RESET_SCOPES: Readonly<Record<RestartCriteria, string>> = {
  asPortal: "QuarantineState, Watermark, Escrows",
  quarantine: "QuarantineState",
};

/** Restarts a job and starts it where it did not run. */
export async function restartJob(
  context: GraphContext,
  target: ProvisioningTarget,
  jobId: string,
  criteria: RestartCriteria,
): Promise<void> {
  const path = `${jobPath(target.servicePrincipalId, jobId)}/restart`;
  const body = { criteria: { resetScope: RESET_SCOPES[criteria] } };
  await send(context, "restartProvisioning", { method: "POST", path, body }, target);
}

async function send(
  context: GraphContext,
  action: GraphAction,
  request: Parameters<typeof sendToJob>[2],
  target: ProvisioningTarget,
): Promise<GraphAnswer> {
  return expectSuccess(action, await sendToJob(context, action, request, target));
}

/** The job for SCIM, of the one that is there in practice; none where there is no provisioning at all. */
function toJob(answer: GraphAnswer): Job | undefined {
  if (answer.status === 404) return undefined;
  const jobs = page(JobShape, "readProvisioning", answer);
  return jobs.find(({ templateId }) => templateId === TEMPLATE) ?? jobs[0];
}

function toCredentials(answer: GraphAnswer): SavedCredentials {
  if (answer.status === 404) return NO_CREDENTIALS;
  const credentials = readSavedCredentials(expectSuccess("readProvisioning", answer).body);
  if (!credentials) throw toAppError("readProvisioning", answer);
  return credentials;
}

function page<Value>(shape: z.ZodMiniType<Value>, action: GraphAction, answer: GraphAnswer): Value[] {
  const found = readPage(shape, expectSuccess(action, answer).body);
  if (!found) throw toAppError(action, answer);
  return found.values;
}
