import { generateKeyPair, type KeyObject, randomBytes, sign } from "node:crypto";
import { promisify } from "node:util";
import {
  Boolean as Asn1Boolean,
  Set as Asn1Set,
  type BaseBlock,
  BitString,
  Constructed,
  fromBER,
  Integer,
  Null,
  ObjectIdentifier,
  OctetString,
  Primitive,
  Sequence,
  UTCTime,
  Utf8String,
} from "asn1js";

const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
const COMMON_NAME = "2.5.4.3";
const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
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
      extension(BASIC_CONSTRAINTS, new Sequence({ value: [new Asn1Boolean({ value: true })] })),
      // keyCertSign and cRLSign
      extension(KEY_USAGE, new BitString({ valueHex: new Uint8Array([0x06]), unusedBits: 1 })),
    ],
  });
  const certificatePem = certificate({
    subject: names.subject,
    issuer: names.issuer,
    publicKey: server.publicKey,
    signedBy: authority.privateKey,
    validity,
    extensions: [
      extension(BASIC_CONSTRAINTS, new Sequence({ value: [] })),
      // digitalSignature and keyEncipherment
      extension(KEY_USAGE, new BitString({ valueHex: new Uint8Array([0xa0]), unusedBits: 5 })),
      extension(EXTENDED_KEY_USAGE, new Sequence({ value: [oid(SERVER_AUTHENTICATION)] })),
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
  extensions: readonly BaseBlock[];
}): string {
  const algorithm = () => new Sequence({ value: [oid(SHA256_WITH_RSA), new Null()] });
  const body = new Sequence({
    value: [
      tagged(0, [new Integer({ value: 2 })]),
      new Integer({ valueHex: serialNumber() }),
      algorithm(),
      name(parts.issuer),
      new Sequence({
        value: [
          new UTCTime({ valueDate: parts.validity.from }),
          new UTCTime({ valueDate: parts.validity.to }),
        ],
      }),
      name(parts.subject),
      fromBER(parts.publicKey.export({ type: "spki", format: "der" })).result,
      tagged(3, [new Sequence({ value: [...parts.extensions] })]),
    ],
  });
  const signature = sign("sha256", Buffer.from(body.toBER()), parts.signedBy);
  const whole = new Sequence({ value: [body, algorithm(), new BitString({ valueHex: signature })] });
  const lines =
    Buffer.from(whole.toBER())
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function serialNumber(): Uint8Array {
  const bytes = randomBytes(16);
  // Positive, and without a leading zero byte.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function name(commonName: string): Sequence {
  const pair = new Sequence({ value: [oid(COMMON_NAME), new Utf8String({ value: commonName })] });
  return new Sequence({ value: [new Asn1Set({ value: [pair] })] });
}

function extension(id: string, value: BaseBlock): Sequence {
  return new Sequence({ value: [oid(id), new OctetString({ valueHex: value.toBER() })] });
}

function alternativeNames(hosts: readonly string[]): Sequence {
  const dns = hosts.map(
    (host) => new Primitive({ idBlock: { tagClass: 3, tagNumber: 2 }, valueHex: Buffer.from(host) }),
  );
  const loopback = new Primitive({
    idBlock: { tagClass: 3, tagNumber: 7 },
    valueHex: Buffer.from([127, 0, 0, 1]),
  });
  return new Sequence({ value: [...dns, loopback] });
}

function tagged(tagNumber: number, value: BaseBlock[]): Constructed {
  return new Constructed({ idBlock: { tagClass: 3, tagNumber }, value });
}

function oid(value: string): ObjectIdentifier {
  return new ObjectIdentifier({ value });
}
