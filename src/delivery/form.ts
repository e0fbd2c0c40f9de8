import { exchange } from "./exchange.ts";
import { attribute, startTags } from "./html.ts";
import {
  type DeliveryOptions,
  type DeliveryPorts,
  isLoopback,
  type OfferedLifetime,
  type ServiceProfile,
  unusable,
} from "./profile.ts";

const DAY = 24 * 60 * 60;
/** SnapPass's names, and the one that a public fork adds. The service takes them in any letter case. */
const KNOWN_LIFETIMES: Readonly<Record<string, number>> = {
  hour: 60 * 60,
  day: DAY,
  week: 7 * DAY,
  "two weeks": 14 * DAY,
  month: 30 * DAY,
};

/**
 * Reads the service's form, once: which life times it offers, and what that says about its version.
 * Nothing is stored. Throws AppError `ONE_TIME_PASSWORD_UNUSABLE`.
 */
export async function readForm(
  ports: DeliveryPorts,
  service: URL,
  options: DeliveryOptions = {},
): Promise<ServiceProfile> {
  const base = serviceBase(service);
  const answer = await exchange(ports, base, { url: base, method: "GET", accept: "text/html" }, options);
  if (answer.status !== 200) throw unusable(base, "failing", String(answer.status));
  const lifetimes = offeredLifetimes(answer.text);
  if (lifetimes.length === 0) throw unusable(base, "unknownService", "no form");
  return { service: base, lifetimes, headIsSafe: lifetimes.some((one) => one.seconds === 14 * DAY) };
}

/**
 * The longest life time, in seconds, that the service offers and that is not above `maxSeconds`. Throws
 * AppError `ONE_TIME_PASSWORD_UNUSABLE` where it offers none: a secret must not lie about for longer.
 */
export function chooseLifetime(profile: ServiceProfile, maxSeconds: number): number {
  const longest = profile.lifetimes.findLast((one) => one.seconds <= maxSeconds);
  if (longest === undefined) throw unusable(profile.service, "wrongLifetime");
  return longest.seconds;
}

function serviceBase(service: URL): URL {
  const base = new URL(service.pathname.replace(/\/*$/, "/"), service.origin);
  const secure = base.protocol === "https:" || (base.protocol === "http:" && isLoopback(base));
  if (!secure) throw unusable(base, "unknownService", "not https");
  if (service.username !== "" || service.password !== "")
    throw unusable(base, "unknownService", "credentials");
  return base;
}

function offeredLifetimes(html: string): OfferedLifetime[] {
  return startTags(html, "option")
    .map((tag) => attribute(tag, "value")?.trim() ?? "")
    .flatMap((name) => {
      const seconds = KNOWN_LIFETIMES[name.toLowerCase()];
      return seconds === undefined ? [] : [{ name, seconds }];
    })
    .sort((a, b) => a.seconds - b.seconds);
}
