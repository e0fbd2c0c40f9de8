import type { Secret } from "../secret.ts";
import type { GraphContext } from "./batch.ts";

const PLACEHOLDER = "[secret]";

/**
 * A context in whose answers the secret does not occur: services have echoed what they were sent, and their
 * sentences go to the screen.
 */
export function withoutSecret(context: GraphContext, secret: Secret): GraphContext {
  const spellings = spellingsOf(secret.reveal());
  const { graph } = context;
  return {
    ...context,
    graph: {
      ...graph,
      async send(request) {
        const answer = await graph.send(request);
        return { ...answer, body: redacted(answer.body, spellings) };
      },
    },
  };
}

/** As it is, and as it stands in JSON, in JSON in a text, and in an address. Longest first. */
function spellingsOf(value: string): readonly string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const twice = JSON.stringify(inJson).slice(1, -1);
  const spellings = new Set([twice, inJson, encodeURIComponent(value), encodeURI(value), value]);
  return [...spellings].filter((spelling) => spelling !== "").sort((one, other) => other.length - one.length);
}

function redacted(body: unknown, spellings: readonly string[]): unknown {
  if (typeof body === "string") {
    return spellings.reduce((text, spelling) => text.replaceAll(spelling, PLACEHOLDER), body);
  }
  if (Array.isArray(body)) return body.map((item: unknown) => redacted(item, spellings));
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, redacted(value, spellings)]));
}
