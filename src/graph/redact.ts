import type { Secret } from "../secret.ts";
import type { GraphContext } from "./batch.ts";

const PLACEHOLDER = "[secret]";
const DEEPEST = 50;
/** A token that a vendor gives has many more characters. */
const SHORT = 6;

/**
 * A context in whose answers the secret does not occur: services have echoed what they were sent, and their
 * sentences go to the screen.
 */
export function withoutSecret(context: GraphContext, secret: Secret): GraphContext {
  const { graph } = context;
  const hide = hiding(secret);
  return {
    ...context,
    graph: {
      ...graph,
      async send(request) {
        const answer = await graph.send(request);
        return { ...answer, body: redacted(answer.body, hide) };
      },
    },
  };
}

/**
 * Takes a secret out of a text, however it is spelt there. A very short one, as somebody types to rehearse, only where
 * it stands by itself: it would be found in the middle of every other word, and those have a meaning.
 */
export function hiding(secret: Secret): (text: string) => string {
  const patterns = spellingsOf(secret.reveal()).map((spelling) => {
    const literal = spelling.replaceAll(/[^A-Za-z0-9]/g, String.raw`\$&`);
    return new RegExp(spelling.length < SHORT ? `(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])` : literal, "g");
  });
  return (text) => patterns.reduce((rest, pattern) => rest.replaceAll(pattern, PLACEHOLDER), text);
}

/**
 * Takes out what follows the word `Bearer`, for texts that may tell what was sent to a vendor: nobody knows the saved
 * token by which it could be found. A challenge, which has names and values behind that word, stays.
 */
export function withoutBearer(text: string): string {
  return text.replaceAll(/\b(bearer)(\s+)(?![a-z_]+=["\\])[^\s"'\\,;<]+/gi, `$1$2${PLACEHOLDER}`);
}

/** As it is, as it stands in JSON and in JSON within JSON, and in an address. Longest first. */
function spellingsOf(value: string): readonly string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const spellings = new Set([
    ...[inJson, dotNetJson(value, "upper"), dotNetJson(value, "lower")].flatMap((text) => [
      text,
      JSON.stringify(text).slice(1, -1),
    ]),
    encodeURIComponent(value),
    encodeURI(value),
    value,
  ]);
  return [...spellings].filter((spelling) => spelling !== "").sort((one, other) => other.length - one.length);
}

/** .NET writes more signs as their numbers than it has to (`System.Text.Json.JavaScriptEncoder.Default`). */
function dotNetJson(value: string, letters: "upper" | "lower"): string {
  return value.replaceAll(/[^ !#-%(-*,-;=?-[\]-_a-~]|\\/g, (sign) => {
    if (sign === "\\") return String.raw`\\`;
    const code = sign.charCodeAt(0).toString(16).padStart(4, "0");
    return `\\u${letters === "upper" ? code.toUpperCase() : code}`;
  });
}

function redacted(body: unknown, hide: (text: string) => string, depth = 0): unknown {
  if (typeof body === "string") return hide(body);
  if (typeof body !== "object" || body === null) return body;
  // Nothing of Graph's is this deep.
  if (depth > DEEPEST) return PLACEHOLDER;
  if (Array.isArray(body)) return body.map((item: unknown) => redacted(item, hide, depth + 1));
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, redacted(value, hide, depth + 1)]),
  );
}
