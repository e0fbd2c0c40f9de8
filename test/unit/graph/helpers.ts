import { type GraphContext, type GraphWait } from "../../../src/graph/batch.ts";
import { createGraph } from "../../../src/graph/client.ts";
import { retrying } from "../../../src/http/retry.ts";
import type { Clock, Fetch } from "../../../src/ports/index.ts";
import type { Json } from "../../../src/registration/plan.ts";
import { Secret } from "../../../src/secret.ts";
import type { TokenSource } from "../../../src/signin/token-source.ts";
import { countedIds, type FakeClock, fakeClock } from "../../support/fake-ports.ts";

export const ORIGIN = "https://graph.example";

export interface Asked {
  readonly method: string;
  /** After the version, decoded. */
  readonly path: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** An answer: a status, a JSON body or a text as it is, headers; or the transport's error. */
export type Reply =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | Error;

export type Handler = (asked: Asked, count: number) => Reply | Promise<Reply>;

export const RESET = Object.assign(new Error("reset"), { code: "ECONNRESET" });
export const REFUSED = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });

/** Graph's way of saying no. */
export function graphError(status: number, code: string, message = ""): Extract<Reply, { status: number }> {
  return { status, body: { error: { code, message } } };
}

/** One answer after the other; more requests than answers fail. */
export function inOrder(...replies: Reply[]): Handler {
  return (asked, count) => {
    const reply = replies[count - 1];
    if (!reply) throw new Error(`unexpected request ${count}: ${asked.method} ${asked.path}`);
    return reply;
  };
}

const SOMEBODY: TokenSource["account"] = {
  way: "token",
  username: "",
  tenantId: "",
  roles: undefined,
  scopes: undefined,
  clientId: "",
};

/** A Graph client over a network that answers as the test says, with a clock that jumps. */
export function world<Timed extends Clock = FakeClock>(
  handler: Handler,
  options: { tokens?: Partial<TokenSource>; clock?: Timed } = {},
) {
  const asked: Asked[] = [];
  const waits: GraphWait[] = [];
  // Without a clock of its own, `Timed` is what it is by default.
  const clock = options.clock ?? (fakeClock() as Clock as Timed);
  const fetch = async (request: Request): Promise<Response> => {
    const text = await request.text();
    const url = new URL(request.url);
    const one: Asked = {
      method: request.method,
      path: decodeURIComponent(url.pathname.replace("/v1.0", "") + url.search),
      url: request.url,
      headers: request.headers,
      body: text === "" ? undefined : (JSON.parse(text) as unknown),
    };
    asked.push(one);
    const reply = await handler(one, asked.length);
    if (reply instanceof Error) throw reply;
    const body = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
    const bare = reply.status === 204 || reply.body === undefined;
    return new Response(bare ? null : body, { status: reply.status, headers: reply.headers ?? {} });
  };
  const renewals: (string | undefined)[] = [];
  const tokens: TokenSource = {
    account: SOMEBODY,
    getToken: async () => new Secret("first"),
    renewToken: async (claims) => {
      renewals.push(claims);
      return new Secret("second");
    },
    ...options.tokens,
  };
  const graph = createGraph({ fetch: retrying(fetch, { clock }), tokens, ids: countedIds(), origin: ORIGIN });
  const context: GraphContext = { graph, clock, onWait: (wait) => void waits.push(wait) };
  return { graph, context, clock, asked, waits, renewals, paths: () => asked.map(methodAndPath) };
}

/** Such as `POST /applications`, without a query. */
export function methodAndPath({ method, path }: Asked): string {
  return `${method} ${path.split("?", 1)[0] ?? ""}`;
}

/** Answers to a batch, item by item; `undefined` leaves the item out of the answer. */
export function batchOf(
  asked: Asked,
  answer: (item: {
    method: string;
    url: string;
    body?: Json;
    id: string;
  }) => Extract<Reply, { status: number }> | undefined,
): Reply {
  const { requests } = asked.body as { requests: { method: string; url: string; body?: Json; id: string }[] };
  const responses = requests.toReversed().flatMap((item) => {
    const reply = answer(item);
    return reply ? [{ id: item.id, ...reply }] : [];
  });
  return { status: 200, body: { responses } };
}

/** The failure a promise ends in. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`no failure, but ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

/** A Graph client of somebody who is signed in to the simulated tenant. */
export function graphOf(
  { fetch, clock }: { readonly fetch: Fetch; readonly clock: Clock },
  accessToken: string,
): { readonly context: GraphContext; readonly waits: GraphWait[] } {
  const token = new Secret(accessToken);
  const graph = createGraph({
    fetch: retrying(fetch, { clock }),
    tokens: {
      account: SOMEBODY,
      getToken: async () => token,
      renewToken: async () => token,
    },
    ids: countedIds(),
    origin: "https://graph.microsoft.com",
  });
  const waits: GraphWait[] = [];
  return { context: { graph, clock, onWait: (wait) => void waits.push(wait) }, waits };
}
