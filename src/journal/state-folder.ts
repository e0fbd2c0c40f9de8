import { posix, win32 } from "node:path";
import type { System } from "../ports/index.ts";

const NAME = "entra-app-registration";

/**
 * The folder in which a user's programs keep what happened: `%LOCALAPPDATA%` on Windows, `~/Library/Application
 * Support` on macOS, elsewhere `$XDG_STATE_HOME` or `~/.local/state`; ours is the folder of our name in it.
 */
export function stateFolder({
  environment,
  platform,
  homeFolder,
}: Pick<System, "environment" | "platform" | "homeFolder">): string {
  if (platform === "win32") {
    const local = environment["LOCALAPPDATA"];
    return win32.join(local || win32.join(homeFolder, "AppData", "Local"), NAME);
  }
  if (platform === "darwin") return posix.join(homeFolder, "Library", "Application Support", NAME);
  // A relative path is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
  const state = environment["XDG_STATE_HOME"] ?? "";
  return posix.join(posix.isAbsolute(state) ? state : posix.join(homeFolder, ".local", "state"), NAME);
}
