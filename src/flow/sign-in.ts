import { AppError, isAppError, type SignInAttempt } from "../errors.ts";
import { untilAborted } from "../http/until-aborted.ts";
import { Secret } from "../secret.ts";
import { isSettled, type KnownValues } from "../settings/known-values.ts";
import { BRINGS_TENANT, type SignInWay } from "../settings/sign-in.ts";
import { isGuid } from "../settings/values.ts";
import { GRAPH_COMMAND_LINE_TOOLS } from "../signin/cloud.ts";
import { type CloudShell, detectCloudShell } from "../signin/detect-cloud-shell.ts";
import { replaceable } from "../signin/replaceable.ts";
import { explainCloud, resolveTenant } from "../signin/tenant.ts";
import { ACCESS_TOKEN_VARIABLE, type TokenSource } from "../signin/token-source.ts";
import { offeredWays } from "../signin/ways.ts";
import { during, type RunContext } from "./context.ts";

/** The scopes of changing a registration, no more (`User.Read` is for the tenant's name). */
export const CHANGING_SCOPES = [
  "User.Read",
  "Application.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
];
/** The scopes of looking only. */
export const READING_SCOPES = ["User.Read", "Application.Read.All", "Directory.Read.All"];

/** What a person may press while a sign-in waits for them. */
const KEYS = { newCode: "n", otherWay: "o" } as const;

export type SignInSettings = Pick<KnownValues, "tenant" | "signInClientId" | "auth" | "ways"> & {
  /** Whether a plan is made for the tenant already, so that no other may take its place. */
  readonly tenantIsFixed?: boolean;
};

/**
 * Signs in the way that was chosen, by default Cloud Shell's own token inside Cloud Shell and a device code
 * everywhere else. Where somebody can be asked, a wrong tenant is asked for again and a way that is blocked
 * gives place to another; nothing that was typed before is lost.
 *
 * @throws AppError SIGN_IN_FAILED, NETWORK, INPUT_MISSING, INTERRUPTED
 */
export async function signIn(
  context: RunContext,
  known: SignInSettings,
  scopes: readonly string[],
): Promise<TokenSource> {
  const shell = detectCloudShell(context.ports.system.environment);
  let way = known.auth === "auto" ? (shell ? "cloud-shell" : "device-code") : known.auth;
  const inShell =
    shell?.tenantId === undefined ? undefined : ({ value: shell.tenantId, source: "environment" } as const);
  let proposed = known.tenant ?? (BRINGS_TENANT.has(way) ? undefined : inShell);
  for (;;) {
    const tenant = await tenantFor(context, way, proposed);
    const clientId = known.signInClientId ?? GRAPH_COMMAND_LINE_TOOLS;
    const isAutomatic = known.auth === "auto" && way === "cloud-shell";
    try {
      const asked = { way, tenant, clientId, cloud: context.cloud.name, scopes };
      const tokens = await signInTo(context, asked, shell);
      if (!isAutomatic) return tokens;
      return replaceable(tokens, async ({ facts }) => {
        context.report({ kind: "signInFailed", failure: facts, next: "device-code" });
        const home = tokens.account.tenantId || shell?.tenantId;
        const again = home === undefined ? known : inTenant(known, home);
        return signIn(context, { ...again, auth: "device-code" }, scopes);
      });
    } catch (error) {
      const next = await afterFailure(context, error, { isAutomatic, shell, known });
      way = next.way;
      if (next.tenant === "again")
        proposed = tenant === "" ? undefined : { value: tenant, source: "template" };
      else if (tenant !== "") proposed = { value: tenant, source: "flag" };
      else if (isAutomatic) proposed = inShell;
    }
  }
}

/** The client that a person gave permissions to; a session, a token or an application had its own before. */
export function permittedClient({ account: { way, clientId } }: TokenSource): string | undefined {
  return way === "device-code" || way === "browser" ? clientId : undefined;
}

/** For a sign-in that adds to an earlier one: no other tenant may take the place of that one's. */
export function inTenant<Settings extends SignInSettings>(known: Settings, tenantId: string): Settings {
  return { ...known, tenant: { value: tenantId, source: "flag" }, tenantIsFixed: true };
}

async function tenantFor(
  { questions }: RunContext,
  way: SignInWay,
  proposed: SignInSettings["tenant"],
): Promise<string> {
  if (BRINGS_TENANT.has(way)) return proposed?.value ?? "";
  const tenant =
    questions && !isSettled(proposed) ? await questions.tenant(proposed?.value) : proposed?.value;
  if (tenant === undefined) {
    throw new AppError("INPUT_MISSING", { missing: [{ flag: "--tenant-id", configKey: "tenantID" }] });
  }
  return tenant;
}

async function signInTo(
  context: RunContext,
  named: SignInAttempt,
  shell: CloudShell | undefined,
): Promise<TokenSource> {
  const guid =
    named.tenant === ""
      ? undefined
      : await during(context, "findTenant", () =>
          untilAborted(context.signal, resolveTenant(context.fetch, named)),
        );
  // Signing in by GUID: a domain could be moved to another tenant between two requests.
  const asked = { ...named, tenant: guid ?? named.tenant };
  const tokens = await during(context, "signIn", () =>
    untilAborted(context.signal, by[asked.way](context, asked, shell)),
  );
  const { tenantId } = tokens.account;
  if (tenantId === PERSONAL_ACCOUNTS) {
    throw new AppError("SIGN_IN_FAILED", { problem: "personalAccount", ...asked });
  }
  if (guid !== undefined && isGuid(tenantId) && tenantId !== guid) {
    const facts = { ...asked, tenant: named.tenant, answeredBy: tenantId };
    throw new AppError("SIGN_IN_FAILED", { problem: "wrongTenant", ...facts });
  }
  return tokens;
}

