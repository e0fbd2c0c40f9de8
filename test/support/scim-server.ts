import { randomUUID } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { Resources, Schemas, Types } from "scimmy";
import { SCIMMYRouters } from "scimmy-routers";
import { onTestFinished } from "vitest";
import type { Fetch } from "../../src/ports/index.ts";

/** What one endpoint holds, by what its own software made of what it was sent. */
export interface ScimEndpoint {
  readonly users: Record<string, unknown>[];
  readonly groups: Record<string, unknown>[];
}

export interface ScimRequest {
  readonly method: string;
  /** The address it was sent to, as the vendor's host would have seen it. */
  readonly url: string;
  readonly status: number;
  /** The JSON body, as it was sent. */
  readonly body: unknown;
}

export interface ScimServer {
  /** Takes requests to any host to this server; `SandboxOptions.scimFetch`. */
  readonly fetch: Fetch;
  /** Everything asked so far, oldest first. */
  readonly requests: readonly ScimRequest[];
  /** What the endpoint at a tenant URL holds; empty before the first request. */
  readonly at: (tenantUrl: string) => ScimEndpoint;
  /** Answers the next requests that match instead of the server; its status and nothing else. */
  readonly failNext: (matches: (request: Request) => boolean, status: number, times?: number) => void;
}

export interface ScimServerOptions {
  /** The token each endpoint wants, by tenant URL; or the one that all want. */
  readonly token: string | Readonly<Record<string, string>>;
  /** Attributes of users besides those of the standard, by schema. */
  readonly extensions?: Readonly<Record<string, readonly { name: string; multiValued?: boolean }[]>>;
  /** Registers what is left to do when the test has ended; a test beside others brings its context's own. */
  readonly onFinished?: (clean: () => Promise<void>) => void;
}

type Express = RequestListener & { use: (path: string, handler: unknown) => void };
const express = createRequire(import.meta.url)("express") as () => Express;

const ENDPOINT = /^(.*)\/((?:Users|Groups|ServiceProviderConfig|ResourceTypes|Schemas)(?:\/.*)?)$/;
const stores = new Map<string, ScimEndpoint>();

/**
 * A SCIM server that is not ours: scimmy with scimmy-routers behind a real HTTP server on this machine, closed
 * when the test ends. It stands for every vendor's endpoint at once; each tenant URL has its own people.
 */
export async function scimServer({
  token,
  extensions = {},
  onFinished = onTestFinished,
}: ScimServerOptions): Promise<ScimServer> {
  declare(extensions);
  const own = randomUUID();
  const app = express();
  const keyOf = (request: { baseUrl: string }) => decodeURIComponent(request.baseUrl.split("/")[2] ?? "");
  const router = new SCIMMYRouters({
    type: "bearer",
    handler: (request: unknown) => {
      const { headers, baseUrl } = request as { headers: Record<string, string>; baseUrl: string };
      const [, tenantUrl = ""] = keyOf({ baseUrl }).split(" ");
      const wanted = typeof token === "string" ? token : token[tenantUrl];
      if (wanted === undefined || headers["authorization"] !== `Bearer ${wanted}`) {
        throw new Error("The token is not the one of this endpoint.");
      }
      return "entra";
    },
    context: (request: unknown) => storeOf(keyOf(request as { baseUrl: string })),
  });
  app.use("/scim/:endpoint", router);
  const server = createServer(app);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onFinished(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  const { port } = server.address() as AddressInfo;
  return relay(own, `http://127.0.0.1:${port}`);
}

function relay(own: string, origin: string): ScimServer {
  const requests: ScimRequest[] = [];
  const failures: { matches: (request: Request) => boolean; status: number; times: number }[] = [];
  return {
    requests,
    at: (tenantUrl) => storeOf(`${own} ${tenantUrl}`),
    failNext: (matches, status, times = 1) => {
      failures.push({ matches, status, times });
    },
    fetch: async (request) => {
      const url = new URL(request.url);
      const [, base = "", rest = ""] = ENDPOINT.exec(url.pathname) ?? [];
      const endpoint = encodeURIComponent(`${own} ${url.origin}${base}`);
      const text = await request.text();
      const failure = failures.find(({ matches, times }) => times > 0 && matches(request));
      if (failure !== undefined) failure.times -= 1;
      const response =
        failure === undefined
          ? await fetch(`${origin}/scim/${endpoint}/${rest}${url.search}`, {
              method: request.method,
              headers: request.headers,
              ...(text === "" ? {} : { body: text }),
            })
          : new Response("", { status: failure.status });
      const body: unknown = text === "" ? undefined : JSON.parse(text);
      requests.push({ method: request.method, url: request.url, status: response.status, body });
      return response;
    },
  };
}

function storeOf(key: string): ScimEndpoint {
  const store = stores.get(key) ?? { users: [], groups: [] };
  stores.set(key, store);
  return store;
}

let declared = false;

/** scimmy knows one set of schemas and handlers a process; whose people they are about comes with a request. */
function declare(extensions: NonNullable<ScimServerOptions["extensions"]>): void {
  const { definition } = Schemas.User;
  if (!declared) {
    const { User, Group } = Resources;
    User.extend(Schemas.EnterpriseUser);
    handle(Resources.declare(User), "users", "userName");
    handle(Resources.declare(Group), "groups", "displayName");
    declared = true;
  }
  for (const [id, attributes] of Object.entries(extensions)) {
    if (known.has(id)) continue;
    known.add(id);
    const name = id.split(":").at(-1) ?? id;
    const types = attributes.map(
      (one) => new Types.Attribute("string", one.name, { multiValued: one.multiValued === true }),
    );
    definition.extend(new Types.SchemaDefinition(name, id, name, types), false);
  }
}

type Handlers = Record<"ingress" | "egress" | "degress", (handler: unknown) => Handlers>;

/** scimmy's own types want its classes; what is kept here is plain data. */
function handle(resource: unknown, list: "users" | "groups", key: string): void {
  (resource as Handlers)
    .ingress((asked: Asked, instance: object, store: ScimEndpoint) => keep(store[list], key, asked, instance))
    .egress((asked: Asked, store: ScimEndpoint) => find(store[list], asked))
    .degress((asked: Asked, store: ScimEndpoint) => {
      const found = find(store[list], asked) as Record<string, unknown>;
      store[list].splice(store[list].indexOf(found), 1);
    });
}

const known = new Set<string>();

interface Asked {
  readonly id?: string;
  readonly filter?: { match: (values: object[]) => object[] };
}

function find(list: Record<string, unknown>[], { id, filter }: Asked): unknown {
  if (id === undefined) return filter === undefined ? list : filter.match(list);
  const found = list.find((one) => one["id"] === id);
  if (found === undefined) throw new Types.Error(404, null as never, `Resource ${id} not found`);
  return found;
}

function keep(list: Record<string, unknown>[], key: string, { id }: Asked, instance: object): unknown {
  const sent = JSON.parse(JSON.stringify(instance)) as Record<string, unknown>;
  const isSame = (one: Record<string, unknown>) =>
    String(one[key]).toLowerCase() === String(sent[key]).toLowerCase() && one["id"] !== id;
  if (list.some(isSame)) throw new Types.Error(409, "uniqueness", `${key} is taken`);
  if (id === undefined) {
    const made = { ...sent, id: randomUUID() };
    list.push(made);
    return made;
  }
  const index = list.findIndex((one) => one["id"] === id);
  if (index === -1) throw new Types.Error(404, null as never, `Resource ${id} not found`);
  list[index] = { ...sent, id };
  return list[index];
}
