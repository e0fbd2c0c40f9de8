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
import { transportCode } from "../../../src/http/errors.ts";
import { nodeFetch } from "../../../src/ports/node/fetch.ts";
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
    const unused = createTcpServer();
    const port = await listen(unused);
    await new Promise((done) => unused.close(done));
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

/** A proxy that tunnels what it is asked to, after a look at the credentials. */
function tunnel(seen: { target: string; authorization: string | undefined }[]): Server {
  const server = createServer((request, response) => {
    seen.push({ target: String(request.url), authorization: request.headers["proxy-authorization"] });
    response.end("through the proxy");
  });
  server.on("connect", (request: IncomingMessage, client: Socket, head: Buffer) => {
    const authorization = request.headers["proxy-authorization"];
    seen.push({ target: String(request.url), authorization });
    if (authorization !== `Basic ${Buffer.from("me:p@ss").toString("base64")}`) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 5\r\n\r\nlogin");
      return;
    }
    const target = new URL(`http://${request.url}`);
    const upstream = connect(Number(target.port), target.hostname, () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on("error", () => client.destroy());
    client.on("error", () => upstream.destroy());
  });
  return server;
}

describe("TLS and proxies", () => {
  const tls = async (): Promise<number> => {
    const { keyPem: key, certificatePem: cert } = await makeCertificates({
      hosts: ["localhost"],
      now: new Date(),
    });
    return listen(createTlsServer({ key, cert }, (_, response) => response.end("over TLS")));
  };

  test("a certificate nobody trusts is refused by name", async () => {
    const port = await tls();
    await expect(direct(new Request(`https://127.0.0.1:${port}/`))).rejects.toMatchObject({
      code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    });
  });

  test("HTTPS goes through the proxy, with its credentials, in one tunnel", async () => {
    const port = await tls();
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const seen: { target: string; authorization: string | undefined }[] = [];
    const proxy = await listen(tunnel(seen));
    const fetch = nodeFetch({ https_proxy: `http://me:p%40ss@127.0.0.1:${proxy}` });
    for (let count = 0; count < 3; count += 1) {
      expect(await (await fetch(new Request(`https://127.0.0.1:${port}/`))).text()).toBe("over TLS");
    }
    expect(seen.map((one) => one.target)).toEqual([`127.0.0.1:${port}`]);
    vi.unstubAllEnvs();
  });

  test.each(["GET", "HEAD"])(
    "a proxy that refuses the tunnel does not answer for the host (%s)",
    async (method) => {
      const proxy = await listen(tunnel([]));
      const fetch = nodeFetch({ HTTPS_PROXY: `http://127.0.0.1:${proxy}` });
      await expect(fetch(new Request("https://graph.example/", { method }))).rejects.toMatchObject({
        code: "PROXY_407",
      });
    },
  );

  test("nor with an answer that looks like success", async () => {
    const server = createServer();
    server.on("connect", (_: IncomingMessage, client: Socket) =>
      client.end("HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}"),
    );
    const fetch = nodeFetch({ HTTPS_PROXY: `http://127.0.0.1:${await listen(server)}` });
    await expect(fetch(new Request("https://graph.example/"))).rejects.toMatchObject({ code: "PROXY_201" });
  });

  test("NO_PROXY is honoured", async () => {
    const seen: { target: string; authorization: string | undefined }[] = [];
    const proxy = `http://127.0.0.1:${await listen(tunnel(seen))}`;
    const origin = await serve((_, response) => response.end("direct"));
    const text = async (environment: Record<string, string>): Promise<string> =>
      (await nodeFetch({ HTTP_PROXY: proxy, ...environment })(new Request(origin))).text();
    expect(await text({ NO_PROXY: "localhost, 127.0.0.1" })).toBe("direct");
    expect(await text({ NO_PROXY: "*" })).toBe("direct");
    expect(seen).toEqual([]);
    expect(await text({ NO_PROXY: "other.example" })).toBe("through the proxy");
  });

  test("a proxy that is not there is a failure like any other", async () => {
    const unused = createTcpServer();
    const port = await listen(unused);
    await new Promise((done) => unused.close(done));
    const fetch = nodeFetch({ HTTPS_PROXY: `127.0.0.1:${port}` });
    await expect(fetch(new Request("https://graph.example/"))).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });
});
