import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { fetchWithin } from "../../../src/http/attempt.ts";
import { isNeverSent, networkError, transportCode } from "../../../src/http/errors.ts";
import { issuerName } from "../../../src/ports/node/certificate.ts";
import { nodeFetch } from "../../../src/ports/node/fetch.ts";
import { nodeRoutes } from "../../../src/ports/node/routes.ts";
import { makeCertificates } from "../../../src/sandbox/certificate.ts";

const direct = nodeFetch({});
const MEGABYTE = 1024 * 1024;

/** Listens on loopback until the test ends. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => void handler(request, response));
  return `http://127.0.0.1:${await listen(server)}`;
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("an exchange", () => {
  test("carries method, path, headers and body there, status, headers and body back", async () => {
    const seen: Record<string, unknown> = {};
    const origin = await serve(async (request, response) => {
      Object.assign(seen, { method: request.method, url: request.url, headers: request.headers });
      seen["body"] = await bodyOf(request);
      response.writeHead(201, { "x-one": "1", "www-authenticate": ["Bearer a", 'PoP b="c"'] });
      response.end("grüße");
    });
    const response = await direct(
      new Request(`${origin}/v1.0/x?$filter=a%20eq%20'b'`, {
        method: "PATCH",
        headers: { authorization: "Bearer t", "content-type": "application/json" },
        body: '{"ä":1}',
      }),
    );
    expect(seen).toMatchObject({ method: "PATCH", url: "/v1.0/x?$filter=a%20eq%20%27b%27", body: '{"ä":1}' });
    expect(seen["headers"]).toMatchObject({
      authorization: "Bearer t",
      "content-type": "application/json",
      "content-length": "8",
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("x-one")).toBe("1");
    expect(response.headers.get("www-authenticate")).toBe('Bearer a, PoP b="c"');
    expect(await response.text()).toBe("grüße");
  });

  test.each([204, 304])("%i has no body", async (status) => {
    const origin = await serve((_, response) => response.writeHead(status).end());
    const response = await direct(new Request(origin));
    expect([response.status, response.body]).toEqual([status, null]);
  });

  test("HEAD has headers and no body", async () => {
    const origin = await serve((request, response) =>
      response.writeHead(200, { "content-length": "99", "x-method": String(request.method) }).end(),
    );
    const response = await direct(new Request(origin, { method: "HEAD" }));
    expect([response.headers.get("x-method"), response.body]).toEqual(["HEAD", null]);
  });

  test("POST and DELETE without a body are sent as such", async () => {
    const origin = await serve(async (request, response) =>
      response.end(`${request.method}:${await bodyOf(request)}`),
    );
    expect(await (await direct(new Request(origin, { method: "POST" }))).text()).toBe("POST:");
    expect(await (await direct(new Request(origin, { method: "DELETE" }))).text()).toBe("DELETE:");
  });

  test.each([301, 302, 303, 307, 308])("a redirect (%i) is an answer like any other", async (status) => {
    let requests = 0;
    const origin = await serve((_, response) => {
      requests += 1;
      response.writeHead(status, { location: "/elsewhere" }).end("moved");
    });
    const response = await direct(new Request(origin, { method: "POST", body: "secret" }));
    expect([response.status, response.headers.get("location"), requests]).toEqual([status, "/elsewhere", 1]);
  });

  test("a packed body is unpacked, and no longer described as packed", async () => {
    const origin = await serve((request, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(gzipSync(`accepts ${request.headers["accept-encoding"]}`));
    });
    const response = await direct(new Request(origin));
    expect(await response.text()).toBe("accepts gzip");
    expect([response.headers.get("content-encoding"), response.headers.get("content-length")]).toEqual([
      null,
      null,
    ]);
  });

  test("one connection serves many requests", async () => {
    const ports = new Set<number | undefined>();
    const origin = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end("ok");
    });
    for (let count = 0; count < 5; count += 1) await direct(new Request(origin));
    expect(ports.size).toBe(1);
  });
});

describe("a failure", () => {
  const reset = (_: IncomingMessage, response: ServerResponse): void => void response.socket?.destroy();

  test.each<[string, Handler, string]>([
    ["a reset before the answer", reset, "ECONNRESET"],
    [
      "a reset in mid-body",
      (_, response) => {
        response.writeHead(200, { "content-length": "1000" }).write("half");
        setTimeout(() => response.socket?.destroy(), 20);
      },
      "ECONNRESET",
    ],
    [
      "a reset in a packed body",
      (_, response) => {
        response
          .writeHead(200, { "content-encoding": "gzip" })
          .write(gzipSync("x".repeat(9999)).subarray(0, 20));
        setTimeout(() => response.socket?.destroy(), 20);
      },
      "ECONNRESET",
    ],
    [
      "a packed body cut short",
      (_, response) => {
        const packed = gzipSync("x".repeat(9999));
        response.writeHead(200, { "content-encoding": "gzip" }).end(packed.subarray(0, packed.length - 9));
      },
      "Z_BUF_ERROR",
    ],
    [
      "an answer that is not HTTP",
      (_, response) => void response.socket?.end("nonsense\r\n\r\n"),
      "HPE_INVALID_CONSTANT",
    ],
    [
      "a body over 16 MB",
      (_, response) => {
        for (let count = 0; count < 17; count += 1) response.write(Buffer.alloc(MEGABYTE));
        response.end();
      },
      "ERR_BODY_TOO_LARGE",
    ],
    [
      "a small body that unpacks to more than 16 MB",
      (_, response) => {
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(17 * MEGABYTE)));
      },
      "ERR_BODY_TOO_LARGE",
    ],
  ])("%s has its code", async (_, handler, code) => {
    const origin = await serve(handler);
    await expect(direct(new Request(origin)).catch(transportCode)).resolves.toBe(code);
  });

  test("a refused connection and an unknown name say so, with the call that failed", async () => {
    const port = await closedPort();
    await expect(direct(new Request(`http://127.0.0.1:${port}`))).rejects.toMatchObject({
      code: "ECONNREFUSED",
      syscall: "connect",
    });
    await expect(direct(new Request("http://no-such-host.invalid/"))).rejects.toMatchObject({
      code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) as unknown,
      syscall: "getaddrinfo",
    });
  });

  test("carries nothing of the request", async () => {
    const origin = await serve(reset);
    const request = new Request(origin, {
      method: "POST",
      headers: { authorization: "Bearer token-of-mine" },
      body: "secret-of-mine",
    });
    const error: unknown = await direct(request).catch((failure: unknown) => failure);
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/of-mine/);
  });
});

describe("the signal", () => {
  const hang: Record<string, Handler> = {
    "before the answer": () => undefined,
    "in a body that trickles": (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("."), 5);
      response.on("close", () => clearInterval(timer));
    },
  };

  test.each(Object.entries(hang))("ends the exchange with its reason %s", async (_, handler) => {
    const closed = later();
    const origin = await serve((request, response) => {
      response.on("close", () => closed.resolve(undefined));
      handler(request, response);
    });
    const reason = new Error("enough");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 60);
    await expect(direct(new Request(origin, { signal: controller.signal }))).rejects.toBe(reason);
    await closed.promise;
  });

  test("aborted before, nothing is sent", async () => {
    let requests = 0;
    const origin = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    const reason = new Error("enough");
    await expect(direct(new Request(origin, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    expect(requests).toBe(0);
  });
});

function later(): { promise: Promise<unknown>; resolve: (value: unknown) => void } {
  let resolve: (value: unknown) => void = () => undefined;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

interface Seen {
  readonly target: string;
  readonly authorization: string | undefined;
}

/** A proxy that asks for credentials and leads every host to one port of this machine. */
function tunnel(seen: Seen[], port = 0, challenges: readonly string[] = []): Server {
  const server = createServer((request, response) => {
    seen.push({ target: String(request.url), authorization: request.headers["proxy-authorization"] });
    response.end("through the proxy");
  });
  server.on("connect", (request: IncomingMessage, client: Socket, head: Buffer) => {
    const authorization = request.headers["proxy-authorization"];
    seen.push({ target: String(request.url), authorization });
    if (authorization !== `Basic ${Buffer.from("me:p@ss").toString("base64")}`) {
      const asked = challenges.map((challenge) => `proxy-authenticate: ${challenge}\r\n`).join("");
      client.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${asked}content-length: 5\r\n\r\nlogin`);
      return;
    }
    const upstream = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on("error", () => client.destroy());
    client.on("error", () => upstream.destroy());
  });
  return server;
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const unused = createTcpServer();
  const port = await listen(unused);
  await new Promise((done) => unused.close(done));
  return port;
}

const GRAPH = "https://graph.example/";
const ISSUER = "entra-app-registration sandbox CA";

/** An HTTPS server of this machine, with a certificate for `graph.example` that nobody trusts. */
async function tls(): Promise<number> {
  const { keyPem: key, certificatePem: cert } = await makeCertificates({
    hosts: ["graph.example"],
    now: new Date(),
  });
  return listen(createTlsServer({ key, cert }, (_, response) => response.end("over TLS")));
}

describe("TLS", () => {
  test("a certificate nobody trusts is refused by name, and its issuer is named", async () => {
    const port = await tls();
    const error: unknown = await direct(new Request(`https://127.0.0.1:${port}/`)).catch((e: unknown) => e);
    expect(networkError("graph.example", error).facts).toEqual({
      host: "graph.example",
      cause: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      issuer: ISSUER,
      systemStore: process.allowedNodeEnvironmentFlags.has("--use-system-ca"),
    });
  });

  test("so it is through a proxy that asks for credentials", async () => {
    const seen: Seen[] = [];
    const proxy = await listen(tunnel(seen, await tls()));
    const fetch = nodeFetch({ HTTPS_PROXY: `http://me:p%40ss@127.0.0.1:${proxy}` });
    await expect(fetch(new Request(GRAPH))).rejects.toMatchObject({
      code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      issuer: ISSUER,
      proxy: `127.0.0.1:${proxy}`,
    });
    expect(seen.map(({ target }) => target)).toEqual(["graph.example:443", "graph.example:443"]);
  });

  test("a failure stays the failure it was where the second look sees nothing", async () => {
    let connections = 0;
    const port = await tls();
    const once = createTcpServer((client) => {
      connections += 1;
      if (connections > 1) client.destroy();
      else client.pipe(connect(port, "127.0.0.1").on("error", () => undefined)).pipe(client);
    });
    const error: unknown = await direct(new Request(`https://127.0.0.1:${await listen(once)}/`)).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
    expect(error).not.toHaveProperty("issuer");
    expect(connections).toBe(2);
  });

  test("who issued a certificate, and that no public authority did, is known without a request", async () => {
    const seen: Seen[] = [];
    const proxy = await listen(tunnel(seen, await tls()));
    const routes = nodeRoutes({ HTTPS_PROXY: `http://me:p%40ss@127.0.0.1:${proxy}` });
    expect(await routes.proxyFor(new URL(GRAPH))).toBe(`127.0.0.1:${proxy}`);
    const never = new AbortController().signal;
    await expect(routes.certificateOf(new URL(GRAPH), never)).resolves.toEqual({
      issuer: ISSUER,
      isPublic: false,
    });
    await expect(
      nodeRoutes({ HTTPS_PROXY: `http://127.0.0.1:${proxy}` }).certificateOf(new URL(GRAPH), never),
    ).rejects.toThrow("407");
    await expect(routes.certificateOf(new URL(GRAPH), AbortSignal.abort())).rejects.toThrow("aborted");
  });

  test("a proxy that is spoken to over TLS is one too, and its own certificate is looked at", async () => {
    const { keyPem: key, certificatePem: cert } = await makeCertificates({ hosts: [], now: new Date() });
    const seen: Seen[] = [];
    const plain = tunnel(seen, await tls());
    const secure = createTlsServer({ key, cert });
    secure.on("connect", (...given: unknown[]) => plain.emit("connect", ...given));
    const proxy = await listen(secure);
    const fetch = nodeFetch({ HTTPS_PROXY: `https://me:p%40ss@127.0.0.1:${proxy}` });
    await expect(fetch(new Request(GRAPH))).rejects.toMatchObject({
      code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      issuer: ISSUER,
    });
    expect(seen).toEqual([]);
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    expect(await (await fetch(new Request(GRAPH))).text()).toBe("over TLS");
    expect(seen.map(({ target }) => target)).toEqual(["graph.example:443"]);
    vi.unstubAllEnvs();
  });

  test.each(["direct", "through a proxy"])(
    "a certificate that never comes is not waited for: %s",
    async (way) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const connected = later();
      const port = await listen(createTcpServer(() => connected.resolve(undefined)));
      const routes = nodeRoutes(way === "direct" ? {} : { HTTPS_PROXY: `http://127.0.0.1:${port}` });
      const url = new URL(way === "direct" ? `https://127.0.0.1:${port}` : GRAPH);
      const looking = routes
        .certificateOf(url, new AbortController().signal)
        .catch((error: unknown) => error);
      await connected.promise;
      await vi.advanceTimersByTimeAsync(5000);
      expect(await looking).toBeInstanceOf(Error);
      vi.useRealTimers();
    },
  );

  test.each<[object | undefined, string]>([
    [{ CN: "Contoso Root CA", O: "Contoso Ltd" }, "Contoso Root CA (Contoso Ltd)"],
    [{ CN: "Zscaler Root CA", O: "Zscaler" }, "Zscaler Root CA"],
    [{ CN: "A" }, "A"],
    [{ O: "Contoso Ltd" }, "Contoso Ltd"],
    [{ CN: ["A", "B"], O: ["C"] }, "A, B (C)"],
    [{}, "an issuer without a name"],
    [undefined, "an issuer without a name"],
    [{ CN: "x".repeat(5000) }, "x".repeat(120)],
  ])("the issuer %j is called %s", (issuer, name) => {
    expect(issuerName({ issuer } as Parameters<typeof issuerName>[0])).toBe(name);
  });
});

