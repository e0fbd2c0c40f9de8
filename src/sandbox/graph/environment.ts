import type { Context } from "hono";
import { project } from "./query.ts";
import type { Caller } from "./rights.ts";
import type { TypeName } from "./types.ts";

/** What the Graph routes find in their context. */
export interface GraphEnv {
  Variables: {
    /** What support would ask for: ours, and the caller's own. */
    requestIds: { request: string; client: string };
    caller: Caller;
    /** The request's JSON object; empty where there was no body. */
    body: Record<string, unknown>;
  };
}

export type GraphContext = Context<GraphEnv>;

/** Answers with one object as Graph shows it. */
export function answerObject(c: GraphContext, type: TypeName, object: object, status: 200 | 201 = 200) {
  const context = `https://graph.microsoft.com/v1.0/$metadata#${type}s/$entity`;
  return c.json({ "@odata.context": context, ...project({ type, select: undefined }, object) }, status);
}

/** The full URL of a request. */
export function urlOf(c: GraphContext): URL {
  return new URL(c.req.url);
}
