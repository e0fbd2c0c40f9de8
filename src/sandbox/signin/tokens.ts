import { randomBytes } from "node:crypto";

/** What a token says; the names are those of Microsoft's own tokens. */
export interface Claims {
  readonly aud: string;
  readonly iss: string;
  readonly tid: string;
  readonly oid: string;
  readonly sub: string;
  readonly appid: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly ver: string;
  readonly upn?: string;
  readonly unique_name?: string;
  readonly name?: string;
  /** The issuer of an account from elsewhere. */
  readonly idp?: string;
  readonly email?: string;
  readonly scp?: string;
  readonly wids?: readonly string[];
  readonly roles?: readonly string[];
  readonly idtyp?: "app" | "user";
  /** `cp1`: the client answers claims challenges. */
  readonly xms_cc?: readonly string[];
}

/** What a refresh token stands for. */
interface Session {
  readonly clientId: string;
  readonly personId: string;
}

/** The tokens that are out; in memory only, so a token of another process is a stranger's. */
export class TokenBook {
  readonly #access = new Map<string, Claims>();
  readonly #refresh = new Map<string, Session>();
  readonly #consents = new Map<string, Set<string>>();
  readonly #revoked = new Set<string>();
  readonly #challenged = new Set<string>();

  /** Writes an access token. Its signature is random: whoever holds the text is in the book, or is not. */
  issueAccess(claims: Claims): string {
    const token = `${encode({ typ: "JWT", alg: "RS256", kid: "sandbox" })}.${encode(claims)}.${randomText(64)}`;
    this.#access.set(token, claims);
    return token;
  }

  /** What an access token of ours says; undefined for any other text. */
  readAccess(token: string): Claims | undefined {
    return this.#access.get(token);
  }

  /** Takes an access token back before its time, as when a person's sessions are revoked. */
  revoke(token: string): void {
    this.#revoked.add(token);
  }

  isRevoked(token: string): boolean {
    return this.#revoked.has(token);
  }

  /** Marks a token that was asked for with the claims of a challenge. */
  answersChallenge(token: string): void {
    this.#challenged.add(token);
  }

  hasAnsweredChallenge(token: string): boolean {
    return this.#challenged.has(token);
  }

  issueRefresh(session: Session): string {
    const token = `1.${randomText(96)}`;
    this.#refresh.set(token, session);
    return token;
  }

  readRefresh(token: string): Session | undefined {
    return this.#refresh.get(token);
  }

  /** What a person has consented to for a client; add to it. */
  consents({ clientId, personId }: Session): Set<string> {
    const key = `${clientId} ${personId}`;
    const consents = this.#consents.get(key) ?? new Set<string>();
    this.#consents.set(key, consents);
    return consents;
  }
}

/** A token nobody checks: MSAL reads an ID token without looking at its signature. */
export function unsignedToken(claims: object): string {
  return `${encode({ typ: "JWT", alg: "none" })}.${encode(claims)}.`;
}

/** base64url of a value's JSON. */
export function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** Random URL-safe text made from `bytes` bytes. */
export function randomText(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}
