import { createHash } from "node:crypto";
import { SignInError } from "./errors.ts";

const LIFETIME_MS = 600_000;
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;

/** What was agreed to at the browser, until the client fetches its tokens. */
export interface Agreement {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly scope: string;
  readonly personId: string;
}

/** The authorization codes that are out; in memory only. */
export class AuthorizationCodes {
  readonly #codes = new Map<string, { agreement: Agreement; expires: number; redeemed: boolean }>();

  add(code: string, agreement: Agreement, now: number): void {
    this.#codes.set(code, { agreement, expires: now + LIFETIME_MS, redeemed: false });
  }

  /** Takes a code for a token: once, in time, and from whoever began the sign-in. */
  redeem(form: URLSearchParams, now: number): Agreement {
    for (const name of ["client_id", "code", "redirect_uri", "code_verifier"]) required(form, name);
    const known = this.#codes.get(required(form, "code"));
    if (known === undefined || known.agreement.clientId !== form.get("client_id")) {
      throw refused(70000, "Provided grant is invalid or malformed.");
    }
    if (known.redeemed) {
      throw refused(
        54005,
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
      );
    }
    if (now >= known.expires) {
      throw refused(
        70008,
        "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
      );
    }
    const { agreement } = known;
    const redirectUri = required(form, "redirect_uri");
    if (redirectUri !== agreement.redirectUri) {
      throw refused(
        500112,
        `The reply address '${redirectUri}' does not match the reply address '${agreement.redirectUri}' provided when requesting Authorization code.`,
      );
    }
    const verifier = required(form, "code_verifier");
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    if (!VERIFIER.test(verifier) || challenge !== agreement.challenge) {
      throw refused(
        501481,
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
      );
    }
    known.redeemed = true;
    return agreement;
  }
}

/** A field that has to be there: AADSTS900144 without it. */
export function required(fields: URLSearchParams, name: string): string {
  const value = fields.get(name);
  if (value !== null && value !== "") return value;
  throw new SignInError(
    "invalid_request",
    900144,
    `The request body must contain the following parameter: '${name}'.`,
  );
}

function refused(aadsts: number, text: string): SignInError {
  return new SignInError("invalid_grant", aadsts, text);
}
