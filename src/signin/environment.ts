import { ClientAssertionCredential, ClientSecretCredential } from "@azure/identity";
import { AppError, type SignInAttempt } from "../errors.ts";
import type { RetryingFetch } from "../http/retry.ts";
import type { Clock, Files, Ids, System } from "../ports/index.ts";
import { Secret } from "../secret.ts";
import { readClaims, toAccount } from "./claims.ts";
import { clientAssertion, readCertificate } from "./client-certificate.ts";
import { CLOUDS } from "./cloud.ts";
import { toHttpClient, UNUSED_PROXY } from "./http-client.ts";
import { freshTokenClaims, keepTransport, observe, type Seen, toFailure } from "./observed.ts";
import type { TokenSource } from "./token-source.ts";

type Environment = System["environment"];

/** The variables of Azure's own tools, for an application that registers others without a person. */
const IDENTITY = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"] as const;

/**
 * Signs in as an application by the variables that Azure's own tools take: `AZURE_TENANT_ID`,
 * `AZURE_CLIENT_ID`, and `AZURE_CLIENT_SECRET` or `AZURE_CLIENT_CERTIFICATE_PATH` (a .pem file, with
 * `AZURE_CLIENT_CERTIFICATE_PASSWORD` where it has one).
 *
 * @throws AppError SIGN_IN_FAILED where a variable is missing, the file is of no use or the credential is
 * refused; NETWORK.
 */
export async function signInFromEnvironment(options: {
  readonly fetch: RetryingFetch;
  readonly clock: Clock;
  readonly files: Files;
  readonly ids: Ids;
  readonly environment: Environment;
  readonly asked: SignInAttempt;
  readonly signal: AbortSignal;
}): Promise<TokenSource> {
  const { clock, environment, asked, signal } = options;
  const { login, graph } = CLOUDS[asked.cloud];
  const seen: Seen = {};
  const { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId } = environment;
  const certificatePath = environment["AZURE_CLIENT_CERTIFICATE_PATH"];
  const secret = environment["AZURE_CLIENT_SECRET"];
  const variables: string[] = IDENTITY.filter((name) => !environment[name]);
  if (!secret && !certificatePath) variables.push("AZURE_CLIENT_SECRET");
  if (!tenantId || !clientId || variables.length > 0) {
    throw new AppError("SIGN_IN_FAILED", { problem: "environmentIncomplete", ...asked, variables });
  }
  const own: SignInAttempt = { ...asked, tenant: tenantId, clientId };
  const common = {
    authorityHost: login,
    httpClient: toHttpClient(keepTransport(options.fetch, seen), observe(options, seen)),
    proxyOptions: UNUSED_PROXY,
    retryOptions: { maxRetries: 0 },
  };
  const credential = secret
    ? new ClientSecretCredential(tenantId, clientId, secret, common)
    : new ClientAssertionCredential(tenantId, clientId, await asserting(options, own), common);
  const getToken = async (claims?: string): Promise<Secret> => {
    seen.oauth = undefined;
    const token = await credential
      .getToken(`${graph}/.default`, { enableCae: true, ...(claims !== undefined && { claims }) })
      .catch((error: unknown) => {
        throw toFailure(error, seen, own, signal);
      });
    return new Secret(token.token);
  };
  const claims = readClaims((await getToken()).reveal());
  return {
    account: toAccount({ way: asked.way, tenant: tenantId, clientId }, claims, {
      username: claims.username ?? clientId,
    }),
    getToken: () => getToken(),
    renewToken: (challenge) => getToken(challenge ?? freshTokenClaims(clock.now())),
  };
}

const LARGEST_FILE_BYTES = 256 * 1024;

/** Makes the statements of an application that has a certificate. @throws AppError SIGN_IN_FAILED */
async function asserting(
  { files, ids, clock, environment }: { files: Files; ids: Ids; clock: Clock; environment: Environment },
  asked: SignInAttempt,
): Promise<() => Promise<string>> {
  const path = environment["AZURE_CLIENT_CERTIFICATE_PATH"] ?? "";
  const pem = await files.read(path, LARGEST_FILE_BYTES).catch(() => new Uint8Array());
  const password = environment["AZURE_CLIENT_CERTIFICATE_PASSWORD"];
  const certificate = readCertificate(new TextDecoder().decode(pem), password);
  if (!certificate) throw new AppError("SIGN_IN_FAILED", { problem: "certificateUnusable", ...asked });
  const { tenant, clientId, cloud } = asked;
  const audience = `${CLOUDS[cloud].login}/${tenant}/oauth2/v2.0/token`;
  return async () => clientAssertion(certificate, { clientId, audience, id: ids.uuid(), now: clock.now() });
}
