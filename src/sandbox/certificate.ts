import { createHash, createPublicKey, generateKeyPair, type KeyObject, randomBytes, sign } from "node:crypto";
import { promisify } from "node:util";
import {
  bits,
  boolean,
  type Der,
  explicit,
  implicit,
  integer,
  nothing,
  objectIdentifier,
  octets,
  sequence,
  set,
  text,
  time,
} from "./der.ts";

const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
const COMMON_NAME = "2.5.4.3";
const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
const SUBJECT_KEY = "2.5.29.14";
const AUTHORITY_KEY = "2.5.29.35";
const ALTERNATIVE_NAMES = "2.5.29.17";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
const DAY_MS = 86_400_000;

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/**
 * A certificate authority made for this one run, and a server certificate of it for the given names.
 *
 * RSA, because Azure Cloud Shell restricts Node to ECDHE-RSA cipher suites.
 */
export async function makeCertificates(options: { hosts: readonly string[]; now: Date }) {
  const authority = await newKeyPair();
  const server = await newKeyPair();
  const validity = {
    from: new Date(options.now.getTime() - DAY_MS),
    to: new Date(options.now.getTime() + 30 * DAY_MS),
  };
  const names = { issuer: "entra-app-registration sandbox CA", subject: "entra-app-registration sandbox" };
  const caPem = certificate({
    subject: names.issuer,
    issuer: names.issuer,
    publicKey: authority.publicKey,
    signedBy: authority.privateKey,
    validity,
    extensions: [
      extension(BASIC_CONSTRAINTS, sequence(boolean(true)), true),
      // keyCertSign and cRLSign
      extension(KEY_USAGE, bits(Buffer.from([0x06]), 1), true),
    ],
  });
  const certificatePem = certificate({
    subject: names.subject,
    issuer: names.issuer,
    publicKey: server.publicKey,
    signedBy: authority.privateKey,
    validity,
    extensions: [
      extension(BASIC_CONSTRAINTS, sequence()),
      // digitalSignature and keyEncipherment
      extension(KEY_USAGE, bits(Buffer.from([0xa0]), 5)),
      extension(EXTENDED_KEY_USAGE, sequence(objectIdentifier(SERVER_AUTHENTICATION))),
      extension(ALTERNATIVE_NAMES, alternativeNames(options.hosts)),
    ],
  });
  const keyPem = server.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { caPem, certificatePem, keyPem };
}

async function newKeyPair(): Promise<KeyPair> {
  return await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
}

/** RFC 5280, section 4.1: the parts in their order. */
function certificate(parts: {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  signedBy: KeyObject;
  validity: { from: Date; to: Date };
  extensions: readonly Der[];
}): string {
  const algorithm = sequence(objectIdentifier(SHA256_WITH_RSA), nothing());
  // Python 3.13 and whoever else checks strictly wants the keys named.
  const keys = [
    extension(SUBJECT_KEY, octets(keyIdentifier(parts.publicKey))),
    extension(AUTHORITY_KEY, sequence(implicit(0, keyIdentifier(createPublicKey(parts.signedBy))))),
  ];
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    algorithm,
    name(parts.issuer),
    sequence(time(parts.validity.from), time(parts.validity.to)),
    name(parts.subject),
    parts.publicKey.export({ type: "spki", format: "der" }),
    explicit(3, sequence(...parts.extensions, ...keys)),
  );
  const whole = sequence(body, algorithm, bits(sign("sha256", body, parts.signedBy), 0));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  // Positive, and without a leading zero byte.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function name(commonName: string): Der {
  return sequence(set(sequence(objectIdentifier(COMMON_NAME), text(commonName))));
}

function extension(id: string, value: Der, critical = false): Der {
  return sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octets(value));
}

/** RFC 5280, section 4.2.1.2: the name of a key. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash("sha1")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();
}

function alternativeNames(hosts: readonly string[]): Der {
  const loopback = implicit(7, Buffer.from([127, 0, 0, 1]));
  return sequence(...hosts.map((host) => implicit(2, Buffer.from(host))), loopback);
}
