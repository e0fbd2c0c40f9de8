import type { MappingSource } from "../provisioning/types.ts";
import { expectSuccess, toAppError } from "./answers.ts";
import { type GraphContext, sendBatch } from "./batch.ts";
import { readObject } from "./schemas.ts";
import { ParsedExpression } from "./synchronization-schemas.ts";
import { isNotKnownYet, jobPath, type ProvisioningTarget, sendToJob } from "./synchronization-send.ts";

/** That of an item that has to be asked for by itself. */
const UNANSWERED = new Set([400, 404, 405, 501]);
/** What `$batch` takes in one call. */
const MOST_AT_ONCE = 20;

/** What Graph makes of an expression, ready for the schema; or what is wrong with it, in Graph's words. */
export type Parsing =
  | { readonly ok: true; readonly source: MappingSource }
  | { readonly ok: false; readonly error: string };

/**
 * Has Graph take mapping expressions to pieces, in one round trip for up to twenty: nobody else knows how the
 * parameters of its functions are called.
 */
export async function parseExpressions(
  context: GraphContext,
  target: ProvisioningTarget,
  jobId: string,
  texts: readonly string[],
): Promise<ReadonlyMap<string, Parsing>> {
  const path = `${jobPath(target.servicePrincipalId, jobId)}/schema/parseExpression`;
  const wanted = [...new Set(texts)];
  const parsed = new Map<string, Parsing>();
  for (let start = 0; start < wanted.length; start += MOST_AT_ONCE) {
    const some = wanted.slice(start, start + MOST_AT_ONCE);
    const items = some.map((expression) => ({
      method: "POST" as const,
      path,
      isRead: true,
      body: { expression, targetAttributeDefinition: null, testInputObject: null },
    }));
    const together = await sendBatch(context, "changeMappings", items);
    // A job that is new, and a service that takes no batches of them: one by one the new one is waited for.
    const answers = await Promise.all(
      together.map(async (answer, index) => {
        const item = items[index];
        const isUnanswered = UNANSWERED.has(answer.status) || (target.isNew && isNotKnownYet(answer));
        return item && isUnanswered
          ? sendToJob(context, "changeMappings", { ...item, repeat: "always" }, target)
          : answer;
      }),
    );
    for (const [index, answer] of answers.entries()) {
      const found = readObject(ParsedExpression, expectSuccess("changeMappings", answer).body);
      // A bad expression is a success that says so.
      if (!found) throw toAppError("changeMappings", answer);
      const { source, error } = found;
      parsed.set(some[index] ?? "", source ? { ok: true, source } : { ok: false, error });
    }
  }
  return parsed;
}
