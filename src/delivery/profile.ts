import { AppError, type NetworkFailure, type OneTimePasswordProblem } from "../errors.ts";
import type { Wait } from "../http/retry.ts";
import type { Ports } from "../ports/index.ts";

export type DeliveryPorts = Pick<Ports, "fetch" | "clock" | "ids">;

/** A life time that a service offers: the name its form has for it, and its length. */
export interface OfferedLifetime {
  readonly name: string;
  readonly seconds: number;
}

/** What is known of a one-time-password service of the SnapPass kind. */
export interface ServiceProfile {
  /** Its address, ending in a slash, without credentials, query and fragment. */
  readonly service: URL;
  /** What its form offers, the shortest first. */
  readonly lifetimes: readonly OfferedLifetime[];
  /**
   * Whether a HEAD leaves a stored value alone. Before SnapPass 1.4.2 the value is burnt by any request to
   * its link; a form that offers two weeks (1.5.0) or an answer in JSON (1.5.1) proves a later one.
   */
  readonly headIsSafe: boolean;
}

export interface DeliveryOptions {
  /** Gives up as soon as it is aborted, with its reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: ((wait: Wait) => void) | undefined;
}

/**
 * The failure of a service, by its origin. It is given no cause: whatever the service answered, and the
 * request it answered to, can have the secret or its link in it. `detail` is a status or a transport code,
 * `network` what is known of the way to it.
 */
export function unusable(
  service: URL,
  reason: OneTimePasswordProblem,
  detail?: string,
  network?: NetworkFailure,
): AppError {
  return new AppError("ONE_TIME_PASSWORD_UNUSABLE", {
    service: service.origin,
    reason,
    ...(detail === undefined ? {} : { detail }),
    ...(network === undefined ? {} : { network }),
  });
}

/** Whether `url` points at this machine itself: the only place where plain http is taken. */
export function isLoopback(url: URL): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
}
