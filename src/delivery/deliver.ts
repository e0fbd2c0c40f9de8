import { Secret } from "../secret.ts";
import { exchange } from "./exchange.ts";
import { readLink, type TrustedLink } from "./link.ts";
import { type DeliveryOptions, type DeliveryPorts, type ServiceProfile, unusable } from "./profile.ts";

/** A secret that somebody can fetch, once. The link is the secret until then. */
export interface DeliveredLink {
  readonly link: Secret;
  readonly storedAt: Date;
  readonly expiresAt: Date;
  readonly lifetimeSeconds: number;
}

/** What storing a value taught about the service, beside the link. */
export interface StoredValue {
  readonly link: TrustedLink;
  readonly headIsSafe: boolean;
  readonly storedAt: Date;
}

/**
 * Stores `secret` for `lifetimeSeconds`, which must be one that the service offers, and gives the link to
 * it, after every check that does not open it: the link itself is never asked for. Throws AppError
 * `ONE_TIME_PASSWORD_UNUSABLE`; the secret is then still the caller's to deliver or to remove.
 */
export async function deliver(
  ports: DeliveryPorts,
  profile: ServiceProfile,
  secret: Secret,
  lifetimeSeconds: number,
  options: DeliveryOptions = {},
): Promise<DeliveredLink> {
  const stored = await store(ports, profile, secret, lifetimeSeconds, options);
  if (stored.headIsSafe) await checkStored(ports, profile, stored.link, options);
  return {
    link: new Secret(stored.link.href),
    storedAt: stored.storedAt,
    expiresAt: new Date(stored.storedAt.getTime() + lifetimeSeconds * 1000),
    lifetimeSeconds,
  };
}

/** Stores a value and reads the link to it. Throws as `deliver` does. */
export async function store(
  ports: DeliveryPorts,
  profile: ServiceProfile,
  secret: Secret,
  lifetimeSeconds: number,
  options: DeliveryOptions,
): Promise<StoredValue> {
  const { service, lifetimes } = profile;
  const offered = lifetimes.find((one) => one.seconds === lifetimeSeconds);
  if (offered === undefined) throw unusable(service, "wrongLifetime");
  // Taken before the request: the end must not be promised later than it comes.
  const storedAt = ports.clock.now();
  const answer = await exchange(
    ports,
    service,
    {
      url: service,
      method: "POST",
      // Alone: with anything beside it SnapPass answers with its page.
      accept: "application/json",
      // Percent-encoded: from a raw body a "+" in the secret arrives as a space, with a valid link to it.
      form: { password: secret.reveal(), ttl: offered.name },
    },
    options,
  );
  const link = readLink(answer, profile, lifetimeSeconds);
  return { link, headIsSafe: profile.headIsSafe || answer.isJson, storedAt };
}

/**
 * Asks whether the value is there, by its storage key: that proves it and cannot burn it, and it keeps the
 * key to it out of every log on the way. False where the service does not take HEAD at all.
 * Throws AppError `ONE_TIME_PASSWORD_UNUSABLE` where the value is not there.
 */
export async function checkStored(
  ports: DeliveryPorts,
  profile: ServiceProfile,
  link: TrustedLink,
  options: DeliveryOptions,
): Promise<boolean> {
  const { service } = profile;
  const url = new URL(link.storageKey, service);
  const { status } = await exchange(ports, service, { url, method: "HEAD", accept: "text/html" }, options);
  if (status === 404 || status === 410) throw unusable(service, "notStored");
  if (status === 405 || status === 501) return false;
  if (status !== 200) throw unusable(service, "failing", String(status));
  return true;
}
