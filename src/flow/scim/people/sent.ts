import type { GraphContext } from "../../../graph/batch.ts";
import { readUsers, type SourceUser, sourceAttribute } from "../../../graph/users.ts";
import { evaluateMapping } from "../../../provisioning/mapping/evaluate.ts";
import { parseExpression, sourceAttributesOf } from "../../../provisioning/mapping/expression.ts";
import { expressionText } from "../../../provisioning/mapping/source.ts";
import { rulePlaces } from "../../../provisioning/schema-places.ts";
import type { CurrentProvisioning, DesiredProvisioning, SourceObject } from "../../../provisioning/types.ts";

/** One attribute as the vendor would get it. */
export interface SentAttribute {
  readonly target: string;
  /** Undefined: nothing is sent. */
  readonly value: string | boolean | readonly string[] | undefined;
  /** Whether the value could be worked out here. */
  readonly isForeseeable: boolean;
}

/** What would be sent of one user. */
export interface SentUser {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly attributes: readonly SentAttribute[];
}

/** How one attribute of the vendor's gets its value. */
interface Mapping {
  readonly target: string;
  readonly source: string;
  readonly default: string | undefined;
}

/** Mappings, and where they are from. */
interface Mappings {
  readonly from: "job" | "template";
  readonly list: readonly Mapping[];
}

/** The mappings as the job has them, else as the template wants them. */
export function mappingsInForce({ schema }: CurrentProvisioning, desired: DesiredProvisioning): Mappings {
  const places = schema && rulePlaces(schema);
  if (!places) return { from: "template", list: desired.users.mappings };
  const list = places.user.mapping.attributeMappings.map(
    ({ targetAttributeName, source, defaultValue }): Mapping => ({
      target: targetAttributeName,
      source: expressionText(source) ?? "",
      default: defaultValue ?? undefined,
    }),
  );
  return { from: "job", list };
}

/**
 * What would be sent of these users.
 *
 * @param givenOf what Entra knows of a user that is no property of theirs, such as their role.
 */
export async function sentOf(
  graph: GraphContext,
  ids: readonly string[],
  mappings: readonly Mapping[],
  givenOf: (userId: string) => SourceObject,
): Promise<readonly SentUser[]> {
  if (ids.length === 0) return [];
  const attributes = [...new Set(mappings.flatMap(readBy))];
  const sent: SentUser[] = [];
  for await (const user of readUsers(graph, { kind: "users", ids }, attributes)) {
    sent.push(toSent(user, mappings, givenOf(user.id)));
  }
  return sent;
}

/** The attributes of users that a mapping reads. */
export function readBy({ source }: Mapping): readonly string[] {
  const expression = parseExpression(source);
  return expression.kind === "fault" ? [] : sourceAttributesOf(expression);
}

function toSent(
  { id, userPrincipalName, attributes }: SourceUser,
  mappings: readonly Mapping[],
  given: SourceObject,
): SentUser {
  const source = { ...given, ...attributes };
  return {
    id,
    userPrincipalName,
    attributes: mappings.map((mapping) => {
      const isKnown = readBy(mapping).every(
        (name) => Object.hasOwn(given, name) || sourceAttribute(name) !== undefined,
      );
      const evaluated = evaluateMapping(mapping, source);
      const isForeseeable = isKnown && evaluated.kind === "value";
      const value = isForeseeable ? evaluated.value : undefined;
      return { target: mapping.target, value: value === "" ? undefined : value, isForeseeable };
    }),
  };
}
