import { AppError, type SignInAttempt } from "../errors.ts";
import { fetchWithin } from "../http/attempt.ts";
import { transportCode } from "../http/errors.ts";
import { readText } from "../http/read.ts";
import type { Clock, Fetch } from "../ports/index.ts";
import { CLOUDS } from "./cloud.ts";
import type { CloudShell } from "./detect-cloud-shell.ts";
import { type SessionToken, sessionSource } from "./session.ts";
import type { TokenSource } from "./token-source.ts";

/** The shell asks its page in the browser for the token; a page that does not answer would hang for ever. */
const LIMIT_MS = 10_000;
/** Every now and then the page is too slow for the endpoint, which then says 400. */
const PAUSE_MS = 1000;

/**
 * Signs in with the token that Cloud Shell gives its person. The library's way would hang with the endpoint
 * and hide why it refuses.
 *
 * @throws AppError SIGN_IN_FAILED where the shell gives none; fall back to another way then.
 */
export async function signInWithCloudShell(options: {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Undefined where this is none. */
  readonly shell: CloudShell | undefined;
  readonly asked: SignInAttempt;
  readonly signal: AbortSignal;
}): Promise<TokenSource> {
  const { fetch, clock, shell, asked, signal } = options;
  const unavailable = (detail: string) =>
    new AppError("SIGN_IN_FAILED", { problem: "cloudShellUnavailable", ...asked, detail });
  const ask = async (endpoint: string): Promise<Answer> => {
    const request = new Request(endpoint, {
      method: "POST",
      headers: { Metadata: "true", "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ resource: CLOUDS[asked.cloud].graph }),
      signal,
    });
    const response = await fetchWithin(fetch, request, LIMIT_MS).catch((error: unknown) => {
      signal.throwIfAborted();
      throw unavailable(transportCode(error));
    });
    return readAnswer(response.status, await readText(response, 256 * 1024).catch(() => ""));
  };
  const acquire = async (): Promise<SessionToken> => {
    if (shell?.endpoint === undefined) throw unavailable("no MSI_ENDPOINT");
    let answer = await ask(shell.endpoint);
    if ("refused" in answer && answer.mayPass) {
      await clock.sleep(PAUSE_MS, signal);
      answer = await ask(shell.endpoint);
    }
    if ("refused" in answer) throw unavailable(answer.refused);
    return answer;
  };
  return sessionSource(acquire, asked, clock);
}

/** A token, or what the shell says instead; some of its refusals are gone a moment later. */
type Answer = SessionToken | { readonly refused: string; readonly mayPass: boolean };

function readAnswer(status: number, text: string): Answer {
  const body = parse(text);
  const { access_token: token, expires_on: ends } = body;
  if (typeof token === "string") {
    const seconds = Number(ends);
    return { token, ...(seconds > 0 && { expiresAt: new Date(seconds * 1000) }) };
  }
  const { code } = (body["error"] ?? {}) as { code?: unknown };
  const refused = typeof code === "string" && code !== "" ? code : `HTTP ${status}`;
  return { refused, mayPass: status >= 400 && refused !== "AudienceNotSupported" };
}

function parse(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
