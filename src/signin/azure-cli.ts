import { AppError, type SignInAttempt } from "../errors.ts";
import type { Clock, Programs } from "../ports/index.ts";
import { CLOUDS } from "./cloud.ts";
import { type SessionToken, sessionSource } from "./session.ts";
import type { TokenSource } from "./token-source.ts";

/** The public client that the Azure CLI signs in with. */
export const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/**
 * Signs in with the session that the Azure CLI has on this machine. Asks `az` itself rather than by the
 * library, which takes every failure whose text mentions `az login` for a missing session and drops the text.
 *
 * @throws AppError SIGN_IN_FAILED: no Azure CLI, nobody signed in to it, or its own words.
 */
export async function signInWithAzureCli(options: {
  readonly programs: Programs;
  readonly clock: Clock;
  readonly asked: SignInAttempt;
  /** Whether a tenant may be named: in Cloud Shell `az` has one of its own and takes no other. */
  readonly namesTenant: boolean;
  readonly signal: AbortSignal;
}): Promise<TokenSource> {
  const { programs, clock, asked, signal } = options;
  const { tenant, cloud } = asked;
  const args = ["account", "get-access-token", "--output", "json", "--resource", CLOUDS[cloud].graph];
  if (options.namesTenant) args.push("--tenant", tenant);
  const acquire = async (): Promise<SessionToken> => {
    const end = await programs.run("az", args, signal);
    if (!end) throw new AppError("SIGN_IN_FAILED", { problem: "azureCliMissing", ...asked });
    const token = end.exitCode === 0 ? readToken(end.stdout) : undefined;
    if (token) return token;
    const said = end.stderr.trim();
    const detail = reasonIn(said);
    // A policy's refusal ends with "run az login" too; only its own sentence means that nobody is signed in.
    const problem =
      /Please run 'az login' to (setup|set up|access)/i.test(said) && !/AADSTS/.test(said)
        ? "azureCliSignedOut"
        : "azureCliFailed";
    throw new AppError("SIGN_IN_FAILED", { problem, ...asked, ...(detail && { detail }) });
  };
  return sessionSource(acquire, asked, clock);
}

/** The line that says why; warnings and news of updates stand before it. */
function reasonIn(said: string): string {
  const lines = said.split(/\r?\n/);
  const reason = lines.find((line) => /^ERROR: |AADSTS/.test(line)) ?? lines[0] ?? "";
  return reason.replace(/^ERROR: /, "");
}

function readToken(stdout: string): SessionToken | undefined {
  try {
    const { accessToken, expires_on: ends } = JSON.parse(stdout) as Record<string, unknown>;
    if (typeof accessToken !== "string") return undefined;
    return typeof ends === "number"
      ? { token: accessToken, expiresAt: new Date(ends * 1000) }
      : { token: accessToken };
  } catch {
    return undefined;
  }
}
