import type { Fault } from "../errors.ts";
import { shorten } from "../settings/config.ts";
import type * as z from "../zod.ts";

export type ParsedTemplate<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Checks a template's JSON as a whole and lists everything wrong with it, each with its path. */
export function parseTemplate<Value>(schema: z.ZodMiniType<Value>, json: unknown): ParsedTemplate<Value> {
  const parsed = schema.safeParse(json, { reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, faults: parsed.error.issues.flatMap(toFaults) };
}

/** An issue's place, what stands there and the reason; each key that does not belong has a place of its own. */
function toFaults(issue: z.core.$ZodIssue): Fault[] {
  const fault = (path: readonly PropertyKey[], schema: string): Fault => ({
    path: path.length > 0 ? path.map(String).join(".") : "(file)",
    ...(isShort(issue.input) && { found: shorten(issue.input) }),
    expected: { schema },
  });
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => fault([...issue.path, key], "is no key of this place"));
    case "invalid_type":
      return [
        fault(issue.path, issue.input === undefined ? "is missing" : `must be of the type ${issue.expected}`),
      ];
    default:
      return [fault(issue.path, issue.message)];
  }
}

/** Whether a value can be shown on the line of its fault. */
function isShort(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}
