import { parseExpression, sourceAttributesOf } from "./mapping/expression.ts";
import { expressionText, isSameSource } from "./mapping/source.ts";
import { nearest } from "./near.ts";
import type { MappingFacts, ParsedExpressions, SchemaChange, SchemaProblem } from "./schema-changes.ts";
import type { AttributeMapping, DesiredMapping, DesiredProvisioning, MappingSource } from "./types.ts";

/** What is known besides the mappings themselves; undefined where the schema does not tell. */
export interface MappingWorld {
  readonly parsed: ParsedExpressions;
  readonly targets: readonly string[] | undefined;
  readonly sources: readonly string[] | undefined;
}

export interface ChangedMappings {
  readonly mappings: readonly AttributeMapping[];
  readonly changes: readonly SchemaChange[];
  /** Directory extensions that the source does not have yet. */
  readonly newSources: readonly string[];
}

/** A mapping before and after, and what is wanted of it; one of them is there. */
interface Pair {
  readonly from: AttributeMapping | undefined;
  readonly to: AttributeMapping | undefined;
  readonly wanted: DesiredMapping | undefined;
}

/** The source a mapping should have: its own where that says the same. */
type Resolve = (mapping: AttributeMapping | undefined, wanted: DesiredMapping) => MappingSource | null;

const FLOW_TYPES = { always: "Always", onlyWhenCreating: "ObjectAddOnly" } as const;

/** The mappings of users as they are wanted: those that are there stay where they are, new ones come last. */
export function changeMappings(
  current: readonly AttributeMapping[],
  desired: DesiredProvisioning["users"],
  world: MappingWorld,
): ChangedMappings | { readonly problems: readonly SchemaProblem[] } {
  const problems: SchemaProblem[] = [];
  const isSourced = (mapping: AttributeMapping | undefined, { source: text }: DesiredMapping): boolean => {
    const found = world.parsed.get(text);
    return mapping !== undefined && isSameSource(mapping.source, text, found?.ok ? found.source : undefined);
  };
  const resolve: Resolve = (mapping, wanted) => {
    if (mapping && isSourced(mapping, wanted)) return mapping.source;
    const found = toSource(wanted, world.parsed);
    if ("source" in found) return found.source;
    problems.push(found.problem);
    return { type: "Constant", name: null, expression: null, parameters: null };
  };
  const pairs = withoutTies(
    pairsOf(current, desired).map((pair) => ({
      ...pair,
      to: wantedMapping(pair, desired.exclusive, resolve),
    })),
  );
  const newSources = new Set<string>();
  for (const { from, wanted } of pairs) {
    if (!wanted) continue;
    if (!isSourced(from, wanted)) problems.push(...sourceProblems(wanted, world.sources, newSources));
    if (!from) problems.push(...targetProblems(wanted, world.targets));
  }
  const mappings = pairs.flatMap(({ to }) => to ?? []);
  if (!mappings.some(isMatching)) {
    const removed = current.filter(isMatching).map(({ targetAttributeName }) => targetAttributeName);
    problems.push({ kind: "lastMatching", removed });
  }
  if (problems.length > 0) return { problems: withoutEchoes(problems) };
  return { mappings, changes: pairs.flatMap(toChanges), newSources: [...newSources] };
}

/** What of a live mapping is shown and compared. */
export function factsOf(mapping: AttributeMapping): MappingFacts {
  const { source, defaultValue, matchingPriority, flowType } = mapping;
  return {
    source: expressionText(source),
    default: typeof defaultValue === "string" && defaultValue !== "" ? defaultValue : undefined,
    matchingPriority: typeof matchingPriority === "number" ? matchingPriority : 0,
    flowType: typeof flowType === "string" ? flowType : FLOW_TYPES.always,
  };
}

function pairsOf(current: readonly AttributeMapping[], { mappings }: DesiredProvisioning["users"]): Pair[] {
  const there = current.map((from) => ({
    from,
    to: undefined,
    wanted: mappings.find((one) => isSameTarget(one, from)),
  }));
  const added = mappings.filter((one) => !current.some((from) => isSameTarget(one, from)));
  return [...there, ...added.map((wanted) => ({ from: undefined, to: undefined, wanted }))];
}

function wantedMapping(
  { from, wanted }: Pair,
  exclusive: boolean,
  resolve: Resolve,
): AttributeMapping | undefined {
  if (!wanted) return exclusive ? undefined : from;
  return from ? changedMapping(from, wanted, exclusive, resolve) : newMapping(wanted, resolve);
}

