import type { Fetch } from "../../src/ports/index.ts";

/** Whether a request is for Microsoft Graph. */
export function isGraph(url: string): boolean {
  return new URL(url).host === "graph.microsoft.com";
}

/**
 * Lets requests to Microsoft Graph through two at a time only: what is not asked side by side for two applications
 * waits for ever.
 */
export function inPairs(): { readonly through: (fetch: Fetch) => Fetch; readonly rounds: () => number } {
  let rounds = 0;
  let waiting: (() => void) | undefined;
  const partner = async (): Promise<void> => {
    if (!waiting) {
      await new Promise<void>((resolve) => {
        waiting = resolve;
      });
      return;
    }
    rounds += 1;
    waiting();
    waiting = undefined;
  };
  return {
    through: (fetch) => async (request) => {
      if (isGraph(request.url)) await partner();
      return fetch(request);
    },
    rounds: () => rounds,
  };
}
