import { isAppError, type UnreadableReason } from "../errors.ts";

/** The system's code for a failure, such as `ENOENT`; undefined for a failure that is none of the system's. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || isAppError(error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Why a file cannot be read. */
export function unreadableReason(error: unknown): Exclude<UnreadableReason, "notUtf8" | "notJson"> {
  switch (errnoOf(error)) {
    case "ENOENT":
      return "missing";
    case "EISDIR":
      return "directory";
    case "EACCES":
    case "EPERM":
      return "forbidden";
    case "EFBIG":
      return "tooLarge";
    default:
      return "failed";
  }
}
