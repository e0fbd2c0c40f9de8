import { AppError, isAppError } from "../../errors.ts";
import type { GraphContext } from "../../graph/batch.ts";
import type { ProvisioningTarget } from "../../graph/synchronization.ts";
import { type JobToTest, validateCredentials } from "../../graph/synchronization-connection.ts";
import type { ConnectionTest, Job } from "../../provisioning/types.ts";
import { Secret } from "../../secret.ts";
import { during, type RunContext } from "../context.ts";

/** Where Entra connects to, and with what. */
export interface Endpoint {
  readonly tenantUrl: string;
  readonly token: Secret;
  /** The job, once there is one; see `CredentialsToTest`. */
  readonly job?: (() => Promise<JobToTest>) | undefined;
}

/**
 * Has Entra try the connection before anything of it is saved.
 *
 * @throws AppError CONNECTION_REFUSED with Microsoft's reason.
 */
export async function requireConnection(
  context: RunContext,
  graph: GraphContext,
  target: ProvisioningTarget,
  endpoint: Endpoint,
): Promise<void> {
  await during(context, "testConnection", async () => {
    const tested = await validateCredentials(graph, target, endpoint);
    if (!tested.ok) throw refusal(endpoint.tenantUrl, tested, "given");
  });
}

/** The failure that a refused connection is. */
export function refusal(
  tenantUrl: string,
  { problem, detail, requestId }: Extract<ConnectionTest, { ok: false }>,
  credentials: "given" | "saved",
): AppError<"CONNECTION_REFUSED"> {
  const facts = { tenantUrl, problem, detail, credentials };
  return new AppError("CONNECTION_REFUSED", facts, requestId === undefined ? {} : { requestId });
}

/**
 * Tries a made-up token as well: an address that accepts that one, too, accepts anybody's.
 *
 * @returns undefined where it could not be tried.
 */
export async function acceptsMadeUp(
  { ports }: RunContext,
  graph: GraphContext,
  target: ProvisioningTarget,
  { tenantUrl, job }: Pick<Endpoint, "tenantUrl" | "job">,
): Promise<boolean | undefined> {
  const token = new Secret(`made-up-${ports.ids.uuid()}`);
  try {
    return (await validateCredentials(graph, target, { tenantUrl, token, job })).ok;
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}

/** Says so where the vendor's address accepts any token: a warning, which ends no run. */
export async function warnOfAnyToken(
  context: RunContext,
  graph: GraphContext,
  target: ProvisioningTarget,
  endpoint: Endpoint,
): Promise<void> {
  const accepts = await acceptsMadeUp(context, graph, target, endpoint);
  if (accepts) context.report({ kind: "anyTokenAccepted", host: new URL(endpoint.tenantUrl).host });
}

/** How long saved credentials may take to be known, and after how many tries each they are written once more. */
const SAVED_LIMIT_MS = 60_000;
const TRIES_A_WRITE = 4;

/**
 * Tries the saved credentials: Graph has dropped some and answered with success.
 *
 * @param save writes them once more.
 * @throws AppError CONNECTION_REFUSED
 */
export async function requireSaved(
  context: RunContext,
  graph: GraphContext,
  target: ProvisioningTarget,
  { job, tenantUrl }: { readonly job: Job; readonly tenantUrl: string },
  save: () => Promise<void>,
): Promise<void> {
  const { clock } = context.ports;
  const start = clock.now().getTime();
  for (let attempt = 1; ; attempt += 1) {
    const tested = await trySaved(graph, target, job);
    if (tested.ok) return;
    if (clock.now().getTime() - start > SAVED_LIMIT_MS) throw refusal(tenantUrl, tested, "saved");
    const ms = Math.min(1000 * 2 ** (attempt - 1), 8000);
    context.report({ kind: "wait", wait: { ms, reason: "replication", host: "Microsoft Entra", attempt } });
    await clock.sleep(ms);
    if (attempt % TRIES_A_WRITE === 0) await save();
  }
}

/**
 * Whether Entra can connect with what is saved. Credentials that are not known yet are none, and a request for
 * them is refused as incomplete.
 */
export async function trySaved(
  graph: GraphContext,
  target: ProvisioningTarget,
  { id: jobId, templateId }: Job,
): Promise<ConnectionTest> {
  try {
    return await validateCredentials(graph, target, { jobId, templateId });
  } catch (error) {
    if (!isAppError(error, "GRAPH_REFUSED") || error.facts.status !== 400) throw error;
    const { detail } = error.facts;
    return { ok: false, problem: "other", detail, requestId: error.requestId };
  }
}
