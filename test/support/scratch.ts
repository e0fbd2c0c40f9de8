import { accessSync, constants, mkdtempSync, realpathSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Memory that is a folder, where a system has one. */
const MEMORY = "/dev/shm";
/** Far more than all tests that run at the same time have on it. */
const ENOUGH_BYTES = 32 * 1024 * 1024;

/** A new folder on the disk. */
export function folderOnDisk(prefix: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), prefix)));
}

/**
 * A new folder for small files, in memory where there is some: tests write tens of thousands, and each has to be
 * flushed before the run that writes it goes on. Containers let nothing be executed there.
 */
export function folderForFiles(prefix: string): string {
  return isRoomy(MEMORY) ? realpathSync(mkdtempSync(join(MEMORY, prefix))) : folderOnDisk(prefix);
}

function isRoomy(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}
