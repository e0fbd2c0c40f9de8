import { type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type Socket } from "node:net";
import { connect, type PeerCertificate, rootCertificates, type TLSSocket } from "node:tls";
import { isCertificateFailure, transportCode } from "../../http/errors.ts";
import type { ShownCertificate } from "../index.ts";
import { defaultPort, proxyAuthorization } from "./proxy.ts";

/** Nobody waits for long to learn whose certificate it was. */
const LIMIT_MS = 5000;
const LONGEST_NAME = 120;

/**
 * Whose certificate is shown on the way to `url`: a second look, for an error that says only that it is not
 * trusted does not say whose it was. Nothing is sent but the greeting of TLS and, to a proxy, the request
 * for the tunnel. Rejects where no certificate was seen.
 *
 * Public means that Node's own list of authorities vouches for it: neither a file that
 * `NODE_EXTRA_CA_CERTS` names nor the system's store is asked.
 */
export async function lookAtCertificate(
  url: URL,
  proxy: URL | undefined,
  signal: AbortSignal,
): Promise<ShownCertificate> {
  signal.throwIfAborted();
  // A timer of our own: Node 20 may collect a signal that only follows others before it strikes.
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error("no certificate in time")), LIMIT_MS);
  const stop = (): void => limit.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await look(url, proxy, limit.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

async function look(url: URL, proxy: URL | undefined, limit: AbortSignal): Promise<ShownCertificate> {
  if (proxy === undefined) return await readCertificate(url, undefined, limit);
  try {
    return await readCertificate(url, await openTunnel(url, proxy, limit), limit);
  } catch (error) {
    // Of a proxy that is itself spoken to over TLS, its own certificate may be the one that was refused.
    if (isCertificateFailure(transportCode(error))) return await readCertificate(proxy, undefined, limit);
    throw error;
  }
}

/** Greets `url`, over a tunnel where there is one, and hangs up once it has shown its certificate. */
async function readCertificate(
  url: URL,
  tunnel: Socket | undefined,
  limit: AbortSignal,
): Promise<ShownCertificate> {
  const host = bare(url.hostname);
  return await new Promise((resolve, reject) => {
    const tls: TLSSocket = connect({
      ...(tunnel ? { socket: tunnel } : { host, port: Number(url.port || defaultPort(url)) }),
      ...(isIP(host) === 0 && { servername: host }),
      ca: [...rootCertificates],
      rejectUnauthorized: false,
    });
    const end = (settle: () => void): void => {
      limit.removeEventListener("abort", stop);
      tls.destroy();
      settle();
    };
    const stop = (): void => end(() => reject(limit.reason));
    limit.addEventListener("abort", stop, { once: true });
    tls.on("error", (error) => end(() => reject(error)));
    tls.on("secureConnect", () => {
      const issuer = issuerName(tls.getPeerCertificate());
      const isPublic = tls.authorized;
      end(() => resolve({ issuer, isPublic }));
    });
  });
}

/** A connection to `url` through the proxy. */
async function openTunnel(url: URL, proxy: URL, signal: AbortSignal): Promise<Socket> {
  const target = `${url.hostname}:${url.port || defaultPort(url)}`;
  const options: RequestOptions = {
    host: bare(proxy.hostname),
    port: proxy.port || defaultPort(proxy),
    method: "CONNECT",
    path: target,
    headers: { host: target, ...proxyAuthorization(proxy) },
    agent: false,
    signal,
  };
  return await new Promise((resolve, reject) => {
    const request = (proxy.protocol === "https:" ? requestHttps : requestHttp)(options);
    request.on("error", reject);
    request.on("connect", ({ statusCode }, socket: Socket) => {
      if (statusCode === 200) resolve(socket);
      else {
        socket.destroy();
        reject(new Error(`the proxy answered ${statusCode}`));
      }
    });
    request.on("response", (response) => {
      response.destroy();
      reject(new Error("the proxy opened no tunnel"));
    });
    request.end();
  });
}

/** An IPv6 address without its brackets, as sockets want it. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Common name and organisation, as far as they are there. */
export function issuerName({ issuer }: Partial<PeerCertificate>): string {
  // Types say text; a name with several parts of one kind is a list.
  const { CN, O } = (issuer ?? {}) as { CN?: string | string[]; O?: string | string[] };
  const [name, organisation] = [CN, O].map((part) => [part ?? []].flat().join(", ").slice(0, LONGEST_NAME));
  if (!name) return organisation || "an issuer without a name";
  return organisation && !name.includes(organisation) ? `${name} (${organisation})` : name;
}
