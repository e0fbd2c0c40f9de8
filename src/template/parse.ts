import type { Fault } from "../errors.ts";
import type * as z from "../zod.ts";

export type ParsedTemplate<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Checks a template's JSON as a whole and lists everything wrong with it, each with its path. */
export function parseTemplate<Value>(schema: z.ZodMiniType<Value>, json: unknown): ParsedTemplate<Value> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, faults: parsed.error.issues.flatMap(toFaults) };
}

/** An issue's place and reason; each key that does not belong there has a place of its own. */
function toFaults(issue: z.core.$ZodIssue): Fault[] {
  const fault = (path: readonly PropertyKey[], schema: string): Fault => ({
    path: path.length > 0 ? path.map(String).join(".") : "(file)",
    expected: { schema },
  });
  if (issue.code !== "unrecognized_keys") return [fault(issue.path, issue.message)];
  return issue.keys.map((key) => fault([...issue.path, key], "is no key of this place"));
}
