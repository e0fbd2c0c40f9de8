/** The largest answer that `readJson` takes unless told otherwise: that of the network port itself. */
const LARGEST_JSON_BYTES = 16 * 1024 * 1024;

/** The code of the error that a body over its limit ends in. */
export const BODY_TOO_LARGE = "ERR_BODY_TOO_LARGE";

/**
 * The body as text (UTF-8, without a byte order mark). Rejects with code `ERR_BODY_TOO_LARGE` once more
 * than `maxBytes` have come, and with the transport's own error where the connection fails in mid-body.
 */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop, by return or by throw, cancels the rest of the body.
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw bodyTooLarge(maxBytes);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(joined(chunks, size));
}

/** The body as the JSON value it is; undefined where it is none. Rejects as `readText` does. */
export async function readJson(response: Response, maxBytes = LARGEST_JSON_BYTES): Promise<unknown> {
  const text = await readText(response, maxBytes);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error for a body of more than `maxBytes`. */
export function bodyTooLarge(maxBytes: number): Error {
  return Object.assign(new Error(`the body is larger than ${maxBytes} bytes`), { code: BODY_TOO_LARGE });
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