/** What a template does not tell of a mapping that it did not make is left: default and matching. */
function changedMapping(
  mapping: AttributeMapping,
  wanted: DesiredMapping,
  exclusive: boolean,
  resolve: Resolve,
): AttributeMapping {
  const facts = factsOf(mapping);
  const flowType = FLOW_TYPES[wanted.apply];
  const fallback = exclusive || wanted.default !== undefined ? wanted.default : facts.default;
  const matchingPriority = wanted.matchingPriority ?? facts.matchingPriority;
  const source = resolve(mapping, wanted);
  const properties = {
    ...(source !== mapping.source && { source }),
    ...(fallback !== facts.default && { defaultValue: fallback ?? null }),
    ...(flowType !== facts.flowType && { flowType }),
    ...(matchingPriority !== facts.matchingPriority && { matchingPriority }),
  };
  return Object.keys(properties).length === 0 ? mapping : { ...mapping, ...properties };
}

/** A mapping with every field that Graph has for one. */
function newMapping(wanted: DesiredMapping, resolve: Resolve): AttributeMapping {
  return {
    defaultValue: wanted.default ?? null,
    exportMissingReferences: false,
    flowBehavior: "FlowWhenChanged",
    flowType: FLOW_TYPES[wanted.apply],
    matchingPriority: wanted.matchingPriority ?? 0,
    targetAttributeName: wanted.target,
    source: resolve(undefined, wanted),
  };
}

/** Two attributes cannot be the first by which users are recognised: one that was there before moves back. */
function withoutTies(pairs: readonly Pair[]): Pair[] {
  const given = new Set(pairs.flatMap(({ wanted }) => wanted?.matchingPriority ?? []));
  let last = Math.max(0, ...pairs.map(({ to }) => (to ? factsOf(to).matchingPriority : 0)));
  return pairs.map((pair) => {
    const { to, wanted } = pair;
    const isTied =
      to && isMatching(to) && wanted?.matchingPriority === undefined && given.has(to.matchingPriority);
    if (!isTied) return pair;
    last += 1;
    return { ...pair, to: { ...to, matchingPriority: last } };
  });
}

function toChanges({ from, to, wanted }: Pair): SchemaChange[] {
  if (from === to) return [];
  const target = (from ?? to)?.targetAttributeName ?? wanted?.target ?? "";
  if (!from) return to ? [{ kind: "addMapping", target, to: factsOf(to) }] : [];
  if (!to) return [{ kind: "removeMapping", target, from: factsOf(from) }];
  return [{ kind: "changeMapping", target, from: factsOf(from), to: factsOf(to) }];
}

/** Attributes and constants are made here; a function is what Graph made of it, and nothing else. */
function toSource(
  { target, source: text }: DesiredMapping,
  parsed: ParsedExpressions,
): { readonly source: MappingSource } | { readonly problem: SchemaProblem } {
  const expression = parseExpression(text);
  if (expression.kind === "attribute") {
    return { source: plainSource("Attribute", expression.name, text) };
  }
  if (expression.kind === "constant") {
    return { source: plainSource("Constant", expression.value, text) };
  }
  const found = parsed.get(text);
  if (found?.ok) return { source: found.source };
  return { problem: { kind: "badExpression", target, source: text, detail: found?.error ?? "" } };
}

function plainSource(type: "Attribute" | "Constant", name: string, text: string): MappingSource {
  return { expression: text.trim(), name, type, parameters: [] };
}

/** An expression that Graph refused for an attribute it does not know is told by that attribute. */
function withoutEchoes(problems: readonly SchemaProblem[]): readonly SchemaProblem[] {
  const told = new Set(problems.flatMap((one) => (one.kind === "unknownSource" ? one.target : [])));
  return problems.filter((one) => one.kind !== "badExpression" || !told.has(one.target));
}

/** Directory extensions are not known as a source before somebody maps one. */
const EXTENSION = /^extension_[0-9a-f]{32}_\w+$/i;

function sourceProblems(
  { target, source }: DesiredMapping,
  known: readonly string[] | undefined,
  newSources: Set<string>,
): SchemaProblem[] {
  const expression = parseExpression(source);
  if (!known || expression.kind === "fault") return [];
  const unknown = sourceAttributesOf(expression).filter((name) => !known.includes(name));
  for (const name of unknown) if (EXTENSION.test(name)) newSources.add(name);
  return unknown
    .filter((name) => !EXTENSION.test(name))
    .map((attribute) => ({ kind: "unknownSource", target, attribute, near: nearest(attribute, known) }));
}

function targetProblems({ target }: DesiredMapping, known: readonly string[] | undefined): SchemaProblem[] {
  if (!known || known.some((name) => name.toLowerCase() === target.toLowerCase())) return [];
  return [{ kind: "unknownTarget", target, near: nearest(target, known) }];
}

/** SCIM does not tell attributes apart by the case of their letters. */
function isSameTarget({ target }: DesiredMapping, { targetAttributeName }: AttributeMapping): boolean {
  return target.toLowerCase() === targetAttributeName.toLowerCase();
}

function isMatching(mapping: AttributeMapping): boolean {
  return factsOf(mapping).matchingPriority > 0;
}