/** The tenant that all personal Microsoft accounts are in. */
const PERSONAL_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad";

type SignInBy = (
  context: RunContext,
  asked: SignInAttempt,
  shell: CloudShell | undefined,
) => Promise<TokenSource>;

/** Each way is loaded when it is taken: half of them need no sign-in library. */
const by: Readonly<Record<SignInWay, SignInBy>> = {
  "device-code": async (context, asked) => {
    const { fetch, ports, report, questions } = context;
    const { signInWithDeviceCode } = await import("../signin/device-code.ts");
    return switchable(context, [KEYS.newCode, KEYS.otherWay], (signal, onShown) =>
      signInWithDeviceCode({
        fetch,
        clock: ports.clock,
        asked,
        signal,
        onCode: (code) => {
          report({ kind: "deviceCode", code, canSwitch: questions !== undefined });
          onShown();
        },
      }),
    );
  },
  browser: async (context, asked) => {
    const { fetch, ports, report, questions, signInPages: pages } = context;
    const { signInWithBrowser } = await import("../signin/browser.ts");
    return switchable(context, [KEYS.otherWay], (signal, onShown) =>
      signInWithBrowser({
        fetch,
        clock: ports.clock,
        asked,
        signal,
        pages,
        onPage: (url) => {
          report({ kind: "signInPage", url, canSwitch: questions !== undefined });
          ports.programs.openPage(url);
          onShown();
        },
      }),
    );
  },
  "azure-cli": async ({ ports, signal }, asked, shell) => {
    const { signInWithAzureCli } = await import("../signin/azure-cli.ts");
    return signInWithAzureCli({ ...ports, asked, namesTenant: shell === undefined, signal });
  },
  "cloud-shell": async ({ ports, signal }, asked, shell) => {
    const { signInWithCloudShell } = await import("../signin/cloud-shell.ts");
    return signInWithCloudShell({ ...ports, shell, asked, signal });
  },
  token: async ({ ports, questions, readInput }, asked) => {
    const { signInWithToken } = await import("../signin/given-token.ts");
    const variable = ports.system.environment[ACCESS_TOKEN_VARIABLE];
    const token = variable
      ? new Secret(variable)
      : await (questions ? questions.accessToken() : readInput().then((text) => new Secret(text)));
    return signInWithToken({ token, clock: ports.clock, asked });
  },
  environment: async ({ fetch, ports, signal }, asked) => {
    const { signInFromEnvironment } = await import("../signin/environment.ts");
    const { environment } = ports.system;
    return signInFromEnvironment({ ...ports, fetch, environment, asked, signal });
  },
};

/** Thrown inside when the person asked for another way while one was waiting for them. */
class OtherWay extends Error {}

/** Waits for a sign-in and, once it shows what to do, for the keys that begin it anew or leave it. */
async function switchable(
  { questions, signal }: RunContext,
  keys: readonly string[],
  start: (signal: AbortSignal, onShown: () => void) => Promise<TokenSource>,
): Promise<TokenSource> {
  if (!questions) return start(signal, () => undefined);
  for (;;) {
    const [leaving, done] = [new AbortController(), new AbortController()];
    let onShown = (): void => undefined;
    const shown = new Promise<void>((resolve) => {
      onShown = resolve;
    });
    const signingIn = start(AbortSignal.any([signal, leaving.signal]), onShown);
    const pressed = shown.then(() => questions.key(keys, AbortSignal.any([signal, done.signal])));
    try {
      const first = await Promise.race([signingIn, pressed]);
      if (typeof first !== "string") return first;
      leaving.abort(new OtherWay());
      await signingIn.catch(() => undefined);
      if (first === KEYS.otherWay) throw new OtherWay();
    } finally {
      done.abort(new OtherWay());
      pressed.catch(() => undefined);
    }
  }
}

/** What comes after a sign-in that failed: another way, or the tenant once more. */
async function afterFailure(
  context: RunContext,
  error: unknown,
  {
    isAutomatic,
    shell,
    known: { ways, tenantIsFixed = false },
  }: { isAutomatic: boolean; shell: CloudShell | undefined; known: SignInSettings },
): Promise<{ readonly way: SignInWay; readonly tenant: "again" | "same" }> {
  const { questions, report, ports, signal } = context;
  // Ctrl-C ends whatever is before this in a pipe as well, which then fails first.
  signal.throwIfAborted();
  const leaves = error instanceof OtherWay;
  if (!leaves && !isAppError(error, "SIGN_IN_FAILED")) throw error;
  const failure = leaves ? undefined : await untilAborted(signal, explainCloud(ports.fetch, error));
  if (failure && isAutomatic) {
    report({ kind: "signInFailed", failure: failure.facts, next: "device-code" });
    return { way: "device-code", tenant: "same" };
  }
  if (failure && (!questions || failure.facts.problem === "wrongCloud")) throw failure;
  if (!questions) throw error;
  if (failure) report({ kind: "signInFailed", failure: failure.facts, next: undefined });
  if (failure && !tenantIsFixed && ASKS_TENANT.has(failure.facts.problem)) {
    const { way } = failure.facts;
    // One that brings its tenant would bring the same again.
    if (!BRINGS_TENANT.has(way)) return { way, tenant: "again" };
  }
  const { environment, platform } = ports.system;
  const offered = offeredWays({ environment, platform, shell }).filter((way) => ways.includes(way));
  const way = await questions.signInWay(offered);
  if (way === "stop") throw failure ?? new AppError("DECLINED", {});
  return { way, tenant: "same" };
}

const ASKS_TENANT: ReadonlySet<string> = new Set([
  "tenantNotFound",
  "accountNotInTenant",
  "wrongTenant",
  "personalAccount",
]);
