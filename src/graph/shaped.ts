import type * as z from "../zod.ts";
import { expectSuccess, type GraphAnswer, toAppError } from "./answers.ts";
import type { BatchItem, GraphContext } from "./batch.ts";
import { pages } from "./pages.ts";
import { readObject, readPage } from "./schemas.ts";

/** Stands for an answer that never came: in the shape of nothing. */
export const NO_ANSWER: GraphAnswer = {
  status: 200,
  body: undefined,
  requestId: undefined,
  retryAfter: undefined,
};

/** A read, as part of a batch. */
export function get(path: string): BatchItem {
  return { method: "GET", path };
}

/** The object of a successful answer; a malformed one counts as the service failing. */
export function one<Value>(answer: GraphAnswer = NO_ANSWER, shape: z.ZodMiniType<Value>): Value {
  const value = readObject(shape, expectSuccess("readTenant", answer).body);
  if (value === undefined) throw toAppError("readTenant", answer);
  return value;
}

/** The objects of a successful answer, as `one`. */
export function list<Value>(answer: GraphAnswer = NO_ANSWER, shape: z.ZodMiniType<Value>): Value[] {
  const page = readPage(shape, expectSuccess("readTenant", answer).body);
  if (!page) throw toAppError("readTenant", answer);
  return page.values;
}

/** All objects of a list: follows `@odata.nextLink`; the client refuses one that leaves the Graph host. */
export async function allPages<Value>(
  context: GraphContext,
  first: GraphAnswer,
  shape: z.ZodMiniType<Value>,
): Promise<Value[]> {
  const page = readPage(shape, expectSuccess("readTenant", first).body);
  if (!page) throw toAppError("readTenant", first);
  const values = [...page.values];
  if (page.nextLink === undefined) return values;
  for await (const value of pages(context, "readTenant", page.nextLink, shape)) values.push(value);
  return values;
}
