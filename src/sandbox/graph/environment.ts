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
  const context = contextOf(c, `${type}s/$entity`);
  return c.json({ "@odata.context": context, ...project({ type, select: undefined }, object) }, status);
}

/** What `@odata.context` says of an answer; it carries the host that was asked. */
export function contextOf(c: GraphContext, fragment: string): string {
  return `${urlOf(c).origin}/v1.0/$metadata#${fragment}`;
}

/** The full URL of a request. */
export function urlOf(c: GraphContext): URL {
  return new URL(c.req.url);
}
