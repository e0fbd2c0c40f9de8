import { homedir, tmpdir } from "node:os";
import { AppError } from "../../errors.ts";
import type { System } from "../index.ts";

/**
 * The facts about this machine. Throws AppError `OUTPUT_FOLDER` where the current folder has been deleted
 * under the shell.
 */
export function nodeSystem(packageFolder: string): System {
  return {
    // On Windows the names are found in any letter case, and only the original object knows that.
    environment: process.platform === "win32" ? process.env : { ...process.env },
    platform: process.platform,
    currentFolder: currentFolder(),
    homeFolder: homeFolder(),
    packageFolder,
  };
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new AppError("OUTPUT_FOLDER", { folder: ".", errno: "ENOENT", flag: "--output" }, { cause });
  }
}

/** A container's user may have neither HOME nor an entry in the list of users. */
function homeFolder(): string {
  try {
    return homedir() || tmpdir();
  } catch {
    return tmpdir();
  }
}
