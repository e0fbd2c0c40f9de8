/** Values in the encoding of certificates: ITU-T X.690, as far as one certificate needs it. */
export type Der = Buffer;

const CONTEXT = 0x80;
const CONSTRUCTED = 0x20;

export function sequence(...parts: readonly Der[]): Der {
  return encode(0x10 | CONSTRUCTED, Buffer.concat(parts));
}

export function set(...parts: readonly Der[]): Der {
  return encode(0x11 | CONSTRUCTED, Buffer.concat(parts));
}

/** A whole number that is not negative, in as few bytes as it takes: its first bit is clear. */
export function integer(bytes: Buffer): Der {
  return encode(0x02, bytes);
}

export function boolean(value: boolean): Der {
  return encode(0x01, Buffer.from([value ? 0xff : 0x00]));
}

export function nothing(): Der {
  return encode(0x05, Buffer.alloc(0));
}

/** A bit string; `unused` is how many bits of the last byte do not count. */
export function bits(bytes: Buffer, unused: number): Der {
  return encode(0x03, Buffer.concat([Buffer.from([unused]), bytes]));
}

export function octets(bytes: Buffer): Der {
  return encode(0x04, bytes);
}

export function text(value: string): Der {
  return encode(0x0c, Buffer.from(value));
}

/** Until 2049, as the two digits of the year go. */
export function time(value: Date): Der {
  const digits = value.toISOString().slice(2, 19).replace(/\D/g, "");
  return encode(0x17, Buffer.from(`${digits}Z`));
}

/** Such as `2.5.29.17`. */
export function objectIdentifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return encode(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(sevenBits)]));
}

/** A value under a number of its own, with its encoding around it. */
export function explicit(tag: number, value: Der): Der {
  return encode(CONTEXT | CONSTRUCTED | tag, value);
}

/** Bytes under a number of their own. */
export function implicit(tag: number, bytes: Buffer): Der {
  return encode(CONTEXT | tag, bytes);
}

/** Seven bits a byte; all but the last have the eighth set. */
function sevenBits(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

function encode(tag: number, content: Buffer): Der {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
