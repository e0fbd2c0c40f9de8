import type { Application } from "../state.ts";
import { invalidValue } from "./errors.ts";
import { requireUnique } from "./unique.ts";

const FORBIDDEN = /[!$'(),;]/;
/** Schemes of which no app can take an answer. */
const SCRIPTS = new Set(["javascript:", "data:", "vbscript:", "file:", "about:", "blob:"]);

/** The rules for reply URLs: learn.microsoft.com entra/identity-platform/reply-url. */
export function checkRedirectUris(next: Application): void {
  const personal = next.signInAudience.includes("Personal");
  const lists = {
    web: next.web.redirectUris,
    spa: next.spa.redirectUris,
    publicClient: next.publicClient.redirectUris,
  };
  const all = Object.values(lists).flat();
  // One redirect URI belongs to one platform: which of them it came by decides how its code is redeemed.
  requireUnique(all);
  for (const [platform, uris] of Object.entries(lists)) {
    for (const uri of uris) {
      const why = fault(uri, { publicClient: platform === "publicClient", personal });
      if (why !== undefined) throw invalidValue(`${platform}.redirectUris`, "Application", why);
    }
  }
  if (all.length > (personal ? 100 : 256))
    throw invalidValue("redirectUris", "Application", "There are too many of them.");
}

function fault(uri: string, kind: { publicClient: boolean; personal: boolean }): string | undefined {
  if (uri.length > 256) return "The URI is longer than 256 characters.";
  const parsed = URL.canParse(uri) ? new URL(uri) : undefined;
  if (parsed === undefined || /\s/.test(uri)) return "The URI is not valid.";
  if (uri.includes("#")) return "The URI must not contain a fragment.";
  if (kind.publicClient && parsed.protocol !== "http:" && parsed.protocol !== "https:") {
    return SCRIPTS.has(parsed.protocol) ? "The scheme of the URI is not supported." : undefined;
  }
  if (FORBIDDEN.test(uri)) return "The URI contains characters that are not supported.";
  if (parsed.username !== "" || parsed.password !== "") return "The URI must not contain credentials.";
  const local = parsed.hostname === "localhost" || parsed.hostname === "127.0.0.1";
  if (parsed.protocol !== "https:" && !(parsed.protocol === "http:" && local)) {
    return "The URI must start with 'HTTPS' or 'http://localhost'.";
  }
  if (kind.personal && (parsed.search !== "" || uri.includes("*"))) {
    return "Query strings and wildcards are not supported with personal accounts.";
  }
  return undefined;
}
