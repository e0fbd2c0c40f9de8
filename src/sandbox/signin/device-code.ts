import { outsider } from "../personas.ts";
import type { World } from "../world.ts";
import { requirePublicClient } from "./clients.ts";
import { SignInError } from "./errors.ts";
import { isRefusal, refusal, refusalAt } from "./refusals.ts";
import { checkScopes } from "./scopes.ts";
import { isShared } from "./tenants.ts";
import { randomText } from "./tokens.ts";

interface Pending {
  readonly clientId: string;
  readonly expires: number;
  /** Nobody who can sign in here will ever see the page this code is for. */
  readonly stranded: boolean;
  polls: number;
  slowedDown: boolean;
}

/** The device codes that are out; in memory only. */
export type DeviceCodes = Map<string, Pending>;

/** Answers `POST /{tenant}/oauth2/v2.0/devicecode`. */
export function startDeviceCode(
  world: World,
  codes: DeviceCodes,
  form: URLSearchParams,
  stranded: boolean,
): object {
  const clientId = requirePublicClient(world, form.get("client_id"));
  checkScopes(world, clientId, form.get("scope"));
  const { signIn } = world.behaviour;
  if (isRefusal(signIn) && refusalAt(signIn) === "start") throw refusal(world, signIn, clientId);
  const deviceCode = `SB${randomText(48)}`;
  const userCode = randomText(12)
    .replace(/[^A-Za-z0-9]/g, "X")
    .toUpperCase()
    .slice(0, 9);
  const lifetime = world.behaviour.deviceCodeLifetimeSeconds;
  const expires = world.clock.now().getTime() + lifetime * 1000;
  codes.set(deviceCode, { clientId, expires, stranded, polls: 0, slowedDown: false });
  const page = "https://login.microsoft.com/device";
  return {
    user_code: userCode,
    device_code: deviceCode,
    verification_uri: page,
    expires_in: lifetime,
    interval: world.behaviour.deviceCodeIntervalSeconds,
    message: `To sign in, use a web browser to open the page ${page} and enter the code ${userCode} to authenticate.`,
  };
}

/** Throws what a poll answers while there is no token, and takes the code away once there is. */
export function pollDeviceCode(
  world: World,
  codes: DeviceCodes,
  form: URLSearchParams,
  tenant: string,
): string {
  const { code, pending } = readCode(codes, form);
  const { clientId } = pending;
  if (world.clock.now().getTime() >= pending.expires) throw refusal(world, "expired", clientId);
  pending.polls += 1;
  const outcome = world.behaviour.signIn;
  const outside = outsider(world.behaviour.persona);
  if (
    pending.polls <= world.behaviour.deviceCodePolls ||
    pending.stranded ||
    // The page takes no personal account where the tenant is left open.
    (outside?.home === "personal" && isShared(tenant)) ||
    outcome === "pendingForever" ||
    outcome === "blockedUnseen"
  ) {
    throw new SignInError(
      "authorization_pending",
      70016,
      "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    );
  }
  if (outcome === "slowDown" && !pending.slowedDown) {
    pending.slowedDown = true;
    throw new SignInError("slow_down", undefined, "The client is polling too often.");
  }
  if (outcome !== "approved" && outcome !== "slowDown") throw refusal(world, outcome, clientId);
  if (outside?.invited === false && !isShared(tenant)) throw refusal(world, "accountNotInTenant", clientId);
  codes.delete(code);
  return clientId;
}

function readCode(codes: DeviceCodes, form: URLSearchParams): { code: string; pending: Pending } {
  const code = form.get("device_code");
  if (code === null || code === "") {
    throw new SignInError(
      "invalid_request",
      900144,
      "The request body must contain the following parameter: 'device_code'.",
    );
  }
  const pending = codes.get(code);
  if (pending === undefined) {
    throw new SignInError(
      "bad_verification_code",
      70000,
      "The provided value for the input parameter 'device_code' is not valid.",
    );
  }
  if (pending.clientId !== form.get("client_id")) {
    throw new SignInError("invalid_grant", 70000, "The provided device code was issued to another client.");
  }
  return { code, pending };
}
