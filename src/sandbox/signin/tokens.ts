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
  readonly name?: string;
  readonly scp?: string;
  readonly wids?: readonly string[];
  readonly roles?: readonly string[];
  readonly idtyp?: "app" | "user";
}

interface Refresh {
  readonly clientId: string;
}

/** The tokens that are out; in memory only, so a token of another process is a stranger's. */
export class TokenBook {
  readonly #access = new Map<string, Claims>();
  readonly #refresh = new Map<string, Refresh>();

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

  issueRefresh(clientId: string): string {
    const token = `1.${randomText(96)}`;
    this.#refresh.set(token, { clientId });
    return token;
  }

  readRefresh(token: string): Refresh | undefined {
    return this.#refresh.get(token);
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
