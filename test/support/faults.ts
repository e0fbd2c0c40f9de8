import type { Fetch } from "../../src/ports/index.ts";

export interface Fault {
  readonly acts: boolean;
  /** For the rest of the run, as a kill would. */
  readonly dead?: true;
  readonly answer?: () => Response;
}

/** What can happen to one request. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  "429": { acts: false, answer: () => answer(429, "{}", { "retry-after": "1" }) },
  "503": { acts: false, answer: () => answer(503, "{}", { "retry-after": "2" }) },
  "503 after it acted": { acts: true, answer: () => answer(503, "") },
  "504 after it acted": { acts: true, answer: () => answer(504, "<html>gateway time-out</html>") },
  "reset before it acted": { acts: false },
  "reset after it acted": { acts: true },
  "page of a proxy": { acts: false, answer: () => answer(200, "<html>log in</html>") },
  "truncated answer": { acts: true, answer: () => answer(200, '{"id":"') },
  "expired token": {
    acts: false,
    answer: () => answer(401, '{"error":{"code":"InvalidAuthenticationToken","message":"Expired."}}'),
  },
  "not replicated": {
    acts: false,
    answer: () => answer(404, '{"error":{"code":"Request_ResourceNotFound","message":"does not exist"}}'),
  },
  "dead from before it acted": { acts: false, dead: true },
  "dead from after it acted": { acts: true, dead: true },
};

function answer(status: number, body: string, headers: Record<string, string> = {}): Response {
  const type = body.startsWith("<") ? "text/html" : "application/json";
  return new Response(body, { status, headers: { "content-type": type, ...headers } });
}

/** Names a request by what it does, the same in every run. */
function nameOf({ method, url }: Request): string {
  const { host, pathname } = new URL(url);
  const path = host === "graph.microsoft.com" || host === "login.microsoftonline.com" ? pathname : "/…";
  return `${method} ${host}${path.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "{id}")}`;
}

/** Counts equal requests, so that each has a name of its own. */
function named(onRequest: (name: string, request: Request, fetch: Fetch) => Promise<Response>) {
  const seen = new Map<string, number>();
  return (fetch: Fetch): Fetch =>
    (request) => {
      const name = nameOf(request);
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return onRequest(`${name} #${count}`, request, fetch);
    };
}

/** Writes the name of every request into `names`. */
export function recording(names: string[]) {
  return named((name, request, fetch) => {
    names.push(name);
    return fetch(request);
  });
}

/** Lets a fault happen to the request of that name. */
export function failing(target: string, { acts, dead, answer: faulty }: Fault) {
  let isDead = false;
  return named(async (name, request, fetch) => {
    if (isDead) throw reset();
    if (name !== target) return fetch(request);
    if (acts) await fetch(request.clone());
    if (faulty) return faulty();
    isDead = dead === true;
    throw reset();
  });
}

function reset(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}
