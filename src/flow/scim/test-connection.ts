import { AppError } from "../../errors.ts";
import { validateCredentials } from "../../graph/synchronization-connection.ts";
import { parseTenantUrl } from "../../provisioning/tenant-url.ts";
import type { ConnectionTest } from "../../provisioning/types.ts";
import type { Secret } from "../../secret.ts";
import type { KnownValues } from "../../settings/known-values.ts";
import type { Template } from "../../template/schema.ts";
import { during, type RunContext } from "../context.ts";
import { acceptsMadeUp } from "./connection.ts";
import { desiredAsGiven } from "./desired.ts";
import { keyOf } from "./keyed.ts";
import { type LocatedProvisioning, locateProvisioning, SCIM_RUNNING_SCOPES } from "./locate.ts";
import { askSecretToken, readSecretTokens, type SecretTokens, type TokenInput } from "./secret-tokens.ts";

export interface TestConnectionInput {
  readonly template: Template;
  /** All of the product, by which tokens are told apart. */
  readonly templates: readonly Template[];
  readonly known: KnownValues;
  readonly tokenFiles: TokenInput["files"];
  /** Another address than the saved one, as it was typed. */
  readonly tenantUrl: string | undefined;
}

/** What came of a connection test. */
export interface ConnectionTested {
  readonly tenant: { readonly id: string; readonly displayName: string };
  readonly displayName: string;
  readonly appId: string;
  readonly objectId: string;
  readonly tenantUrl: string;
  /** Whether what is saved was tried, or what was given. */
  readonly credentials: "given" | "saved";
  readonly test: ConnectionTest;
  /** Whether the vendor's address accepts a made-up token as well; undefined where that was not tried. */
  readonly acceptsAnyToken: boolean | undefined;
}

/**
 * Has Entra try the connection to the vendor: with what is saved, or with an address and a token that were given.
 * Changes nothing.
 *
 * @throws AppError PROVISIONING_MISSING, VALUES_INVALID, DECLINED, and what `locate` throws.
 */
export async function testConnection(
  context: RunContext,
  input: TestConnectionInput,
): Promise<ConnectionTested> {
  const tenantUrl = input.tenantUrl === undefined ? undefined : toTenantUrl(input.tenantUrl);
  const tokens = await readSecretTokens(context, {
    templates: input.templates,
    files: input.tokenFiles,
    inputIsTaken: input.known.auth === "token",
  });
  requireToken(context, input, tokens);
  const located = await locateProvisioning(context, input, SCIM_RUNNING_SCOPES);
  const { displayName, appId, objectId } = located.current.application;
  const given = tokens.get(keyOf(input.template)) ?? (await askedToken(context, displayName, tenantUrl));
  const tested = given
    ? await testGiven(context, located, { tenantUrl: tenantUrl ?? addressOf(input, located), token: given })
    : await testSaved(context, located);
  return { tenant: located.tenant, displayName, appId, objectId, ...tested };
}

function toTenantUrl(text: string): string {
  const parsed = parseTenantUrl(text);
  if (parsed.ok) return parsed.url;
  const fault = { path: "--tenant-url", found: text, expected: { tenantUrl: parsed.problem } };
  throw new AppError("VALUES_INVALID", { faults: [fault] });
}

/** The saved token goes to no other address than the saved one. @throws AppError VALUES_INVALID */
function requireToken(
  { questions }: RunContext,
  { tenantUrl, template }: TestConnectionInput,
  tokens: SecretTokens,
): void {
  if (tenantUrl === undefined || questions || tokens.has(keyOf(template))) return;
  const expected = { secretToken: "empty" } as const;
  throw new AppError("VALUES_INVALID", { faults: [{ path: "--secret-token-file", expected }] });
}

async function askedToken(
  context: RunContext,
  displayName: string,
  tenantUrl: string | undefined,
): Promise<Secret | undefined> {
  if (tenantUrl === undefined || !context.questions) return undefined;
  const token = await askSecretToken(context, displayName);
  if (!token) throw new AppError("DECLINED", {});
  return token;
}

/** The address that is saved, else the one that the template names. */
function addressOf({ template, known }: TestConnectionInput, located: LocatedProvisioning): string {
  const saved = located.provisioning.credentials.tenantUrl;
  if (saved !== undefined) return saved;
  return toTenantUrl(desiredAsGiven(template, known, located.appName)?.tenantUrl ?? "");
}

type Tested = Pick<ConnectionTested, "tenantUrl" | "credentials" | "test" | "acceptsAnyToken">;

async function testGiven(
  context: RunContext,
  { graph, servicePrincipalId, provisioning: { job } }: LocatedProvisioning,
  given: { readonly tenantUrl: string; readonly token: Secret },
): Promise<Tested> {
  const target = { servicePrincipalId, isNew: false };
  const endpoint = { ...given, job: job && (() => Promise.resolve(job)) };
  return during(context, "testConnection", async () => {
    const test = await validateCredentials(graph, target, endpoint);
    const acceptsAnyToken = test.ok ? await acceptsMadeUp(context, graph, target, endpoint) : undefined;
    return { tenantUrl: endpoint.tenantUrl, credentials: "given", test, acceptsAnyToken };
  });
}

async function testSaved(context: RunContext, located: LocatedProvisioning): Promise<Tested> {
  const { graph, servicePrincipalId, provisioning, current } = located;
  const { job, credentials } = provisioning;
  const { tenantUrl, hasToken } = credentials;
  if (!job || tenantUrl === undefined || !hasToken) {
    const { displayName, appId } = current.application;
    throw new AppError("PROVISIONING_MISSING", { displayName, appId, lacks: job ? "credentials" : "job" });
  }
  const target = { servicePrincipalId, isNew: false };
  const endpoint = { tenantUrl, job: () => Promise.resolve(job) };
  return during(context, "testConnection", async () => {
    const test = await validateCredentials(graph, target, { jobId: job.id, templateId: job.templateId });
    const acceptsAnyToken = test.ok ? await acceptsMadeUp(context, graph, target, endpoint) : undefined;
    return { tenantUrl, credentials: "saved", test, acceptsAnyToken };
  });
}
