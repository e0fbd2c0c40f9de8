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
