import { untilAborted } from "../http/until-aborted.ts";
import { type Seen, toFailure } from "./observed.ts";
import { type PersonOptions, personTokens, publicClient, qualified } from "./person.ts";
import type { TokenSource } from "./token-source.ts";

/** What the person does in a browser; the address is the service's own, for it differs between tenants. */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresAt: Date;
}

export interface DeviceCodeOptions extends PersonOptions {
  readonly onCode: (code: DeviceCode) => void;
}

/**
 * Signs a person in by device code. The library's device-code client loses what the service said, so its
 * HTTP client is ours and keeps it: see `docs/adr/0004-sign-in-library.md`.
 *
 * @throws AppError SIGN_IN_FAILED, NETWORK, or the signal's reason at once when it is aborted.
 */
export async function signInWithDeviceCode(options: DeviceCodeOptions): Promise<TokenSource> {
  const { asked, signal, clock } = options;
  const seen: Seen = {};
  const client = publicClient(options, seen);
  const request = {
    scopes: qualified(asked),
    cancel: false,
    deviceCodeCallback: ({ userCode, verificationUri }: { userCode: string; verificationUri: string }) => {
      // A refused request reaches this callback with nothing in it; polling on would never end.
      if (!userCode) throw new Error("no device code");
      const expiresAt = new Date(clock.now().getTime() + (seen.expiresInMs ?? 900_000));
      seen.failedPolls = 0;
      options.onCode({ userCode, verificationUri, expiresAt });
    },
  };
  signal.addEventListener("abort", () => (request.cancel = true), { once: true });
  const signedIn = await untilAborted(signal, client.acquireTokenByDeviceCode(request)).catch(
    (error: unknown) => {
      throw toFailure(error, seen, asked, signal);
    },
  );
  if (!signedIn) throw toFailure(new Error("no token"), seen, asked, signal);
  seen.failedPolls = undefined;
  return personTokens(client, options, seen, signedIn);
}
