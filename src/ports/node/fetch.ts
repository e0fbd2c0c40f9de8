import type { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import type { HttpClient, HttpMethods, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import { AppError } from "../../errors.ts";
import { isCertificateFailure, type TransportFacts } from "../../http/errors.ts";
import { bodyTooLarge } from "../../http/read.ts";
import type { Fetch } from "../index.ts";
import { defaultPort, type Proxies, proxyAuthorization, proxyName, readProxies } from "./proxy.ts";

/** The largest body that is taken. */
const LARGEST_BODY_BYTES = 16 * 1024 * 1024;
/** Shorter than what firewalls and load balancers allow, so that no dead connection is picked up again. */
const IDLE_CONNECTION_MS = 15_000;
/** Answers that have no body by definition; a `Response` refuses one for them. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * The real network, over the HTTP client that the sign-in library uses as well: Node 20's own `fetch` knows
 * no proxy. Loaded with the first request. The body is read before the answer is handed on, so that a
 * connection lost in mid-body, and a time limit, are failures of the one exchange.
 */
export function nodeFetch(environment: Readonly<Record<string, string | undefined>>): Fetch {
  const proxies = readProxies(environment);
  let loading: Promise<HttpClient> | undefined;
  return async (request) => {
    request.signal.throwIfAborted();
    // Never straight to the host instead: that is what the variable is there to prevent.
    if (proxies.faults.length > 0) throw new AppError("VALUES_INVALID", { faults: proxies.faults });
    const url = new URL(request.url);
    const proxy = proxies.proxyFor(url);
    if (proxy) nameInTimeout(request.signal, proxy);
    loading ??= loadClient(proxies);
    const client = await loading;
    try {
      return await exchange(client, request, proxy);
    } catch (error) {
      request.signal.throwIfAborted();
      throw await transportError(error, url, proxy, request.signal);
    }
  };
}

async function loadClient(proxies: Proxies): Promise<HttpClient> {
  const { createDefaultHttpClient, proxyPolicy } = await import("@azure/core-rest-pipeline");
  const client = createDefaultHttpClient();
  const agents = await directAgents();
  let policy: ReturnType<typeof proxyPolicy> | undefined;
  return {
    sendRequest: (request) => {
      const proxy = proxies.proxyFor(new URL(request.url));
      if (!proxy) return client.sendRequest(withAgent(request, agents));
      policy ??= proxyPolicy(withoutCredentials(proxy), { customNoProxyList: [] });
      return policy.sendRequest(request, (routed) => client.sendRequest(withProxyAgent(routed, proxy)));
    },
  };
}

/** The library's agent would write an address with credentials to its debug log. */
function withoutCredentials(proxy: URL): { host: string; port: number } {
  return {
    host: `${proxy.protocol}//${proxy.hostname}`,
    port: Number(proxy.port || defaultPort(proxy)),
  };
}

/** A time limit strikes outside of the exchange: the proxy on the way is noted in its reason. */
function nameInTimeout(signal: AbortSignal, proxy: URL): void {
  const note = (): void => {
    const reason: unknown = signal.reason;
    if (reason instanceof Error && reason.name === "TimeoutError") {
      Object.assign(reason, { proxy: proxyName(proxy) });
    }
  };
  signal.addEventListener("abort", note, { once: true });
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Loaded here, because Node takes a while for its TLS and `--help` needs none. */
async function directAgents(): Promise<Agents> {
  const [http, https] = await Promise.all([import("node:http"), import("node:https")]);
  const options = { keepAlive: true, timeout: IDLE_CONNECTION_MS };
  return { http: new http.Agent(options), https: new https.Agent(options) };
}

function withAgent(request: PipelineRequest, agents: Agents): PipelineRequest {
  request.agent = request.url.startsWith("https:") ? agents.https : agents.http;
  return request;
}

type ProxyAgent = HttpAgent & { keepAlive?: boolean; options?: object; proxyHeaders?: object };

/** The policy's proxy agent would open a tunnel, and TLS in it, for every single request. */
function withProxyAgent(request: PipelineRequest, proxy: URL): PipelineRequest {
  const agent = request.agent as ProxyAgent;
  agent.keepAlive = true;
  agent.proxyHeaders = proxyAuthorization(proxy);
  Object.assign(agent.options ?? {}, { keepAlive: true, timeout: IDLE_CONNECTION_MS });
  return request;
}

async function exchange(client: HttpClient, request: Request, proxy: URL | undefined): Promise<Response> {
  const { createHttpHeaders, createPipelineRequest } = await import("@azure/core-rest-pipeline");
  const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
  const headers: Record<string, string> = {
    "accept-encoding": "gzip",
    ...Object.fromEntries(request.headers),
  };
  const answer = await client.sendRequest(
    createPipelineRequest({
      url: request.url,
      method: request.method as HttpMethods,
      headers: createHttpHeaders(),
      ...(body && body.byteLength > 0 ? { body } : {}),
      abortSignal: request.signal,
      allowInsecureConnection: true,
      streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
      // Past the client's own header list: what it sees there makes it unzip by a pipe that never ends
      // when the connection is lost in mid-body.
      // `secureEndpoint` tells the proxy agent what it otherwise reads off the call stack, and when a
      // connection is put back that stack says the wrong thing: it would be kept and never found again.
      requestOverrides: { headers, secureEndpoint: request.url.startsWith("https:") },
    }),
  );
  const stream = answer.readableStreamBody;
  if (proxy && isOfProxy(request, answer.status, stream)) {
    if (stream instanceof Readable) stream.destroy();
    throw proxyRefusal(answer, proxy);
  }
  const bytes =
    stream === undefined ? undefined : await readBody(stream, answer.headers.get("content-encoding"));
  return new Response(bytes === undefined || WITHOUT_BODY.has(answer.status) ? null : bytes, {
    status: answer.status,
    headers: responseHeaders(answer.headers.toJSON()),
  });
}

/**
 * A proxy that refuses the tunnel answers in the host's place, and in the clear: that is no answer of the
 * host.
 */
function isOfProxy(request: Request, status: number, stream: NodeJS.ReadableStream | undefined): boolean {
  const socket: unknown = stream && "socket" in stream ? stream.socket : undefined;
  const encrypted = typeof socket !== "object" || socket === null || "encrypted" in socket;
  const isTunnelled = request.url.startsWith("https:");
  return status === 407 || (isTunnelled && !encrypted);
}

/** The code is `PROXY_` and the status; 407 asks for credentials, and its header says of which kind. */
function proxyRefusal({ status, headers }: PipelineResponse, proxy: URL): Error {
  const challenges = status === 407 ? headers.get("proxy-authenticate") : undefined;
  const schemes = challenges?.match(/(?<=^|,\s*)[A-Za-z-]+(?=\s|,|$)/g) ?? [];
  const facts: TransportFacts = {
    proxyLogIn: [...new Set(schemes)].slice(0, 5),
    loggedIn: proxy.username !== "" || proxy.password !== "",
  };
  return Object.assign(new Error(`the proxy answered ${status}`), { code: `PROXY_${status}`, ...facts });
}

async function readBody(stream: NodeJS.ReadableStream, encoding: string | undefined): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > LARGEST_BODY_BYTES) throw bodyTooLarge(LARGEST_BODY_BYTES);
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks, size);
  return encoding === "gzip" && size > 0 ? unzip(whole) : whole;
}

