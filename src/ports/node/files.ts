import { appendFile, type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import type { Files } from "../index.ts";

const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
const OTHERS_MAY_READ = 0o044;
/** Some 1.5 s in all: how long a virus scanner holds a file that was just written. */
const RENAME_TRIES = 8;

/** The real file system. */
export const nodeFiles: Files = {
  read: readAtMost,
  chunks: readChunks,
  writeAtomic,
  append: (path, text) => appendFile(path, text, { mode: OWNER_ONLY }),
  rename: replace,
  remove: (path) => rm(path),
  list,
  ensureFolder,
  isReadableByOthers,
};

/**
 * One folder after the other: Node's own recursive way never ends on a file system that says "no such file"
 * to a folder under one that is there, as /proc does.
 */
async function ensureFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: OWNER_ONLY_FOLDER });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path) throw error;
    await ensureFolder(parent);
    await mkdir(path, { mode: OWNER_ONLY_FOLDER });
  }
}

async function readAtMost(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const facts = await file.stat();
    // Windows opens a folder without a word.
    if (facts.isDirectory()) throw errno("EISDIR", "read", path);
    if (facts.size > maxBytes) throw errno("EFBIG", "read", path);
    return await readBounded(file, path, maxBytes);
  } finally {
    await file.close();
  }
}

async function* readChunks(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, "r");
  try {
    if ((await file.stat()).isDirectory()) throw errno("EISDIR", "read", path);
    for (;;) {
      const chunk = new Uint8Array(64 * 1024);
      const { bytesRead } = await file.read(chunk, 0, chunk.byteLength, null);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** A pipe has no size, and a file may grow while it is read. */
async function readBounded(file: FileHandle, path: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const chunk = new Uint8Array(Math.min(64 * 1024, maxBytes + 1 - size));
    const { bytesRead } = await file.read(chunk, 0, chunk.byteLength, null);
    if (bytesRead === 0) return Buffer.concat(chunks, size);
    size += bytesRead;
    if (size > maxBytes) throw errno("EFBIG", "read", path);
    chunks.push(chunk.subarray(0, bytesRead));
  }
}

/**
 * A reader sees the old file or the new one, never half of it, also after a power cut. The name is new and
 * taken with `wx`, so nobody can have laid a link there; a link in the file's own place is replaced by the
 * rename, not followed.
 */
async function writeAtomic(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID().slice(0, 8)}.tmp`);
  const file = await open(temporary, "wx", OWNER_ONLY);
  try {
    try {
      await file.writeFile(text, "utf8");
      await file.sync();
    } finally {
      await file.close();
    }
    await replace(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await flushFolder(dirname(path));
}

/** Windows refuses a rename while a scanner or an indexer looks at either file, for a moment. */
async function replace(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (process.platform !== "win32" || attempt >= RENAME_TRIES || !isBusy(error)) throw error;
      await sleepFor(attempt * 50);
    }
  }
}

function isBusy(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "EPERM" || code === "EACCES" || code === "EBUSY";
}

/** Makes the rename itself last. Not every system lets a folder be opened or flushed; then it does without. */
async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The file is in place either way.
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Windows keeps its rights elsewhere, and Node.js makes the mode up there. A pipe is nobody else's. */
async function isReadableByOthers(path: string): Promise<boolean> {
  if (process.platform === "win32") return false;
  const facts = await stat(path);
  return facts.isFile() && (facts.mode & OTHERS_MAY_READ) !== 0;
}

/** An error as Node makes them. */
function errno(code: string, syscall: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });
}
