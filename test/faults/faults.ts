import type { Fetch } from "../../src/ports/index.ts";

/** What happens to one request of a run. */
export interface Fault {
  /** Whether the service acts on the request. */
  readonly acts: boolean;
  /** When the program is killed: instead of the answer, or once it has it. */
  readonly kills?: "unanswered" | "answered";
  /** What is answered instead; without it, and unless the program is killed, the connection breaks off. */
  readonly answer?: (request: Request) => Promise<Response> | Response;
  /** How the run may end beside the ways in which any may. */
  readonly exitCode?: number;
  /** The rows that the fault is for; all of them unless given. */
  readonly only?: (row: string) => boolean;
}

/** The sign-in of the person, and the trial of the one-time-password service. */
export const isEarly = (row: string): boolean =>
  /^(delivery: [a-z]+|sign-in: devicecode|sign-in: token device_code)$/.test(row);
const isGraph = (row: string): boolean => row.startsWith("Graph");
/** Before anything is created a kill is a kill, whenever it comes, and so is a reset. */
const isLate = (row: string): boolean => !isEarly(row);
const isBatch = (row: string): boolean => row.startsWith("Graph: batch");

const THROTTLED = { error: { code: "TooManyRequests", message: "Too many requests." } };
const NOT_FOUND = { error: { code: "Request_ResourceNotFound", message: "Resource does not exist." } };
const EXPIRED = { error: { code: "InvalidAuthenticationToken", message: "Lifetime validation failed." } };

/** The columns of the matrix. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  "429": { acts: false, answer: () => json(429, THROTTLED, { "retry-after": "1" }) },
  "429 of items": {
    acts: false,
    answer: (request) => everyItem(request, 429, THROTTLED, { "Retry-After": "1" }),
    only: isBatch,
  },
  "503": { acts: false, answer: () => json(503, {}) },
  "reset before": { acts: false, only: isLate },
  "reset after": { acts: true },
  "not replicated": {
    acts: false,
    answer: (request) =>
      new URL(request.url).pathname.endsWith("/$batch")
        ? everyItem(request, 404, NOT_FOUND)
        : json(404, NOT_FOUND),
    // Of what was there before the run a 404 is believed: then something has to be registered first.
    exitCode: 2,
    only: isGraph,
  },
  malformed: { acts: true, answer: () => new Response('{"id":"', { status: 200, headers: JSON_TYPE }) },
  "401": { acts: false, answer: () => json(401, EXPIRED), only: isLate },
  "killed before": { acts: false, kills: "unanswered" },
  "killed after": { acts: true, kills: "unanswered", only: isLate },
  "killed answered": { acts: true, kills: "answered", only: isLate },
};

const JSON_TYPE = { "content-type": "application/json" };

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { ...JSON_TYPE, ...headers } });
}

/** A batch is answered with 200 whatever becomes of what is in it. */
async function everyItem(
  request: Request,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { requests } = (await request.json()) as { requests: { id: string }[] };
  return json(200, { responses: requests.map(({ id }) => ({ id, status, headers, body })) });
}

/** Names a request by what it does, the same in every run; equal ones are told apart by counting. */
export async function describeRequest(request: Request): Promise<string> {
  const { host, pathname } = new URL(request.url);
  if (host === "login.microsoftonline.com") return describeSignIn(request, pathname);
  if (host.startsWith("scim.")) return `SCIM: ${request.method} ${pathname}`;
  if (host !== "graph.microsoft.com") return describeDelivery(request, pathname);
  if (!pathname.endsWith("/$batch")) return `Graph: ${request.method} ${pathOf(pathname)}`;
  const { requests } = (await request.clone().json()) as { requests: { method: string; url: string }[] };
  const items = requests.map(({ method, url }) => `${method} ${pathOf(url)}`);
  return `Graph: batch of ${items.length} from ${items[0] ?? "nothing"}`;
}

async function describeSignIn(request: Request, pathname: string): Promise<string> {
  const grant = new URLSearchParams(await request.clone().text()).get("grant_type") ?? "";
  const kind = grant.split(":").at(-1) ?? "";
  return `sign-in: ${pathname.split("/").at(-1)}${kind === "" ? "" : ` ${kind}`}`;
}

function describeDelivery({ method }: Request, pathname: string): string {
  if (pathname === "/") return method === "GET" ? "delivery: form" : "delivery: store";
  return method === "HEAD" ? "delivery: look" : "delivery: open";
}

function pathOf(url: string): string {
  return url
    .replace(/\?.*$/, "")
    .replace(/^\/v1\.0/, "")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "{id}")
    .replaceAll(/scim\.[0-9a-f]{32}\.\{id\}/g, "{job}")
    .replaceAll(/uniqueName='[^']*'/g, "uniqueName='…'");
}

/** Stands between a program and its tenant, and is told each request under its name. */
export function naming(
  onRequest: (name: string, request: Request, fetch: Fetch) => Promise<Response>,
): (fetch: Fetch) => Fetch {
  const seen = new Map<string, number>();
  return (fetch) => async (request) => {
    const what = await describeRequest(request);
    const count = (seen.get(what) ?? 0) + 1;
    seen.set(what, count);
    return onRequest(count === 1 ? what : `${what} #${count}`, request, fetch);
  };
}

/** What the program under test is to the fault: something that can be killed. */
export interface Victim {
  /** Really kills it; does nothing where it has ended. */
  readonly kill: () => void;
}

/** How long after the answer was handed to the connection the program is killed: it has read it by then. */
const ANSWERED_MS = 10;

/** Lets one request meet its fault. */
export async function strike(
  { acts, kills, answer }: Fault,
  victim: Victim,
  request: Request,
  fetch: Fetch,
): Promise<Response> {
  const answered = acts ? await fetch(request.clone()) : undefined;
  if (kills === "answered" && answered) {
    setTimeout(victim.kill, ANSWERED_MS);
    return answered;
  }
  if (kills) victim.kill();
  else if (answer) return answer(request);
  throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}