async function unzip(packed: Buffer): Promise<Buffer> {
  const { gunzip } = await import("node:zlib");
  try {
    return await promisify(gunzip)(packed, { maxOutputLength: LARGEST_BODY_BYTES });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "ERR_BUFFER_TOO_LARGE" ? bodyTooLarge(LARGEST_BODY_BYTES) : error;
  }
}

/** The headers as they came; those that describe the packed body go with the packing. */
function responseHeaders(raw: Record<string, string>): Headers {
  const headers = new Headers(raw);
  if (headers.get("content-encoding") !== "gzip") return headers;
  headers.delete("content-encoding");
  headers.delete("content-length");
  return headers;
}

/**
 * The bare facts of a failure. The library's own error carries the whole request with it, token and secret
 * included, and has lost the system call, which stands in Node's message: "connect ETIMEDOUT 192.0.2.1:443".
 */
async function transportError(
  error: unknown,
  url: URL,
  proxy: URL | undefined,
  signal: AbortSignal,
): Promise<Error> {
  const { message, code, proxyLogIn, loggedIn } = error as NodeJS.ErrnoException & TransportFacts;
  const syscall =
    /^(connect|getaddrinfo|read|write) /.exec(message)?.[1] ?? (message === "" ? "connect" : undefined);
  const facts: TransportFacts = {
    ...(proxy && { proxy: proxyName(proxy) }),
    ...(proxyLogIn && { proxyLogIn, loggedIn }),
    ...(code !== undefined && isCertificateFailure(code) && (await certificateFacts(url, proxy, signal))),
  };
  return Object.assign(new Error(message || `${code}`), {
    // The proxy closed before it said anything about the tunnel.
    code: message.startsWith("Proxy connection ended") ? "ECONNRESET" : code,
    ...(syscall ? { syscall } : {}),
    ...facts,
  });
}

/** Whose certificate it was, and what this Node.js could be told to trust. */
async function certificateFacts(
  url: URL,
  proxy: URL | undefined,
  signal: AbortSignal,
): Promise<TransportFacts> {
  const systemStore = process.allowedNodeEnvironmentFlags.has("--use-system-ca");
  try {
    const { lookAtCertificate } = await import("./certificate.ts");
    const { issuer } = await lookAtCertificate(url, proxy, signal);
    return { issuer, systemStore };
  } catch {
    signal.throwIfAborted();
    return { systemStore };
  }
}
