import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { World } from "../world.ts";

const LINK = /^([\w.-]*[0-9a-f]{32})(?:(?:~|%7E)([A-Za-z0-9_-]{43})(?:=|%3D)?)?$/i;

/** Keeps a value under a new token. The key is in the token only, as in the original. */
export function keep(world: World, value: string, options: { seconds: number; encrypt: boolean }): string {
  const storageKey = `snappass${randomBytes(16).toString("hex")}`;
  const key = randomBytes(32);
  const expires = new Date(world.clock.now().getTime() + options.seconds * 1000).toISOString();
  const sealed = options.encrypt ? seal(key, value) : Buffer.from(value);
  world.state.oneTimePasswords.push({
    storageKey,
    sealed: sealed.toString("base64"),
    encrypted: options.encrypt,
    expires,
  });
  world.changed = true;
  return options.encrypt ? `${storageKey}~${key.toString("base64url")}%3D` : storageKey;
}

/** Whether something is kept; looks only at the part before `~`, as the original does. */
export function isKept(world: World, token: string): boolean {
  return find(world, token) >= 0;
}

/**
 * Takes a value out, and away. `undefined` where there is none, `"damaged"` where the key does not fit:
 * the value is gone then too.
 */
export function take(world: World, token: string): { value: string } | "damaged" | undefined {
  const index = find(world, token);
  if (index < 0) return undefined;
  const [kept] = world.state.oneTimePasswords.splice(index, 1);
  world.changed = true;
  if (kept === undefined) return undefined;
  const sealed = Buffer.from(kept.sealed, "base64");
  if (!kept.encrypted) return { value: sealed.toString() };
  const key = LINK.exec(token)?.[2];
  if (key === undefined) return { value: sealed.toString("base64url") };
  try {
    return { value: open(Buffer.from(key, "base64url"), sealed) };
  } catch {
    return "damaged";
  }
}

function find(world: World, token: string): number {
  const storageKey = token.split(/~|%7E/i)[0];
  const now = world.clock.now().toISOString();
  return world.state.oneTimePasswords.findIndex(
    (kept) => kept.storageKey === storageKey && kept.expires > now,
  );
}

function seal(key: Buffer, value: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const text = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

function open(key: Buffer, sealed: Buffer): string {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString("utf8");
}
