import type { Fault } from "../errors.ts";
import type * as z from "../zod.ts";

export type ParsedTemplate<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Checks a template's JSON as a whole and lists everything wrong with it, each with its path. */
export function parseTemplate<Value>(schema: z.ZodMiniType<Value>, json: unknown): ParsedTemplate<Value> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const faults = parsed.error.issues.map(
    (issue): Fault => ({
      path: issue.path.length > 0 ? issue.path.map(String).join(".") : "(file)",
      expected: { schema: issue.message },
    }),
  );
  return { ok: false, faults };
}
