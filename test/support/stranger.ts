import type { Fetch } from "../../src/ports/index.ts";

/** What a layer in front of the simulated tenant sees of one request; the items of a batch come one by one. */
export interface Call {
  readonly method: string;
  /** From the version on, decoded, without the query. */
  readonly path: string;
  readonly query: string;
  readonly body: unknown;
  readonly headers: Headers;
  /** How often this method and path were called before. */
  readonly earlier: number;
  /** On the clock of the test. */
  readonly at: number;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One way in which another tenant differs from the simulated one. */
export interface Variation {
  /** Answers by itself; what is undefined goes on to the tenant. */
  readonly instead?: (call: Call) => Answer | undefined;
  /** Another body for the tenant: the way back of `alter`. */
  readonly accept?: (call: Call) => unknown;
  /** Another path for the tenant, decoded. */
  readonly address?: (path: string) => string;
  /** Another answer than the tenant's. */
  readonly alter?: (call: Call, answer: Answer) => Answer;
}

const GRAPH = "https://graph.microsoft.com";

/**
 * A tenant that keeps to Graph's contract, and otherwise answers as it likes: the items of a batch come back in
 * reverse.
 */
export function stranger(variations: readonly Variation[], now: () => number = () => 0) {
  const counts = new Map<string, number>();
  const calls: Call[] = [];
  const through =
    (fetch: Fetch): Fetch =>
    async (request) => {
      const url = new URL(request.url);
      if (url.origin !== GRAPH || !url.pathname.startsWith("/v1.0/")) return fetch(request);
      const text = request.body ? await request.text() : undefined;
      const body: unknown = text === undefined || text === "" ? undefined : JSON.parse(text);
      const send = (method: string, address: URL, sent: unknown, headers: Headers) =>
        answerOne(fetch, method, address, sent, headers);
      if (url.pathname !== "/v1.0/$batch") {
        return toResponse(await send(request.method, url, body, request.headers));
      }
      const { requests } = body as { requests: Item[] };
      const responses = [];
      for (const item of requests) {
        const headers = new Headers({ authorization: request.headers.get("authorization") ?? "" });
        for (const [name, value] of Object.entries(item.headers ?? {})) headers.set(name, value);
        const answer = await send(item.method, new URL(`${GRAPH}/v1.0${item.url}`), item.body, headers);
        responses.unshift({ id: item.id, ...answer });
      }
      return toResponse({ status: 200, body: { responses } });
    };

  async function answerOne(fetch: Fetch, method: string, url: URL, body: unknown, headers: Headers) {
    const path = decodeURIComponent(url.pathname.slice("/v1.0".length));
    const key = `${method} ${path}`;
    const earlier = counts.get(key) ?? 0;
    counts.set(key, earlier + 1);
    const call: Call = { method, path, query: url.search, body, headers, earlier, at: now() };
    calls.push(call);
    for (const { instead } of variations) {
      const answer = instead?.(call);
      if (answer) return answer;
    }
    const sent = variations.reduceRight<unknown>(
      (one, { accept }) => (accept ? accept({ ...call, body: one }) : one),
      body,
    );
    const target = variations.reduce((one, { address }) => (address ? address(one) : one), path);
    const to = new URL(target === path ? url : `${GRAPH}/v1.0${target}${url.search}`);
    const outgoing = new Headers(headers);
    if (sent !== undefined) outgoing.set("content-type", "application/json");
    const response = await fetch(
      new Request(to, {
        method,
        headers: outgoing,
        ...(sent !== undefined && { body: JSON.stringify(sent) }),
      }),
    );
    return variations.reduce<Answer>(
      (answer, { alter }) => (alter ? alter(call, answer) : answer),
      await fromResponse(response),
    );
  }
  return { through, calls };
}

interface Item {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function fromResponse(response: Response): Promise<Answer> {
  const text = await response.text();
  const headers = Object.fromEntries(response.headers);
  if (text === "") return { status: response.status, headers };
  return { status: response.status, body: JSON.parse(text) as unknown, headers };
}

function toResponse({ status, body, headers }: Answer): Response {
  if (body === undefined || status === 204) return new Response(null, { status, headers: { ...headers } });
  return typeof body === "string"
    ? new Response(body, { status, headers: { ...headers } })
    : Response.json(body, { status, headers: { ...headers } });
}

/** Whether a call is one of these. */
export function at(method: string, path: RegExp): (call: Call) => boolean {
  return (call) => call.method === method && path.test(call.path);
}

/** Another body in every answer that succeeds. */
export function altering(isMeant: (call: Call) => boolean, change: (body: unknown) => unknown): Variation {
  return {
    alter: (call, answer) =>
      isMeant(call) && answer.status < 300 ? { ...answer, body: change(answer.body) } : answer,
  };
}

/** An answer instead of the tenant's, every time. */
export function failing(isMeant: (call: Call) => boolean, answer: Answer): Variation {
  return answering(isMeant, answer, Number.POSITIVE_INFINITY);
}

/** An answer instead of the tenant's, the first few times. */
export function answering(isMeant: (call: Call) => boolean, answer: Answer, times: number): Variation {
  let count = 0;
  return {
    instead: (call) => {
      if (!isMeant(call) || count >= times) return undefined;
      count += 1;
      return answer;
    },
  };
}
