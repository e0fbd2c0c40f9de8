/**
 * The claims that Graph wants in a new token, decoded, where the answer is a claims challenge
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge): a `WWW-Authenticate` header with
 * `error="insufficient_claims"` and the claims in base64.
 */
export function claimsChallenge(wwwAuthenticate: string | null): string | undefined {
  if (!wwwAuthenticate || !/insufficient_claims/.test(wwwAuthenticate)) return undefined;
  const encoded = /\bclaims="([A-Za-z0-9+/=_-]+)"/.exec(wwwAuthenticate)?.[1];
  if (encoded === undefined) return undefined;
  const claims = Buffer.from(encoded, "base64").toString("utf8");
  try {
    JSON.parse(claims);
    return claims;
  } catch {
    return undefined;
  }
}
