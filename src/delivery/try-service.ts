import { isAppError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { checkStored, store } from "./deliver.ts";
import { type Answer, exchange } from "./exchange.ts";
import type { TrustedLink } from "./link.ts";
import { type DeliveryOptions, type DeliveryPorts, type ServiceProfile, unusable } from "./profile.ts";

const HOUR = 60 * 60;

/**
 * Tries the service with a throw-away value, from storing it to burning it: its form and its health page
 * both answer while its store is down, and where its links lead shows only in one. Gives the profile with
 * what was learned; throws AppError `ONE_TIME_PASSWORD_UNUSABLE`.
 */
export async function tryService(
  ports: DeliveryPorts,
  profile: ServiceProfile,
  options: DeliveryOptions = {},
): Promise<ServiceProfile> {
  const canary = `${ports.ids.uuid()}${ports.ids.uuid()}`;
  const lifetime = profile.lifetimes[0]?.seconds ?? HOUR;
  const stored = await store(ports, profile, new Secret(canary), lifetime, options);
  const seen = stored.headIsSafe && (await checkStored(ports, profile, stored.link, options));
  const opened = await burn(ports, profile, stored.link, options);
  if (!seen) checkOpened(profile, opened, canary);
  return { ...profile, headIsSafe: stored.headIsSafe };
}

/** What opening the link gave, or why it could not be opened. */
type Opened = Answer | { readonly failure: unknown };

/** Opens the link, as its reader would. A value that stays is no harm: it is random and gone in an hour. */
async function burn(
  ports: DeliveryPorts,
  profile: ServiceProfile,
  link: TrustedLink,
  options: DeliveryOptions,
): Promise<Opened> {
  const open = (method: "GET" | "POST"): Promise<Answer> =>
    exchange(ports, profile.service, { url: new URL(link.href), method, accept: "text/html" }, options);
  try {
    const answer = await open("POST");
    // Before 1.4.2 the link has no button to press: the first GET opens it.
    return answer.status === 405 ? await open("GET") : answer;
  } catch (failure) {
    options.signal?.throwIfAborted();
    return { failure };
  }
}

/** Where it was not safe to look, the value itself must have come back. */
function checkOpened({ service }: ServiceProfile, opened: Opened, canary: string): void {
  if ("failure" in opened) {
    throw isAppError(opened.failure) ? opened.failure : unusable(service, "unreachable");
  }
  if (opened.status !== 200 && opened.status !== 404)
    throw unusable(service, "failing", String(opened.status));
  if (!opened.text.includes(canary)) throw unusable(service, "notStored");
}
