import type { GraphAction } from "../errors.ts";
import type * as z from "../zod.ts";
import { expectSuccess, toAppError } from "./answers.ts";
import type { GraphContext } from "./batch.ts";
import { readPage } from "./schemas.ts";

/**
 * The values of a collection, page by page: the next page is read when the one before is used up, and none is
 * kept. The client refuses a link that leaves the Graph host.
 */
export async function* pages<Value>(
  context: GraphContext,
  action: GraphAction,
  path: string,
  shape: z.ZodMiniType<Value>,
  {
    headers = {},
    before,
  }: {
    readonly headers?: Readonly<Record<string, string>>;
    /** Waits until a page may be asked for. */
    readonly before?: (context: GraphContext) => Promise<void>;
  } = {},
): AsyncGenerator<Value, void, undefined> {
  for (let next: string | undefined = path; next !== undefined; ) {
    await before?.(context);
    const answer = await context.graph.send({ method: "GET", path: next, headers });
    const page = readPage(shape, expectSuccess(action, answer).body);
    if (!page) throw toAppError(action, answer);
    yield* page.values;
    next = page.nextLink;
  }
}
