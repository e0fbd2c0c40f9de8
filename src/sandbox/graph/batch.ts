import { Hono } from "hono";
import { isRecord } from "../world.ts";
import type { GraphEnv } from "./environment.ts";
import { GraphError } from "./errors.ts";

interface Item {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly dependsOn: readonly string[];
}

interface Answer {
  readonly id: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

const KEPT_HEADERS = [
  "Content-Type",
  "Retry-After",
  "request-id",
  "Location",
  "x-ms-throttle-limit-percentage",
];

/** `POST /$batch`: up to 20 requests in one, each answered for itself. */
export function batchRoutes(send: (request: Request) => Response | Promise<Response>) {
  const routes = new Hono<GraphEnv>();
  routes.post("/$batch", async (c) => {
    const items = readItems(c.get("body"));
    const answers = new Map<string, Answer>();
    for (const item of items) {
      const failed = item.dependsOn.some((id) => (answers.get(id)?.status ?? 424) >= 400);
      answers.set(item.id, failed ? dependencyFailed(item.id) : await answer(item, c.req.raw, send));
    }
    return c.json({ responses: [...answers.values()] });
  });
  return routes;
}

async function answer(
  item: Item,
  outer: Request,
  send: (request: Request) => Response | Promise<Response>,
): Promise<Answer> {
  const headers = new Headers(item.headers);
  headers.set("Authorization", outer.headers.get("Authorization") ?? "");
  const request = new Request(`${new URL(outer.url).origin}/v1.0${item.url}`, {
    method: item.method,
    headers,
    ...(item.body === undefined ? {} : { body: JSON.stringify(item.body) }),
  });
  const response = await send(request);
  const text = await response.text();
  const kept = KEPT_HEADERS.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    id: item.id,
    status: response.status,
    headers: Object.fromEntries(kept),
    ...(text === "" ? {} : { body: JSON.parse(text) as unknown }),
  };
}

function dependencyFailed(id: string): Answer {
  return {
    id,
    status: 424,
    headers: { "Content-Type": "application/json" },
    body: { error: { code: "FailedDependency", message: "A request this one depends on failed." } },
  };
}

function readItems(body: Record<string, unknown>): Item[] {
  const { requests } = body;
  if (!Array.isArray(requests) || requests.length === 0) throw refused("Invalid batch payload format.");
  if (requests.length > 20) throw refused("Number of batch request steps exceeds the maximum value of 20.");
  const seen = new Set<string>();
  return requests.map((request: unknown) => {
    const item = readItem(request);
    if (seen.has(item.id.toLowerCase())) {
      throw refused(`Request Id ${item.id} has to be unique in a batch.`);
    }
    for (const id of item.dependsOn) {
      if (!seen.has(id.toLowerCase())) throw refused(`The dependsOn value '${id}' names no earlier request.`);
    }
    seen.add(item.id.toLowerCase());
    return item;
  });
}

function readItem(request: unknown): Item {
  if (!isRecord(request)) throw refused("Invalid batch payload format.");
  const { id, method, url, headers = {}, body, dependsOn = [] } = request;
  if (typeof id !== "string" || id === "" || typeof method !== "string" || typeof url !== "string") {
    throw refused("Invalid batch payload format.");
  }
  if (!isRecord(headers) || !Array.isArray(dependsOn)) throw refused("Invalid batch payload format.");
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const typed = Object.keys(texts).some((name) => name.toLowerCase() === "content-type");
  if (body !== undefined && !typed) {
    throw refused(`Write request id : ${id} does not contain Content-Type header or body.`);
  }
  if (!url.startsWith("/") || url.startsWith("/v1.0/")) {
    throw refused(`The url of request id : ${id} must be relative to the version.`);
  }
  if (url.toLowerCase().startsWith("/$batch")) throw refused("A batch cannot contain a batch.");
  return { id, method: method.toUpperCase(), url, headers: texts, body, dependsOn: dependsOn.map(String) };
}

function refused(message: string): GraphError {
  return new GraphError(400, "BadRequest", message);
}
