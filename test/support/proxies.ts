import { createServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";
import { makeCertificates } from "../../src/sandbox/certificate.ts";

/** A real proxy on this machine, until the test ends. */
export interface TestProxy {
  /** `127.0.0.1:…` */
  readonly address: string;
  /** The tunnels that were asked for, with the credentials that came along. */
  readonly asked: { readonly target: string; readonly credentials: string | undefined }[];
}

export interface ProxyOptions {
  /** Where tunnels go on from here: the proxy of the served sandbox. */
  readonly upstream: string;
  /** `user:password`; without it nobody is asked for any. */
  readonly credentials?: string;
  /** What a proxy names that wants credentials; Basic unless given. */
  readonly challenges?: readonly string[];
  /** Hosts that are not let through. */
  readonly forbidden?: readonly string[];
}

/** A proxy with Basic authentication and a list of forbidden hosts. */
export async function openProxy(options: ProxyOptions): Promise<TestProxy> {
  return await listening(options, (client, head, target) => {
    void tunnel(options.upstream, target).then(
      (upstream) => join(client, upstream, head),
      () => client.destroy(),
    );
  });
}

/**
 * A proxy that inspects what passes: it shows certificates of its own authority, and reads and passes on what
 * is said over them.
 */
export async function openInspectingProxy(
  options: ProxyOptions & { readonly hosts: readonly string[]; readonly upstreamAuthority: string },
): Promise<TestProxy & { readonly authorityPem: string; readonly read: () => string }> {
  const { hosts, upstream, upstreamAuthority: ca } = options;
  const { caPem, certificatePem: cert, keyPem: key } = await makeCertificates({ hosts, now: new Date() });
  const seen: Buffer[] = [];
  const proxy = await listening(options, (client, head, target) => {
    if (head.length > 0) client.unshift(head);
    const inside = new TLSSocket(client, { isServer: true, key, cert });
    inside.on("error", () => client.destroy());
    inside.on("data", (chunk: Buffer) => void seen.push(chunk));
    inside.pause();
    void tunnel(upstream, target).then(
      (socket) => join(inside, connectTls({ socket, ca, servername: target.split(":")[0] ?? "" })),
      () => client.destroy(),
    );
  });
  return { ...proxy, authorityPem: caPem, read: () => Buffer.concat(seen).toString("latin1") };
}

/** An address on which nobody listens. */
export async function nobodyThere(): Promise<string> {
  const server = createTcpServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return `127.0.0.1:${port}`;
}

type OnTunnel = (client: Socket, head: Buffer, target: string) => void;

async function listening(
  { credentials, challenges = ['Basic realm="proxy"'], forbidden = [] }: ProxyOptions,
  onTunnel: OnTunnel,
): Promise<TestProxy> {
  const asked: { target: string; credentials: string | undefined }[] = [];
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString("base64")}`;
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
  });
  server.on("connect", (message: IncomingMessage, client: Socket, head: Buffer) => {
    const target = message.url ?? "";
    const header = message.headers["proxy-authorization"];
    asked.push({ target, credentials: header && Buffer.from(header.slice(6), "base64").toString() });
    if (wanted !== undefined && header !== wanted) {
      const lines = challenges.map((challenge) => `Proxy-Authenticate: ${challenge}\r\n`).join("");
      client.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${lines}Content-Length: 0\r\n\r\n`);
    } else if (forbidden.includes(target.split(":")[0] ?? "")) {
      client.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\n\r\nBlocked");
    } else {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onTunnel(client, head, target);
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A connection to `target` through a proxy that asks for no credentials. */
async function tunnel(proxy: string, target: string): Promise<Socket> {
  const { hostname, port } = new URL(proxy);
  return await new Promise((resolve, reject) => {
    const asking = request({ hostname, port, method: "CONNECT", path: target, agent: false });
    asking.on("error", reject);
    asking.on("connect", ({ statusCode }, socket: Socket) => {
      if (statusCode === 200) resolve(socket);
      else reject(new Error(`refused: ${statusCode}`));
    });
    asking.end();
  });
}

/** Passes on what one says to the other, and ends both together. */
function join(one: Socket, other: Socket, head: Buffer = Buffer.alloc(0)): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  }
  if (head.length > 0) other.write(head);
  one.pipe(other).pipe(one);
}
