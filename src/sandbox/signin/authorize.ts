import { outsider, signedInPerson } from "../personas.ts";
import type { World } from "../world.ts";
import { type AuthorizationCodes, required } from "./authorization-code.ts";
import { requirePublicClient } from "./clients.ts";
import { SignInError, signInErrorBody } from "./errors.ts";
import { type Refusal, refusal } from "./refusals.ts";
import { grantScopes } from "./scopes.ts";
import { landing, requireTenant } from "./tenants.ts";
import { encode, randomText } from "./tokens.ts";

/** What the browser takes back to the client; everything else is a page that only the person sees. */
const TAKEN_BACK: ReadonlySet<string> = new Set<Refusal>([
  "declined",
  "consentDeclined",
  "consentRequired",
  "adminApproval",
  "adminApprovalRequest",
  "mayNotConsent",
]);
const LOOPBACK = /^http:\/\/localhost(:\d{1,5})?\/?$/;

/** Where and for whom a sign-in in the browser goes on. */
interface Begun {
  readonly clientId: string;
  readonly redirectUri: string;
  /** The tenant that whoever signs in lands in. */
  readonly home: World;
}

/**
 * Answers `GET /{tenant}/oauth2/v2.0/authorize` as the browser of whoever signs in gets to see it: without a
 * question in between, a redirect back to the client, or a page on which it ends.
 */
export function authorize(world: World, codes: AuthorizationCodes, url: URL): Response {
  try {
    const begun = begin(world, url);
    return sendBack(begun.redirectUri, url.searchParams, answer(world, codes, url.searchParams, begun));
  } catch (error) {
    if (!(error instanceof SignInError)) throw error;
    return errorPage(world, error);
  }
}

/** As long as this is unclear, nobody knows whether the address to go back to can be trusted. */
function begin(world: World, url: URL): Begun {
  const tenant = decodeURIComponent(url.pathname.split("/")[1] ?? "");
  requireTenant(world, url.hostname, tenant);
  const clientId = requirePublicClient(world, url.searchParams.get("client_id"));
  const redirectUri = requireRedirectUri(world, clientId, url.searchParams.get("redirect_uri"));
  return { clientId, redirectUri, home: landing(world, tenant) };
}

/** What the client hears: a code, or why there is none. */
function answer(
  world: World,
  codes: AuthorizationCodes,
  query: URLSearchParams,
  { clientId, redirectUri, home }: Begun,
): Record<string, string> {
  try {
    checkRequest(query);
    const { id: personId } = decide(world, home, clientId);
    const scope = required(query, "scope");
    grantScopes(home, { clientId, personId, scope, browser: true });
    const code = `1.${randomText(80)}`;
    const challenge = required(query, "code_challenge");
    codes.add(code, { clientId, redirectUri, challenge, scope, personId }, world.clock.now().getTime());
    const account = { uid: personId, utid: home.state.tenantId };
    const wanted = query.get("client_info") === "1";
    return {
      code,
      ...(wanted ? { client_info: encode(account) } : {}),
      session_state: world.ids.uuid(),
    };
  } catch (error) {
    if (!(error instanceof SignInError) || error instanceof PageOnly) throw error;
    const { error: word, error_description: text } = described(world, error);
    return { error: word === "invalid_grant" ? "access_denied" : word, error_description: text };
  }
}

/** An end that the person sees and the client does not. */
class PageOnly extends SignInError {}

function decide(world: World, home: World, clientId: string) {
  const { browser, persona } = world.behaviour;
  if (home === world && outsider(persona)?.invited === false)
    throw onPage(refusal(world, "accountNotInTenant", clientId));
  if (browser === "abandoned") throw new PageOnly("pending", undefined, "Pick an account.");
  if (browser === "approved") return signedInPerson(home);
  const refused = refusal(world, browser, clientId);
  throw TAKEN_BACK.has(browser) ? refused : onPage(refused);
}

function onPage({ error, aadsts, message }: SignInError): PageOnly {
  return new PageOnly(error, aadsts, message.replace(/^AADSTS\d+: /, ""));
}

function checkRequest(query: URLSearchParams): void {
  const type = required(query, "response_type");
  if (type !== "code") {
    throw new SignInError(
      "unsupported_response_type",
      70005,
      `response_type '${type}' isn't supported for the application.`,
    );
  }
  if (query.get("prompt") === "none") {
    throw new SignInError(
      "login_required",
      50058,
      "A silent sign-in request was sent but no user is signed in.",
    );
  }
  // The service leaves this to the client; nobody at a public client should be without.
  const challenge = query.get("code_challenge") ?? "";
  if (query.get("code_challenge_method") !== "S256" || !/^[\w-]{43}$/.test(challenge)) {
    throw new SignInError(
      "invalid_request",
      9002325,
      "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
    );
  }
}

/** Microsoft's own clients and those of the tenant take their codes at this machine, at any port. */
function requireRedirectUri(world: World, clientId: string, asked: string | null): string {
  const uri = asked ?? "";
  const own = world.state.applications.find(({ appId }) => appId === clientId.toLowerCase());
  const registered = own?.publicClient.redirectUris ?? ["http://localhost"];
  const loopback = LOOPBACK.test(uri) && registered.some((one) => LOOPBACK.test(one));
  if (loopback || registered.includes(uri)) return uri;
  throw new SignInError(
    "invalid_request",
    50011,
    `The redirect URI '${uri}' specified in the request does not match the redirect URIs configured for the application '${clientId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.`,
  );
}

function sendBack(redirectUri: string, query: URLSearchParams, said: Record<string, string>): Response {
  const state = query.get("state");
  const mode = query.get("response_mode") ?? "query";
  const fields = { ...said, ...(state === null ? {} : { state }) };
  if (mode === "form_post") {
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
    );
    return page(
      200,
      `<form method="POST" action="${escape(redirectUri)}">${inputs.join("")}</form><script>document.forms[0].submit()</script>`,
    );
  }
  const target = new URL(redirectUri);
  if (mode === "fragment") target.hash = new URLSearchParams(fields).toString();
  else for (const [name, value] of Object.entries(fields)) target.searchParams.append(name, value);
  return new Response(null, { status: 302, headers: { Location: target.href } });
}

function errorPage(world: World, error: SignInError): Response {
  if (error.aadsts === undefined) return page(200, escape(error.message));
  const { error_description: text } = described(world, error);
  return page(400, `Sorry, but we’re having trouble signing you in. ${escape(text)}`);
}

function described(world: World, error: SignInError) {
  const ids = { trace: world.ids.uuid(), correlation: world.ids.uuid() };
  return signInErrorBody(error, world.clock.now(), ids);
}

function page(status: number, body: string): Response {
  const text = `<!DOCTYPE html><html><head><title>Sign in to your account</title></head><body>${body}</body></html>`;
  return new Response(text, { status, headers: { "Content-Type": "text/html; charset=utf-8" } });
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
