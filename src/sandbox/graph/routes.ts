import { Hono } from "hono";
import { credentialRoutes } from "../provisioning/credentials.ts";
import { expressionRoutes } from "../provisioning/expressions.ts";
import { jobRoutes } from "../provisioning/jobs.ts";
import { logRoutes } from "../provisioning/logs.ts";
import { onDemandRoutes } from "../provisioning/on-demand.ts";
import type { World } from "../world.ts";
import { isRecord } from "../world.ts";
import { applicationTemplateRoutes } from "./application-templates.ts";
import { applicationRoutes } from "./applications.ts";
import { assignmentRoutes } from "./assignments.ts";
import { batchRoutes } from "./batch.ts";
import { deletedItemRoutes } from "./deleted-items.ts";
import { directoryRoutes } from "./directory.ts";
import type { GraphEnv } from "./environment.ts";
import { GraphError, graphErrorBody } from "./errors.ts";
import { grantRoutes } from "./grants.ts";
import { groupRoutes } from "./groups.ts";
import { memberRoutes } from "./members.ts";
import type { Caller } from "./rights.ts";
import { secretRoutes } from "./secrets.ts";
import { servicePrincipalRoutes } from "./service-principals.ts";
import { isDirectoryWrite, WriteQuota } from "./write-quota.ts";

// An alternate key in parentheses becomes a path segment of its own, which no object id can look like.
const ALTERNATE_KEY = /\((appId|uniqueName)=(?:'|%27)((?:(?!(?:'|%27)\)).)*)(?:'|%27)\)/g;
// A user in parentheses becomes a segment that keeps them, which tells it from a plain one.
const USER_KEY = /\/users(\((?:'|%27).*(?:'|%27)\))/;
const CHALLENGE =
  'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"';

/** Microsoft Graph v1.0, as far as this program calls it. */
export function graphRoutes(world: World): Hono<GraphEnv> {
  const app = new Hono<GraphEnv>({
    getPath: (request) =>
      new URL(request.url).pathname.replace(ALTERNATE_KEY, "/$1=$2").replace(USER_KEY, "/users/$1"),
  });
  app.use(async (c, next) => {
    const ids = {
      request: world.ids.uuid(),
      client: c.req.header("client-request-id") ?? world.ids.uuid(),
    };
    c.set("requestIds", ids);
    await next();
    c.header("request-id", ids.request);
    c.header("client-request-id", ids.client);
    c.header("x-ms-ags-diagnostic", '{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"1"}}');
    c.header("Date", world.clock.now().toUTCString());
  });
  app.onError((error, c) => {
    if (!(error instanceof GraphError)) throw error;
    for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
    return c.json(graphErrorBody(error, world, c.get("requestIds")), error.status);
  });
  const quota = new WriteQuota(world);
  app.use("/v1.0/*", async (c, next) => {
    const caller = authenticate(world, new URL(c.req.url).origin, c.req.header("Authorization"));
    c.set("caller", caller);
    if (!c.req.path.endsWith("/$batch")) refuseWhenBusy(world);
    const used = isDirectoryWrite(c.req.method, c.req.path) ? quota.take(caller.clientId) : undefined;
    c.set("body", await readBody(c.req.raw));
    await next();
    if (used !== undefined) c.header("x-ms-throttle-limit-percentage", used);
  });
  for (const routes of [
    batchRoutes((request) => app.fetch(request)),
    applicationRoutes(world),
    applicationTemplateRoutes(world),
    secretRoutes(world),
    deletedItemRoutes(world),
    servicePrincipalRoutes(world),
    assignmentRoutes(world),
    grantRoutes(world),
    directoryRoutes(world),
    groupRoutes(world),
    memberRoutes(world),
    credentialRoutes(world),
    jobRoutes(world),
    expressionRoutes(world),
    onDemandRoutes(world),
    logRoutes(world),
  ]) {
    app.route("/v1.0", routes);
  }
  app.notFound((c) => {
    const [version, segment = ""] = new URL(c.req.url).pathname.split("/").filter((part) => part !== "");
    const message =
      version === "v1.0"
        ? `Resource not found for the segment '${segment}'.`
        : `Invalid version: ${version ?? ""}.`;
    return c.json(
      graphErrorBody(new GraphError(400, "BadRequest", message), world, c.get("requestIds")),
      400,
    );
  });
  return app;
}

function authenticate(world: World, origin: string, header: string | undefined): Caller {
  const token = /^Bearer (.+)$/i.exec(header ?? "")?.[1];
  if (token === undefined) throw unauthenticated("Access token is empty.");
  const claims = world.tokens.readAccess(token);
  if (claims === undefined) throw unauthenticated("Access token validation failure. Signature is invalid.");
  if (claims.exp <= world.clock.now().getTime() / 1000) {
    throw unauthenticated("Lifetime validation failed, the token is expired.");
  }
  if (claims.aud !== origin) throw unauthenticated("Access token validation failure. Invalid audience.");
  // Microsoft's documentation writes the capability small, its libraries send it in capitals.
  const capable = claims.xms_cc?.some((name) => name.toLowerCase() === "cp1") === true;
  const mustAnswer = world.behaviour.claimsChallenge && capable;
  if (world.tokens.isRevoked(token) || (mustAnswer && !world.tokens.hasAnsweredChallenge(token))) {
    throw challenge(world);
  }
  return {
    kind: claims.idtyp === "app" ? "app" : "person",
    objectId: claims.oid,
    clientId: claims.appid,
    permissions: new Set(claims.roles ?? (claims.scp ?? "").split(" ")),
  };
}

function unauthenticated(message: string, more = ""): GraphError {
  return new GraphError(401, "InvalidAuthenticationToken", message, {
    headers: { "WWW-Authenticate": `${CHALLENGE}${more}` },
  });
}

/** Continuous access evaluation: the token is good no longer, and a new one must be asked for with these claims. */
function challenge(world: World): GraphError {
  const now = String(Math.floor(world.clock.now().getTime() / 1000));
  const claims = { access_token: { nbf: { essential: true, value: now } } };
  const text = Buffer.from(JSON.stringify(claims)).toString("base64");
  return unauthenticated(
    "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
    `, error="insufficient_claims", claims="${text}"`,
  );
}

function refuseWhenBusy({ behaviour }: World): void {
  if (behaviour.throttle > 0) {
    behaviour.throttle -= 1;
    const seconds = behaviour.retryAfterSeconds;
    throw new GraphError(429, "TooManyRequests", "Too many requests.", {
      headers: seconds === undefined ? {} : { "Retry-After": String(seconds) },
    });
  }
  if (behaviour.unavailable > 0) {
    behaviour.unavailable -= 1;
    throw new GraphError(503, "ServiceUnavailable", "The service is temporarily unavailable.");
  }
}

async function readBody(request: Request): Promise<Record<string, unknown>> {
  if (request.method === "GET" || request.method === "DELETE" || request.method === "HEAD") return {};
  const text = await request.text();
  if (text === "") return {};
  const type = request.headers.get("Content-Type") ?? "";
  if (type === "") {
    throw new GraphError(
      400,
      "BadRequest",
      "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
    );
  }
  if (!/^application\/json\b/i.test(type)) {
    throw new GraphError(
      400,
      "RequestBodyRead",
      `A supported MIME type could not be found that matches the content type of the request ('${type}').`,
    );
  }
  const unreadable = new GraphError(
    400,
    "BadRequest",
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
  );
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw unreadable;
  }
  if (!isRecord(body)) throw unreadable;
  return body;
}
