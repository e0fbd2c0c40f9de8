import { isRecord } from "../world.ts";
import type { Entry, TargetValue } from "./state.ts";
import type { Change, Prepared } from "./target-values.ts";

/** What is remembered of somebody at first. */
export function newEntry(kind: Entry["kind"]): Entry {
  return { kind, targetId: undefined, values: {}, disabled: false, escrow: undefined };
}

/** Whether a mapping lets something be added, updated or deleted. */
export function flows({ mapping }: Prepared, verb: "Add" | "Update" | "Delete"): boolean {
  return mapping.flowTypes.split(",").some((flag) => flag.trim() === verb);
}

/** What differs and may flow into an object that is there already. */
export function changesOf(
  { mapping }: Prepared,
  values: ReadonlyMap<string, TargetValue>,
  entry: Entry,
): Change[] {
  return mapping.attributeMappings.flatMap(({ targetAttributeName: target, flowType, flowBehavior }) => {
    const after = values.get(target);
    const before = entry.values[target];
    if (after === undefined || flowType === "ObjectAddOnly") return [];
    if (flowType === "AttributeAddOnly" && before !== undefined) return [];
    return isSame(before, after) && flowBehavior !== "FlowAlways" ? [] : [{ target, before, after }];
  });
}

function isSame(before: TargetValue | undefined, after: TargetValue): boolean {
  if (before === undefined && Array.isArray(after)) return after.length === 0;
  if (!Array.isArray(before) || !Array.isArray(after)) return before === after;
  return JSON.stringify(before.toSorted()) === JSON.stringify(after.toSorted());
}

/** What is read from the endpoint, in the shape of what is written there. */
export function held(value: unknown): TargetValue | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(String);
  return isRecord(value) && typeof value["value"] === "string" ? value["value"] : undefined;
}
