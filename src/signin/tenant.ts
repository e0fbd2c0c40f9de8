import { AppError, type SignInAttempt } from "../errors.ts";
import { fetchWithin } from "../http/attempt.ts";
import { networkError } from "../http/errors.ts";
import { readJson } from "../http/read.ts";
import type { RetryingFetch } from "../http/retry.ts";
import type { Fetch } from "../ports/index.ts";
import type { CloudName } from "../settings/sign-in.ts";
import { isGuid } from "../settings/values.ts";
import { CLOUDS } from "./cloud.ts";
import { signInFailure, toOAuthError } from "./failures.ts";

/**
 * The GUID of a tenant named by one of its domains, from its OpenID Connect metadata; undefined where the
 * answer does not say, and then sign-in decides.
 *
 * @throws AppError SIGN_IN_FAILED where there is no such tenant, or it lives in another cloud; NETWORK where
 * nobody answered.
 */
export async function resolveTenant(fetch: RetryingFetch, asked: SignInAttempt): Promise<string | undefined> {
  if (isGuid(asked.tenant)) return asked.tenant;
  const metadata = await readMetadata(fetch, asked.cloud, asked.tenant);
  const refused = toOAuthError(metadata);
  if (refused) {
    const failure = signInFailure(refused, asked);
    if (failure.facts.problem === "tenantNotFound") throw failure;
  }
  const home = cloudOf(metadata);
  if (home !== undefined && home !== asked.cloud) throw inOtherCloud(asked, home);
  const { issuer } = metadata;
  const guid = typeof issuer === "string" ? issuer.toLowerCase().split("/")[3] : undefined;
  return guid !== undefined && isGuid(guid) ? guid : undefined;
}

/** A network that lets nobody to the other clouds is no reason to keep somebody waiting who mistyped. */
const OTHER_CLOUDS_MS = 4000;

/**
 * A failure that may come from asking the wrong cloud, made plain where another one knows the tenant. Asks
 * the public metadata of all, once; where they cannot be reached, the failure stays what it was.
 */
export async function explainCloud(
  fetch: Fetch,
  failure: AppError<"SIGN_IN_FAILED">,
): Promise<AppError<"SIGN_IN_FAILED">> {
  const { problem, cloud: asked, tenant } = failure.facts;
  if (problem !== "tenantNotFound" && problem !== "wrongCloud") return failure;
  const once: RetryingFetch = (request) => fetchWithin(fetch, request, OTHER_CLOUDS_MS);
  // One sign-in host for both American clouds.
  const homes = await Promise.all(
    (["global", "usgov", "china"] as const).map(async (cloud) => {
      const metadata = await readMetadata(once, cloud, tenant).catch(() => ({}));
      return "issuer" in metadata ? (cloudOf(metadata) ?? cloud) : undefined;
    }),
  );
  const home = homes.find((one) => one !== undefined && one !== asked);
  return home === undefined ? failure : inOtherCloud(failure.facts, home);
}

function inOtherCloud(asked: SignInAttempt, otherCloud: CloudName): AppError<"SIGN_IN_FAILED"> {
  const { way, tenant, clientId, cloud, scopes } = asked;
  const facts = { way, tenant, clientId, cloud, scopes, otherCloud };
  return new AppError("SIGN_IN_FAILED", { problem: "wrongCloud", ...facts });
}

type Metadata = Readonly<Record<string, unknown>>;

async function readMetadata(fetch: RetryingFetch, cloud: CloudName, tenant: string): Promise<Metadata> {
  const url = `${CLOUDS[cloud].login}/${tenant}/v2.0/.well-known/openid-configuration`;
  const response = await fetch(new Request(url), "always").catch((error: unknown) => {
    throw networkError(new URL(url).host, error);
  });
  const body = await readJson(response, 256 * 1024).catch(() => undefined);
  return typeof body === "object" && body !== null ? { ...body } : {};
}

/**
 * Where a tenant lives, as its metadata says; the worldwide service knows the American ones too, and marks
 * them by `tenant_region_sub_scope` (https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud).
 */
function cloudOf(metadata: Metadata): CloudName | undefined {
  const { cloud_instance_name: instance, tenant_region_sub_scope: part, msgraph_host: graph } = metadata;
  if (part === "DOD" || graph === "dod-graph.microsoft.us") return "usgov-dod";
  if (part === "DODCON" || instance === "microsoftonline.us") return "usgov";
  if (typeof instance === "string" && /microsoftonline\.cn$|chinacloudapi\.cn$/.test(instance))
    return "china";
  return instance === "microsoftonline.com" ? "global" : undefined;
}
