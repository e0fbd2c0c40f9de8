import type { Application } from "./types.ts";

/** The origin that an application's redirect URIs were made with, by the template's patterns for them. */
export function originOf(patterns: readonly string[], redirectUris: readonly string[]): string | undefined {
  for (const pattern of patterns) {
    const path = /^\{hostname\}(\/.*)$/.exec(pattern)?.[1];
    if (path === undefined) continue;
    const made = redirectUris.find((uri) => URL.canParse(uri) && uri === new URL(uri).origin + path);
    if (made !== undefined) return new URL(made).origin;
  }
  return undefined;
}

/** How far the clock of this machine may be ahead of Graph's. */
const SKEW_MS = 300_000;

/** Whether an application was made after a run noted that it would; what has no date, or no note, was not. */
export function isMadeSince(
  { createdDateTime }: Pick<Application, "createdDateTime">,
  intendedAt: Date | undefined,
): boolean {
  if (intendedAt === undefined || createdDateTime === undefined) return false;
  return Date.parse(createdDateTime) >= intendedAt.getTime() - SKEW_MS;
}
