import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import type { Clock, Fetch } from "../../../src/ports/index.ts";
import {
  type Behaviour,
  createSandbox,
  EXAMPLE,
  type Sandbox,
  type SandboxOptions,
} from "../../../src/sandbox/index.ts";

const GRAPH = "https://graph.microsoft.com/v1.0";
export const LOGIN = `https://login.microsoftonline.com/${EXAMPLE.tenantId}/oauth2/v2.0`;
export const COMMAND_LINE_TOOLS = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
export const REGISTER_SCOPES =
  "User.Read Application.ReadWrite.All AppRoleAssignment.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All";

/** A clock that stands still until it is moved; sleeping moves it. */
export class HandClock implements Clock {
  #now = Date.parse("2026-11-20T10:00:00Z");

  now(): Date {
    return new Date(this.#now);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#now += ms;
    await Promise.resolve();
  }

  move(ms: number): void {
    this.#now += ms;
  }
}

/** GUIDs that count. */
export function countedIds() {
  let count = 0;
  return {
    uuid: () => {
      count += 1;
      return `10000000-0000-4000-8000-${count.toString(16).padStart(12, "0")}`;
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // Tests look into answers of many shapes; each expectation is the check.
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export interface World {
  readonly sandbox: Sandbox;
  readonly clock: HandClock;
  /** Sends a request to Graph with the token of `signIn`. */
  readonly graph: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Reply>;
  readonly signIn: (scopes?: string) => Promise<string>;
  /** Sends what is given, anywhere. */
  readonly send: (url: string, init?: RequestInit) => Promise<Reply>;
}

/** A sandbox with a hand-moved clock and shorthands for its requests. */
export function world(behaviour: Partial<Behaviour> = {}, options: Partial<SandboxOptions> = {}): World {
  const clock = new HandClock();
  const sandbox = createSandbox({ clock, ids: countedIds(), behaviour, ...options });
  let token: string | undefined;
  const send = async (url: string, init?: RequestInit) =>
    await reply(await sandbox.fetch(new Request(url, init)));
  const signIn = async (scopes = REGISTER_SCOPES) => {
    const code = await send(`${LOGIN}/devicecode`, form({ client_id: COMMAND_LINE_TOOLS, scope: scopes }));
    const answer = await send(
      `${LOGIN}/token`,
      form({
        client_id: COMMAND_LINE_TOOLS,
        grant_type: "device_code",
        scope: scopes,
        device_code: String(code.body["device_code"]),
      }),
    );
    token = String(answer.body["access_token"]);
    return token;
  };
  return {
    sandbox,
    clock,
    send,
    signIn,
    graph: async (method, path, body, headers = {}) => {
      token ??= await signIn();
      return await send(`${GRAPH}${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    },
  };
}

/** A form body. */
export function form(fields: Record<string, string>): RequestInit {
  return { method: "POST", body: new URLSearchParams(fields) };
}

async function reply(response: Response): Promise<Reply> {
  const text = await response.text();
  const json = response.headers.get("Content-Type")?.includes("json") === true && text !== "";
  const body = json ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, body, text };
}

/** The error of an answer of Graph. */
export function errorOf(answer: Reply): { code: string; message: string } {
  return answer.body["error"] as { code: string; message: string };
}

/** What a token says. */
export function claimsOf(token: unknown): Record<string, unknown> {
  const [, claims = ""] = String(token).split(".");
  return JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, unknown>;
}

/** The objects of a list answer. */
export function valueOf(answer: Reply): Record<string, unknown>[] {
  return answer.body["value"] as Record<string, unknown>[];
}

/** The sandbox as the HTTP client of the Azure libraries. */
export function azureClient(fetch: Fetch): HttpClient {
  return {
    sendRequest: async (request) => {
      const body = typeof request.body === "string" ? { body: request.body } : {};
      const sent = new Request(request.url, {
        method: request.method,
        headers: request.headers.toJSON(),
        ...body,
      });
      const response = await fetch(sent);
      return {
        request,
        status: response.status,
        headers: createHttpHeaders(Object.fromEntries(response.headers)),
        bodyAsText: await response.text(),
      };
    },
  };
}
