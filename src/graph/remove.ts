import type { GraphAction } from "../errors.ts";
import { MAX_REPEATS } from "../http/retry.ts";
import { expectSuccess, isSuccess, toAppError } from "./answers.ts";
import type { GraphContext } from "./batch.ts";
import { write } from "./write.ts";

/** Deletes an application; for 30 days it can be restored. One that is gone already is fine. */
export async function deleteApplication(context: GraphContext, objectId: string): Promise<void> {
  await deleteObject(context, "removeApplication", `/applications/${objectId}`);
}

/** Deletes a service principal, and with it what was granted to it. One that is gone already is fine. */
export async function deleteServicePrincipal(context: GraphContext, id: string): Promise<void> {
  await deleteObject(context, "removeServicePrincipal", `/servicePrincipals/${id}`);
}

/**
 * A 404 is believed only where reading agrees: of several replicas one may not know an object that the
 * others still have.
 */
async function deleteObject(context: GraphContext, action: GraphAction, path: string): Promise<void> {
  const isGone = async (): Promise<boolean> => {
    const answer = await context.graph.send({ method: "GET", path: `${path}?$select=id` });
    if (!isSuccess(answer) && answer.status !== 404) throw toAppError(action, answer);
    return answer.status === 404;
  };
  const look = async () => (await isGone()) || undefined;
  for (let attempt = 1; ; attempt += 1) {
    const written = await write(context, action, { method: "DELETE", path }, { look });
    if (written.kind === "found" || isSuccess(written.answer)) return;
    if (written.answer.status !== 404) expectSuccess(action, written.answer);
    if (await isGone()) return;
    if (attempt > MAX_REPEATS) throw toAppError(action, written.answer);
    const ms = 500 * 2 ** (attempt - 1);
    context.onWait?.({ ms, reason: "unavailable", host: "Microsoft Graph", attempt });
    await context.clock.sleep(ms);
  }
}
