import { AppError, type GraphAction } from "../errors.ts";
import { errorOf, type GraphAnswer, toAppError } from "./answers.ts";
import type { GraphContext } from "./batch.ts";
import type { GraphRequest } from "./client.ts";
import { type WriteOptions, write } from "./write.ts";

/** An enterprise application whose provisioning is meant; `isNew` where this run made it. */
export interface ProvisioningTarget {
  readonly servicePrincipalId: string;
  readonly isNew: boolean;
}

/** How long synchronization may take to know a new service principal, job or credentials. */
const LIMIT_MS = 120_000;
const LONGEST_WAIT_MS = 8000;

/** Where the provisioning of a service principal lives. */
export function synchronizationPath(servicePrincipalId: string): string {
  return `/servicePrincipals/${servicePrincipalId}/synchronization`;
}

/** Where a job lives; its id is opaque. */
export function jobPath(servicePrincipalId: string, jobId: string): string {
  return `${synchronizationPath(servicePrincipalId)}/jobs/${encodeURIComponent(jobId)}`;
}

/**
 * Sends one request of provisioning and gives the answer, whatever its status. For a new target it waits while
 * the answer says that it is not known yet, which comes as 403, 404 and 409; for any other the last alone means
 * that it will be possible in a moment
 * (https://github.com/hashicorp/terraform-provider-azuread, `synchronizationRetryFunc`).
 *
 * All that goes through here does the same when it is sent twice; what makes something brings a `look`, and is
 * looked for before it is sent again.
 *
 * @throws AppError where no answer came; NOT_REPLICATED after two minutes of 404 and 409.
 */
export async function sendSettled<Found = never>(
  context: GraphContext,
  action: GraphAction,
  request: GraphRequest,
  { isNew }: Pick<ProvisioningTarget, "isNew">,
  { look, repeats }: Pick<WriteOptions<Found>, "look" | "repeats"> = {},
): Promise<{ readonly answer: GraphAnswer } | { readonly found: Found }> {
  const start = context.clock.now().getTime();
  for (let attempt = 1; ; attempt += 1) {
    const written = await write(context, action, request, {
      ...(look && { look }),
      ...(repeats !== undefined && { repeats }),
    });
    if (written.kind === "found") return { found: written.found };
    const { answer } = written;
    if (!(isNew ? isNotKnownYet(answer) : isBusy(answer))) return { answer };
    await waitForReplica(context, action, answer, attempt, start);
    const found = await look?.();
    if (found !== undefined) return { found };
  }
}

/** As `sendSettled`, for what makes nothing that could be looked for. */
export async function sendToJob(
  context: GraphContext,
  action: GraphAction,
  request: GraphRequest,
  target: Pick<ProvisioningTarget, "isNew">,
  options: Pick<WriteOptions<never>, "repeats"> = {},
): Promise<GraphAnswer> {
  const sent = await sendSettled(context, action, request, target, options);
  if ("answer" in sent) return sent.answer;
  throw new TypeError("nothing was looked for");
}

/** Whether something else is being done with the job, such as taking in credentials that were just written. */
function isBusy({ status, isMalformed }: GraphAnswer): boolean {
  return status === 409 && isMalformed !== true;
}

/** Whether a refusal may come from a replica that has not heard of something new yet. */
export function isNotKnownYet(answer: GraphAnswer): boolean {
  if (![403, 404, 409].includes(answer.status) || answer.isMalformed === true) return false;
  const { code, message } = errorOf(answer);
  return !/licen[cs]e|premium/i.test(`${code} ${message}`);
}

async function waitForReplica(
  { clock, onWait }: GraphContext,
  action: GraphAction,
  answer: GraphAnswer,
  attempt: number,
  start: number,
): Promise<void> {
  const waitedMs = clock.now().getTime() - start;
  if (waitedMs > LIMIT_MS) {
    // After two minutes a 403 means what it says.
    if (answer.status === 403) throw toAppError(action, answer);
    throw new AppError("NOT_REPLICATED", { action, waitedSeconds: Math.round(waitedMs / 1000) });
  }
  const ms = Math.min(500 * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  onWait?.({ ms, reason: "replication", host: "Microsoft Graph", attempt });
  await clock.sleep(ms);
}
