import type { ObjectKind } from "./schema-places.ts";
import type { MappingSource, TargetAttribute } from "./types.ts";

/** What of a mapping is shown and compared. */
export interface MappingFacts {
  /** In Entra's expression language; undefined for a mapping without a source. */
  readonly source: string | undefined;
  readonly default: string | undefined;
  /** 1 and more: by which users are recognised; 0: not. */
  readonly matchingPriority: number;
  /** Graph: `flowType`; `ObjectAddOnly` is "only when creating". */
  readonly flowType: string;
}

/** One difference between the mappings that are there and those that are wanted. */
export type SchemaChange =
  | { readonly kind: "switchMapping"; readonly object: ObjectKind; readonly to: boolean }
  /** A directory extension that Entra does not know as a source yet. */
  | { readonly kind: "addSourceAttribute"; readonly name: string }
  | { readonly kind: "addTargetAttribute"; readonly attribute: TargetAttribute }
  | { readonly kind: "addMapping"; readonly target: string; readonly to: MappingFacts }
  | {
      readonly kind: "changeMapping";
      readonly target: string;
      readonly from: MappingFacts;
      readonly to: MappingFacts;
    }
  | { readonly kind: "removeMapping"; readonly target: string; readonly from: MappingFacts };

/** Why the mappings cannot be made what they should be. */
export type SchemaProblem =
  /** No rule that may be edited and maps users. */
  | { readonly kind: "noRule" }
  | { readonly kind: "noGroupMapping" }
  | {
      readonly kind: "unknownSource";
      readonly target: string;
      readonly attribute: string;
      /** Known ones that look like it, the closest first. */
      readonly near: readonly string[];
    }
  | { readonly kind: "unknownTarget"; readonly target: string; readonly near: readonly string[] }
  | {
      readonly kind: "badExpression";
      readonly target: string;
      readonly source: string;
      /** Graph's own words; empty where it has none. */
      readonly detail: string;
    }
  /** Nobody could be recognised any more: by these users are recognised now. */
  | { readonly kind: "lastMatching"; readonly removed: readonly string[] };

/** What Graph made of the expressions that it has to parse; see `expressionsOf`. */
export type ParsedExpressions = ReadonlyMap<
  string,
  { readonly ok: true; readonly source: MappingSource } | { readonly ok: false; readonly error: string }
>;
