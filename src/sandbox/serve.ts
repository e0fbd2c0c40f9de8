import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { createAdaptorServer } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { GRAPH_HOSTS, MANAGEMENT_HOSTS, SIGN_IN_HOSTS } from "./clouds.ts";
import type { Sandbox } from "./index.ts";

export interface ServedSandbox {
  /** `https://127.0.0.1:…`; requests are told apart by their Host header. */
  readonly url: string;
  /** `http://127.0.0.1:…`; for `HTTPS_PROXY`, so that the real host names lead here. */
  readonly proxyUrl: string;
  /** `http://localhost:…/oauth2/token`, for `MSI_ENDPOINT`: Cloud Shell offers its tokens without TLS. */
  readonly cloudShellUrl: string;
  /** For the file that `NODE_EXTRA_CA_CERTS` names. */
  readonly caPem: string;
  close(): Promise<void>;
}

/**
 * Offers a sandbox over real TLS on the loopback interface, for whole processes: the HTTPS server, and a
 * proxy that leads the simulated host names to it and refuses every other.
 *
 * `hosts` are the one-time-password services to stand in for; sign-in, Graph and Azure Resource Manager of
 * every cloud are always there, and Cloud Shell's token endpoint beside them.
 */
export async function serveSandbox(options: {
  sandbox: Sandbox;
  hosts: readonly string[];
  port?: number;
}): Promise<ServedSandbox> {
  // Nobody but this function needs the library behind it.
  const { makeCertificates } = await import("./certificate.ts");
  const hosts = [
    ...new Set([
      ...SIGN_IN_HOSTS,
      ...GRAPH_HOSTS,
      ...MANAGEMENT_HOSTS,
      ...options.hosts.map((host) => host.toLowerCase()),
    ]),
  ];
  // The certificate is for the machine's own clock, which is the one TLS looks at.
  const made = await makeCertificates({ hosts: [...hosts, "localhost"], now: new Date() });
  const server = createAdaptorServer({
    overrideGlobalObjects: false,
    createServer: createHttpsServer,
    serverOptions: { key: made.keyPem, cert: made.certificatePem },
    fetch: answering(options.sandbox),
  }) as Server;
  const cloudShell = createAdaptorServer({
    overrideGlobalObjects: false,
    createServer: createHttpServer,
    fetch: answering(options.sandbox),
  }) as Server;
  const port = await listen(server, options.port ?? 0);
  const cloudShellPort = await listen(cloudShell, 0);
  const proxy = tunnelTo(port, new Set(hosts));
  const proxyPort = await listen(proxy.server, 0);
  return {
    url: `https://127.0.0.1:${port}`,
    proxyUrl: `http://127.0.0.1:${proxyPort}`,
    cloudShellUrl: `http://localhost:${cloudShellPort}/oauth2/token`,
    caPem: made.caPem,
    close: async () => {
      proxy.drop();
      await Promise.all([server, cloudShell, proxy.server].map(closed));
    },
  };
}

function answering(sandbox: Sandbox) {
  return async (request: Request, { incoming }: { incoming: { socket: Duplex } }) => {
    try {
      return await sandbox.fetch(request);
    } catch (error) {
      if (!(error instanceof Error && "code" in error) && !request.signal.aborted) {
        return new Response(`The sandbox failed: ${String(error)}`, { status: 500 });
      }
      // What is an error of the transport in-process is a connection that breaks off here.
      incoming.socket.destroy();
      return RESPONSE_ALREADY_SENT;
    }
  };
}

/** A forward proxy for CONNECT alone. */
function tunnelTo(port: number, hosts: ReadonlySet<string>) {
  const open = new Set<Duplex>();
  const server = createHttpServer((_, response) => {
    response.writeHead(405, { Allow: "CONNECT", Connection: "close" });
    response.end();
  });
  server.on("connect", (request, client: Duplex, head: Buffer) => {
    client.on("error", () => client.destroy());
    const [host = "", wanted] = (request.url ?? "").toLowerCase().split(":");
    if (!hosts.has(host) || wanted !== "443") {
      client.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      return;
    }
    const upstream = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(client);
      client.pipe(upstream);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  return {
    server,
    drop: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  // Listening on a port gives this kind of address.
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
