import { canonical } from "./diff.ts";
import type { Change, Json } from "./plan.ts";

const SCOPES = "api.oauth2PermissionScopes";

/**
 * The scopes as they are, those disabled that a change alters: Entra changes a scope only while it is
 * disabled (https://learn.microsoft.com/graph/api/resources/permissionscope). Undefined where none has to be.
 */
export function disablingChange(changes: readonly Change[]): Change | undefined {
  const change = changes.find(({ property }) => property === SCOPES);
  if (!change || !Array.isArray(change.from) || !Array.isArray(change.to)) return undefined;
  const [from, to]: readonly (readonly Json[])[] = [change.from, change.to];
  const kept = new Set(to?.map(canonical));
  const isAltered = (scope: Json) => isEnabled(scope) && !kept.has(canonical(scope));
  if (!from?.some(isAltered)) return undefined;
  const disabled = from.map((scope) =>
    isAltered(scope) ? { ...(scope as { readonly [key: string]: Json }), isEnabled: false } : scope,
  );
  return { property: SCOPES, from, to: disabled };
}

function isEnabled(scope: Json): boolean {
  return typeof scope === "object" && scope !== null && "isEnabled" in scope && scope["isEnabled"] === true;
}
