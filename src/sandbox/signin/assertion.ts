import { constants, createHash, verify, X509Certificate } from "node:crypto";
import { cloudOf } from "../clouds.ts";
import type { Application } from "../state.ts";
import { isRecord, type World } from "../world.ts";
import { SignInError } from "./errors.ts";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/** How far the clocks may be apart. */
const SKEW_SECONDS = 300;

/** Checks the JWT by which an application proves that it holds the key of one of its certificates. */
export function checkAssertion(world: World, application: Application, form: URLSearchParams): void {
  const assertion = form.get("client_assertion") ?? "";
  if (form.get("client_assertion_type") !== ASSERTION_TYPE) {
    throw refused(900144, "The request body must contain the following parameter: 'client_assertion_type'.");
  }
  const [header = {}, claims = {}] = assertion.split(".").slice(0, 2).map(decode);
  const padding = { RS256: constants.RSA_PKCS1_PADDING, PS256: constants.RSA_PKCS1_PSS_PADDING }[
    String(header["alg"])
  ];
  if (padding === undefined) throw refused(50027, "JWT token is invalid or malformed.");
  const certificate = certificateOf(application, header);
  const [signed, signature] = splitLast(assertion);
  const key = { key: certificate.publicKey, padding };
  if (!verify("sha256", Buffer.from(signed), key, Buffer.from(signature, "base64url"))) {
    throw refused(700027, "Client assertion failed signature validation.");
  }
  const now = world.clock.now().getTime() / 1000;
  if (Date.parse(certificate.validTo) / 1000 <= now) {
    throw refused(
      700027,
      `The certificate with identifier used to sign the client assertion is expired on application. [Reason - The key used is expired., Thumbprint of key used by client: '${certificate.fingerprint.replaceAll(":", "")}'.]`,
    );
  }
  checkClaims(world, application, claims, now);
}

function checkClaims(
  world: World,
  { appId }: Application,
  claims: Record<string, unknown>,
  now: number,
): void {
  const { iss, sub, aud, exp, nbf = 0, jti } = claims;
  if (iss !== appId || sub !== appId) {
    throw refused(700021, "Client assertion application identifier doesn't match 'client_id' parameter.");
  }
  if (!audiences(world).includes(String(aud))) {
    throw refused(700023, "Client assertion audience claim does not match Realm issuer.");
  }
  if (
    typeof exp !== "number" ||
    typeof nbf !== "number" ||
    exp + SKEW_SECONDS <= now ||
    nbf - SKEW_SECONDS > now
  ) {
    throw refused(700024, "Client assertion is not within its valid time range.");
  }
  // Optional for the service; without it a caught assertion is good again until it expires.
  if (typeof jti !== "string" || jti === "") throw refused(50027, "JWT token is invalid or malformed.");
}

/** The token endpoint, and the issuer, under each name the tenant has. */
function audiences(world: World): string[] {
  const { tenantId, verifiedDomains } = world.state;
  return cloudOf(world).signInHosts.flatMap((host) =>
    [tenantId, ...verifiedDomains].flatMap((tenant) => [
      `https://${host}/${tenant}/oauth2/v2.0/token`,
      `https://${host}/${tenant}/v2.0`,
    ]),
  );
}

function certificateOf({ keyCredentials }: Application, header: Record<string, unknown>): X509Certificate {
  const wanted = [header["x5t"], header["x5t#S256"]].filter((one) => typeof one === "string");
  const credentials = Array.isArray(keyCredentials) ? keyCredentials : [];
  const certificates = credentials.flatMap((credential: unknown) =>
    isRecord(credential) ? (readCertificate(credential["key"]) ?? []) : [],
  );
  const found = certificates.find(({ raw }) =>
    wanted.some((one) =>
      ["sha1", "sha256"].some((hash) => createHash(hash).update(raw).digest("base64url") === one),
    ),
  );
  if (found !== undefined) return found;
  const [thumbprint = ""] = wanted;
  throw refused(
    700027,
    `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${Buffer.from(thumbprint, "base64url").toString("hex").toUpperCase()}'.]`,
  );
}

/** The certificate of a key credential; undefined where it is none. */
export function readCertificate(key: unknown): X509Certificate | undefined {
  if (typeof key !== "string") return undefined;
  try {
    return new X509Certificate(Buffer.from(key, "base64"));
  } catch {
    return undefined;
  }
}

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function splitLast(text: string): [string, string] {
  const end = text.lastIndexOf(".");
  return [text.slice(0, Math.max(end, 0)), text.slice(end + 1)];
}

function refused(aadsts: number, text: string): SignInError {
  return new SignInError("invalid_client", aadsts, text, { status: 401 });
}
