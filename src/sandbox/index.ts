import type { Clock, Fetch, Ids } from "../ports/index.ts";
import { type Behaviour, quietBehaviour } from "./behaviour.ts";
import { GRAPH_HOSTS, MANAGEMENT_HOSTS, SIGN_IN_HOSTS } from "./clouds.ts";
import { graphRoutes } from "./graph/routes.ts";
import { worldOf } from "./homes.ts";
import { managementRoutes } from "./management.ts";
import { oneTimePasswordRoutes } from "./one-time-password/routes.ts";
import { take } from "./one-time-password/vault.ts";
import { runDueCycles } from "./provisioning/cycle.ts";
import { answerScim, isScimUrl, shownHash } from "./provisioning/target.ts";
import { cloudShellRoutes } from "./signin/cloud-shell.ts";
import { signInRoutes } from "./signin/routes.ts";
import { TokenBook } from "./signin/tokens.ts";
import { newTenant, type TenantState } from "./state.ts";
import { History, ListIndexes, type World } from "./world.ts";

/** How long a slow SCIM endpoint takes. */
const SLOW_MS = 120_000;

export type {
  Behaviour,
  CloudShellMode,
  OneTimePasswordMode,
  SignInOutcome,
} from "./behaviour.ts";
export type { CloudName } from "./clouds.ts";
export { PERSONAS, type Persona, ROLES } from "./personas.ts";
export { EXAMPLE, newTenant, type TenantState } from "./state.ts";

export interface SandboxOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Used in place, not copied; `newTenant()` where absent. */
  readonly state?: TenantState;
  /** Called after every request that changed the state, before it is answered. */
  readonly save?: (state: TenantState) => Promise<void>;
  readonly behaviour?: Partial<Behaviour>;
  /** Where SCIM requests go, the provisioning service's and the program's; a built-in endpoint where absent. */
  readonly scimFetch?: Fetch;
}

export interface Sandbox {
  /**
   * Answers for sign-in and Graph of every cloud, for Cloud Shell's token endpoint, for SCIM endpoints, which
   * are known by their paths, and as a one-time-password service for every other https host.
   */
  readonly fetch: Fetch;
  readonly state: TenantState;
  /** May be changed while the sandbox runs. */
  readonly behaviour: Behaviour;
  /** What was asked so far; status 0 where there was no answer. */
  readonly requests: { method: string; url: string; status: number }[];
  /** Opens a one-time link as its reader would, which uses it up. */
  readonly reveal: (link: string) => string | undefined;
}

/** A simulated tenant with its sign-in, Microsoft Graph and one-time-password services, without a socket. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const behaviour: Behaviour = { ...quietBehaviour(), ...options.behaviour };
  const world: World = {
    state: options.state ?? newTenant(),
    behaviour,
    clock: options.clock,
    ids: options.ids,
    tokens: new TokenBook(),
    history: new History(options.clock),
    homes: new Map(),
    scim: { fetch: options.scimFetch, tokens: new Map(), turn: Promise.resolve() },
    index: new ListIndexes(),
    changed: false,
  };
  const requests: { method: string; url: string; status: number }[] = [];
  const hosts = {
    signIn: signInRoutes(world),
    graph: graphOfAllTenants(world),
    management: managementRoutes(world),
    cloudShell: cloudShellRoutes(world),
    others: oneTimePasswordRoutes(world),
  };
  const save = savingInOrder(world, options.save);

  const answer: Fetch = async (request) => {
    const url = new URL(request.url);
    request.signal.throwIfAborted();
    if (behaviour.latencyMs > 0) await world.clock.sleep(behaviour.latencyMs, request.signal);
    if (isCloudShell(url)) return await hosts.cloudShell.fetch(request);
    if (url.protocol !== "https:") throw connectionError("ECONNREFUSED", url.host);
    if (SIGN_IN_HOSTS.has(url.hostname)) return await hosts.signIn.fetch(request);
    if (GRAPH_HOSTS.has(url.hostname) || isScimUrl(url)) await runDueCycles(world);
    if (GRAPH_HOSTS.has(url.hostname)) return await hosts.graph.fetch(request);
    if (MANAGEMENT_HOSTS.has(url.hostname)) return await hosts.management.fetch(request);
    if (isScimUrl(url)) return await directScim(world, request);
    if (behaviour.oneTimePassword === "down") throw connectionError("ECONNRESET", url.host);
    return await hosts.others.fetch(request);
  };

  return {
    state: world.state,
    behaviour,
    requests,
    fetch: async (request) => {
      const entry = { method: request.method, url: request.url, status: 0 };
      requests.push(entry);
      const response = await answer(request);
      await save();
      entry.status = response.status;
      return response;
    },
    reveal: (link) => {
      const taken = take(world, new URL(link).pathname.slice(1));
      return taken === undefined || taken === "damaged" ? undefined : taken.value;
    },
  };
}

/** Saves one after another, so that an older state never lands on top of a newer one. */
function savingInOrder(world: World, save: SandboxOptions["save"]): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return async () => {
    if (save === undefined || !world.changed) return await last;
    world.changed = false;
    const next = last
      .catch(() => undefined)
      .then(async () => await save(world.state))
      .catch((error: unknown) => {
        // Not on disk: the next request tries again.
        world.changed = true;
        throw error;
      });
    last = next;
    return await next;
  };
}

/** Graph is one address for every tenant; the token says which. */
function graphOfAllTenants(world: World): { fetch: Fetch } {
  const routes = new Map<World, ReturnType<typeof graphRoutes>>();
  return {
    fetch: async (request) => {
      const token = request.headers.get("Authorization")?.replace(/^Bearer /i, "") ?? "";
      const home = worldOf(world, world.tokens.readAccess(token)?.oid);
      const found = routes.get(home) ?? graphRoutes(home);
      routes.set(home, found);
      return await found.fetch(request);
    },
  };
}

/** The program itself asks a SCIM endpoint. */
async function directScim(world: World, request: Request): Promise<Response> {
  if (world.scim.fetch !== undefined) return await world.scim.fetch(request);
  if (world.behaviour.scimTarget === "slow") await world.clock.sleep(SLOW_MS, request.signal);
  return await answerScim(world, request, shownHash(world, request));
}

/** What `MSI_ENDPOINT` names: plain http, on this machine, at any port. */
function isCloudShell({ protocol, hostname, pathname }: URL): boolean {
  return (
    protocol === "http:" &&
    ["localhost", "127.0.0.1", "[::1]"].includes(hostname) &&
    pathname === "/oauth2/token"
  );
}

function connectionError(code: string, host: string): Error {
  return Object.assign(new Error(`The connection to ${host} failed.`), { code });
}
