import type { Expectation } from "../errors.ts";
import { type Lifetime, parseLifetime } from "./lifetime.ts";

/** A value that was understood, or what it should have been. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly expected: Expectation };

const good = <Value>(value: Value): Parsed<Value> => ({ ok: true, value });
const bad = (expected: Expectation): { ok: false; expected: Expectation } => ({ ok: false, expected });

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const CONTROL_OR_SPACE = /[\s\p{Cc}\p{Cf}]/u;

/** What Entra takes at most (https://learn.microsoft.com/entra/identity-platform/reply-url). */
export const LONGEST_REDIRECT_URI = 256;

/** Whether the text is a GUID in lower case. */
export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/** A GUID in any letter case, given back in lower case. */
export function parseGuid(text: string): Parsed<string> {
  const guid = text.trim().toLowerCase();
  return isGuid(guid) ? good(guid) : bad("guid");
}

/** A tenant: its GUID or one of its domain names, in lower case. */
export function parseTenant(text: string): Parsed<string> {
  const tenant = text.trim().toLowerCase();
  return isGuid(tenant) ? good(tenant) : parseDomain(tenant);
}

/** A domain name such as `contoso.com`, in lower case. */
export function parseDomain(text: string): Parsed<string> {
  const domain = text.toLowerCase();
  return domain.includes(".") && isDnsName(domain) ? good(domain) : bad("tenant");
}

/** An app registration's display name: 1 to 120 characters, as Entra allows for every audience. */
export function parseAppName(text: string): Parsed<string> {
  const name = text.trim();
  return name !== "" && name.length <= 120 && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)
    ? good(name)
    : bad("appName");
}

export interface Hostname {
  /** Such as `https://app.example.com` or `https://app.example.com:8443`. */
  readonly origin: string;
  /** Whether a path, query or fragment was cut off. */
  readonly reduced: boolean;
}

