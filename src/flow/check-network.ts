import { readForm } from "../delivery/service.ts";
import { isAppError, type NetworkFailure } from "../errors.ts";
import { fetchWithin } from "../http/attempt.ts";
import { networkError, networkFailure, troubleOf } from "../http/errors.ts";
import type { Fetch, Routes } from "../ports/index.ts";
import { during, type RunContext } from "./context.ts";

export type HostPurpose = "signIn" | "graph" | "oneTimePassword";

/** How a host is reached: `intercepted` is whatever a stranger's certificate is shown for. */
export type HostState = "reachable" | "proxied" | "intercepted" | "blocked";

export interface HostCheck {
  readonly host: string;
  readonly port: number;
  readonly purpose: HostPurpose;
  readonly state: HostState;
  /** The proxy on the way, as `host:port`. */
  readonly proxy: string | undefined;
  /** Who issued the certificate that was shown, where that is no public authority. */
  readonly issuer: string | undefined;
  /** Undefined where the host can be used. */
  readonly failure: NetworkFailure | undefined;
}

/** Time limit of one request; a person waits for the slowest. */
const LIMIT_MS = 10_000;

/**
 * Tries every host that a run needs, side by side, each with a request whose answer shows that the host
 * itself gave it. Nobody signs in and nothing is stored.
 *
 * @param services the addresses of the one-time-password services.
 */
export async function checkNetwork(
  context: RunContext,
  routes: Routes,
  services: readonly string[],
): Promise<readonly HostCheck[]> {
  const { login, graph } = context.cloud;
  const seen = await during(context, "network", () =>
    Promise.all([
      look(context, routes, "signIn", new URL(login), askSignIn),
      look(context, routes, "graph", new URL(graph), askGraph),
      ...services.map((service) => look(context, routes, "oneTimePassword", new URL(service), askService)),
    ]),
  );
  return withStates(seen);
}

type Seen = Omit<HostCheck, "state">;

/** Resolves when the host itself answered. */
type Ask = (url: URL, fetch: Fetch, context: RunContext) => Promise<void>;

async function look(
  { signal, ...context }: RunContext,
  routes: Routes,
  purpose: HostPurpose,
  url: URL,
  ask: Ask,
): Promise<Seen> {
  const seen = {
    host: url.hostname,
    port: Number(url.port || (url.protocol === "https:" ? 443 : 80)),
    purpose,
    proxy: await routes.proxyFor(url),
  };
  const limited: Fetch = async (request) => {
    const sent = new Request(request, { signal: AbortSignal.any([request.signal, signal]) });
    return await fetchWithin(context.ports.fetch, sent, LIMIT_MS).catch((error: unknown) => {
      // What it is counts, not whether it may pass: nothing is tried twice.
      throw networkError(url.hostname, error);
    });
  };
  try {
    await ask(url, limited, { ...context, signal });
  } catch (error) {
    signal.throwIfAborted();
    const failure = toFailure(url, error);
    const issuer = troubleOf(failure) === "certificate" ? failure.issuer : undefined;
    return { ...seen, issuer, failure: { ...failure, proxy: failure.proxy ?? seen.proxy } };
  }
  return { ...seen, issuer: await strangerAt(url, routes, signal), failure: undefined };
}

function toFailure(url: URL, error: unknown): NetworkFailure {
  if (isAppError(error, "NETWORK")) return error.facts;
  if (!isAppError(error, "ONE_TIME_PASSWORD_UNUSABLE")) return networkFailure(url.hostname, error);
  const { reason, detail } = error.facts;
  const hasStatus = reason === "failing" || reason === "redirects";
  return { host: url.hostname, cause: hasStatus && detail ? `HTTP_${detail}` : "HTTP_200" };
}

/** The issuer of a trusted certificate where no public authority stands behind it. */
async function strangerAt(url: URL, routes: Routes, signal: AbortSignal): Promise<string | undefined> {
  if (url.protocol !== "https:") return undefined;
  try {
    const { issuer, isPublic } = await routes.certificateOf(url, signal);
    return isPublic ? undefined : issuer;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

const askSignIn: Ask = async (url, fetch) => {
  const response = await fetch(new Request(new URL("/common/v2.0/.well-known/openid-configuration", url)));
  const isJson = /^application\/json\b/i.test(response.headers.get("content-type") ?? "");
  if (response.status !== 200 || !isJson) throw answeredBy(response);
};

/** Refused for want of a token, with an ID that Graph alone gives. */
const askGraph: Ask = async (url, fetch) => {
  const response = await fetch(new Request(new URL("/v1.0/me", url)));
  if (!response.headers.has("request-id")) throw answeredBy(response);
};

const askService: Ask = async (url, fetch, { ports, signal }) => {
  await readForm({ ...ports, fetch }, url, { signal });
};

function answeredBy({ status }: Response): Error {
  return Object.assign(new Error("not the answer of this host"), { code: `HTTP_${status}` });
}

/**
 * Microsoft's hosts have public certificates: another issuer there has put itself between. A service of the
 * company's own may have one of the company's own, so there it takes an issuer that was seen to do so.
 */
function withStates(seen: readonly Seen[]): HostCheck[] {
  const between = new Set(
    seen.filter(({ purpose }) => purpose !== "oneTimePassword").map(({ issuer }) => issuer),
  );
  return seen.map((one) => ({ ...one, state: stateOf(one, between) }));
}

function stateOf({ issuer, failure, proxy }: Seen, between: ReadonlySet<string | undefined>): HostState {
  if (issuer !== undefined && between.has(issuer)) return "intercepted";
  if (failure) return "blocked";
  return proxy === undefined ? "reachable" : "proxied";
}
