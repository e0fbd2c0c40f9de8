import type { Answer } from "./exchange.ts";
import { attribute, startTags } from "./html.ts";
import { isLoopback, type ServiceProfile, unusable } from "./profile.ts";

/** A link that was looked at from all sides, and the part of it that only names the stored value. */
export interface TrustedLink {
  readonly href: string;
  /** Enough to ask whether the value is there, and not enough to read it. */
  readonly storageKey: string;
}

/** `<prefix><32 hex>~<Fernet key>`; the prefix is the server's REDIS_PREFIX, and `~` and `=` may be quoted. */
const TOKEN = /^([\w.-]*[0-9a-f]{32})(?:~|%7E)[A-Za-z0-9_-]{43}(?:=|%3D)$/i;
/** What a server answers that keeps values as they are: there is no key in its link. */
const TOKEN_WITHOUT_KEY = /^[\w.-]*[0-9a-f]{32}$/i;

/**
 * The link in the answer to a stored value: JSON, or the page of an older server. Throws AppError
 * `ONE_TIME_PASSWORD_UNUSABLE` unless the link is one that can be handed on: of the service's own origin
 * and path, with the key in it, and living as long as was asked for. A link of another origin or over http
 * is what a server behind a badly set proxy makes, or a forged Host header.
 */
export function readLink(answer: Answer, profile: ServiceProfile, lifetimeSeconds: number): TrustedLink {
  const { service } = profile;
  if (answer.status !== 200) throw unusable(service, "failing", String(answer.status));
  const { link, ttl } = answer.isJson ? fromJson(answer.text) : fromPage(answer.text, lifetimeSeconds);
  if (typeof link !== "string" || link === "") throw unusable(service, "unknownService", "no link");
  const trusted = checkedLink(link, service);
  if (ttl !== lifetimeSeconds) throw unusable(service, "wrongLifetime");
  return trusted;
}

interface RawLink {
  readonly link?: unknown;
  readonly ttl?: unknown;
}

function fromJson(text: string): RawLink {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** By its id: the first `value` on the form is a life time, and a log-in page has fields too, both with 200. */
function fromPage(html: string, lifetimeSeconds: number): RawLink {
  const field = startTags(html, "input").find((tag) => attribute(tag, "id") === "password-link");
  const link = field === undefined ? undefined : attribute(field, "value");
  // The page does not say how long the link lives.
  return { link, ttl: lifetimeSeconds };
}

function checkedLink(link: string, service: URL): TrustedLink {
  if (!URL.canParse(link)) throw unusable(service, "untrustedLink", "not a URL");
  const url = new URL(link);
  const problem = linkProblem(link, url, service);
  if (problem !== undefined) throw unusable(service, "untrustedLink", problem);
  const token = url.pathname.slice(service.pathname.length);
  const storageKey = TOKEN.exec(token)?.[1];
  if (storageKey !== undefined) return { href: url.href, storageKey };
  if (TOKEN_WITHOUT_KEY.test(token)) throw unusable(service, "unencrypted");
  throw unusable(service, "untrustedLink", "shape");
}

function linkProblem(link: string, url: URL, service: URL): string | undefined {
  if (url.protocol !== "https:" && !(isLoopback(service) && service.protocol === "http:")) return "not https";
  if (url.origin !== service.origin) return "origin";
  if (url.username !== "" || url.password !== "") return "credentials";
  // Also where they are empty: "?" and "#" alone do not show in the parsed URL.
  if (/[?#]/.test(link)) return "query";
  // What the parser repaired (spaces, line ends, backslashes) was not written by SnapPass.
  const [, path] = /^https?:\/\/[^/\s]+(\/\S*)$/i.exec(link) ?? [];
  if (path !== url.pathname) return "shape";
  return url.pathname.startsWith(service.pathname) ? undefined : "path";
}
