import { constants, createPrivateKey, type KeyObject, sign, X509Certificate } from "node:crypto";

/** What an application proves itself with instead of a secret. */
export interface ClientCertificate {
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
}

/**
 * Reads a certificate and its private key from the text of a .pem file, in whichever order they stand there
 * and with whatever chain beside them. Undefined where the file does not hold both, or the key needs another
 * password.
 */
export function readCertificate(pem: string, password: string | undefined): ClientCertificate | undefined {
  try {
    const [key = ""] = blocks(pem, "[A-Z ]*PRIVATE KEY");
    const privateKey = createPrivateKey({ key, ...(password && { passphrase: password }) });
    const certificate = blocks(pem, "CERTIFICATE")
      .map((block) => new X509Certificate(block))
      .find((one) => one.checkPrivateKey(privateKey));
    // Entra takes no other keys.
    return certificate && privateKey.asymmetricKeyType === "rsa" ? { certificate, privateKey } : undefined;
  } catch {
    return undefined;
  }
}

function blocks(pem: string, label: string): string[] {
  return pem.match(new RegExp(`-----BEGIN ${label}-----[\\s\\S]+?-----END ${label}-----`, "g")) ?? [];
}

const LIFETIME_SECONDS = 600;

/**
 * The signed statement by which an application shows that it holds the key
 * (https://learn.microsoft.com/entra/identity-platform/certificate-credentials). Not by the library, whose
 * signer would make the package larger by a tenth.
 */
export function clientAssertion(
  { certificate, privateKey }: ClientCertificate,
  facts: { readonly clientId: string; readonly audience: string; readonly id: string; readonly now: Date },
): string {
  const { clientId, audience, id, now } = facts;
  const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(":", ""), "hex").toString("base64url");
  const start = Math.floor(now.getTime() / 1000);
  const lifetime = { iat: start, nbf: start, exp: start + LIFETIME_SECONDS };
  const text = [
    { alg: "PS256", typ: "JWT", "x5t#S256": thumbprint },
    { aud: audience, iss: clientId, sub: clientId, jti: id, ...lifetime },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const key = {
    key: privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}
