import type { Fetch } from "../../../src/ports/index.ts";

const HEX = "0123456789abcdef0123456789abcde";
const KEY = "A".repeat(42);

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly accept: string | null;
  readonly body: string;
}

/** What a test wants to be otherwise: an answer in place of the usual one, or an error thrown. */
export type Twist = (request: SeenRequest, count: number) => Response | Error | undefined;

export interface SnapPassOptions {
  readonly origin?: string;
  readonly prefix?: string;
  /** Names of the life times on its form. */
  readonly lifetimes?: readonly string[];
  /** Whether it answers with JSON (from 1.5.1). */
  readonly json?: boolean;
  /** Whether any request to a link opens it (before 1.4.2). */
  readonly burnsOnGet?: boolean;
  readonly twist?: Twist;
  /** Rewrites the link it answers with. */
  readonly link?: (link: string) => string;
  readonly ttl?: (seconds: number) => unknown;
}

const SECONDS: Readonly<Record<string, number>> = {
  hour: 3600,
  day: 86_400,
  week: 604_800,
  "two weeks": 1_209_600,
  month: 2_592_000,
};

/** A service of the SnapPass kind, small enough to read. */
export function snapPass(options: SnapPassOptions = {}) {
  const { origin = "https://pass.example", prefix = "/", json = true, burnsOnGet = false } = options;
  const { lifetimes = ["Two Weeks", "Week", "Day", "Hour"], link: rewrite = (link) => link } = options;
  const requests: SeenRequest[] = [];
  const stored = new Map<string, string>();

  const form = `<form><textarea name="password"></textarea><select name="ttl">${lifetimes
    .map((name) => `<option value="${name}">${name}</option>`)
    .join("")}</select></form>`;

  const storeValue = (body: string, accept: string | null): Response => {
    const fields = new URLSearchParams(body);
    const seconds = SECONDS[fields.get("ttl")?.toLowerCase() ?? ""];
    if (seconds === undefined || !fields.get("password"))
      return new Response("<h1>Bad</h1>", { status: 400 });
    const id = `snappass${HEX}${stored.size.toString(16)}`;
    const token = `${id}~${KEY}${stored.size}%3D`;
    stored.set(id, fields.get("password") ?? "");
    const link = rewrite(`${origin}${prefix}${token}`);
    if (json && accept === "application/json") {
      return Response.json({ link, ttl: options.ttl ? options.ttl(seconds) : seconds });
    }
    return page(
      `<input type="hidden" value="Two Weeks"><input type="text" class="form-control" id="password-link" value="${link.replaceAll("&", "&amp;")}" readonly="readonly">`,
    );
  };
  const open = (method: string, path: string): Response => {
    const id = path.slice(prefix.length).split("~")[0] ?? "";
    const value = stored.get(id);
    if (burnsOnGet && method === "POST") return new Response("", { status: 405 });
    if (value === undefined) return new Response(method === "HEAD" ? null : "not found", { status: 404 });
    if (method === "POST" || burnsOnGet) stored.delete(id);
    if (method === "HEAD") return new Response(null, { status: 200 });
    return page(
      method === "POST" || burnsOnGet ? `<textarea id="password-text">${value}</textarea>` : "preview",
    );
  };

  const fetch: Fetch = async (message) => {
    const url = new URL(message.url);
    const request = {
      method: message.method,
      path: url.pathname,
      accept: message.headers.get("accept"),
      body: await message.text(),
    };
    requests.push(request);
    const twisted = options.twist?.(request, requests.length);
    if (twisted instanceof Error) throw twisted;
    if (twisted) return twisted;
    if (request.path !== prefix) return open(request.method, request.path);
    return request.method === "POST" ? storeValue(request.body, request.accept) : page(form);
  };
  return { fetch, requests, stored, service: new URL(`${origin}${prefix}`) };
}

export function page(body: string, status = 200): Response {
  return new Response(`<!doctype html><html><body>${body}</body></html>`, {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
  });
}

export function failure(code: string): Error {
  return Object.assign(new Error(`${code}: failed`), { code });
}
