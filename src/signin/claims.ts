import type { SignInAttempt } from "../errors.ts";
import type { Account } from "./token-source.ts";

/** What a Graph token says about its bearer, as far as it can be read. */
export interface TokenClaims {
  readonly tenantId: string | undefined;
  readonly username: string | undefined;
  readonly roles: readonly string[] | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly audience: string | undefined;
  readonly clientId: string | undefined;
  readonly expiresAt: Date | undefined;
}

/**
 * Reads a token without checking it, for hints only. Microsoft asks clients to treat Graph tokens as opaque
 * (https://learn.microsoft.com/entra/identity-platform/access-tokens): what cannot be read is unknown.
 */
export function readClaims(token: string): TokenClaims {
  const payload = decode(token.split(".")[1] ?? "");
  const text = (name: string) => (typeof payload[name] === "string" ? payload[name] : undefined);
  const list = (value: unknown) =>
    Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;
  return {
    tenantId: text("tid")?.toLowerCase(),
    username: text("upn") ?? text("preferred_username") ?? text("app_displayname"),
    roles: list(payload["wids"]),
    scopes: text("scp")?.split(" ") ?? list(payload["roles"]),
    audience: text("aud"),
    clientId: text("appid")?.toLowerCase(),
    expiresAt: typeof payload["exp"] === "number" ? new Date(payload["exp"] * 1000) : undefined,
  };
}

/**
 * Who signed in, for the screen: what the library knows besides goes before the token where `said` has it.
 *
 * @param asked `clientId` and `tenant` are what is known where the token says nothing.
 */
export function toAccount(
  asked: Pick<SignInAttempt, "way" | "tenant" | "clientId">,
  claims: TokenClaims,
  said: {
    readonly username?: string | undefined;
    readonly tenantId?: string | undefined;
    readonly scopes?: readonly string[] | undefined;
  } = {},
): Account {
  return {
    way: asked.way,
    username: said.username ?? claims.username ?? "",
    tenantId: (claims.tenantId ?? said.tenantId ?? asked.tenant).toLowerCase(),
    roles: claims.roles,
    scopes: said.scopes ?? claims.scopes,
    clientId: asked.clientId,
  };
}

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
