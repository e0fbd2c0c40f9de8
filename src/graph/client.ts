import {
  Client,
  type Context,
  GraphClientError,
  type Middleware,
  ResponseType,
} from "@microsoft/microsoft-graph-client";
import { AppError } from "../errors.ts";
import { networkError } from "../http/errors.ts";
import { readText } from "../http/read.ts";
import type { RepeatPolicy, RetryingFetch } from "../http/retry.ts";
import type { Ids } from "../ports/index.ts";
import type { Json } from "../registration/plan.ts";
import type { Secret } from "../secret.ts";
import type { TokenSource } from "../signin/token-source.ts";
import { type GraphAnswer, THROTTLE_HEADER, toThrottlePercentage } from "./answers.ts";
import { claimsChallenge } from "./claims.ts";

export type GraphMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface GraphRequest {
  readonly method: GraphMethod;
  /** From the version on, encoded: `/applications/{id}`; or a `nextLink` of the same host. */
  readonly path: string;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the transport may send it again without looking; reads always may. */
  readonly repeat?: RepeatPolicy;
  /** Time limit of one attempt, answer included; that of every request unless given. */
  readonly timeoutMs?: number;
  /** Gives the request up. */
  readonly signal?: AbortSignal;
}

/** Microsoft Graph v1.0 of one cloud, as one signed-in caller. */
export interface Graph {
  /**
   * Sends one request and gives the answer, whatever its status. Throttling and passing faults are waited
   * out first, as far as the request may be repeated.
   *
   * @throws AppError NETWORK where no answer came; SIGN_IN_FAILED where no token can be had any more.
   */
  send(request: GraphRequest): Promise<GraphAnswer>;
  /**
   * Gets a new token after a refusal that came inside of an answer, with the claims of its `WWW-Authenticate`.
   *
   * @throws AppError SIGN_IN_FAILED where no token can be had any more.
   */
  renew(wwwAuthenticate: string | undefined): Promise<void>;
}

export interface GraphOptions {
  readonly fetch: RetryingFetch;
  readonly tokens: TokenSource;
  readonly ids: Ids;
  /** Such as `https://graph.microsoft.com`; the token goes nowhere else. */
  readonly origin: string;
}

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Makes a Graph client whose middleware is ours alone: the library's own would repeat a POST after a 504. */
export function createGraph(options: GraphOptions): Graph {
  const middleware = [new AuthenticationMiddleware(options), new SendingMiddleware(options)];
  const client = Client.initWithMiddleware({ baseUrl: options.origin, middleware });
  return {
    async renew(wwwAuthenticate) {
      await options.tokens.renewToken(claimsChallenge(wwwAuthenticate ?? null));
    },
    async send({ method, path, body, headers = {}, repeat, timeoutMs, signal }) {
      const request = client
        .api(path)
        .version("v1.0")
        .options(signal ? { signal } : {})
        .responseType(ResponseType.RAW)
        .headers({ ...headers, "client-request-id": options.ids.uuid() })
        .middlewareOptions([
          new SendOption(repeat ?? (method === "GET" ? "always" : "ifRefused"), timeoutMs),
        ]);
      const response: Response = await request[METHODS[method]](body).catch((error: unknown) => {
        throw carried(error);
      });
      const text = await readText(response, MAX_ANSWER_BYTES).catch(() => "(cut off)");
      const answered = parseJson(text);
      return {
        status: response.status,
        body: answered,
        isMalformed: answered === undefined && text !== "",
        requestId: response.headers.get("request-id") ?? undefined,
        retryAfter: response.headers.get("retry-after") ?? undefined,
        throttlePercentage: toThrottlePercentage(response.headers.get(THROTTLE_HEADER)),
      };
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const METHODS = { GET: "get", POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const;

/** How the request is to be sent, handed down the chain as the library does with options. */
class SendOption {
  readonly policy: RepeatPolicy;
  readonly timeoutMs: number | undefined;
  constructor(policy: RepeatPolicy, timeoutMs: number | undefined) {
    this.policy = policy;
    this.timeoutMs = timeoutMs;
  }
}

/** The library passes its own error class through and turns every other one into text without a cause. */
function carrying(failure: unknown): GraphClientError {
  const carrier = new GraphClientError("the request could not be sent");
  carrier.customError = failure;
  return carrier;
}

function carried(error: unknown): unknown {
  return error instanceof GraphClientError && error.customError !== undefined ? error.customError : error;
}

/** Adds the token, for the one Graph host only, and renews it once where Graph asks for that. */
class AuthenticationMiddleware implements Middleware {
  readonly #options: GraphOptions;
  #next: Middleware | undefined;

  constructor(options: GraphOptions) {
    this.#options = options;
  }

  setNext(next: Middleware): void {
    this.#next = next;
  }

  async execute(context: Context): Promise<void> {
    const { origin, tokens } = this.#options;
    const url = new URL(typeof context.request === "string" ? context.request : context.request.url);
    if (url.origin !== origin) {
      throw carrying(new AppError("NETWORK", { host: url.host, cause: "FOREIGN_HOST" }));
    }
    await this.#sendWith(context, () => tokens.getToken());
    if (context.response?.status !== 401) return;
    const claims = claimsChallenge(context.response.headers.get("www-authenticate"));
    await this.#sendWith(context, () => tokens.renewToken(claims));
  }

  async #sendWith(context: Context, getToken: () => Promise<Secret>): Promise<void> {
    const token = await getToken().catch((error: unknown) => {
      throw carrying(error);
    });
    const headers = new Headers(context.options?.headers);
    headers.set("authorization", `Bearer ${token.reveal()}`);
    context.options = { ...context.options, headers };
    await this.#next?.execute(context);
  }
}

/** The end of the chain: our own retry over the one network port. */
class SendingMiddleware implements Middleware {
  readonly #options: GraphOptions;

  constructor(options: GraphOptions) {
    this.#options = options;
  }

  async execute(context: Context): Promise<void> {
    const option = context.middlewareControl?.getMiddlewareOptions(SendOption);
    const { policy, timeoutMs } =
      option instanceof SendOption ? option : new SendOption("ifRefused", undefined);
    const headers = new Headers(context.options?.headers);
    // The library names a type for what is not there, which some servers then want to read.
    if (context.options?.body === undefined) headers.delete("content-type");
    const request = new Request(context.request, { ...context.options, headers });
    try {
      context.response = await this.#options.fetch(request, policy, timeoutMs);
    } catch (error) {
      if (request.signal.aborted) throw carrying(request.signal.reason);
      throw carrying(networkError(new URL(request.url).host, error));
    }
  }
}
