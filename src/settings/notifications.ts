import type { Fault } from "../errors.ts";
import type { FlagValue } from "./known-values.ts";
import { type Parsed, parseDomain } from "./values.ts";

/** Who is told of failures, and of which application's; undefined: of each that nothing else is said about. */
export interface Notification {
  readonly application: string | undefined;
  readonly email: string;
}

/** By the application's key, which the only one of a product may lack. */
export type Notifications = ReadonlyMap<string | undefined, string>;

/** E-mail addresses with commas between, each of one application (`key=it@contoso.com`) or of all. */
export function parseNotifications(text: string): Parsed<readonly Notification[]> {
  const found: Notification[] = [];
  for (const part of text.split(",").filter((one) => one.trim() !== "")) {
    const [, key, email = ""] = /^(?:([^=@]*)=)?(.*)$/s.exec(part.trim()) ?? [];
    const application = key?.trim();
    const address = email.trim();
    const isTwin = found.some((other) => other.application === application);
    if (isTwin || application === "" || !isEmail(address)) return { ok: false, expected: "notification" };
    found.push({ application, email: address });
  }
  return found.length > 0 ? { ok: true, value: found } : { ok: false, expected: "notification" };
}

/**
 * Who is told of the failures of each application: what a flag says about it goes before the config.
 *
 * @param keys those of the product's applications.
 */
export function resolveNotifications(
  flag: FlagValue | undefined,
  configured: string | undefined,
  keys: readonly (string | undefined)[],
  faults: Fault[],
): Notifications {
  const texts = typeof flag?.value === "object" ? flag.value : [];
  const given = readAll(texts, flag?.path ?? "", keys, faults);
  const set = configured === undefined ? [] : readAll([configured], "notificationEmail", keys, faults);
  const emailFor = (from: readonly Notification[], key: string | undefined) =>
    from.findLast(({ application }) => application === key && key !== undefined) ??
    from.findLast(({ application }) => application === undefined);
  return new Map(
    keys.flatMap((key) => {
      const found = emailFor(given, key) ?? emailFor(set, key);
      return found ? [[key, found.email] as const] : [];
    }),
  );
}

/** What the texts say; an application that the product does not have is a fault. */
function readAll(
  texts: readonly string[],
  path: string,
  keys: readonly (string | undefined)[],
  faults: Fault[],
): Notification[] {
  const known = keys.flatMap((key) => key ?? []);
  return texts.flatMap((found) => {
    const parsed = parseNotifications(found);
    if (!parsed.ok) faults.push({ path, found, expected: parsed.expected });
    const entries = parsed.ok ? parsed.value : [];
    if (entries.some(({ application }) => application !== undefined && !known.includes(application))) {
      const oneOf = known.map((key) => `${key}=…`);
      faults.push({ path, found, expected: known.length > 0 ? { oneOf } : "notificationOfOne" });
    }
    return entries;
  });
}

/** One address as a mail server takes it; what people write around it (`<…>`, `"…"`) is not meant. */
function isEmail(text: string): boolean {
  const [local = "", domain = "", ...rest] = text.split("@");
  const isLocal = /^[^\s\p{Cc}\p{Cf}<>()[\]\\,;:"=]{1,64}$/u.test(local);
  return rest.length === 0 && text.length <= 254 && isLocal && parseDomain(domain).ok;
}