describe("a proxy", () => {
  test("gets HTTPS, with its credentials, in one tunnel", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const seen: Seen[] = [];
    const proxy = await listen(tunnel(seen, await tls()));
    const fetch = nodeFetch({ https_proxy: `http://me:p%40ss@127.0.0.1:${proxy}` });
    for (let count = 0; count < 3; count += 1) {
      expect(await (await fetch(new Request(GRAPH))).text()).toBe("over TLS");
    }
    expect(seen.map(({ target }) => target)).toEqual(["graph.example:443"]);
    vi.unstubAllEnvs();
  });

  test("gets plain HTTP too, with its credentials", async () => {
    const seen: Seen[] = [];
    const proxy = await listen(tunnel(seen));
    const fetch = nodeFetch({ HTTP_PROXY: `me:p%40ss@127.0.0.1:${proxy}` });
    expect(await (await fetch(new Request("http://service.example/x"))).text()).toBe("through the proxy");
    const authorization = `Basic ${Buffer.from("me:p@ss").toString("base64")}`;
    expect(seen).toEqual([{ target: "http://service.example/x", authorization }]);
  });

  test.each(["GET", "HEAD"])("that refuses the tunnel does not answer for the host (%s)", async (method) => {
    const proxy = await listen(tunnel([], 0, ["Negotiate", 'Basic realm="Contoso, Inc", charset="UTF-8"']));
    const fetch = nodeFetch({ HTTPS_PROXY: `http://127.0.0.1:${proxy}` });
    await expect(fetch(new Request(GRAPH, { method }))).rejects.toMatchObject({
      code: "PROXY_407",
      proxy: `127.0.0.1:${proxy}`,
      proxyLogIn: ["Negotiate", "Basic"],
      loggedIn: false,
    });
  });

  test("that refuses the credentials is told from one that got none", async () => {
    const proxy = await listen(tunnel([]));
    const fetch = nodeFetch({ HTTPS_PROXY: `http://me:wrong@127.0.0.1:${proxy}` });
    const error: unknown = await fetch(new Request(GRAPH)).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "PROXY_407", proxyLogIn: [], loggedIn: true });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("wrong");
  });

  test("does not answer for the host with what looks like success either", async () => {
    const server = createServer();
    server.on("connect", (_: IncomingMessage, client: Socket) =>
      client.end("HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}"),
    );
    const fetch = nodeFetch({ HTTPS_PROXY: `http://127.0.0.1:${await listen(server)}` });
    await expect(fetch(new Request(GRAPH))).rejects.toMatchObject({ code: "PROXY_201" });
  });

  test("that hangs up before it answers is a connection cut off", async () => {
    const server = createTcpServer((client) => void client.once("data", () => client.end()));
    const port = await listen(server);
    const fetch = nodeFetch({ HTTPS_PROXY: `http://127.0.0.1:${port}` });
    await expect(fetch(new Request(GRAPH))).rejects.toMatchObject({
      code: "ECONNRESET",
      proxy: `127.0.0.1:${port}`,
    });
  });

  test("is left out for the hosts of NO_PROXY and for this machine", async () => {
    const seen: Seen[] = [];
    const environment = { HTTP_PROXY: `http://127.0.0.1:${await listen(tunnel(seen))}` };
    const origin = await serve((_, response) => response.end("direct"));
    expect(await (await nodeFetch(environment)(new Request(origin))).text()).toBe("direct");
    const excepting = nodeFetch({ ...environment, NO_PROXY: "localhost, .invalid" });
    await expect(excepting(new Request("http://service.invalid/"))).rejects.toMatchObject({
      syscall: "getaddrinfo",
    });
    expect(seen).toEqual([]);
    expect(await (await excepting(new Request("http://service.example/"))).text()).toBe("through the proxy");
  });

  test("that is not there is a failure like any other, and is named", async () => {
    const port = await closedPort();
    const error: unknown = await nodeFetch({ HTTPS_PROXY: `127.0.0.1:${port}` })(new Request(GRAPH)).catch(
      (e: unknown) => e,
    );
    expect(networkError("graph.example", error).facts).toEqual({
      host: "graph.example",
      cause: "ECONNREFUSED",
      proxy: `127.0.0.1:${port}`,
    });
    expect(isNeverSent(error)).toBe(true);
  });

  test("is named where it never answers", async () => {
    const port = await listen(createTcpServer());
    const fetch = nodeFetch({ HTTPS_PROXY: `http://127.0.0.1:${port}` });
    const error: unknown = await fetchWithin(fetch, new Request(GRAPH), 50).catch((e: unknown) => e);
    expect(networkError("graph.example", error).facts).toEqual({
      host: "graph.example",
      cause: "ETIMEDOUT",
      proxy: `127.0.0.1:${port}`,
    });
  });

  test("that cannot be one ends every request before it is sent", async () => {
    const origin = await serve((_, response) => response.end("direct"));
    const fetch = nodeFetch({ HTTPS_PROXY: "socks5://me:hidden@127.0.0.1:1" });
    const error: unknown = await fetch(new Request(origin)).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "VALUES_INVALID", facts: { faults: [{ path: "HTTPS_PROXY" }] } });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("hidden");
  });
});