/** The vendor app's base URL, reduced to its origin. Entra takes redirect URIs on https only. */
export function parseHostname(text: string): Parsed<Hostname> {
  const typed = text.trim();
  if (CONTROL_OR_SPACE.test(typed)) return bad("urlWithoutSpaces");
  if (/^http:/i.test(typed)) return bad("httpsUrlNotHttp");
  if (!/^https:\/\//i.test(typed)) return bad("httpsUrl");
  if (/[*]/.test(typed)) return bad("urlWithoutWildcard");
  if (!URL.canParse(typed)) return bad("httpsUrl");
  const url = new URL(typed);
  if (url.username !== "" || url.password !== "" || /^https:\/\/[^/?#]*@/i.test(typed)) {
    return bad("urlWithoutCredentials");
  }
  const fault = hostNameFault(url.hostname);
  if (fault) return bad(fault);
  return good({ origin: url.origin, reduced: !/^https:\/\/[^/?#\\]*\/?$/i.test(typed) });
}

/** Yes or no as people type it, the vendor's guide included (`true`), in English and German. */
export function parseYesOrNo(text: string): Parsed<boolean> {
  const answer = text.trim().toLowerCase();
  if (["y", "yes", "true", "j", "ja"].includes(answer)) return good(true);
  if (["n", "no", "false", "nein"].includes(answer)) return good(false);
  return bad("yesOrNo");
}

/**
 * The base address of a one-time-password service, with a slash at its end. Plain http would send the
 * secret in clear text and is accepted for this machine only.
 */
export function parseServiceUri(text: string): Parsed<string> {
  const typed = text.trim();
  if (CONTROL_OR_SPACE.test(typed) || !URL.canParse(typed)) return bad("serviceUrl");
  const url = new URL(typed);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  const https = url.protocol === "https:" || (url.protocol === "http:" && loopback);
  if (url.username !== "" || url.password !== "") return bad("urlWithoutCredentials");
  const plain = url.search === "" && url.hash === "";
  if (!https || !plain) return bad("serviceUrl");
  // Not `href`: an empty query or fragment leaves its `?` or `#` there.
  const base = `${url.origin}${url.pathname}`;
  return good(base.endsWith("/") ? base : `${base}/`);
}

/** One of a few words. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Parsed<Word> {
  return (text) => {
    const word = words.find((known) => known.toLowerCase() === text.trim().toLowerCase());
    return word === undefined ? bad({ oneOf: words }) : good(word);
  };
}

/** A group by its display name, which Entra allows 256 characters, or by its object ID. */
export function parseGroup(text: string): Parsed<string> {
  const group = text.trim();
  const fits = group !== "" && group.length <= 256 && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(group);
  return fits ? good(group) : bad("group");
}

/** An answer to choose: as it is used, and where that is long, a short word that people say instead. */
export type Choice = string | { readonly label: string; readonly value: string };

/** A choice with both; one without a label is its own. */
export function labelled(choice: Choice): { readonly label: string; readonly value: string } {
  return typeof choice === "string" ? { label: choice, value: choice } : choice;
}

/** What decides how the answer to a template's own question is read. */
export interface InputFormat {
  readonly format: "text" | "url" | "installedUrl" | "choice" | "attribute" | "pairs";
  readonly choices?: readonly Choice[] | undefined;
  /** Whether it may stay empty. */
  readonly optional?: boolean | undefined;
}

/** The answer that leaves an optional input empty where an empty answer means another: its default. */
export const LEFT_OPEN = "none";

/** The value of one of some choices, said by its label or in full. */
function oneOfChoices(choices: readonly ReturnType<typeof labelled>[]): (text: string) => Parsed<string> {
  return (text) => {
    const said = text.trim().toLowerCase();
    const found = choices.find(({ label, value }) =>
      [label, value].some((one) => one.toLowerCase() === said),
    );
    return found ? good(found.value) : bad({ oneOf: choices.map(({ label }) => label) });
  };
}

/** The value of a template's own input, as its format wants it; empty only where it may be. */
export function parseInput(input: InputFormat): (text: string) => Parsed<string> {
  if (input.format === "choice") return oneOfChoices((input.choices ?? []).map(labelled));
  return (text) => {
    const value = text.trim();
    if (input.optional && ["", LEFT_OPEN].includes(value.toLowerCase())) return good("");
    switch (input.format) {
      case "url":
        return parseHttpsUrl(value);
      case "installedUrl":
        if (/^https:/i.test(value)) return parseHttpsUrl(value);
        return INSTALLED.test(value) ? good(value) : bad("installedUrl");
      case "attribute":
        return ATTRIBUTE.test(value) ? good(value) : bad("attribute");
      case "pairs": {
        const pairs = parsePairs(value);
        if (!pairs.ok) return pairs;
        return good(pairs.value.map(([key, attribute]) => `${key}=${attribute}`).join(", "));
      }
      default:
        return value !== "" && value.length <= 1024 && !/[\p{Cc}\p{Cf}]/u.test(value)
          ? good(value)
          : bad("text");
    }
  };
}

/** What besides https an installed app can have for a redirect URI: this machine, or a scheme of its own. */
const INSTALLED =
  /^(http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?(\/[^\s*#@!$'(),;\\]*)?|(?!(https?|javascript|vbscript|data|file|about|blob):)[a-z][a-z0-9.+-]*:\/\/[^\s*#@!$'(),;\\]+)$/;
/** A source attribute of Entra's synchronization, such as `companyName` or `extension_<app ID>_costCentre`. */
const ATTRIBUTE = /^[A-Za-z][A-Za-z0-9_]{0,255}$/;
/** What can be the last part of a SCIM attribute's URN: no colon and no dot, which would make it another one. */
const KEY = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Pairs such as `costCentre=department, floor=physicalDeliveryOfficeName`: one at least, no key twice. */
export function parsePairs(text: string): Parsed<readonly (readonly [key: string, attribute: string])[]> {
  const pairs: (readonly [string, string])[] = [];
  const keys = new Set<string>();
  for (const part of text.split(",").filter((one) => one.trim() !== "")) {
    const [key = "", attribute = "", ...rest] = part.split("=").map((side) => side.trim());
    if (!KEY.test(key) || !ATTRIBUTE.test(attribute) || rest.length > 0) return bad("pairs");
    // SCIM knows no letter case in the names of attributes.
    if (keys.has(key.toLowerCase())) return bad("pairsOnce");
    keys.add(key.toLowerCase());
    pairs.push([key, attribute]);
  }
  return pairs.length > 0 ? good(pairs) : bad("pairs");
}

/** A complete https address that Entra takes as a redirect URI: no credentials, wildcard or fragment. */
function parseHttpsUrl(text: string): Parsed<string> {
  const origin = parseHostname(text);
  if (!origin.ok) return origin;
  if (text.includes("#")) return bad("urlWithoutFragment");
  return text.includes("*") ? bad("urlWithoutWildcard") : good(text);
}

/** How long something lives: a whole number and h, d, w, m or y, such as `24m`. */
export function parseLifetimeValue(text: string): Parsed<Lifetime> {
  const lifetime = parseLifetime(text);
  return lifetime ? good(lifetime) : bad("lifetime");
}

/** Why a host name cannot be used, as the address has it: in lower case, other scripts encoded. */
function hostNameFault(name: string): Expectation | undefined {
  if (name.endsWith(".") && isDnsName(name.slice(0, -1))) return "urlWithoutFinalDot";
  if (name.split(".").some((label) => label.length > 63)) return "urlWithShortLabels";
  if (name.length > 253) return "urlWithShortName";
  const isIpAddress = /^\d+(\.\d+){3}$/.test(name);
  return isDnsName(name) && !isIpAddress ? undefined : "urlWithDnsName";
}

function isDnsName(name: string): boolean {
  return name.length <= 253 && name.split(".").every((label) => DNS_LABEL.test(label));
}
