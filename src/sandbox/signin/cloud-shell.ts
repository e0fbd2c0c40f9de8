import { Hono } from "hono";
import { cloudOf } from "../clouds.ts";
import { outsider, signedInPerson } from "../personas.ts";
import type { World } from "../world.ts";
import { CLOUD_SHELL, fixedScopes } from "./clients.ts";
import { issueForPerson } from "./person-token.ts";

/** The token endpoint that Azure Cloud Shell offers inside the shell (`MSI_ENDPOINT`). */
export function cloudShellRoutes(world: World): Hono {
  const app = new Hono();
  let requests = 0;
  app.post("/oauth2/token", async (c) => {
    const { cloudShell } = world.behaviour;
    if (c.req.header("Metadata")?.toLowerCase() !== "true") {
      const text = "Required metadata header not specified";
      return c.json({ error: "invalid_request", error_description: text }, 400);
    }
    requests += 1;
    if (cloudShell === "hanging") return await untilAborted(c.req.raw.signal);
    if (cloudShell === "html") return c.html("<!DOCTYPE html><html><body>Sign in to continue</body></html>");
    if (cloudShell === "failing")
      return c.json(failure("InternalServerError", "Failed to get the token."), 500);
    if (cloudShell === "intermittent" && requests % 2 === 1) {
      return c.json(failure("BadRequest", "Timed out waiting for the token from the portal."), 400);
    }
    const resource = new URLSearchParams(await c.req.text()).get("resource") ?? "";
    const granted = grantedFor(world, resource);
    // An account that the tenant does not know has no shell in it.
    const stranger = outsider(world.behaviour.persona)?.invited === false;
    if (granted === undefined || cloudShell === "audienceNotSupported" || stranger) {
      const text = `Audience ${resource} is not a supported MSI token audience.`;
      return c.json(failure("AudienceNotSupported", text), 400);
    }
    const clientId = CLOUD_SHELL;
    const { token, claims } = issueForPerson(world, { clientId, person: signedInPerson(world), granted });
    if (cloudShell === "tokenRevoked") world.tokens.revoke(token);
    return c.json({
      access_token: token,
      refresh_token: "",
      expires_in: String(claims.exp - claims.iat),
      expires_on: String(claims.exp),
      not_before: String(claims.nbf),
      resource,
      token_type: "Bearer",
    });
  });
  app.onError((error) => {
    throw error;
  });
  app.notFound((c) => c.text("404 page not found", 404));
  return app;
}

/** The endpoint knows a few audiences, by their exact text but for a slash at the end. */
function grantedFor(world: World, resource: string) {
  const { graphHost, managementAudiences } = cloudOf(world);
  const audience = resource.replace(/\/$/, "");
  const scopes = fixedScopes(CLOUD_SHELL) ?? [];
  if (audience === `https://${graphHost}`) return { audience, prefix: `${audience}/`, scopes };
  if (!managementAudiences.includes(audience)) return undefined;
  return { audience: resource, prefix: `${audience}/`, scopes: ["user_impersonation"] };
}

function failure(code: string, message: string) {
  return { error: { code, message } };
}

async function untilAborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
