import { AppError } from "../errors.ts";
import type { RunContext } from "./context.ts";

/**
 * Makes sure, before anything is created, that the hand-over file will have a place to go.
 *
 * @throws AppError OUTPUT_FOLDER
 */
export async function checkOutputFolder({ ports, runId }: RunContext, folder: string): Promise<void> {
  const probe = `${folder}/.entra-app-registration-${runId}.tmp`;
  try {
    await ports.files.writeAtomic(probe, "");
    await ports.files.remove(probe);
  } catch (error) {
    const errno = (error as { code?: unknown }).code;
    throw new AppError("OUTPUT_FOLDER", { folder, errno: typeof errno === "string" ? errno : "UNKNOWN" });
  }
}
